"""Readers who take next to nothing are cut; slow ones who take something are served."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from tests.web.running import SetClock, make_status
from tracker.web import process, responses, slow_readers
from tracker.web.app import build_app
from tracker.web.responses import HELD_BYTES, GeneratedResponse
from tracker.web.slow_readers import MOST_CONNECTIONS, MOST_OF_ADDRESS, ConnectionCounts, LeastRate

LARGE = bytes(range(256)) * 24_000
"""More than is kept in memory, so that it is sent from disk."""


def seconds_until_cut(
    bytes_a_second: float, every: float = 1.0, pauses: frozenset[int] = frozenset()
) -> int | None:
    """When a reader of so many bytes a second is cut, who takes them `every` so many seconds, looked at every ten
    seconds for an hour; None for never. In the minutes of `pauses` nothing waits for him."""
    rate = LeastRate()
    for now in range(0, 3600, 10):
        taken = int(now // every * every * bytes_a_second)
        if rate.is_too_slow(float(now), taken, is_waiting=now // 60 not in pauses):
            return now
    return None


@pytest.mark.parametrize(
    ("bytes_a_second", "every", "expected"),
    [(0, 1, 60), (1, 1, 60), (900, 1, 60), (1_000, 1, None), (10_000, 1, None), (10_000, 50, None), (2_000, 30, None),
     (1e9, 1, None), (10_000, 200, 60)],
)  # fmt: skip
def test_a_reader_must_take_a_thousand_bytes_a_second_over_each_minute(
    bytes_a_second: float, every: float, expected: int | None
) -> None:
    assert seconds_until_cut(bytes_a_second, every) == expected


def test_only_what_waits_all_the_time_is_too_slow() -> None:
    assert seconds_until_cut(0, pauses=frozenset(range(60))) is None
    assert seconds_until_cut(0, pauses=frozenset({0, 1})) == 180, "a minute after the first that waits"
    rate = LeastRate()
    assert not any(rate.is_too_slow(now, 0, is_waiting=now % 50 > 0) for now in map(float, range(0, 3600, 10)))


def test_a_reader_that_stops_is_cut_within_a_minute_of_what_he_took() -> None:
    rate, taken = LeastRate(), 0
    for now in range(0, 600, 10):
        taken += 100_000
        assert not rate.is_too_slow(float(now), taken, is_waiting=True)
    cut = [now for now in range(600, 720, 10) if rate.is_too_slow(float(now), taken, is_waiting=True)]
    assert cut[0] <= 660


@pytest.mark.parametrize(
    ("trusted", "address", "most"),
    [
        (None, "127.0.0.1", None),
        (None, "192.0.2.1", MOST_OF_ADDRESS),
        ("", "127.0.0.1", MOST_OF_ADDRESS),
        ("192.0.2.0/24", "192.0.2.9", None),
        ("192.0.2.0/24", "127.0.0.1", MOST_OF_ADDRESS),
        ("*", "192.0.2.1", None),
    ],
)
def test_connections_of_an_address_are_bounded_unless_it_is_a_proxy(
    monkeypatch: pytest.MonkeyPatch, trusted: str | None, address: str, most: int | None
) -> None:
    monkeypatch.delenv("FORWARDED_ALLOW_IPS", raising=False)
    if trusted is not None:
        monkeypatch.setenv("FORWARDED_ALLOW_IPS", trusted)
    counts = ConnectionCounts()
    names = [counts.take(address) for _ in range(MOST_CONNECTIONS + 1)]
    granted = [name for name in names if name is not None]
    assert len(granted) == (most or len(names))
    for name in granted:
        counts.give_back(name)
    assert counts.take(address) is not None


def test_an_address_of_ipv6_is_its_network_and_all_connections_are_bounded() -> None:
    counts = ConnectionCounts()
    taken = [counts.take(f"2001:db8::{number:x}") for number in range(MOST_OF_ADDRESS + 1)]
    assert (len(set(taken[:-1])), taken[-1]) == (1, None)
    others = [counts.take(f"198.51.{number // 250}.{number % 250}") for number in range(MOST_CONNECTIONS)]
    assert sum(name is not None for name in others) == MOST_CONNECTIONS - MOST_OF_ADDRESS


def sent_pieces(response: GeneratedResponse, then: Any = None) -> list[int]:
    """The sizes of the pieces in which a response is sent; `then` runs while it is."""
    sizes: list[int] = []

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            sizes.append(-message["status"])
            if then is not None:
                await asyncio.to_thread(then)
        else:
            sizes.append(len(message["body"]))

    async def receive() -> Any:
        raise AssertionError

    asyncio.run(response({"type": "http", "method": "GET"}, receive, send))
    return sizes


def test_generated_bodies_go_out_in_pieces_and_are_bounded_together(monkeypatch: pytest.MonkeyPatch) -> None:
    body = b"x" * (2 * HELD_BYTES + 1)
    assert sent_pieces(GeneratedResponse(body)) == [-200, HELD_BYTES, HELD_BYTES, 1]
    assert sent_pieces(GeneratedResponse(b"x")) == [-200, 1]
    monkeypatch.setattr(responses, "MOST_GENERATED_BYTES", 3 * HELD_BYTES)
    inner: list[list[int]] = []

    def meanwhile() -> None:
        inner.append(sent_pieces(GeneratedResponse(body)))
        inner.append(sent_pieces(GeneratedResponse(b"y" * len(body))))

    sent_pieces(GeneratedResponse(body), meanwhile)
    assert [sizes[0] for sizes in inner] == [-200, -503], "the same body counts once"
    assert GeneratedResponse._sending == {}


@dataclass
class Served:
    """A running server, and which connections it lost, by the reader's port."""

    port: int
    lost: dict[int, threading.Event] = field(default_factory=lambda: defaultdict(threading.Event))

    def begin(self, path: str) -> socket.socket:
        """A reader with little room, who has asked for `path`."""
        reader = socket.socket()
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        reader.settimeout(20)
        reader.connect(("127.0.0.1", self.port))
        reader.sendall(f"GET {path} HTTP/1.1\r\nhost: x\r\n\r\n".encode())
        return reader


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """A server that looks every 50 ms, at the last half second."""
    monkeypatch.setattr(process, "CHECK_SECONDS", 0.05)
    monkeypatch.setattr(slow_readers, "WINDOW_SECONDS", 0.5)
    (tmp_path / "feed.xml").write_bytes(LARGE[:1_000_000])
    (tmp_path / "all.zst").write_bytes(LARGE)
    listener = socket.create_server(("127.0.0.1", 0))
    slow_readers.bound_kernel_memory(listener)
    made = Served(listener.getsockname()[1])

    class Watched(process.BoundedProtocol):
        def connection_lost(self, exc: Exception | None) -> None:
            assert self.client is not None
            made.lost[self.client[1]].set()
            super().connection_lost(exc)

    config = process.server_config(build_app(tmp_path, make_status, SetClock(), ttl_minutes=60))
    config.http = Watched
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    yield made
    server.should_exit = True
    thread.join(10)
    listener.close()


