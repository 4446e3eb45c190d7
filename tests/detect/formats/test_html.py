from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.detect import detect
from tracker.detect.formats import html
from tracker.domain.artifacts import Reference
from tracker.domain.terms import Place

Resolve = Callable[[str], Reference | None]

NOTE = (
    '<span class="ltx_note ltx_role_{role}"><sup class="ltx_note_mark">1</sup><span class="ltx_note_outer"><span class="ltx_note_content">'
    '<sup class="ltx_note_mark">1</sup><span class="ltx_note_type">{role}: </span><a href="https://github.com/o/{name}">https://github.com/o/{name}</a></span></span></span>'
)
PAPER = f"""<!DOCTYPE html><html><head><title>https://github.com/no/title</title><script>"https://github.com/no/script"</script></head><body>
<header class="desktop_header"><a href="https://github.com/no/header">x</a></header><nav class="ltx_TOC"><a href="https://github.com/no/contents">1</a></nav>
<div class="ltx_page_content"><a id="license-tr" href="https://info.arxiv.org/help/license/index.html">License: CC BY 4.0</a>
<div class="package-alerts ltx_document"><a href="https://github.com/no/alerts">x</a></div>
<article class="ltx_document ltx_authors_1line"><h1 class="ltx_title ltx_title_document">T{NOTE.format(role="thanks", name="thanks")}</h1>
<div class="ltx_authors"><span class="ltx_creator">A<span class="ltx_note ltx_role_footnotemark">https://github.com/o/mark</span></span>
<span class="ltx_author_notes">https://github.com/o/notes</span></div><span class="ltx_role_affiliationtext">https://github.com/o/affiliation</span>
<p class="ltx_p">Page: https://github.com/o/teaser</p>
<div class="ltx_abstract"><h6>Abstract</h6><p>Code: <a href="https://github.com/o/abstract">here</a>.</p></div>
<section class="ltx_section"><button class="sr-only">Report issue for preceding element https://github.com/no/button</button>
<p>As in{NOTE.format(role="footnote", name="foot")}and <math alttext="x"><annotation>https://github.com/no/math</annotation></math>
<a class="ltx_ref" href="https://arxiv.org/html/2401.00001v1#S2">2</a> <a href="//github.com/o/relative">there</a> https://github.com/o/text.
<figure><img src="https://github.com/no/image"><figcaption class="ltx_caption">Fig: https://github.com/o/caption</figcaption></figure></p></section>
<section class="ltx_bibliography"><ul class="ltx_biblist"><li class="ltx_bibitem">https://github.com/o/cited</li></ul></section>
<section class="ltx_appendix"><p>https://github.com/o/appendix</p></section></article></div>
<footer class="ltx_page_footer"><a href="http://dlmf.nist.gov/LaTeXML/">LaTeXML</a></footer>
<div id="myForm"><a href="https://github.com/arXiv/html_feedback/issues">the following issues</a></div></body></html>"""

UNKNOWN = '<article class="ltx_document"><p class="ltx_p">At <span class="ltx_ERROR undefined">\\href</span>'


def named(text: str, resolve: Resolve) -> dict[str, Place]:
    return {
        mention.reference.key.rpartition("/")[2]: mention.place
        for mention in reversed(detect.find_full_text_mentions(text, "html", resolve))
    }


def test_a_papers_places_and_nothing_of_the_site(resolve: Resolve) -> None:
    front = dict.fromkeys(["thanks", "mark", "notes", "affiliation", "teaser"], Place.TITLE_FOOTNOTE)
    assert named(PAPER, resolve) == front | {
        "abstract": Place.ABSTRACT,
        "foot": Place.FOOTNOTE,
        "relative": Place.SECTION,
        "text": Place.SECTION,
        "caption": Place.CAPTION,
        "cited": Place.BIBLIOGRAPHY,
        "appendix": Place.SECTION,
    }


@pytest.mark.parametrize(
    ("page", "url"),
    [
        ('<a href="https://github.com/o/n">Code</a>', "https://github.com/o/n"),
        ("<a href='https://github.com/o/n'>https://github.com/o/\nn</a>pytorch", "https://github.com/o/n"),
        ("<a href=https://github.com/o/n>github.com/o/n…</a>", "https://github.com/o/n"),
        ('<A class="x" HREF="HTTPS://github.com/o/n."><button>Code</button></A>', "https://github.com/o/n"),
        (
            '<a href="https://example.org/v?a=1&amp;b=2">x</a><p>unclosed <a href="#">y',
            "https://example.org/v?a=1&b=2",
        ),
        (
            '<a href="http://example.org/~me">http://example.org/<math alttext="\\sim"></math>me</a>',
            "http://example.org/~me",
        ),
        ("http://example.org/<math alttext='\\sim'><mo>~</mo></math>me", "http://example.org/~me"),
        ("<body><nav><ul><li><a href=https://github.com/o/n>Code", "https://github.com/o/n"),
        ("<p>https://<wbr>github.com/<em>o</em>/n</p>", "https://github.com/o/n"),
        (
            '<a href="https://github.com/o/n">https://github.com/<br class="ltx_break">o/n</a>',
            "https://github.com/o/n",
        ),
        # LaTeXML without a binding for hyperref, as in sources with a style of their own.
        (f"{UNKNOWN}https://github.com/o/nhttps://github.com/o/other.</p>", "https://github.com/o/n"),
        (
            f'{UNKNOWN}https://github.com/o/n<span class="ltx_text">github.com/o/n</span> x',
            "https://github.com/o/n",
        ),
        (f"{UNKNOWN}https://github.com/o/nCode is here", "https://github.com/o/nCode"),
    ],
)
def test_each_form(resolve: Resolve, page: str, url: str) -> None:
    assert {mention.url for mention in detect.find_full_text_mentions(page, "html", resolve)} == {url}


def test_the_address_stands_in_the_sentence(resolve: Resolve) -> None:
    page = '<p>We thank all. Our code is at <a href="https://github.com/o/n">this link</a>. Bye.</p>'
    (found,) = detect.find_full_text_mentions(page, "html", resolve)
    assert found.evidence == "Our code is at this link https://github.com/o/n."


WORDS = st.text(alphabet=st.characters(exclude_characters="<>&", exclude_categories=["Cs"]), max_size=60)


@given(WORDS, WORDS, WORDS)
def test_the_words_around_never_change_a_link(before: str, inside: str, after: str) -> None:
    page = f'<p>{before}<a href="https://github.com/o/n">{inside}</a>{after}</p>'
    links = html.to_plain_text(page).links
    assert [link.url for link in links] == ["https://github.com/o/n"]


@given(st.lists(st.sampled_from(["<p>", "</p>", "<span class='ltx_note'>", "</span>", "<section class='ltx_bibliography'>", "</section>",
                                 "<a href='http://a.b/c'>", "</a>", "<math>", "</math>", "<!--", "-->", "a", "http://x.org/y ", "&amp;", "<", ">", "\x00"])))  # fmt: skip
def test_no_markup_raises_and_links_are_where_they_say(tags: list[str]) -> None:
    plain = html.to_plain_text("".join(tags))
    assert list(plain.starts) == sorted(set(plain.starts))
    for link in plain.links:
        assert plain.text[link.start : link.end] == link.url
