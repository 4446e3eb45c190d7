"""Every trick to make the product request a private address, against a real listener that must get no connection.

The listener is at 127.0.0.1 and ::1; the public web is a server at 127.0.0.2, the one loopback address
that the guard accepts as public here.
"""

import ipaddress
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

import pytest

from tracker.domain.errors import UpstreamError
from tracker.fetch import guard, page
from tracker.fetch.client import Client

OPEN = "127.0.0.2"


@dataclass
class Net:
    """A web of names: `names` gives the addresses of a name, one list for each resolution, the last for ever."""

    port: int = 0
    hits: list[object] = field(default_factory=list)
    served: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    names: dict[str, list[list[str]]] = field(default_factory=dict)

    def resolve(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        answers = self.names.get(host, [[OPEN]])
        return answers.pop(0) if len(answers) > 1 else answers[0]


def _bound(port: int) -> list[socket.socket] | None:
    """Listeners at this port of 127.0.0.1 and ::1; None where another program has it."""
    listeners = []
    for family, address in [
        (socket.AF_INET, "127.0.0.1"),
        *([(socket.AF_INET6, "::1")] if socket.has_ipv6 else []),
    ]:
        listeners.append(listener := socket.socket(family, socket.SOCK_STREAM))
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((address, port))
        except OSError:
            for opened in listeners:
                opened.close()
            return None
    return listeners


def _opened(handler: type[BaseHTTPRequestHandler]) -> tuple[ThreadingHTTPServer, list[socket.socket]]:
    """A server of the public web, and listeners at the same port of the addresses that must not be reached."""
    for _ in range(100):
        server = ThreadingHTTPServer((OPEN, 0), handler)
        if listeners := _bound(server.server_address[1]):
            return server, listeners
        server.server_close()
    raise AssertionError("no port is free at all addresses")


def _listen(listener: socket.socket, net: Net, stop: threading.Event) -> threading.Thread:
    listener.listen(64)
    listener.settimeout(0.02)

    def run() -> None:
        with listener:
            while not stop.is_set():
                try:
                    connection, who = listener.accept()
                except TimeoutError:
                    continue
                net.hits.append(who)
                connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.fixture
def net(monkeypatch: pytest.MonkeyPatch) -> Iterator[Net]:
    web = Net()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            web.served.append(self.path)
            kind, _, rest = self.path[1:].partition("?")
            self.send_response(302 if kind == "to" else 200)
            if kind == "to":
                self.send_header("Location", unquote(rest, "latin-1"))
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  http.server's own name
            return

    server, listeners = _opened(Handler)
    web.port = server.server_address[1]
    stop = threading.Event()
    threads = [_listen(listener, web, stop) for listener in listeners]
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    serving.start()
    is_public = guard.is_public
    monkeypatch.setattr(guard, "PORTS", frozenset({web.port}))
    monkeypatch.setattr(
        guard, "is_public", lambda address: address == ipaddress.ip_address(OPEN) or is_public(address)
    )
    yield web
    stop.set()
    server.shutdown()
    for thread in (*threads, serving):
        thread.join()
    server.server_close()


@pytest.fixture
def client(make_settings, memory, ticks, net) -> Iterator[Client]:
    opened = Client(
        make_settings(TRACKER_UPSTREAMS__WEB=""), memory, ticks, sleep=ticks.sleep, resolve=net.resolve
    )
    yield opened
    opened.close()


HOSTS = [
    "127.0.0.1", "localhost", "LOCALHOST.", "localhost.localdomain", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1",
    "017700000001", "0", "0.0.0.0", "127.0.0.1.", "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]",
    "[::1%25lo]", "[fe80::1%25lo]", "[64:ff9b::127.0.0.1]", "[2002:7f00:1::]", "①②⑦.⓪.⓪.①", "127。0。0。1", "127．0．0．1", "ｌｏｃａｌｈｏｓｔ",
    "loc\u00adalhost", "localhost\u3002", "user@127.0.0.1", "example.org@127.0.0.1", "example.org:80@127.0.0.1", "example.org\\@127.0.0.1", "127.0.0.1\\.example.org",
    "%31%32%37.0.0.1", "127.0.0.1%00.example.org", "127.0.0.1%23.example.org", "127.0.0.1 ", " 127.0.0.1", "127.0.0.1\t", "127.0.0.0x1", "1\u0327.example.0x7f000001",
]  # fmt: skip
"""Names of this machine, in the notations of resolvers, browsers and libraries."""


@pytest.mark.parametrize("proxied", [False, True])
@pytest.mark.parametrize("host", HOSTS)
def test_no_notation_of_this_machine_is_requested(client, net, monkeypatch, host, proxied):
    if proxied:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            for variable in (name, name.lower()):
                monkeypatch.setenv(variable, f"http://127.0.0.1:{net.port}")
    net.names = {name: [["127.0.0.1"]] for name in (host.strip("[]. ").lower(), "example.org")}
    for scheme in ("http", "https", "HTTP"):
        for end in (f":{net.port}/", "/", f":{net.port}"):
            with pytest.raises(UpstreamError, match="not asked"):
                client.page(f"{scheme}://{host}{end}")
    assert net.hits == []
    assert net.served == []


@pytest.mark.parametrize("host", HOSTS)
def test_no_redirect_leads_to_this_machine(client, net, host):
    net.names = {"ann.example.net": [[OPEN]]}
    for location in (f"http://{host}:{net.port}/", f"//{host}:{net.port}/x", f"https://{host}:{net.port}"):
        quoted = "".join(f"%{byte:02x}" for byte in location.encode())
        with pytest.raises(UpstreamError):
            client.page(f"http://ann.example.net:{net.port}/to?{quoted}")
    assert len(net.served) == 3
    assert net.hits == []


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "::1", "::ffff:127.0.0.1", "::", "0.0.0.0", "::1%lo", "64:ff9b::7f00:1", "2002:7f00:1::", "not an address"],
)  # fmt: skip
def test_a_name_of_this_machine_is_not_requested(client, net, address):
    for addresses in ([address], [OPEN, address], [address, OPEN]):
        net.names = {"home.example.net": [addresses]}
        with pytest.raises(UpstreamError, match="not public"):
            client.page(f"http://home.example.net:{net.port}/")
        quoted = f"http%3a//home.example.net:{net.port}/"
        with pytest.raises(UpstreamError, match="not public"):
            client.page(f"http://ann.example.net:{net.port}/to?{quoted}")
    assert net.hits == []


