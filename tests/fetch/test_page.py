"""Pages over real HTTP: guarded, pinned to the checked address, bounded; nothing private is ever reached."""

import contextlib
import gzip
import socket
import threading
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from tracker.domain.errors import UpstreamError
from tracker.fetch import guard
from tracker.fetch.client import Client

PAGE = b"<html><a href='https://github.com/ann/deep'>Code</a></html>"
HTML = {"Content-Type": "text/html; charset=utf-8"}


@pytest.fixture
def connect(make_settings, memory, ticks, stub):
    """A client whose names lead to the stub, which serves the web at /HOST/PATH unless `web` is empty."""
    clients = []

    def make(resolve=None, **environ):
        values = {"TRACKER_UPSTREAMS__WEB": f"{stub.address}/web", **environ}
        options = {"resolve": resolve} if resolve else {}
        clients.append(Client(make_settings(**values), memory, ticks, sleep=ticks.sleep, **options))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@dataclass
class Silent:
    """A listener that must never be reached."""

    port: int = 0
    hits: list[str] = field(default_factory=list)


@pytest.fixture
def silent() -> Iterator[Silent]:
    listener = Silent()
    with socket.create_server(("127.0.0.1", 0)) as server:
        listener.port = server.getsockname()[1]
        server.settimeout(0.02)
        stop = threading.Event()

        def listen() -> None:
            while not stop.is_set():
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                listener.hits.append("reached")
                connection.close()

        thread = threading.Thread(target=listen)
        thread.start()
        yield listener
        stop.set()
        thread.join()


def test_the_stand_in_gets_host_and_path(connect, stub, stub_response):
    stub.answers = [stub_response(200, PAGE, HTML)]
    page = connect(GITHUB_TOKEN="secret", HF_TOKEN="secret").page("https://Ann.github.io/deep/?a=b#c")
    assert (page.status, page.body, page.url) == (200, PAGE, "https://ann.github.io/deep/?a=b")
    method, path, headers = stub.asked[0]
    assert (method, path) == ("GET", "/web/ann.github.io/deep/?a=b")
    assert "authorization" not in headers
    assert "cookie" not in headers


def test_no_cookie_is_sent_back(connect, stub, stub_response):
    stub.answers = [stub_response(200, PAGE, {**HTML, "Set-Cookie": "a=b"})]
    client = connect()
    client.page("https://example.org/1")
    client.page("https://example.org/2")
    assert all("cookie" not in headers for _, _, headers in stub.asked)


@pytest.mark.parametrize(
    ("location", "reached"),
    [
        ("https://other.example.net/x", "https://other.example.net/x"),
        ("/y", "https://ann.example.net/y"),
        ("z", "https://ann.example.net/deep/z"),
        ("//third.example.net/", "https://third.example.net/"),
    ],
)
def test_redirects_are_followed_in_the_webs_own_addresses(connect, stub, stub_response, location, reached):
    stub.answers = [stub_response(302, b"", {"Location": location}), stub_response(200, PAGE, HTML)]
    assert connect().page("https://ann.example.net/deep/").url == reached
    assert stub.asked[1][1] == "/web/" + reached.removeprefix("https://")


def test_a_redirect_of_the_stand_in_itself_is_one_of_the_page(connect, stub, stub_response):
    stub.answers = [
        stub_response(307, b"", {"Location": f"{stub.address}/web/ann.example.net/deep/"}),
        stub_response(200, PAGE, HTML),
    ]
    assert connect().page("https://ann.example.net/deep").url == "https://ann.example.net/deep/"


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://localhost/",
        "http://[::ffff:127.0.0.1]/",
        "http://2130706433/",
        "file:///etc/passwd",
        "http://user:pass@example.org/",
        "http://example.org:22/",
        "https://host.internal/",
    ],
)
def test_each_redirect_is_checked(connect, stub, stub_response, location):
    stub.answers = [stub_response(302, b"", {"Location": location}), stub_response(200, PAGE, HTML)]
    with pytest.raises(UpstreamError, match="not asked"):
        connect().page("https://ann.example.net/")
    assert len(stub.asked) == 1


