"""The server over real HTTP on loopback: what readers, proxies, browsers and abusers meet."""

from __future__ import annotations

import gzip
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import brotli
import pytest
import uvicorn
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracker.domain.errors import TrackerError
from tracker.domain.status import Status, Trouble
from tracker.publish import files
from tracker.web import dynamic, middleware, process, published
from tracker.web.app import build_app
from tracker.web.conditional import ENDINGS, accepted_codings
from tracker.web.published import PublishedFiles

NOW = datetime(2026, 6, 17, 5, 0, tzinfo=UTC)
WRITTEN = datetime(2026, 6, 16, 8, 0, tzinfo=UTC)
FEED = b"<rss>" + b"an item " * 200 + b"</rss>"
SITE = {
    "feed.xml": FEED,
    "feed.atom": b"<feed/>" * 60,
    "feed.json": b'{"items": []}',
    "feeds.opml": b"<opml/>",
    "feeds.html": b"<p>all feeds</p>",
    "feeds/cs.CL.xml": b"<rss>cs.CL</rss>",
    "feeds/licence/MIT.json": b'{"items": [1]}',
    "sitemap.xml": b"<urlset/>",
    "snapshot/all.db.zst": b"packed already",
    "browse/cs.CL.html": b"<p>cs.CL</p>",
    "paper/2606.00001.html": b"<p>a paper</p>",
    "paper/2606.00001.xml": b"<rss>a paper</rss>",
    "search.html": b"<p>ask</p>",
    "index.html": b"<p>first page</p>" * 40,
    "404.html": b"<p>not here</p>",
    "style.css": b"a { color: red }",
    "favicon.svg": b"<svg/>",
    "robots.txt": b"User-agent: *\n",
}
TROUBLE = Trouble("harvest", "no connection", NOW - timedelta(hours=1), NOW + timedelta(minutes=30))


class SteppingClock:
    """Moves one second with each look, so that no request of a test is refused but where it means to."""

    step = 1.0

    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        self.at += timedelta(seconds=self.step)
        return self.at


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Site:
    """A running server on `folder`; `status` is what its health callable answers or raises."""

    folder: Path
    clock: SteppingClock = field(default_factory=SteppingClock)
    status: Any = None
    port: int = 0

    def ask(self, path: str, method: str = "GET", **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            names = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, headers=names)
            answer = connection.getresponse()
            told = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, told, answer.read())
        finally:
            connection.close()

    def health(self) -> Status:
        if isinstance(self.status, Exception):
            raise self.status
        made: Status = self.status
        return made


def make_status(*troubles: Trouble) -> Status:
    return Status(
        version="0.1.0", now=NOW, papers=850, open_papers=88, checks_waiting=41, scans_waiting=3, github_token=False,
        stages={"harvest": NOW - timedelta(hours=1), "judge": None}, troubles=troubles,
        next_harvest=NOW + timedelta(hours=12),
    )  # fmt: skip


def start(site: Site, /, *, root_path: str = "", **more: Any) -> Callable[[], None]:
    listener = socket.create_server(("127.0.0.1", 0))
    site.port = listener.getsockname()[1]
    app = build_app(site.folder, site.health, site.clock, ttl_minutes=60, **more)
    server = uvicorn.Server(
        uvicorn.Config(app, log_config=None, lifespan="off", ws="none", root_path=root_path, access_log=False)
    )
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()

    def stop() -> None:
        server.should_exit = True
        thread.join(10)
        listener.close()

    return stop


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("site")
    (made / "secret.db").write_bytes(b"not published")
    public = made / "public"
    files.write_files(public, SITE)
    for path in public.rglob("*"):
        os.utime(path, (WRITTEN.timestamp(), WRITTEN.timestamp()))
    return public


@pytest.fixture(scope="module")
def running(folder: Path) -> Iterator[Site]:
    made = Site(folder)
    stop = start(made)
    yield made
    stop()


@pytest.fixture
def site(running: Site) -> Site:
    running.status = make_status()
    running.clock.step = 1.0
    running.clock.at += timedelta(hours=1)
    return running


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


