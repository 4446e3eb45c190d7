"""What abusers send to the server over real connections, and what strangers' words come to on its pages."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from urllib.parse import quote

import pytest
import uvicorn
from lxml import etree, html
from starlette.types import ASGIApp

from benchmarks.fuzz.outputs import harmless, item
from benchmarks.fuzz.serving import keep
from tracker import config_files
from tracker.domain.errors import SettingsError
from tracker.domain.feeds import ATOM, RSS, Channel
from tracker.domain.status import Status
from tracker.fetch.clock import SystemClock
from tracker.pipeline.site import build_paper_page, build_search_page
from tracker.publish import composed_feeds, feeds, files, opml
from tracker.publish.readable_text import readable_text
from tracker.settings import Settings, load_settings
from tracker.store.engine import Store
from tracker.web import process
from tracker.web.api import Api
from tracker.web.api_parameters import description
from tracker.web.app import build_app
from tracker.web.dynamic import StorePages
from tracker.web.process import server_config

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'><svg onload=alert(3)>{{7*7}}{% raw %}javascript:alert(4)"
SQL = ["'", '"', "' OR 1=1 --", "'; DROP TABLE paper; --", '" OR ""="', "1); ATTACH DATABASE '/tmp/x' AS x; --", "%", "_", "*", "NEAR(a b)", "a AND", "^", "\\", "\x00", "title:",
       "{a b}", "-- ", "/*", "x' UNION SELECT sql FROM sqlite_master --", "\ud800", "A" * 900]  # fmt: skip


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(
        environ={"TRACKER_DATA_DIR": str(tmp_path), "TRACKER_PUBLIC_URL": "https://tracker.example.org"}
    )


@pytest.fixture
def site(store: Store, settings: Settings, now) -> ASGIApp:
    keep(store, 1, b"https://github.com/ann/deep\n" + SCRIPT.encode(), now)
    keep(store, 2, b"https://github.com/bob/wide\nA plain title\n", now)
    composer = composed_feeds.Composer(settings)
    composer.load((item(b"https://github.com/ann/deep\n" + SCRIPT.encode()),), {})
    status = Status(
        version="0",
        now=now,
        papers=2,
        open_papers=1,
        checks_waiting=0,
        scans_waiting=0,
        github_token=False,
        stages={},
    )
    files.write_files(
        settings.public_dir, {"index.html": b"<p>first</p>", "404.html": b"<p>not here</p>", "feed.xml": b"<rss/>"}
    )
    return build_app(
        settings.public_dir, lambda: status, SystemClock(), ttl_minutes=60, composer=composer, api=Api(settings, store),
        pages=StorePages(partial(build_paper_page, store, settings), partial(build_search_page, store, settings)),
    )  # fmt: skip


@pytest.fixture
def port(site: ASGIApp) -> Iterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(server_config(site))
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    yield listener.getsockname()[1]
    server.should_exit = True
    thread.join(10)
    listener.close()


def ask(port: int, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


LISTS = (
    "feed.xml?cat=",
    "feed.json?cat=",
    "search?q=",
    "api/papers?category=",
    "paper/",
    "browse/x?",
    "health?ready=",
)


@pytest.mark.parametrize("rows", [400, 9_000, 1_000_000])
def test_a_list_of_a_million_rows_is_refused_at_once(port, rows):
    for where in LISTS:
        began = time.monotonic()
        status, _, body = ask(port, f"/{where}{'cs.CL,' * rows}")
        assert 400 <= status < 500 or (where.startswith("health") and status == 200), where
        assert len(body) < 2_000, where
        assert time.monotonic() - began < 3, where
    assert ask(port, "/")[0] == 200


@pytest.mark.parametrize("fields", ["a=1&" * 300, "&" * 1500, "q=a&" * 21, ";" * 300, "%" * 900, "=" * 900])
def test_many_parameters_are_no_fault_of_the_server(port, fields):
    for path in ("search", "feed.xml", "api/papers", "health", ""):
        assert ask(port, f"/{path}?{fields}")[0] in (200, 301, 400, 404), path


def test_a_head_without_end_is_refused_and_one_that_drips_is_ended(port, monkeypatch):
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n")
        for number in range(400):
            connection.sendall(b"X-%d: %s\r\n" % (number, b"y" * 1000))
        assert connection.recv(100).startswith(b"HTTP/1.1 431 ")
    monkeypatch.setattr(process, "REQUEST_SECONDS", 0.3)
    for sent in (b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: a\r\nX: "):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(sent)
            assert connection.recv(100) == b""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n")
        assert connection.recv(20).startswith(b"HTTP/1.1 200")


def poured(connection: socket.socket, piece: bytes, times: int) -> int:
    """How often a piece could be sent, the pauses growing to what the server may take."""
    for number in range(times):
        try:
            connection.sendall(piece)
        except OSError:
            return number
        time.sleep(0.002 if number < 70 else 0.01)
    return times


@pytest.mark.parametrize("coding", ["Transfer-Encoding: chunked\r\n\r\n0\r\n", "Content-Length: 99999999\r\n\r\n"])
def test_what_follows_an_answered_head_is_bounded_too(port, monkeypatch, coding):
    """Trailers are kept by the parser, and a body is of no use: both held memory and the connection without end."""
    monkeypatch.setattr(process, "LINGER_SECONDS", 0.3)
    head = f"POST / HTTP/1.1\r\nHost: a\r\n{coding}".encode()
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(head)
        assert connection.recv(100).startswith(b"HTTP/1.1 405 ")
        assert poured(connection, b"X-Y: " + b"z" * 1000 + b"\r\n", 400) < 400
    monkeypatch.setattr(process, "REQUEST_SECONDS", 0.3)
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(head + b"X")
        received = b""
        while more := connection.recv(1000):
            received += more
        assert received.startswith(b"HTTP/1.1 405 ")


def test_line_ends_keep_no_connection_open(port, monkeypatch):
    monkeypatch.setattr(process, "REQUEST_SECONDS", 0.3)
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 200 ")
        assert poured(connection, b"\r\n", 400) < 400


def test_a_request_with_a_small_body_keeps_its_connection(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    for _ in range(2):
        connection.request("POST", "/", body=b"x" * 2000)
        answer = connection.getresponse()
        assert (answer.status, len(answer.read()) < 200) == (405, True)
    connection.request("GET", "/health")
    assert connection.getresponse().status == 200
    connection.close()


@pytest.mark.parametrize("sql", SQL)
def test_sql_in_a_parameter_is_only_ever_a_word(port, sql):
    word = quote(sql, safe="", errors="surrogatepass")
    parameters = description()["paths"]["/api/papers"]["get"]["parameters"]
    for parameter in parameters:
        assert ask(port, f"/api/papers?{parameter['name']}={word}")[0] in (200, 400)
    for path in (f"search?q={word}", f"search?q=a&page={word}", f"feed.xml?keyword={word}", f"feed.xml?author={word}", f"feed.xml?cat={word}",
                 f"feed.xml?org={word}", f"feed.xml?has={word}", f"feed.xml?licence={word}", f"paper/{word}", f"api/papers/{word}", f"feeds/author/{word}.xml"):  # fmt: skip
        status, headers, _ = ask(port, f"/{path}")
        assert status in (200, 301, 400, 404), path
        assert headers.get("location", "/").startswith("/")
    assert ask(port, "/api/papers")[2].count(b"2606.0000") >= 2, "all is still there"


PATHS = [
    "/%0d%0aSet-Cookie:a=b/", "/feeds/author/x%0d%0aSet-Cookie:a=b.xml", "/feed.xml?author=x%0d%0aSet-Cookie:a=b", "//evil.example/", "/\\evil.example/", "/%5cevil.example/", "/.//evil.example", "/%2f/evil.example/", "/feed.xml?cat=cs.CL&x=%0d%0a", "/index.html?//evil.example", "/paper/2606.00001v1%0d%0aA:b", "/rss/..//evil.example/",
]  # fmt: skip


def test_no_header_is_injected_and_no_redirect_leaves_the_site(port):
    for path in PATHS:
        status, headers, _ = ask(port, path)
        assert status in (200, 301, 400, 404), path
        assert "set-cookie" not in headers, path
        if place := headers.get("location"):
            assert place.startswith("/"), path
            assert not place.startswith(("//", "/\\")), path


def test_conditions_are_never_echoed(port):
    tag = ask(port, "/")[1]["etag"]
    for given in ('"a\tb"', 'W/"x', "*" * 5000, "\xff\xfe", '"' + "a" * 5000 + '"', ",".join(['"x"'] * 900)):
        status, headers, _ = ask(
            port, "/", If_None_Match=given, If_Modified_Since=given, Range=f"bytes={given}", Accept_Encoding=given
        )
        if status == 429:  # so many ranges are an attack, and cost nothing
            assert given.count(",") > 800
            continue
        assert status in (200, 304)
        assert headers["etag"].strip("W/").strip('"').isascii()
    assert ask(port, "/", If_None_Match=tag)[0] == 304


def test_script_in_every_word_of_a_paper_is_text_on_its_page_and_in_a_search(port):
    for path in ("/paper/2606.00001", "/search?q=script", f"/search?q={quote(SCRIPT)}"):
        status, headers, page = ask(port, path)
        assert status == 200
        harmless(page)
        assert not html.document_fromstring(page).xpath(
            "//svg[@onload] | //img[@onerror] | //script[not(@src) and contains(., 'alert')]"
        )
        assert (
            "script-src" in headers["content-security-policy"]
            or "default-src" in headers["content-security-policy"]
        )
        assert headers["x-content-type-options"] == "nosniff"


def test_script_in_every_word_of_a_feed_is_text(settings):
    one = item(b"https://github.com/ann/deep\n" + SCRIPT.encode())
    channel = Channel(name="org/x", title=SCRIPT, description=SCRIPT, items=(one,))
    for feed_format in (RSS, ATOM):
        root = etree.fromstring(
            feeds.write_feed(channel, feed_format, settings.feed, public_url="https://tracker.example.org")
        )
        assert not root.xpath("//*[local-name() = 'script' or local-name() = 'img' or local-name() = 'svg']")
        for body in root.xpath(
            "//item/description | //*[local-name() = 'content'] | //*[local-name() = 'encoded']"
        ):
            if body.text:
                harmless(body.text.encode())
    etree.fromstring(opml.write_opml([(SCRIPT, channel)], settings.feed, ""))
    assert b"<script" not in opml.write_opml([(SCRIPT, channel)], settings.feed, "")


# What the fuzzer found.


def test_accents_within_accents_do_not_double_with_each_nesting():
    began = time.perf_counter()
    for text in (
        r"$" + r"\'{" * 40 + "x" + "}" * 40 + "$",
        r"\v{" * 60 + "xy" + "}" * 60,
        "$" + r"\ddot{\bar{" * 30 + "x" + "}}" * 30 + "$",
    ):
        assert len(readable_text(text)) < 20_000
    assert time.perf_counter() - began < 10
    assert readable_text(r"\v{S}koda, $\bar{x}$, na\"{\i}ve, \'{\i}") == "Škoda, x̄, naïve, í"


def test_a_feed_whose_name_shows_nothing_is_still_one(settings):
    channel = Channel(name="org/\x00", title="\u202e", description="", items=())
    root = etree.fromstring(feeds.write_feed(channel, RSS, settings.feed, public_url=""))
    assert root.findtext("channel/title")
    etree.fromstring(opml.write_opml([("", channel)], settings.feed, ""))


@pytest.mark.parametrize("content", ["a = " + "[" * 5000, "a = " + "9" * 5000])
def test_toml_that_is_deep_or_huge_is_an_error_in_words(tmp_path, content):
    path = tmp_path / "deep.toml"
    path.write_text(content)
    with pytest.raises(SettingsError, match=r"deep\.toml: is not valid TOML"):
        config_files.read_toml(path)
