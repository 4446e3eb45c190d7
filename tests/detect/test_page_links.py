"""The parts of a page around its links: labels, words, headings; and hostile pages, in linear time."""

import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from tracker.detect.page_links import PageLink, find_page_links

URL = "https://ann.github.io/deep/"
GITHUB = "https://github.com/ann/deep"


def links(html: str) -> list[PageLink]:
    return list(find_page_links(f"<html><body>{html}</body></html>", URL))


def only(html: str) -> PageLink:
    (link,) = links(html)
    return link


def test_pages_are_read_as_the_html_standard_says() -> None:
    """libxml2 tokenizes as the standard since 2.14 (its release notes); older ones lose what follows some comments."""
    assert etree.LIBXML_VERSION >= (2, 14)


@pytest.mark.parametrize(
    ("html", "label"),
    [
        (f'<a href="{GITHUB}">Code</a>', "Code"),
        (f'<a href="{GITHUB}"><span>Co</span><span>de</span></a>', "Code"),
        (f'<a href="{GITHUB}"><i class="material-icons">code</i>Repo</a>', "Repo"),
        (f'<a href="{GITHUB}"><img alt="our code" src="x.png"></a>', "our code"),
        (f'<a href="{GITHUB}"><svg><title>GitHub</title></svg></a>', ""),
        (f'<a href="{GITHUB}"><svg><use xlink:href="#icon-github"></use></svg></a>', "github"),
        (f'<a href="{GITHUB}" title="Source"><i class="fa"></i></a>', "Source"),
        (f'<a href="{GITHUB}"><i data-feather="github"></i></a>', "github"),
        (f'<a href="{GITHUB}"><img src="img/github.svg"></a>', "github"),
        (f'<td><a href="{GITHUB}"><img src="x.png"></a><br>Code</td>', "Code"),
        (f'<a href="{GITHUB}"></a>', ""),
    ],
)
def test_the_label_of_a_link(html: str, label: str) -> None:
    assert only(html).label == label


@pytest.mark.parametrize(
    ("html", "before"),
    [
        (f'<p>Our code: <a href="{GITHUB}">x</a></p>', "Our code:"),
        (f'<a href="#">Code</a> <a href="{GITHUB}">Viewer</a>', ""),
        (f'<button>Code</button><a href="{GITHUB}">Viewer</a>', ""),
        (f'<span class="btn disabled">Code</span><a href="{GITHUB}">Viewer</a>', ""),
        (f'<h1>Deep Things Using It</h1><a href="{GITHUB}">Code</a>', ""),
        (f'<table><tr><td>Code</td><td><a href="{GITHUB}">here</a></td></tr></table>', "Code"),
        (f'<dl><dt>Code</dt><dd><a href="{GITHUB}"></a></dd></dl>', "Code"),
        (f'We thank these:<br><a href="{GITHUB}">X</a>', "We thank these:"),
        (f'A title<br><a href="{GITHUB}">Code</a>', ""),
        (f'<p>It is by <a href="https://x.org">Bob</a> and <a href="{GITHUB}">Cleo</a>', "It is by and"),
    ],
)
def test_the_words_before_a_link(html: str, before: str) -> None:
    assert [link.before for link in links(html) if link.address == GITHUB] == [before]


@pytest.mark.parametrize(
    ("html", "headings"),
    [
        (f'<h1>A</h1><h2>B</h2><p><a href="{GITHUB}">x</a></p>', ("A", "B")),
        (f'<h1>A</h1><h2>B</h2><h2>C</h2><a href="{GITHUB}">x</a>', ("A", "C")),
        (f'<section><h2>B</h2></section><a href="{GITHUB}">x</a>', ()),
        (f'<p><b>B</b></p><a href="{GITHUB}">x</a>', ("B",)),
        (f'<div class="section-title">B</div><a href="{GITHUB}">x</a>', ("B",)),
        (f'<h2><a href="#b">B</a></h2><a href="{GITHUB}">x</a>', ("B",)),
        (f'<ul><li>B<ul><li><a href="{GITHUB}">x</a></li></ul></li></ul>', ("B",)),
        (f'<p>B:</p><ul><li><a href="{GITHUB}">x</a></li></ul>', ("B:",)),
        (f'<details><summary>B</summary><a href="{GITHUB}">x</a></details>', ("B",)),
    ],
)
def test_the_headings_above_a_link(html: str, headings: tuple[str, ...]) -> None:
    assert [link.headings for link in links(html) if link.address == GITHUB] == [headings]