def test_a_feed_tells_caches_all_they_need(site: Site) -> None:
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


def test_what_is_too_small_to_pack_is_served_as_it_is(site: Site) -> None:
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


def test_the_tag_of_the_packed_form_is_known_to_the_plain_one(site: Site) -> None:
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


def test_a_new_file_is_served_at_once_and_an_equal_one_changes_nothing(tmp_path: Path) -> None:
    made = Site(tmp_path, status=make_status())
    files.write_files(tmp_path, {"feed.xml": FEED})
    stop = start(made)
    try:
        first = made.ask("/feed.xml", accept_encoding="gzip").headers
        files.write_files(tmp_path, {"feed.xml": FEED})
        again = made.ask("/feed.xml", accept_encoding="gzip").headers
        assert (first["etag"], first["last-modified"]) == (again["etag"], again["last-modified"])
        files.write_files(tmp_path, {"feed.xml": FEED + b" "})
        changed = made.ask("/feed.xml", accept_encoding="gzip")
        assert gzip.decompress(changed.body) == FEED + b" "
        assert changed.headers["etag"] != first["etag"]
    finally:
        stop()


def test_a_packed_form_of_other_bytes_is_never_sent(tmp_path: Path) -> None:
    made = Site(tmp_path, status=make_status())
    files.write_files(tmp_path, {"feed.xml": FEED})
    (tmp_path / "feed.xml.gz").write_bytes(gzip.compress(b"what a killed publisher left"))
    (tmp_path / "index.html").write_bytes(FEED)
    (tmp_path / "index.html.gz").write_bytes(b"no gzip")
    stop = start(made)
    try:
        for path in ("/feed.xml", "/"):
            answer = made.ask(path, accept_encoding="gzip")
            assert (answer.body, answer.headers.get("content-encoding")) == (FEED, None)
    finally:
        stop()


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
@pytest.mark.parametrize("path", ["/", "/feed.xml", "/nowhere", "/health"])
def test_head_is_get_without_the_body(site: Site, path: str, encoding: str) -> None:
    site.clock.step = 0.0
    get, head = site.ask(path, accept_encoding=encoding), site.ask(path, "HEAD", accept_encoding=encoding)
    assert head.body == b""
    assert head.status == get.status
    assert {k: v for k, v in head.headers.items() if k != "date"} == {
        k: v for k, v in get.headers.items() if k != "date"
    }


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
@pytest.mark.parametrize("path", ["/", "/feed.xml", "/health"])
def test_nothing_can_be_changed(site: Site, path: str, method: str) -> None:
    answer = site.ask(path, method)
    assert answer.status == 405
    assert {part.strip() for part in answer.headers["allow"].split(",")} == {"GET", "HEAD"}


@pytest.mark.parametrize("path", ["/feeds/none.xml", "/feed", "/feed.xml.gz", "/.feed.xml", "/a/b/c", "/%00"])
def test_what_is_not_there_is_a_page_and_no_feed(site: Site, path: str) -> None:
    answer = site.ask(path)
    assert (answer.status, answer.body) == (404, SITE["404.html"])
    assert answer.headers["content-type"].startswith("text/html")
    assert "content-security-policy" in answer.headers


@pytest.mark.parametrize("path", [
    "/../secret.db", "/%2e%2e/secret.db", "/..%2fsecret.db", "//secret.db", "/....//secret.db", "/..\\secret.db",
    "/%2e%2e%5csecret.db", "/./../secret.db", "/public/../../secret.db", "//etc/passwd", "/%252e%252e/secret.db",
])  # fmt: skip
def test_nothing_outside_the_folder_is_served(site: Site, path: str) -> None:
    answer = site.ask(path)
    assert answer.status == 404
    assert b"not published" not in answer.body


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="?#"), max_size=60),
    match=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40),
    since=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40),
)
def test_no_request_breaks_the_server(site: Site, path: str, match: str, since: str) -> None:
    assert site.ask(f"/{path}").status in {200, 301, 400, 404}
    assert site.ask("/feed.xml", if_none_match=match).status in {200, 304}
    assert site.ask("/feed.xml", if_modified_since=since, accept_encoding=match).status in {200, 304}


