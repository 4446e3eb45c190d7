"""Documents as parts of pages: hostile HTML is text, links lead to documents or the web, and the site's own documents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from lxml import html

from tracker.publish import documents, pages


def parsed(text: str, *names: str) -> Any:
    return html.fromstring(f"<div>{documents.render_document('a', text, names).html}</div>")


def test_the_title_is_the_first_heading_and_not_in_the_body() -> None:
    document = documents.render_document("feed", "# The `main` feed\n\nIt *is*.\n")
    assert (document.name, document.title) == ("feed", "The main feed")
    assert document.html == "<p>It <em>is</em>.</p>\n"


def test_a_document_without_a_heading_is_called_by_its_name() -> None:
    assert documents.render_document("feed", "It is.").title == "feed"


@pytest.mark.parametrize("text", ["<script>x</script>", "a <b onclick=x>b</b>", "<!-- x -->", "`<i>`"])
def test_raw_html_is_text(text: str) -> None:
    page = parsed(text)
    assert page.text_content().strip() == text.strip("`")
    assert {element.tag for element in page.iter()} <= {"div", "p", "code"}


@pytest.mark.parametrize(
    ("link", "leads"),
    [
        ("[x](feed.md)", "feed"),
        ("[x](feed.md#what-it-is)", "feed#what-it-is"),
        ("[x](#what-it-is)", "#what-it-is"),
        ("[x](https://info.arxiv.org/help)", "https://info.arxiv.org/help"),
        ("<https://info.arxiv.org/help>", "https://info.arxiv.org/help"),
        ("[x](../config/roles.toml)", None),
        ("[x](../README.md)", None),
        ("[x](nothing.md)", None),
        ("[x](javascript:alert(1))", None),
        ("[x](data:text/html,x)", None),
        ("[x](//elsewhere.example/feed.md)", None),
    ],
)
def test_a_link_leads_to_a_document_or_the_web_or_is_text(link: str, leads: str | None) -> None:
    page = parsed(f"see {link}.", "feed")
    assert [element.get("href") for element in page.iter("a")] == ([leads] if leads else [])
    assert page.text_content().startswith("see ")


def test_an_image_is_its_text() -> None:
    page = parsed("![a chart](https://elsewhere.example/x.png)")
    assert (page.text_content().strip(), list(page.iter("img"))) == ("a chart", [])


def test_headings_have_the_anchors_that_a_code_host_gives_them() -> None:
    page = parsed("# T\n\n## What it is: `a/b`?\n\n## Again\n\n### Again\n")
    assert [element.get("id") for element in page.iter("h2", "h3")] == ["what-it-is-ab", "again", "again-1"]


def test_a_table_scrolls_and_has_no_inline_style() -> None:
    page = parsed("| a | b |\n|---|--:|\n| x | 1 |\n")
    (region,) = page.find_class("scroll")
    assert (region.get("role"), region.get("aria-label"), region.get("tabindex")) == ("region", "Table 1", "0")
    assert [cell.get("class") for cell in page.iter("td")] == [None, "n"]
    assert not page.xpath("//@style")


def test_every_document_of_the_project_has_a_page_whose_links_lead_somewhere(
    configured: Callable[..., Any],
) -> None:
    loaded = documents.load_documents()
    site = pages.render_docs(loaded, configured())
    assert {document.name for document in loaded} == {path.stem for path in documents.docs_dir().glob("*.md")}
    assert len(loaded) > 15
    anchors = {
        document.name: set(html.fromstring(site[f"docs/{document.name}.html"]).xpath("//@id"))
        for document in loaded
    }
    for document in loaded:
        page = html.fromstring(site[f"docs/{document.name}.html"])
        assert page.findtext(".//h1") == document.title
        assert not page.xpath("//main//@style | //main//script")
        for href in page.xpath("//article//a[not(ancestor::header)]/@href"):
            if not href.startswith("https://"):
                name, _, anchor = href.partition("#")
                assert not anchor or anchor in anchors[name or document.name], f"{document.name}: {href}"
    listed = html.fromstring(site["docs.html"]).xpath("//main//ul//a/@href")
    assert sorted(listed) == sorted(f"./docs/{document.name}" for document in loaded)