@pytest.mark.parametrize(("path", "size"), [("/all.zst", len(LARGE)), ("/feed.xml", 1_000_000)])
def test_a_reader_that_takes_nothing_is_cut_and_one_that_reads_gets_all(
    served: Served, path: str, size: int
) -> None:
    with served.begin(path) as idle, served.begin(path) as honest:
        got = 0
        while got < size:
            got += len(honest.recv(1 << 16))
        assert served.lost[idle.getsockname()[1]].wait(20)
        left = 0
        while chunk := idle.recv(1 << 16):
            left += len(chunk)
        assert left < 8 * HELD_BYTES, "what the kernel had, and no more"


def test_a_connection_too_many_is_refused(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "")
    monkeypatch.setattr(process.BoundedProtocol, "counts", ConnectionCounts())
    monkeypatch.setattr(slow_readers, "MOST_OF_ADDRESS", 2)
    first, second = served.begin("/feed.xml"), served.begin("/feed.xml")
    assert first.recv(12) == second.recv(12) == b"HTTP/1.1 200"
    with served.begin("/feed.xml") as third:
        assert third.recv(12) == b"HTTP/1.1 503"
    number = first.getsockname()[1]
    first.close()
    assert served.lost[number].wait(20)
    with served.begin("/feed.xml") as again:
        assert again.recv(12) == b"HTTP/1.1 200"
    second.close()