def test_query_strings_and_slashes_make_no_second_resource(site: Site) -> None:
    tag = site.ask("/feed.xml").headers["etag"]
    assert site.ask("/feed.xml?utm_source=x").headers["etag"] == tag
    moved = site.ask("/feed.xml/")
    assert (moved.status, moved.headers["location"]) == (301, "/feed.xml")
    assert site.ask("//evil.example/").status == 404


@pytest.mark.parametrize(("mounted", "asked"), [({"public_url": "http://a.example/tracker/"}, "/tracker"), ({"public_url": "http://a.example/tracker"}, ""),
                                                ({"root_path": "/tracker"}, "")])  # fmt: skip
def test_everything_works_below_a_prefix_kept_or_taken_off(
    folder: Path, mounted: dict[str, str], asked: str
) -> None:
    made = Site(folder, status=make_status())
    stop = start(made, **mounted)
    try:
        assert made.ask(f"{asked}/feed.xml").body == FEED
        assert made.ask(f"{asked}/").body == SITE["index.html"]
        assert made.ask(f"{asked}/health").status == 200
        assert made.ask(f"{asked}/nowhere").status == 404
        assert made.ask(f"{asked}/feed.xml/").headers["location"].endswith("/feed.xml")
        if asked:
            assert made.ask(asked).headers["location"] == "/tracker/"
            assert made.ask(f"{asked}/feed.xml/").headers["location"] == "/tracker/feed.xml"
    finally:
        stop()


def test_a_hub_is_named_beside_the_feed(folder: Path) -> None:
    made = Site(folder, status=make_status())
    stop = start(made, public_url="https://a.example/t/", websub_hub="https://hub.example/?a=b")
    try:
        told = made.ask("/feeds/cs.CL.xml").headers["link"]
        assert told == '<https://hub.example/?a=b>; rel="hub", <https://a.example/t/feeds/cs.CL.xml>; rel="self"'
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


def test_a_reader_is_served_and_a_flood_is_told_to_wait(site: Site) -> None:
    site.clock.step = 0.0
    answers = [site.ask("/feed.xml") for _ in range(middleware.BURST + 5)]
    assert [answer.status for answer in answers[:3]] == [200, 200, 200]
    assert {answer.status for answer in answers[: middleware.BURST]} == {200}
    assert {answer.status for answer in answers[middleware.BURST :]} == {429}
    assert int(answers[-1].headers["retry-after"]) > 0
    assert site.ask("/health").status == 200, "a flood of pages must not make the health check fail"
    site.clock.at += timedelta(seconds=60)
    assert site.ask("/feed.xml").status == 200


def test_clients_are_counted_apart_and_remembered_within_bounds() -> None:
    clock = SteppingClock()
    clock.step = 0.0
    flood = middleware.TokenBuckets(clock)
    assert [flood.take("a") for _ in range(middleware.BURST + 1)] == [True] * middleware.BURST + [False]
    assert flood.take("b")
    clock.at -= timedelta(hours=1)
    assert not flood.take("a"), "a clock that steps back fills no bucket"
    for number in range(middleware.CLIENTS * 2):
        flood.take(f"client {number}")
    assert len(flood._buckets) <= middleware.CLIENTS


def test_health_tells_ages_waiting_work_and_troubles(site: Site) -> None:
    site.status = make_status(TROUBLE)
    site.clock.at, site.clock.step = NOW, 0.0
    answer = site.ask("/health")
    assert answer.status == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    told = json.loads(answer.body)
    assert told["status"] == "trouble"
    assert (told["papers"], told["open_papers"], told["checks_waiting"]) == (850, 88, 41)
    assert told["stages"]["harvest"] == {"good_at": "2026-06-17T04:00:00Z", "age_seconds": 3600}
    assert told["stages"]["judge"] == {"good_at": None, "age_seconds": None}
    assert told["troubles"] == [{
        "what": "harvest", "reason": "no connection", "since": "2026-06-17T04:00:00Z",
        "next_try": "2026-06-17T05:30:00Z",
    }]  # fmt: skip
    assert told["version"] == "0.1.0"