@pytest.mark.parametrize(
    "html",
    [
        f'<!-- <a href="{GITHUB}">x</a> -->',
        f'<!-- > <a href="{GITHUB}">x</a>',
        f'<template><a href="{GITHUB}">x</a></template>',
        f'<div hidden><a href="{GITHUB}">x</a></div>',
        f'<div style="color:red;display : none"><a href="{GITHUB}">x</a></div>',
        f"<textarea><a href={GITHUB}>x</a></textarea>".replace("https://", "ftp://"),
        '<a href="mailto:a@b.org">x</a><a href="tel:1">y</a><a href="#top">z</a><a href="javascript:void(0)">q</a>',
    ],
)
def test_what_a_page_does_not_show_is_no_link(html: str) -> None:
    assert [link.address for link in links(html)] == []


def test_deep_pages_are_read() -> None:
    assert only("<div>" * 400 + f'<a href="{GITHUB}">Code</a>').label == "Code"


HOSTILE: list[Callable[[int], str]] = [
    lambda size: "<" * size,
    lambda size: "<!--" * (size // 4),
    lambda size: "<!--[if !IE]><!-->" * (size // 18),
    lambda size: "<div>" * (size // 5),
    lambda size: "<div><p><ul><li>" * (size // 16),
    lambda size: "<li>" * (size // 4),
    lambda size: f'<a href="{GITHUB}">' * (size // 38),
    lambda size: '<a href="http://q.org/">a <br>' * (size // 30),
    lambda size: "<button>" * (size // 8),
    lambda size: "<b>a<p>" * (size // 7),
    lambda size: "we<br>" * (size // 6),
    lambda size: "<h2>a</h2>" * (size // 10),
    lambda size: "<ul>a" * (size // 5),
    lambda size: "<a onclick=\"open('" * (size // 18),
    lambda size: "<a " + " ".join(f"a{n}=1" for n in range(size // 9)),
    lambda size: "<script>" + '{"a":"//b.c/d",' * (size // 15) + "</script>",
    lambda size: "<script>" + 'a:"' * (size // 3) + "</script>",
    lambda size: "<script>" + "{[" * (size // 2) + "</script>",
    lambda size: "<script>" + 'a:"\\' * (size // 4) + "//</script>",
    lambda size: "&#" * (size // 2),
    lambda size: "https://" * (size // 8),
    lambda size: "<td>" * (size // 4),
    lambda size: '<meta http-equiv=refresh content="0;url=http://a.b/">' * (size // 53),
]


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_a_megabyte_of_hostile_markup_is_read(hostile: Callable[[int], str]) -> None:
    """Quadratic ways take minutes for this; the bound is generous, so that no busy machine fails it."""
    start = time.process_time()
    list(find_page_links("<html>" + hostile(1_000_000), URL))
    assert time.process_time() - start < 20


@settings(deadline=None)
@given(st.lists(st.sampled_from(["<div>", "</div>", "<p>", "<a href='//a.b/c'>", "</a>", "<b>", "</b>", "x", "<br>", "<!--", "-->", "<td>", "</td>", "<button>",
                                 "</button>", "<h2>", "</h2>", "<ul>", "<li>", "</ul>", "<script>", "</script>", "'", '"', "<form action=q>"]), max_size=40))  # fmt: skip
def test_no_order_of_tags_raises(pieces: list[str]) -> None:
    for link in find_page_links("<html>" + "".join(pieces), URL):
        assert link.address.startswith(("http://", "https://"))
