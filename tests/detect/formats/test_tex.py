from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.detect import detect
from tracker.detect.formats import tex, tex_macros
from tracker.domain.artifacts import Reference
from tracker.domain.terms import Place

Resolve = Callable[[str], Reference | None]

PAPER = r"""\documentclass{article} % https://github.com/no/comment
\newcommand{\codeurl}{https://github.com/o/macro}
\newcommand{\unused}{https://github.com/no/unused}
\def\repo{\url{https://github.com/o/def}}
\newcommand{\gh}[1]{\href{https://github.com/#1}{#1}}
\newcommand{\todo}[1]{}
\title{T\thanks{Code: \url{https://github.com/o/thanks}}}
\author{A\footnote{https://github.com/o/author}}
\begin{document}\maketitle
\begin{abstract}See \url{https://github.com/o/abstract}.\end{abstract}
\section{Introduction} 50\% of it\footnote{\url{https://github.com/o/foot\_note}}; see \url{\codeurl} and \repo.
\iffalse \url{https://github.com/no/iffalse} \ifx\a\b\else\fi \fi
\begin{comment}\url{https://github.com/no/environment}\end{comment}
\todo{\url{https://github.com/no/todo}} \gh{o/argument} \url{https://github.com/o/
  broken} \begin{verbatim}% git clone https://github.com/o/verbatim\end{verbatim}
\begin{figure}\caption{From \href{https://github.com/o/caption}{there}}\end{figure}
\footnote{never closed
\section{Next} https://github.com/o/text
\begin{thebibliography}{9}\bibitem{a} \url{https://github.com/o/cited}\end{thebibliography}
\appendix https://github.com/o/appendix
\end{document} https://github.com/no/behind"""


def named(text: str, resolve: Resolve) -> dict[str, Place]:
    return {
        mention.reference.key.rpartition("/")[2]: mention.place
        for mention in reversed(detect.find_full_text_mentions(text, "tex", resolve))
    }


def test_a_papers_places_and_nothing_unused(resolve: Resolve) -> None:
    sections = ["macro", "def", "argument", "broken", "verbatim", "text", "appendix"]
    assert named(PAPER, resolve) == dict.fromkeys(sections, Place.SECTION) | {
        "thanks": Place.TITLE_FOOTNOTE,
        "author": Place.TITLE_FOOTNOTE,
        "abstract": Place.ABSTRACT,
        "foot_note": Place.FOOTNOTE,
        "caption": Place.CAPTION,
        "cited": Place.BIBLIOGRAPHY,
    }


@pytest.mark.parametrize(
    ("source", "url"),
    [
        (r"\url{https://github.com/o/a\_b\%20c}", "https://github.com/o/a_b%20c"),
        (r"\url{https://example.org/x%20y}", "https://example.org/x%20y"),
        (r"\nolinkurl{github.com/o/n}", "https://github.com/o/n"),
        (r"\path{https://github.com/o/n}", "https://github.com/o/n"),
        (r"\href{https://github.com/o/n}{\texttt{github.com/o/n}}", "https://github.com/o/n"),
        (r"\href[pdfnewwindow=true]{https://github.com/o/n}{Code}", "https://github.com/o/n"),
        (r"\texttt{https://github.com/o/a\_b}", "https://github.com/o/a_b"),
        (r"{\tt https://github.com/o/a{\_}b}", "https://github.com/o/a_b"),
        (r"https://github.com/o/\allowbreak a\-b", "https://github.com/o/ab"),
        ("https://github.com/o/%\n   name", "https://github.com/o/name"),
        (r"\url{http://example.org/\~{}me}", "http://example.org/~me"),
        (r"\verb|https://github.com/o/n|", "https://github.com/o/n"),
        (r"\textbf{Code}: \url{https://github.com/o/n}and", "https://github.com/o/n"),
        (r"\newcommand\a{\b}\newcommand\b{https://github.com/o/n}\a", "https://github.com/o/n"),
        (r"\url{https://github.com/o/n", "https://github.com/o/n"),
        ("\\newcommand{\\a}{% our code {\nhttps://github.com/o/n}\\a", "https://github.com/o/n"),
        ("\\newcommand{\\a}{% our code\n  https://github.com/o/n}\\url{\\a}", "https://github.com/o/n"),
        ("\\newcommand{\\a}{\\url{https://x.org/a%20b}}\n\\a", "https://x.org/a%20b"),
        (r"\href{https://github.com/o/n}{https://github.com/\\o/n}", "https://github.com/o/n"),
        (r"@misc{x, url={https://github.com/o/n}}", "https://github.com/o/n"),
        (r"\doi{10.5281/zenodo.1}", "https://doi.org/10.5281/zenodo.1"),
    ],
)
def test_each_form(resolve: Resolve, source: str, url: str) -> None:
    assert {mention.url for mention in detect.find_full_text_mentions(source, "tex", resolve)} == {url}


def test_the_words_read_on(resolve: Resolve) -> None:
    source = r"We thank. Our \textbf{code} is \href{https://github.com/o/n}{available here}. Bye."
    (found,) = detect.find_full_text_mentions(source, "tex", resolve)
    assert found.evidence == "Our code is available here https://github.com/o/n."


def test_a_macro_that_calls_itself_ends() -> None:
    assert len(tex.to_plain_text(r"\def\a{\a\a/}" + r"\a" * 1000).text) < 2 * tex_macros.MAX_EXPANDED


@given(st.lists(st.sampled_from(["{", "}", "\\url{", "\\href{http://a.b/c}{", "\\footnote{", "%", "\n", "\\", "\\def\\a{", "\\a", "\\begin{abstract}", "\\end{abstract}",
                                 "\\newcommand{\\b}[2]{", "#1", "\\iffalse", "\\fi", "http://x.org/y", "\\section{", "\\begin{comment}", "@misc{", "[", "]"])))  # fmt: skip
def test_no_source_raises_and_links_are_where_they_say(pieces: list[str]) -> None:
    plain = tex.to_plain_text("".join(pieces))
    for link in plain.links:
        assert plain.text[link.start : link.end] == link.url
