"""Pages through a real proxy on this machine: it gets requests for checked addresses alone."""

import base64
import contextlib
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tracker.domain.errors import SettingsError, UpstreamError
from tracker.fetch import guard, proxy
from tracker.fetch.client import Client

PUBLIC = "93.184.216.34"
NAMES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\n<p>hi"


@dataclass
class Proxy:
    """Grants tunnels, and serves the page at their end."""

    port: int = 0
    asked: list[bytes] = field(default_factory=list)
    within: list[bytes] = field(default_factory=list)
    answer: bytes = b"HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n"
    page: bytes = PAGE
    tls: ssl.SSLContext | None = None

    def serve(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with contextlib.ExitStack() as opened, contextlib.suppress(OSError):
                opened.enter_context(connection)
                connection.settimeout(5)
                if self.tls:
                    connection = opened.enter_context(self.tls.wrap_socket(connection, server_side=True))
                self.asked.append(connection.recv(4096))
                connection.sendall(self.answer)
                self.within.append(connection.recv(4096))
                connection.sendall(self.page)


@pytest.fixture
def local_proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    stand_in = Proxy()
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        stand_in.port = listener.getsockname()[1]
        thread = threading.Thread(target=stand_in.serve, args=(listener,))
        thread.start()
        for name in NAMES[:2]:
            monkeypatch.setenv(name, f"http://ann:p%40ss@127.0.0.1:{stand_in.port}")
        yield stand_in
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()


@pytest.fixture
def connect(make_settings, memory, ticks):
    clients = []

    def make(addresses: list[str]):
        settings = make_settings(TRACKER_UPSTREAMS__WEB="")
        clients.append(Client(settings, memory, ticks, sleep=ticks.sleep, resolve=lambda _host, _port: addresses))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


def test_the_proxy_gets_the_checked_address_and_the_page_its_name(connect, local_proxy):
    response = connect([PUBLIC]).page("http://ann.example.net/tool")
    assert (response.status, response.body) == (200, b"<p>hi")
    head = local_proxy.asked[0].decode()
    assert head.startswith(f"CONNECT {PUBLIC}:80 HTTP/1.1\r\nHost: {PUBLIC}:80\r\n")
    assert f"Proxy-Authorization: Basic {base64.b64encode(b'ann:p@ss').decode()}" in head
    assert "ann.example.net" not in head
    assert local_proxy.within[0].startswith(b"GET /tool HTTP/1.1\r\n")
    assert b"host: ann.example.net\r\n" in local_proxy.within[0].lower()
    assert b"authorization" not in local_proxy.within[0].lower()


def test_tls_goes_through_to_the_page_and_names_it(connect, local_proxy):
    with pytest.raises(UpstreamError):
        connect([PUBLIC]).page("https://ann.example.net/")
    assert local_proxy.asked[0].startswith(b"CONNECT 93.184.216.34:443 ")
    assert local_proxy.within[0][:1] == b"\x16"
    assert b"ann.example.net" in local_proxy.within[0], "the name of the page, for its certificate"


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.1"])
def test_the_proxy_gets_no_request_for_a_private_address(connect, local_proxy, address):
    with pytest.raises(UpstreamError, match="not asked"):
        connect([PUBLIC, address]).page("http://ann.example.net/")
    for url in (f"http://[{address}]/" if ":" in address else f"http://{address}/", "http://localhost/"):
        with pytest.raises(UpstreamError):
            connect([address]).page(url)
    assert local_proxy.asked == []


def test_a_redirect_through_the_proxy_is_checked_again(connect, local_proxy):
    local_proxy.page = (
        b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest\r\nContent-Length: 0\r\n\r\n"
    )
    with pytest.raises(UpstreamError, match="not asked"):
        connect([PUBLIC]).page("http://ann.example.net/")
    assert len(local_proxy.asked) == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 403 Forbidden\r\n\r\n",
        b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n",
        b"",
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 4000,
    ],
)
def test_a_proxy_that_grants_nothing_leaves_the_page_unknown(connect, local_proxy, answer):
    local_proxy.answer = answer
    with pytest.raises(UpstreamError):
        connect([PUBLIC]).page("http://ann.example.net/")
    assert not any(b"GET" in received for received in local_proxy.within)


def test_hosts_in_no_proxy_are_requested_directly(connect, local_proxy, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "example.net")
    monkeypatch.setattr(guard, "check_addresses", list)
    with pytest.raises(UpstreamError):
        connect(["127.0.0.9"]).page("http://ann.example.net/")
    assert local_proxy.asked == []
    assert proxy.find_proxy("http", "ann.example.net") is None
    assert proxy.find_proxy("http", "other.example.com") == f"http://ann:p%40ss@127.0.0.1:{local_proxy.port}"


@pytest.mark.parametrize(
    "kind", ["socks5://127.0.0.1:1080", "nonsense://x", "http://", "http://h:port", f"http://{'a' * 64}.x"]
)
def test_a_proxy_without_tunnels_is_not_bypassed(connect, monkeypatch, kind):
    with pytest.raises(UpstreamError, match="proxy"):
        proxy.make_transport(kind, ssl.create_default_context())
    for name in NAMES[:2]:
        monkeypatch.setenv(name, kind)
    with pytest.raises((UpstreamError, SettingsError), match="proxy"):
        connect([PUBLIC]).page("http://ann.example.net/")


@pytest.fixture
def certified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """The TLS context of a server on this machine, whose certificate clients trust."""
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("openssl is not installed")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    request = [
        program,
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
    ]
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*request, *subject, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def test_a_proxy_may_speak_tls(connect, local_proxy, certified, monkeypatch):
    local_proxy.tls = certified
    for name in NAMES[:2]:
        monkeypatch.setenv(name, f"https://127.0.0.1:{local_proxy.port}")
    client = connect([PUBLIC])
    assert client.page("http://ann.example.net/tool").body == b"<p>hi"
    assert local_proxy.asked[0].startswith(f"CONNECT {PUBLIC}:80 ".encode())
    with pytest.raises(UpstreamError):
        client.page("https://ann.example.net/")
    assert local_proxy.within[1][:1] == b"\x16", "TLS with the page within that with the proxy"


def test_a_tls_proxy_that_is_not_trusted_gets_no_request(connect, local_proxy, certified, monkeypatch):
    local_proxy.tls = certified
    monkeypatch.delenv("SSL_CERT_FILE")
    for name in NAMES[:2]:
        monkeypatch.setenv(name, f"https://127.0.0.1:{local_proxy.port}")
    with pytest.raises(UpstreamError):
        connect([PUBLIC]).page("http://ann.example.net/")
    assert local_proxy.asked == []


@pytest.mark.parametrize("line", [b"HTTP/1.1 200", b"HTTP/1.0 200 OK", b"HTTP/1.1 204 No Content"])
def test_a_tunnel_is_granted_by_any_2xx_with_or_without_a_phrase(connect, local_proxy, line):
    local_proxy.answer = line + b"\r\n\r\n"
    assert connect([PUBLIC]).page("http://ann.example.net/").status == 200


def test_an_ipv6_address_is_requested_in_brackets(connect, local_proxy):
    assert connect(["2606:2800:220:1::1"]).page("http://ann.example.net/").status == 200
    assert local_proxy.asked[0].startswith(
        b"CONNECT [2606:2800:220:1::1]:80 HTTP/1.1\r\nHost: [2606:2800:220:1::1]:80\r\n"
    )