def test_redirects_without_end_are_ended(connect, stub, stub_response):
    stub.answers = [stub_response(302, b"", {"Location": "/again"})]
    with pytest.raises(UpstreamError, match="redirects more than"):
        connect().page("https://ann.example.net/")
    assert len(stub.asked) == 6


@pytest.mark.parametrize("url", ["http://127.0.0.1:{port}/", "http://localhost:{port}/", "http://[::1]:{port}/"])
def test_a_private_address_in_a_paper_is_never_reached(connect, silent, url):
    with pytest.raises(UpstreamError, match="not asked"):
        connect(TRACKER_UPSTREAMS__WEB="").page(url.format(port=silent.port))
    assert silent.hits == []


def test_a_name_that_leads_home_is_never_reached(connect, silent, monkeypatch):
    monkeypatch.setattr(guard, "PORTS", frozenset({silent.port}))
    client = connect(lambda *_: ["93.184.216.34", "127.0.0.1"], TRACKER_UPSTREAMS__WEB="")
    with pytest.raises(UpstreamError, match="not public"):
        client.page(f"http://rebound.example.net:{silent.port}/")
    assert silent.hits == []


def test_the_connection_goes_to_the_checked_address(connect, stub, stub_response, monkeypatch):
    """The name is resolved once, since a second time would give another address; the host's name is still sent."""
    resolved = []

    def resolve(host, port):
        resolved.append((host, port))
        return ["127.0.0.1"] if len(resolved) == 1 else ["10.0.0.1"]

    port = int(stub.address.rpartition(":")[2])
    monkeypatch.setattr(guard, "PORTS", frozenset({port}))
    monkeypatch.setattr(guard, "is_public", lambda _: True)
    stub.answers = [stub_response(200, PAGE, HTML)]
    page = connect(resolve, TRACKER_UPSTREAMS__WEB="").page(f"http://ann.example.net:{port}/deep")
    assert page.body == PAGE
    assert resolved == [("ann.example.net", port)]
    assert stub.asked[0][2]["host"] == f"ann.example.net:{port}"


def test_an_unknown_name_is_an_error(connect):
    def resolve(*_):
        raise socket.gaierror(-2, "Name or service not known")

    with pytest.raises(UpstreamError, match="name is unknown"):
        connect(resolve, TRACKER_UPSTREAMS__WEB="").page("https://gone.example.net/")


def test_a_moved_clock_requests_nothing_elsewhere(connect, make_settings):
    def resolve(*_):
        raise AssertionError("no name is resolved")

    client = connect(resolve, TRACKER_UPSTREAMS__WEB="", TRACKER_NOW="2026-07-01T05:00:00Z")
    with pytest.raises(UpstreamError, match="clock is moved"):
        client.page("https://ann.example.net/")


def test_a_long_page_is_cut(connect, stub, stub_response):
    stub.answers = [stub_response(200, b"x" * 100_000, HTML)]
    assert len(connect(TRACKER_LIMITS__PAGE_BYTES="5000").page("https://ann.example.net/").body) == 5000


def test_a_bomb_is_unpacked_no_further_than_the_bound(connect, stub, stub_response):
    stub.answers = [stub_response(200, gzip.compress(b" " * 50_000_000), {**HTML, "Content-Encoding": "gzip"})]
    assert len(connect(TRACKER_LIMITS__PAGE_BYTES="5000").page("https://ann.example.net/").body) == 5000


def test_a_packed_page_is_unpacked(connect, stub, stub_response):
    stub.answers = [stub_response(200, gzip.compress(PAGE), {**HTML, "Content-Encoding": "gzip"})]
    assert connect().page("https://ann.example.net/").body == PAGE


@pytest.mark.parametrize(
    ("status", "body", "headers", "reason"),
    [
        (200, b"GIF89a", {"Content-Type": "image/gif"}, "not a page"),
        (200, zlib.compress(PAGE), {**HTML, "Content-Encoding": "deflate"}, "packed"),
        (200, b"no gzip", {**HTML, "Content-Encoding": "gzip"}, "damaged"),
        (403, b"", HTML, "answered 403"),
        (429, b"", HTML, "answered 429"),
        (500, b"", HTML, "answered 500"),
        (302, b"", {}, "answered 302"),
    ],
)
def test_an_unusable_response_is_an_error(connect, stub, stub_response, memory, status, body, headers, reason):
    stub.answers = [stub_response(status, body, headers)]
    with pytest.raises(UpstreamError, match=reason):
        connect().page("https://ann.example.net/")
    assert "web" not in memory.stops, "one page's trouble does not stop the web"


