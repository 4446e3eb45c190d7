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

import pytest
import uvicorn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracker import web
from tracker.errors import TrackerError
from tracker.publish import files
from tracker.published import Status, Trouble

NOW = datetime(2026, 6, 17, 5, 0, tzinfo=UTC)
WRITTEN = datetime(2026, 6, 16, 8, 0, tzinfo=UTC)
FEED = b"<rss>" + b"an item " * 200 + b"</rss>"
SITE = {
    "feed.xml": FEED,
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


def start(site: Site, *, root_path: str = "", prefix: str = "") -> Callable[[], None]:
    listener = socket.create_server(("127.0.0.1", 0))
    site.port = listener.getsockname()[1]
    app = web.build(site.folder, site.health, site.clock, ttl_minutes=60, prefix=prefix)
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
    files.publish(public, SITE)
    for path in public.iterdir():
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
    assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'; img-src 'self'")
    assert "unsafe" not in headers["content-security-policy"]


@pytest.mark.parametrize(("wanted", "packed"), [
    ("gzip", True), ("br, GZIP;q=0.5", True), ("gzip;q=0", False), ("gzip; q=0.000", False), ("br", False),
    ("identity", False), ("", False),
])  # fmt: skip
def test_gzip_is_served_where_it_is_asked_for(site: Site, wanted: str, packed: bool) -> None:
    answer = site.ask("/feed.xml", accept_encoding=wanted)
    assert answer.headers.get("content-encoding") == ("gzip" if packed else None)
    assert (gzip.decompress(answer.body) if packed else answer.body) == FEED


def test_each_encoding_has_its_own_tag(site: Site) -> None:
    assert site.ask("/feed.xml").headers["etag"] != site.ask("/feed.xml", accept_encoding="gzip").headers["etag"]


@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', '"other",W/{} , "third"', "*"])
@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_a_known_tag_answers_304_without_a_body(site: Site, form: str, encoding: str) -> None:
    full = site.ask("/feed.xml", accept_encoding=encoding)
    answer = site.ask("/feed.xml", accept_encoding=encoding, if_none_match=form.format(full.headers["etag"]))
    assert (answer.status, answer.body) == (304, b"")
    for name in ("etag", "last-modified", "cache-control", "vary"):
        assert answer.headers[name] == full.headers[name]


def test_the_tag_of_the_packed_form_is_known_to_the_plain_one(site: Site) -> None:
    packed = site.ask("/feed.xml", accept_encoding="gzip").headers["etag"]
    assert site.ask("/feed.xml", if_none_match=packed).status == 304


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
    files.publish(tmp_path, {"feed.xml": FEED})
    stop = start(made)
    try:
        first = made.ask("/feed.xml", accept_encoding="gzip").headers
        files.publish(tmp_path, {"feed.xml": FEED})
        again = made.ask("/feed.xml", accept_encoding="gzip").headers
        assert (first["etag"], first["last-modified"]) == (again["etag"], again["last-modified"])
        files.publish(tmp_path, {"feed.xml": FEED + b" "})
        changed = made.ask("/feed.xml", accept_encoding="gzip")
        assert gzip.decompress(changed.body) == FEED + b" "
        assert changed.headers["etag"] != first["etag"]
    finally:
        stop()


def test_a_packed_form_of_other_bytes_is_never_sent(tmp_path: Path) -> None:
    made = Site(tmp_path, status=make_status())
    files.publish(tmp_path, {"feed.xml": FEED})
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


@pytest.mark.parametrize(("mounted", "asked"), [({"prefix": "/tracker/"}, "/tracker"), ({"prefix": "/tracker"}, ""),
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


def test_a_reader_is_served_and_a_flood_is_told_to_wait(site: Site) -> None:
    site.clock.step = 0.0
    answers = [site.ask("/feed.xml") for _ in range(web.BURST + 5)]
    assert [answer.status for answer in answers[:3]] == [200, 200, 200]
    assert {answer.status for answer in answers[: web.BURST]} == {200}
    assert {answer.status for answer in answers[web.BURST :]} == {429}
    assert int(answers[-1].headers["retry-after"]) > 0
    assert site.ask("/health").status == 200, "a flood of pages must not make the health check fail"
    site.clock.at += timedelta(seconds=60)
    assert site.ask("/feed.xml").status == 200


def test_clients_are_counted_apart_and_remembered_within_bounds() -> None:
    clock = SteppingClock()
    clock.step = 0.0
    flood = web.Flood(clock)
    assert [flood.admits("a") for _ in range(web.BURST + 1)] == [True] * web.BURST + [False]
    assert flood.admits("b")
    clock.at -= timedelta(hours=1)
    assert not flood.admits("a"), "a clock that steps back fills no bucket"
    for number in range(web.CLIENTS * 2):
        flood.admits(f"client {number}")
    assert len(flood._buckets) <= web.CLIENTS


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
        files.publish(made.folder, SITE)
        assert made.ask("/health?ready").status == 200
        assert made.ask("/").status == 200
    finally:
        stop()


def test_a_taken_port_is_one_sentence(folder: Path) -> None:
    app = web.build(folder, make_status, SteppingClock(), ttl_minutes=60)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(TrackerError, match=rf"Cannot listen on 127\.0\.0\.1:{port} .*TRACKER_WEB__PORT"):
            web.serve(app, "127.0.0.1", port, lambda _: None)


SERVER = """
import sys, signal
from pathlib import Path
from datetime import UTC, datetime
from tracker import web
class Clock:
    def now(self): return datetime.now(UTC)
def status(): raise RuntimeError
for number in (signal.SIGTERM, signal.SIGINT):
    signal.signal(number, lambda *_: None)
app = web.build(Path(sys.argv[1]), status, Clock(), ttl_minutes=60)
web.serve(app, "127.0.0.1", 0, lambda address: print(address, flush=True))
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