def test_a_name_that_changes_between_resolution_and_connection_changes_nothing(client, net, monkeypatch):
    """DNS rebinding: the second resolution gives this machine."""
    lookups = []

    def system(host, *args, **more):
        lookups.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host if host == OPEN else "127.0.0.1", net.port))]

    net.names = {"rebound.example.net": [[OPEN], ["127.0.0.1"]]}
    monkeypatch.setattr(socket, "getaddrinfo", system)
    url = f"http://rebound.example.net:{net.port}/"
    assert client.page(url).body == b"ok"
    assert net.asked == ["rebound.example.net"], "one resolution, whose address was checked"
    assert set(lookups) <= {OPEN}, "the connection goes to an address, never to the name"
    with pytest.raises(UpstreamError, match="not public"):
        client.page(url)
    net.names = {"rebound.example.net": [[OPEN], ["127.0.0.1"]]}
    with pytest.raises(UpstreamError, match="not public"):
        client.page(f"{url}to?{url}")
    assert net.hits == []


def test_other_schemes_and_ports_are_not_requested(client, net, monkeypatch):
    monkeypatch.setattr(guard, "PORTS", frozenset({80, 443}))
    for url in (
        f"http://ann.example.net:{net.port}/", "ftp://ann.example.net/", "file:///etc/hostname", "gopher://ann.example.net/", "dict://ann.example.net/",
        "data:text/html,x", "javascript:x", "ws://ann.example.net/", "unix:///run/docker.sock", "http+unix://%2frun/", "http:/ann.example.net", "///ann.example.net",
    ):  # fmt: skip
        with pytest.raises(UpstreamError, match="not asked"):
            client.page(url)
    assert net.asked == []


def test_a_refusal_comes_before_any_resolution_and_any_wait(client, net, ticks):
    with pytest.raises(UpstreamError):
        client.page("http://169.254.169.254/latest/meta-data/")
    assert net.asked == []
    assert ticks.slept == []


def test_upstreams_do_not_lead_elsewhere_either(client, net, stub, stub_response):
    for location in (
        f"http://127.0.0.1:{net.port}/",
        f"//127.0.0.1:{net.port}/",
        f"http://[::1]:{net.port}",
        "http://[",
        "\xff\xfe://",
    ):
        stub.answers = [stub_response(302, b"", {"Location": location})]
        with pytest.raises(UpstreamError):
            client.get("github_api", "/repos/a/b")
    assert net.hits == []


def test_the_silent_listener_counts_connections(net):
    """Otherwise the tests above would prove nothing."""
    socket.create_connection(("127.0.0.1", net.port)).close()
    for _ in range(200):
        if net.hits:
            break
        threading.Event().wait(0.01)
    assert len(net.hits) == 1


def test_the_systems_resolver_is_bounded(monkeypatch):
    many = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (f"192.0.2.{n % 250}", 80)) for n in range(5000)]
    monkeypatch.setattr(page, "getaddrinfo", lambda *_, **__: many)
    assert len(page.resolve_addresses("many.example.net", 80)) == page.MOST_ADDRESSES


def test_a_resolution_that_takes_too_long_ends(make_settings, memory, ticks):
    release = threading.Event()

    def waits(host: str, port: int) -> list[str]:
        release.wait(30)
        return [OPEN]

    environ = {"TRACKER_UPSTREAMS__WEB": "", "TRACKER_LIMITS__CONNECT_SECONDS": "0.1"}
    with Client(make_settings(**environ), memory, ticks, sleep=ticks.sleep, resolve=waits) as client:
        began = time.monotonic()
        with pytest.raises(UpstreamError, match="not resolved in time"):
            client.page("http://slow.example.net/")
        assert time.monotonic() - began < 5
    release.set()
