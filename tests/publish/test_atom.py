"""Atom (RFC 4287) as readers parse it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import feedparser
import pytest
from lxml import etree, html

from tracker.domain.feeds import ATOM, Channel
from tracker.domain.items import Item, ItemLink
from tracker.domain.terms import Role
from tracker.publish import feeds
from tracker.settings import Settings

Make = Callable[..., Item]
A = {"a": "http://www.w3.org/2005/Atom", "dc": "http://purl.org/dc/elements/1.1/"}


@pytest.fixture
def atom(configured: Callable[..., Settings]) -> Callable[..., Any]:
    def build(*shown: Item, name: str = "", **options: str) -> Any:
        channel = Channel(name=name, title="Open & code", description="Of papers.", items=shown, page="p/")
        options = {"public_url": "https://x.example/t"} | options
        return etree.fromstring(feeds.write_feed(channel, ATOM, configured().feed, **options))

    return build


def links(element: Any) -> list[dict[str, str]]:
    return [dict(link.attrib) for link in element.findall("a:link", A)]


def test_the_feed_says_what_it_is(atom: Callable[..., Any], item: Make) -> None:
    feed = atom(item(), name="cs.CL")
    assert feed.findtext("a:id", None, A) == "arxiv-code-tracker:feed:cs.CL"
    assert feed.findtext("a:title", None, A) == "Open & code"
    assert feed.findtext("a:subtitle", None, A) == "Of papers."
    assert feed.get("{http://www.w3.org/XML/1998/namespace}lang") == "en"
    assert links(feed) == [
        {"rel": "self", "href": "https://x.example/t/feeds/cs.CL.atom", "type": "application/atom+xml"},
        {"rel": "alternate", "href": "https://x.example/t/p/", "type": "text/html"},
    ]
    assert feed.findtext("a:generator", None, A) == "arxiv-code-tracker"


def test_the_feed_moves_without_changing_its_names(atom: Callable[..., Any], item: Make) -> None:
    here, there = atom(item()), atom(item(), public_url="https://elsewhere.example")
    assert [element.text for element in here.iterfind(".//a:id", A)] == [
        element.text for element in there.iterfind(".//a:id", A)
    ]


def test_an_entry_keeps_what_its_links_say(
    atom: Callable[..., Any], item: Make, link: Callable[..., ItemLink]
) -> None:
    """feedgen drops rel, type and title of an entry's links (its issue 135)."""
    page = link(reference="page:https://ann.example", url="https://ann.example", kind="page", role=Role.OWN_PAGE)
    other = link(reference="github:other/lib", url="https://github.com/other/lib", role=Role.MENTION)
    bad = link(reference="page:x", url="javascript:alert(1)")
    entry = atom(item(links=(page, link(), other, bad))).find("a:entry", A)
    assert links(entry) == [
        {"rel": "alternate", "href": "https://x.example/t/paper/2606.00001", "type": "text/html"},
        {"rel": "related", "href": "https://github.com/ann/tool", "title": "ann/tool"},
        {"rel": "related", "href": "https://ann.example", "title": "https://ann.example"},
    ]


def test_every_entry_has_each_author(atom: Callable[..., Any], item: Make) -> None:
    entries = atom(item(1), item(2, authors=())).findall("a:entry", A)
    assert [[author.text for author in entry.findall("a:author/a:name", A)] for entry in entries] == [
        ["Ann Author", "Bob Builder"], ["authors not known"],
    ]  # fmt: skip


def test_the_abstract_is_text_and_the_card_html(atom: Callable[..., Any], item: Make) -> None:
    entry = atom(item(abstract="For K <<n and a<b> c & d.")).find("a:entry", A)
    assert entry.find("a:summary", A).get("type") in (None, "text")
    assert entry.findtext("a:summary", None, A) == "For K <<n and a<b> c & d."
    content = entry.find("a:content", A)
    assert content.get("type") == "html"
    assert html.fromstring(content.text).find(".//a").get("href") == "https://github.com/ann/tool"


def test_categories_rights_and_identifier(atom: Callable[..., Any], item: Make) -> None:
    entry = atom(item(licence="http://creativecommons.org/licenses/by/4.0/")).find("a:entry", A)
    assert [dict(category.attrib) for category in entry.findall("a:category", A)] == [
        {"term": "cs.LG", "scheme": "http://arxiv.org/schemas/atom"},
        {"term": "cs.CL", "scheme": "http://arxiv.org/schemas/atom"}, {"term": "repository"},
    ]  # fmt: skip
    assert entry.findtext("a:rights", None, A) == "http://creativecommons.org/licenses/by/4.0/"
    assert entry.findtext("dc:identifier", None, A) == "doi:10.48550/arXiv.2606.00001"
    assert entry.find("dc:creator", A) is None


def test_updated_moves_with_a_material_change_alone(atom: Callable[..., Any], item: Make, now: datetime) -> None:
    def updated(**changes: Any) -> str:
        return str(atom(item(**changes)).findtext("a:entry/a:updated", None, A))

    assert updated() == "2026-06-17T04:59:00Z" == updated(title="Another")
    changed = updated(changed_at=now + timedelta(hours=1))
    assert changed.startswith("2026-06-17T06:00:00.")
    assert changed.endswith("Z")
    assert updated(changed_at=now - timedelta(days=3)) == updated(), "never before it was published"


def test_entries_that_change_at_once_have_distinct_moments(
    atom: Callable[..., Any], item: Make, now: datetime
) -> None:
    entries = [item(number, changed_at=now) for number in range(1, 301)]
    moments = {entry.get("updated") for entry in feedparser.parse(etree.tostring(atom(*entries))).entries}
    assert len(moments) == 300
    alone = atom(item(7, changed_at=now)).findtext("a:entry/a:updated", None, A)
    assert alone in moments, "its neighbours do not move it"


def test_the_feed_is_as_new_as_its_newest_change(atom: Callable[..., Any], item: Make, now: datetime) -> None:
    feed = atom(item(1), item(2, changed_at=now))
    assert feed.findtext("a:updated", None, A) == feed.findall("a:entry", A)[1].findtext("a:updated", None, A)
    assert atom().findtext("a:updated", None, A) == "2000-01-01T00:00:00Z", (
        "required, and never the time of building"
    )


def test_a_hub_is_named(atom: Callable[..., Any], item: Make) -> None:
    assert {"rel": "hub", "href": "https://hub.example/"} in links(atom(item(), hub="https://hub.example/"))
    assert not [link for link in links(atom(item())) if link["rel"] == "hub"]
