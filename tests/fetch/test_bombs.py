"""Responses that would fill memory or never end, in every encoding, through both clients of httpx."""

import contextlib
import gzip
import socket
import threading
import time
import tracemalloc
import zlib

import brotli
import pytest
import zstandard

from tracker.domain.errors import UpstreamError
from tracker.fetch.client import Client

MEGABYTE = 1024 * 1024
BLANKS = b" " * (30 * MEGABYTE)
BOMBS = {
    "br": brotli.compress(BLANKS, quality=1),
    "zstd": zstandard.compress(BLANKS),
    "deflate": zlib.compress(BLANKS),
    "gzip, gzip": gzip.compress(gzip.compress(BLANKS)),
    "GZIP": gzip.compress(BLANKS),
    "gzip": gzip.compress(BLANKS) * 3,
    "x-gzip": gzip.compress(BLANKS)[:-9],
}


@pytest.fixture
def connect(make_settings, memory, ticks, stub):
    clients = []

    def make(**environ: str) -> Client:
        values = {"TRACKER_UPSTREAMS__WEB": f"{stub.address}/web", "TRACKER_LIMITS__ANSWER_BYTES": "2000000", "TRACKER_LIMITS__PAGE_BYTES": "500000"}  # fmt: skip
        clients.append(Client(make_settings(**(values | environ)), memory, ticks, sleep=ticks.sleep))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.mark.parametrize("packed", BOMBS)
def test_no_bomb_is_unpacked_beyond_its_bound(connect, stub, stub_response, packed):
    kind = {"Content-Type": "text/html", "Content-Encoding": packed}
    stub.answers = [stub_response(200, BOMBS[packed], kind)]
    client = connect()
    tracemalloc.start()
    began = time.perf_counter()
    with contextlib.suppress(UpstreamError):
        assert len(client.page("https://ann.example.net/").body) <= 500_000
    with pytest.raises(UpstreamError):
        client.get("github_api", "/repos/a/b")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16 * MEGABYTE
    assert time.perf_counter() - began < 10


PLAIN = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


@pytest.mark.parametrize(
    ("start", "piece"),
    [
        (PLAIN + b"\r\n", b"x" * 4096),
        (PLAIN + b"Transfer-Encoding: chunked\r\n\r\n", b"1000\r\n" + b"x" * 4096 + b"\r\n"),
        (PLAIN + b"Content-Length: 99999999999999999999\r\n\r\n", b"x" * 4096),
        (PLAIN + b"Content-Encoding: gzip\r\n\r\n", gzip.compress(b"", mtime=0)),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (PLAIN, b"A: b\r\n"),
    ],
    ids=["without-length", "chunked", "huge-length", "empty-gzip", "informational", "headers"],
)
def test_a_body_or_a_head_without_end_ends(connect, start, piece):
    """Sent as fast as possible; a dripping response is in test_page.py."""

    def serve() -> None:
        connection, _ = server.accept()
        with connection, contextlib.suppress(OSError):
            connection.recv(10_000)
            # The server may notice late that the client has closed the connection.
            connection.settimeout(3)
            connection.sendall(start)
            while True:
                connection.sendall(piece)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve)
        thread.start()
        web = f"http://127.0.0.1:{server.getsockname()[1]}/web"
        client = connect(TRACKER_UPSTREAMS__WEB=web, TRACKER_LIMITS__PAGE_SECONDS="1")
        began = time.monotonic()
        with contextlib.suppress(UpstreamError):
            assert len(client.page("https://ann.example.net/").body) <= 500_000
        assert time.monotonic() - began < 5
        thread.join()