def test_health_is_ok_without_troubles(site: Site) -> None:
    assert json.loads(site.ask("/health").body)["status"] == "ok"
    assert site.ask("/health?ready").status == 200


def test_a_store_that_does_not_answer_is_a_trouble_and_not_a_crash(site: Site) -> None:
    site.status = RuntimeError("database is locked")
    answer = site.ask("/health")
    assert answer.status == 200
    assert json.loads(answer.body)["troubles"][0]["what"] == "store"
    assert b"locked" not in answer.body, "what failed inside is for the log"
    assert site.ask("/health?ready").status == 503
    assert site.ask("/feed.xml").status == 200


def test_not_ready_before_the_first_publish(tmp_path: Path) -> None:
    made = Site(tmp_path / "public", status=make_status())
    stop = start(made)
    try:
        assert made.ask("/health").status == 200
        assert made.ask("/health?ready").status == 503
        assert made.ask("/").status == 404
        files.write_files(made.folder, SITE)
        assert made.ask("/health?ready").status == 200
        assert made.ask("/").status == 200
    finally:
        stop()


def test_a_taken_port_is_one_sentence(folder: Path) -> None:
    app = build_app(folder, make_status, SteppingClock(), ttl_minutes=60)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(TrackerError, match=rf"Cannot listen on 127\.0\.0\.1:{port} .*TRACKER_WEB__PORT"):
            process.serve(app, "127.0.0.1", port, lambda _: None)