def test_a_page_cut_short_is_an_error(connect, stub, stub_response):
    stub.answers = [stub_response(200, PAGE, HTML, cut=True)]
    with pytest.raises(UpstreamError, match="cut off"):
        connect().page("https://ann.example.net/")


@pytest.mark.parametrize("status", [404, 410, 451])
def test_a_missing_page_is_a_response(connect, stub, stub_response, status):
    stub.answers = [stub_response(status, b"gone", HTML)]
    assert connect().page("https://ann.example.net/").status == status


@pytest.mark.parametrize(
    "parts", [(b"HTTP/1.1 200 OK\r\n", b"a: b\r\n"), (b"", b"H"), (b"HTTP/1.1 200 OK\r\n\r\n", b"x")]
)
def test_a_dripping_response_ends_with_the_time_of_a_page(connect, parts):
    """Each byte comes in time, but the whole response never does."""
    stop = threading.Event()

    def serve() -> None:
        connection, _ = server.accept()
        with connection, contextlib.suppress(OSError):
            connection.recv(10_000)
            connection.sendall(parts[0])
            while not stop.wait(0.05):
                connection.sendall(parts[1])

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve)
        thread.start()
        web = f"http://127.0.0.1:{server.getsockname()[1]}/web"
        client = connect(TRACKER_UPSTREAMS__WEB=web, TRACKER_LIMITS__PAGE_SECONDS="0.5")
        begun = time.monotonic()
        with pytest.raises(UpstreamError, match="in time"):
            client.page("https://ann.example.net/")
        assert time.monotonic() - begun < 5
        stop.set()
        thread.join()


def test_dots_do_not_lead_out_of_the_hosts_folder(connect, stub):
    connect().page("https://ann.example.net/../../%2e%2e/_sandbox/reset")
    assert stub.asked[0][1] == "/web/ann.example.net/_sandbox/reset"


@pytest.mark.parametrize(("status", "times"), [(429, 1), (503, 3)])
def test_a_host_that_refuses_is_stopped_with_backoff_and_delays_no_other(
    connect, stub, stub_response, ticks, memory, status, times
):
    client = connect()
    stub.answers = [stub_response(status, b"", HTML)]
    waits = []
    for _ in range(3):
        for _ in range(times if not waits else 1):
            with pytest.raises(UpstreamError, match=f"answered {status}"):
                client.page("https://ann.example.net/")
        until, _ = memory.stops["web:ann.example.net"]
        waits.append((until - ticks.now()).total_seconds())
        requests = len(stub.asked)
        with pytest.raises(UpstreamError, match="not asked now"):
            client.page("https://ann.example.net/")
        assert len(stub.asked) == requests
        ticks.moment = until
    assert waits == [60.0, 120.0, 240.0]
    stub.answers = [stub_response(200, PAGE, HTML)]
    assert client.page("https://bob.example.net/").status == 200
    assert client.page("https://ann.example.net/").status == 200, "after its stop it is requested again"
    assert memory.notes[-1] == ("web:ann.example.net", None)


def test_each_host_has_its_own_budget_of_an_hour(connect, stub, stub_response):
    client = connect(TRACKER_LIMITS__WEB_PER_HOUR="2")
    stub.answers = [stub_response(200, PAGE, HTML)]
    for _ in range(2):
        client.page("https://ann.example.net/")
    with pytest.raises(UpstreamError, match=r"ann\.example\.net is not asked now: the 2 requests an hour"):
        client.page("https://ann.example.net/")
    assert client.page("https://bob.example.net/").status == 200


def test_the_rate_limit_headers_of_a_page_are_obeyed(connect, stub, stub_response, memory, ticks):
    stub.answers = [stub_response(200, PAGE, {**HTML, "RateLimit-Remaining": "0", "RateLimit-Reset": "90"})]
    connect().page("https://ann.example.net/")
    assert (memory.stops["web:ann.example.net"][0] - ticks.now()).total_seconds() == 91.0
