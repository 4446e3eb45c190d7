"""The list of feeds, as feed readers import it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lxml import etree

from tracker.domain.feeds import Channel
from tracker.publish import opml
from tracker.settings import Settings


def _channel(name: str, title: str, page: str = "") -> Channel:
    return Channel(name=name, title=title, description="Of papers.", items=(), page=page)


CHANNELS = [
    ("", _channel("", "Everything")),
    ("Categories", _channel("cs.CL", "cs.CL: language", "?cat=cs.CL")),
    ("Licences", _channel("licence/MIT", "MIT")),
    ("Categories", _channel("cs.LG", "Learning <b> & \x00more")),
]


def _body(configured: Callable[..., Settings], public_url: str) -> Any:
    root = etree.fromstring(opml.write_opml(CHANNELS, configured().feed, public_url))
    assert (root.tag, root.get("version")) == ("opml", "2.0")
    assert root.findtext("head/title") == configured().feed.title
    return root.find("body")


def test_feeds_are_in_their_groups(configured: Callable[..., Settings]) -> None:
    body = _body(configured, "https://x.example/t/")
    assert [outline.get("text") for outline in body] == ["Everything", "Categories", "Licences"]
    assert [outline.get("xmlUrl") for outline in body[1]] == [
        "https://x.example/t/feeds/cs.CL.xml", "https://x.example/t/feeds/cs.LG.xml",
    ]  # fmt: skip


def test_each_feed_has_what_an_import_needs(configured: Callable[..., Settings]) -> None:
    assert dict(_body(configured, "https://x.example/t")[1][0].attrib) == {
        "type": "rss", "version": "RSS2", "language": "en", "text": "cs.CL: language", "title": "cs.CL: language",
        "description": "Of papers.", "xmlUrl": "https://x.example/t/feeds/cs.CL.xml",
        "htmlUrl": "https://x.example/t/?cat=cs.CL",
    }  # fmt: skip


def test_labels_are_plain_text(configured: Callable[..., Settings]) -> None:
    assert _body(configured, "https://x.example")[1][1].get("text") == "Learning ‹b› & more"


def test_where_nobody_knows_the_address_it_is_relative(configured: Callable[..., Settings]) -> None:
    first = _body(configured, "")[0]
    assert (first.get("xmlUrl"), first.get("htmlUrl")) == ("feed.xml", "./")


def test_equal_feeds_give_equal_bytes(configured: Callable[..., Settings]) -> None:
    feed = configured().feed
    assert opml.write_opml(CHANNELS, feed, "https://x.example") == opml.write_opml(
        CHANNELS, feed, "https://x.example"
    )