SERVER = """
import sys, signal
from pathlib import Path
from datetime import UTC, datetime
from tracker.web.app import build_app
from tracker.web.process import serve
class Clock:
    def now(self): return datetime.now(UTC)
def status(): raise RuntimeError
for number in (signal.SIGTERM, signal.SIGINT):
    signal.signal(number, lambda *_: None)
app = build_app(Path(sys.argv[1]), status, Clock(), ttl_minutes=60)
serve(app, "127.0.0.1", 0, lambda address: print(address, flush=True))
print("ended", flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly_even_with_an_open_connection(folder: Path, number: signal.Signals) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(folder)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    port = int(address.rstrip("/").rsplit(":", 1)[1])
    idle = socket.create_connection(("127.0.0.1", port), timeout=5)
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/feed.xml")
        assert connection.getresponse().read() == FEED
        process.send_signal(number)
        out, err = process.communicate(timeout=8)
        connection.close()
        assert (out, err, process.returncode) == ("ended\n", "", 0)
    finally:
        idle.close()
        process.kill()
        process.wait()


@pytest.mark.parametrize(
    "path", ["/", "/feed.xml", "/feeds", "/nowhere", "/health", "/feed.xml/", "/paper/2606.00001v2"]
)
@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_head_tells_what_get_tells_without_a_body(site: Site, path: str, encoding: str) -> None:
    got, head = (site.ask(path, method, accept_encoding=encoding) for method in ("GET", "HEAD"))
    assert (head.status, head.body) == (got.status, b"")
    moving = {"date"} | ({"content-length"} if path == "/health" else set())
    assert {k: v for k, v in head.headers.items() if k not in moving} == {
        k: v for k, v in got.headers.items() if k not in moving
    }


@pytest.mark.parametrize("method", ["POST", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE"])
@pytest.mark.parametrize("path", ["/feed.xml", "/", "/nowhere", "/health"])
def test_other_methods_are_told_which_are_allowed(site: Site, method: str, path: str) -> None:
    answer = site.ask(path, method)
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(("path", "place"), [
    ("/feeds/", "/feeds"), ("/feeds.html", "/feeds"), ("/feed.atom/", "/feed.atom"), ("/index.html", "/"),
    ("/paper/2606.00001v2", "/paper/2606.00001"), ("/paper/hep-th/9901001v1", "/paper/hep-th/9901001"),
    ("/paper/2606.00001/", "/paper/2606.00001"), ("/rss.xml", "/feed.xml"), ("/atom.xml", "/feed.atom"),
    ("/browse/cs.CL.html", "/browse/cs.CL"),
])  # fmt: skip
def test_other_forms_of_an_address_lead_to_the_one(site: Site, path: str, place: str) -> None:
    answer = site.ask(path, host="evil.example", x_forwarded_host="evil.example")
    assert (answer.status, answer.headers["location"], answer.body) == (301, place, b"")


@pytest.mark.parametrize("path", ["/paper/2606.00001x", "/paper/", "/paper/../feed.xml", "/feeds//", "/404", "/" + "a" * 5000,
                                  "/paper/" + "9" * 400, "/feed.xml.zst", "/feed.xml.br", "/feed.xml?x=" + "a" * 9000])  # fmt: skip
def test_odd_paths_are_not_found_and_cheap(site: Site, path: str) -> None:
    answer = site.ask(path)
    assert answer.status == 404
    assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("path", ["/feed.xml", "/feed.atom", "/feed.json", "/feeds.opml", "/feeds/cs.CL.xml"])
def test_scripts_elsewhere_may_read_feeds_and_nothing_else(site: Site, path: str) -> None:
    headers = site.ask(path).headers
    assert headers["access-control-allow-origin"] == "*"
    assert headers["x-content-type-options"] == "nosniff"
    assert "access-control-allow-origin" not in site.ask("/").headers


def test_the_search_form_may_be_sent_here_alone(site: Site) -> None:
    assert "form-action 'self'" in site.ask("/search").headers["content-security-policy"]


@pytest.mark.parametrize(("ranges", "status"), [
    ("bytes=0-9", 200), ("bytes=0-,0-,0-", 200), ("nonsense", 200), ("bytes=" + ",".join(["0-"] * 200), 429),
])  # fmt: skip
def test_ranges_are_answered_whole_and_many_are_abuse(site: Site, ranges: str, status: int) -> None:
    answer = site.ask("/feed.xml", range=ranges)
    assert answer.status == status
    if status == 200:
        assert answer.body == FEED
    else:
        assert int(answer.headers["retry-after"]) > 0


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


@dataclass
class Composed:
    location: str | None = None
    body: bytes | None = None


class Composer:
    """Knows one combined feed and one author."""

    def answer(self, path: str, query: str) -> Composed:
        if (path, query) == ("feed.xml", "cat=cs.LG,cs.CL"):
            return Composed(location="feed.xml?cat=cs.CL,cs.LG")
        if (path, query) in {
            ("feed.xml", "cat=cs.CL,cs.LG"),
            ("feeds/author/Ada-L.atom", ""),
            ("paper/2606.00009.xml", ""),
        }:
            return Composed(body=b"<made/>" * 200)
        return Composed()


@pytest.fixture
def live(folder: Path) -> Iterator[Site]:
    def paper(arxiv_id: str) -> bytes | None:
        if arxiv_id == "2606.00666":
            raise RuntimeError("the store is gone")
        return f"<p>{arxiv_id}</p>".encode() * 100 if arxiv_id == "2606.00009" else None

    made = Site(folder, status=make_status())
    pages = dynamic.StorePages(paper, lambda words, page: f"{page}: {words}".encode())
    stop = start(
        made,
        pages=pages,
        composer=Composer(),
        next_harvest=lambda: made.clock.at + timedelta(hours=10, seconds=5),
    )
    yield made
    stop()


def test_a_paper_without_a_file_is_shown_from_the_store(live: Site) -> None:
    answer = live.ask("/paper/2606.00009", accept_encoding="gzip")
    assert gzip.decompress(answer.body) == b"<p>2606.00009</p>" * 100
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["cache-control"] == "public, max-age=60"
    assert "content-security-policy" in answer.headers
    assert live.ask("/paper/2606.00009", if_none_match=answer.headers["etag"]).status == 304
    assert live.ask("/paper/2606.00001").body == SITE["paper/2606.00001.html"], "the file comes first"
    assert live.ask("/paper/2606.00010").status == 404
    assert live.ask("/paper/2606.00666").status == 500


@pytest.mark.parametrize(("query", "told"), [
    ("q=open+code", "1: open code"), ("q=a&page=3", "3: a"), ("q=a&page=-1", "1: a"), ("q=a&page=%C2%B2", "1: a"),
    ("q=%ff%00", "1: \ufffd\0"), ("page=2", "2: "), ("q=a&page=99999999999", "1: a"),
])  # fmt: skip
def test_a_search_is_made_on_demand(live: Site, query: str, told: str) -> None:
    answer = live.ask(f"/search?{query}")
    assert (answer.status, answer.body.decode()) == (200, told)


def test_a_search_without_words_is_the_form(live: Site) -> None:
    assert live.ask("/search?utm_source=x").body == SITE["search.html"]


def test_a_query_makes_a_feed_at_its_one_address(live: Site) -> None:
    moved = live.ask("/feed.xml?cat=cs.LG,cs.CL&utm_source=x")
    assert (moved.status, moved.headers["location"]) == (301, "/feed.xml?cat=cs.CL,cs.LG")
    answer = live.ask(moved.headers["location"], accept_encoding="gzip")
    assert gzip.decompress(answer.body) == b"<made/>" * 200
    assert answer.headers["content-type"] == "application/rss+xml; charset=utf-8"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert live.ask("/feed.xml?utm_source=x&utm_medium=y").body == FEED
    assert live.ask("/feeds/author/Ada-L.atom").headers["content-type"].startswith("application/atom+xml")
    assert live.ask("/paper/2606.00009.xml").status == 200
    for unknown in ("/feed.xml?colour=red", "/feeds/author/Nobody.xml"):
        answer = live.ask(unknown)
        assert (answer.status, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")


def test_a_feed_is_kept_for_its_ttl_and_may_be_shown_stale_until_arxiv_is_read_again(live: Site) -> None:
    assert live.ask("/feed.xml").headers["cache-control"] == "public, max-age=3600, stale-while-revalidate=32400"
    assert live.ask("/").headers["cache-control"] == "public, max-age=300"


def test_pages_on_demand_are_bounded_in_number_and_time(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dynamic, "PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr(dynamic, "WAITING", 1)
    gate = threading.Event()

    def search(words: str, page: int) -> bytes:
        gate.wait(10)
        return b"late"

    made = Site(folder, status=make_status())
    stop = start(made, pages=dynamic.StorePages(lambda arxiv_id: None, search))
    try:
        late, refused = made.ask("/search?q=a"), made.ask("/search?q=b")
        assert (late.status, refused.status) == (503, 503)
        assert refused.headers["retry-after"] == "5"
        assert made.ask("/feed.xml").status == 200, "files wait for no store"
        assert made.ask("/health").status == 200
    finally:
        gate.set()
        stop()


def test_readers_behind_a_proxy_are_counted_apart(site: Site) -> None:
    site.clock.step = 0.0
    for _ in range(middleware.BURST):
        site.ask("/feed.xml", x_forwarded_for="203.0.113.1")
    assert site.ask("/feed.xml", x_forwarded_for="203.0.113.1").status == 429
    assert site.ask("/feed.xml", x_forwarded_for="203.0.113.2").status == 200


def test_one_network_of_ipv6_is_one_client() -> None:
    assert (
        middleware.network("2001:db8::1")
        == middleware.network("2001:db8::ffff:1")
        != middleware.network("2001:db8:0:1::1")
    )
    assert middleware.network("192.0.2.1") == "192.0.2.1"
    assert middleware.network("not:an address") == "not:an address"


def test_memory_for_bodies_is_bounded(tmp_path: Path) -> None:
    files.write_files(tmp_path, {f"feeds/{number}.xml": FEED for number in range(50)})
    held = PublishedFiles(tmp_path, most_bytes=len(FEED) * 5)
    for number in range(50):
        page = held.by_name(f"feeds/{number}.xml")
        assert page is not None
        assert held.representation(page, ("gzip",)).body == gzip.compress(FEED, compresslevel=9, mtime=0)
    assert held._bytes <= len(FEED) * 5
    assert held._bytes == sum(page.bytes_in_memory for page in held._files.values())


@given(st.binary(max_size=200))
def test_any_accept_encoding_is_understood_or_ignored(header: bytes) -> None:
    assert set(accepted_codings(header)) <= set(ENDINGS)
