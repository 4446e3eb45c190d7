"""Without a public address, what readers copy has the address that the request names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from tests.web.running import WRITTEN, Site, make_status, start
from tracker.domain.feeds import Channel
from tracker.publish import files, opml, pages
from tracker.settings import load_settings
from tracker.web.own_address import own_address

SETTINGS = load_settings(environ={})
CHANNELS = [("", Channel(name="", title="All", description="", items=())),
            ("C", Channel(name="cs.CL", title="cs.CL", description="", items=(), page="browse/category/cs.CL"))]  # fmt: skip


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "public"
    status = make_status()
    files.write_files(
        folder,
        {
            "index.html": pages.render_index([], [], [], [], status, SETTINGS),
            "feeds.html": pages.render_feeds(CHANNELS, SETTINGS, status, address=""),
            "feeds.opml": opml.write_opml(CHANNELS, SETTINGS.feed, ""),
            "about.html": b"<p>about</p>",
        },
    )
    for path in folder.rglob("*"):
        os.utime(path, (WRITTEN.timestamp(), WRITTEN.timestamp()))
    return folder


@pytest.fixture
def live(shown: Path) -> Iterator[Site]:
    site = Site(shown, status=make_status())
    stop = start(site, compose=lambda _: (200, pages.render_composed_feed(None, {}, {}, SETTINGS, address="")))
    yield site
    stop()


def addresses(opml_body: bytes) -> list[str]:
    return [str(text) for text in etree.fromstring(opml_body).xpath("//@xmlUrl | //@htmlUrl")]


def test_the_list_of_feeds_can_be_imported_from_wherever_it_is_reached(live: Site) -> None:
    for host in ("papers.lan:8080", "[fd00::1]:8080", "localhost"):
        reply = live.ask("/feeds.opml", host=host)
        base = f"http://{host}/"
        assert sorted(addresses(reply.body)) == sorted(
            [base, f"{base}feed.xml", f"{base}browse/category/cs.CL", f"{base}feeds/cs.CL.xml"]
        )
        assert reply.headers["content-type"] == "text/x-opml; charset=utf-8"
        assert reply.headers["access-control-allow-origin"] == "*"
        assert live.ask("/feeds.opml", host=host, if_none_match=reply.headers["etag"]).status == 304


def test_copy_boxes_hold_whole_addresses(live: Site) -> None:
    for path in ("/", "/feeds"):
        reply = live.ask(path, host="papers.lan:8080")
        assert b">http://papers.lan:8080/feed.xml" in reply.body
        assert b"<!--site-->" not in reply.body
        assert "content-security-policy" in reply.headers
    assert b"http://papers.lan/feeds/cs.CL.xml</code>" in live.ask("/feeds", host="papers.lan").body


def test_a_trusted_proxy_says_the_scheme(live: Site) -> None:
    forwarded = {"x-forwarded-for": "192.0.2.1", "x-forwarded-proto": "https"}
    reply = live.ask("/feeds.opml", host="papers.example", **forwarded)
    assert "https://papers.example/feed.xml" in addresses(reply.body)


@pytest.mark.parametrize(
    "host", ['x"><script>alert(1)</script>', "a b", "a/b", "a@b", "", "[::1", "x:port", "a\\b", "-", "é".encode()]
)
def test_a_host_that_cannot_be_one_is_not_written(host: Any) -> None:
    value = host if isinstance(host, bytes) else host.encode()
    assert own_address({"scheme": "http", "headers": [(b"host", value)]}) == ""
    assert own_address({"scheme": "http", "headers": []}) == ""


def test_with_a_public_address_the_files_are_sent_as_they_are(shown: Path) -> None:
    site = Site(shown, status=make_status())
    stop = start(site, public_url="https://papers.example")
    try:
        assert live_body(site) == (shown / "feeds.opml").read_bytes()
    finally:
        stop()


def live_body(site: Site) -> bytes:
    return site.ask("/feeds.opml", host="evil.example").body
