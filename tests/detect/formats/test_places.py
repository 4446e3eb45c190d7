from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.detect import detect
from tracker.detect.formats import places
from tracker.domain.artifacts import Reference
from tracker.domain.terms import Place, Source

Resolve = Callable[[str], Reference | None]

HTML = """<!DOCTYPE html><html><head><title>T</title><script>var a = "https://github.com/no/script";</script></head><body>
<h1 class="ltx_title ltx_title_document">T<span class="ltx_note ltx_role_thanks">https://github.com/o/thanks</span></h1>
<div class="ltx_abstract"><p>Code: <a href="https://github.com/o/abstract">here</a>.</p></div>
<section><p>As in<span class="ltx_note ltx_role_footnote"><span class="ltx_note_outer">1https://github.com/o/foot</span></span>
and <a href="https://github.com/o/same">https://github.com/o/same</a> &amp; more.</p>
<figure><figcaption class="ltx_caption">Fig: https://github.com/o/caption</figcaption></figure></section>
<section class="ltx_bibliography"><ul><li class="ltx_bibitem">https://github.com/o/cited</li></ul></section></body></html>"""

TEX = r"""\documentclass{article} % https://github.com/no/comment
\title{T\thanks{Code: \url{https://github.com/o/thanks}}}
\begin{document}\maketitle
\begin{abstract}See \url{https://github.com/o/abstract}.\end{abstract}
\section{Introduction} Here\footnote{\url{https://github.com/o/foot\_note}} and \url{https://github.com/o/text}.
\begin{figure}\caption{From \href{https://github.com/o/caption}{there}}\end{figure}
\begin{thebibliography}{9}\bibitem{a} \url{https://github.com/o/cited}\end{thebibliography}\end{document}"""

PDF = (
    "A Title\nAn Author\nAbstract\nCode is at https://github.com/o/abstract.\n1 Introduction\nWe work.\n"
    + "Words of the text go on and on.\n" * 300
    + "We use it.\n3https://github.com/o/foot\nand more https://github.\ncom/o/text here.\n"
    + "Figure 2: It stems from https://github.com/o/caption .\n"
    + "References\nSmith. A tool. https://github.com/o/cited.\n"
)


@pytest.mark.parametrize(
    ("text", "kind", "wanted"),
    [
        (HTML, "html", {"thanks": Place.TITLE_FOOTNOTE, "abstract": Place.ABSTRACT, "foot": Place.FOOTNOTE, "same": Place.SECTION,
                        "caption": Place.CAPTION, "cited": Place.BIBLIOGRAPHY}),
        (TEX, "tex", {"thanks": Place.TITLE_FOOTNOTE, "abstract": Place.ABSTRACT, "foot_note": Place.FOOTNOTE, "text": Place.SECTION,
                      "caption": Place.CAPTION, "cited": Place.BIBLIOGRAPHY}),
        (PDF, "pdf-text", {"abstract": Place.ABSTRACT, "foot": Place.FOOTNOTE, "text": Place.SECTION, "caption": Place.CAPTION,
                           "cited": Place.BIBLIOGRAPHY}),
    ],
    ids=["html", "tex", "pdf-text"],
)  # fmt: skip
def test_each_link_keeps_its_place(resolve: Resolve, text: str, kind: str, wanted: dict[str, Place]) -> None:
    assert places.guess_format(text) == kind
    found = {
        mention.reference.key.rpartition("/")[2]: mention.place
        for mention in detect.find_full_text_mentions(text, "", resolve)
    }
    assert found == wanted


def test_the_source_tells_the_format(resolve: Resolve) -> None:
    assert {mention.source for mention in detect.find_full_text_mentions(TEX, "tex", resolve)} == {Source.TEX}


@given(st.text(alphabet="<>/aspn \"'=-!{}\\%footnote\n", max_size=300))
def test_no_markup_raises(text: str) -> None:
    for kind in detect.FORMATS:
        plain = places.to_plain_text(text, kind)
        places.PlaceFinder(plain, kind).place_at(len(plain.text) // 2)
