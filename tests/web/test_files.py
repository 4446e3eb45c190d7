"""Published files over real HTTP: types, cache headers, codings, conditional requests, snapshots."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from pathlib import Path

import brotli
import pytest
import zstandard

from tests.web.running import FEED, SITE, Site, make_status, start
from tracker.web import published


@pytest.mark.parametrize(("path", "name", "kind"), [
    ("/", "index.html", "text/html; charset=utf-8"),
    ("/feed.xml", "feed.xml", "application/rss+xml; charset=utf-8"),
    ("/style.css", "style.css", "text/css; charset=utf-8"),
    ("/favicon.svg", "favicon.svg", "image/svg+xml"),
    ("/robots.txt", "robots.txt", "text/plain; charset=utf-8"),
    ("/feed.atom", "feed.atom", "application/atom+xml; charset=utf-8"),
    ("/feed.json", "feed.json", "application/feed+json; charset=utf-8"),
    ("/feeds.opml", "feeds.opml", "text/x-opml; charset=utf-8"),
    ("/feeds", "feeds.html", "text/html; charset=utf-8"),
    ("/feeds/cs.CL.xml", "feeds/cs.CL.xml", "application/rss+xml; charset=utf-8"),
    ("/feeds/licence/MIT.json", "feeds/licence/MIT.json", "application/feed+json; charset=utf-8"),
    ("/sitemap.xml", "sitemap.xml", "application/xml; charset=utf-8"),
    ("/snapshot/all.db.zst", "snapshot/all.db.zst", "application/zstd"),
    ("/browse/cs.CL", "browse/cs.CL.html", "text/html; charset=utf-8"),
    ("/paper/2606.00001", "paper/2606.00001.html", "text/html; charset=utf-8"),
    ("/paper/2606.00001.xml", "paper/2606.00001.xml", "application/rss+xml; charset=utf-8"),
    ("/search", "search.html", "text/html; charset=utf-8"),
])  # fmt: skip
def test_files_are_served_with_their_type(site: Site, path: str, name: str, kind: str) -> None:
    answer = site.ask(path)
    assert (answer.status, answer.body, answer.headers["content-type"]) == (200, SITE[name], kind)


def test_a_feed_has_all_headers_that_caches_need(site: Site) -> None:
    headers = site.ask("/feed.xml").headers
    assert headers["etag"].startswith('"')
    assert headers["last-modified"] == "Tue, 16 Jun 2026 08:00:00 GMT"
    assert headers["cache-control"] == "public, max-age=3600"
    assert headers["vary"] == "Accept-Encoding"
    assert headers["access-control-allow-origin"] == "*"
    assert headers["content-length"] == str(len(FEED))


def test_a_page_is_guarded(site: Site) -> None:
    headers = site.ask("/").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["content-security-policy"].startswith(
        "default-src 'none'; style-src 'self'; img-src 'self'; connect-src 'self'"
    )
    assert "unsafe" not in headers["content-security-policy"]


UNPACK: dict[str | None, Callable[[bytes], bytes]] = {
    None: lambda body: body,
    "gzip": gzip.decompress,
    "br": brotli.decompress,
    "zstd": lambda body: zstandard.ZstdDecompressor().decompress(body),
}


@pytest.mark.parametrize(("wanted", "coding"), [
    ("gzip", "gzip"), ("GZIP;q=0.5", "gzip"), ("gzip;q=0", None), ("gzip; q=0.000", None), ("br", "br"),
    ("zstd", "zstd"), ("gzip, deflate, br, zstd", "br"), ("gzip, br;q=0.5", "gzip"), ("br;q=0.1, zstd;q=0.9", "zstd"),
    ("*", "br"), ("*;q=0", None), ("br;q=0, *", "zstd"), ("identity", None), ("", None), ("deflate", None),
    ("gzip;q=0.5, identity", None), ("gzip;q=high", None), ("gzip;q=1.5", None), ("identity;q=0", None),
])  # fmt: skip
def test_the_best_coding_that_is_asked_for_is_served(site: Site, wanted: str, coding: str | None) -> None:
    answer = site.ask("/feed.xml", accept_encoding=wanted)
    assert answer.headers.get("content-encoding") == coding
    assert UNPACK[coding](answer.body) == FEED
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["content-length"] == str(len(answer.body))


def test_what_is_too_small_to_compress_is_served_plain(site: Site) -> None:
    assert "content-encoding" not in site.ask("/robots.txt", accept_encoding="gzip, br, zstd").headers


def test_each_encoding_has_its_own_tag(site: Site) -> None:
    assert site.ask("/feed.xml").headers["etag"] != site.ask("/feed.xml", accept_encoding="gzip").headers["etag"]


@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', '"other",W/{} , "third"', "*"])
@pytest.mark.parametrize("encoding", ["identity", "gzip", "br", "zstd"])
def test_a_known_tag_answers_304_without_a_body(site: Site, form: str, encoding: str) -> None:
    full = site.ask("/feed.xml", accept_encoding=encoding)
    answer = site.ask("/feed.xml", accept_encoding=encoding, if_none_match=form.format(full.headers["etag"]))
    assert (answer.status, answer.body) == (304, b"")
    for name in ("etag", "last-modified", "cache-control", "vary"):
        assert answer.headers[name] == full.headers[name]


def test_the_tag_of_a_compressed_form_also_matches_the_plain_one(site: Site) -> None:
    for coding in ("gzip", "br", "zstd"):
        packed = site.ask("/feed.xml", accept_encoding=coding).headers["etag"]
        assert site.ask("/feed.xml", if_none_match=packed).status == 304
        assert site.ask("/feed.xml", accept_encoding="gzip", if_none_match=f"W/{packed}").status == 304


@pytest.mark.parametrize("other", ['"other"', "W/", '""', "nonsense", ""])
def test_an_unknown_tag_answers_200_whatever_the_date(site: Site, other: str) -> None:
    answer = site.ask("/feed.xml", if_none_match=other, if_modified_since="Fri, 01 Jan 2027 00:00:00 GMT")
    assert (answer.status, answer.body) == (200, FEED)


@pytest.mark.parametrize(("since", "status"), [
    ("Tue, 16 Jun 2026 08:00:00 GMT", 304),
    ("Tue, 16 Jun 2026 08:00:01 GMT", 304),
    ("Tue, 16 Jun 2026 07:59:59 GMT", 200),
    ("Tuesday, 16-Jun-26 08:00:00 GMT", 304),
    ("yesterday", 200), ("", 200), ("99999999999999999999", 200), ("Tue, 99 Jun 2026 08:00:00 GMT", 200),
    ("Tue, 16 Jun 99999 08:00:00 GMT", 200),
])  # fmt: skip
def test_the_date_decides_where_no_tag_is_sent(site: Site, since: str, status: int) -> None:
    assert site.ask("/feed.xml", if_modified_since=since).status == status


@pytest.mark.parametrize("path", ["/feed.xml", "/feed.atom", "/feed.json", "/feeds.opml", "/feeds/cs.CL.xml"])
def test_scripts_elsewhere_may_read_feeds_and_nothing_else(site: Site, path: str) -> None:
    headers = site.ask(path).headers
    assert headers["access-control-allow-origin"] == "*"
    assert headers["x-content-type-options"] == "nosniff"
    assert "access-control-allow-origin" not in site.ask("/").headers


def test_the_search_form_may_be_sent_here_alone(site: Site) -> None:
    assert "form-action 'self'" in site.ask("/search").headers["content-security-policy"]


def test_a_hub_is_named_beside_the_feed(folder: Path) -> None:
    made = Site(folder, status=make_status())
    stop = start(made, public_url="https://a.example/t/", websub_hub="https://hub.example/?a=b")
    try:
        link = made.ask("/feeds/cs.CL.xml").headers["link"]
        assert link == '<https://hub.example/?a=b>; rel="hub", <https://a.example/t/feeds/cs.CL.xml>; rel="self"'
        for other in ("/", "/feeds.opml", "/style.css"):
            assert "link" not in made.ask(other).headers
    finally:
        stop()


def test_a_snapshot_is_served_from_its_own_folder(folder: Path, tmp_path: Path) -> None:
    content = os.urandom(published.LARGE + 1)
    (tmp_path / "tracker.db.zst").write_bytes(content)
    (tmp_path / "tracker.db.zst.json").write_text('{"rows": {}}')
    (tmp_path / "tracker.db.zst.sha256").write_text("00  tracker.db.zst")
    (tmp_path / "other.db.zst").write_bytes(b"not offered")
    made = Site(folder, status=make_status())
    stop = start(made, snapshots=tmp_path)
    try:
        found = made.ask("/snapshot/tracker.db.zst")
        assert (found.status, found.body) == (200, content)
        assert (found.headers["content-type"], found.headers["content-length"]) == (
            "application/zstd",
            str(len(content)),
        )
        assert "content-encoding" not in found.headers
        again = made.ask("/snapshot/tracker.db.zst", If_None_Match=found.headers["etag"])
        assert (again.status, again.body) == (304, b"")
        assert made.ask("/snapshot/tracker.db.zst.json").headers["content-type"] == "application/json"
        assert made.ask("/snapshot/tracker.db.zst.sha256").body == b"00  tracker.db.zst"
        for other in ("other.db.zst", "../secret.db", "tracker.db", "tracker.db.zst.exe"):
            assert made.ask(f"/snapshot/{other}").status == 404
        # A new one takes its place: the next reader gets it whole.
        fresh = tmp_path / ".tracker.db.zst.new"
        fresh.write_bytes(b"newer")
        fresh.replace(tmp_path / "tracker.db.zst")
        assert made.ask("/snapshot/tracker.db.zst").body == b"newer"
    finally:
        stop()


def test_a_file_too_large_for_memory_is_sent_from_disk(tmp_path: Path) -> None:
    large = os.urandom(published.LARGE + 100)
    (tmp_path / "all.db.zst").write_bytes(large)
    made = Site(tmp_path, status=make_status())
    stop = start(made)
    try:
        answer = made.ask("/all.db.zst")
        assert answer.body == large
        assert made.ask("/all.db.zst", if_none_match=answer.headers["etag"]).status == 304
        assert made.ask("/all.db.zst", "HEAD").headers["content-length"] == str(len(large))
    finally:
        stop()
