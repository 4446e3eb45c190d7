"""How fast a reader takes what is sent to it, as the kernel counts it; and how many connections it may have.

A time for the whole response would cut honest readers of the snapshot, and none of those who let it drip.
"""

from __future__ import annotations

import os
import socket
import struct
import sys
from collections import Counter, deque
from typing import NamedTuple

from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from tracker.web.middleware import network
from tracker.web.responses import HELD_BYTES

LEAST_RATE = 1_000.0
"""Bytes a second that a reader must take …"""
WINDOW_SECONDS = 60.0
"""… over each so long time in which something waits to be taken."""
CHECK_SECONDS = 10.0
MOST_OF_ADDRESS = 100
"""Connections of one address (of one /64 of IPv6). A browser has six."""
MOST_CONNECTIONS = 800
"""Connections of all readers; a process may have a thousand files open."""

_TCP_NOTSENT_LOWAT = 25
"""linux/tcp.h; Python has no name for it."""
_TCP_INFO_BYTES = 148
_UNACKNOWLEDGED, _ACKNOWLEDGED, _NOT_SENT = 24, 120, 144
"""Where linux/tcp.h's `tcp_info` has tcpi_unacked, tcpi_bytes_acked and tcpi_notsent_bytes."""


class Sending(NamedTuple):
    """`acknowledged`: bytes that a connection's reader has acknowledged since it began. `is_waiting`: whether more
    waits in the kernel."""

    acknowledged: int
    is_waiting: bool


def bound_kernel_memory(listener: socket.socket) -> None:
    """Let the kernel hold little for readers of this listener's connections, which inherit it; on Linux alone."""
    # Not TCP_USER_TIMEOUT too: it cuts readers whose window is small, however much they take.
    if sys.platform == "linux":
        listener.setsockopt(socket.IPPROTO_TCP, _TCP_NOTSENT_LOWAT, HELD_BYTES)


def read_sending(connection: socket.socket | None) -> Sending | None:
    """What the kernel counts of a connection, None where it does not."""
    if connection is None or not hasattr(socket, "TCP_INFO"):
        return None
    try:
        info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO_BYTES)
        unacknowledged, not_sent = (struct.unpack_from("=I", info, at)[0] for at in (_UNACKNOWLEDGED, _NOT_SENT))
        return Sending(struct.unpack_from("=Q", info, _ACKNOWLEDGED)[0], bool(unacknowledged or not_sent))
    except (OSError, struct.error):
        return None


class LeastRate:
    """Whether a reader keeps to the least rate; pure."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def is_too_slow(self, now: float, acknowledged: int, *, is_waiting: bool) -> bool:
        """Whether less than the least rate was acknowledged over the last window, in all of which something waited.

        `now` is in seconds. To be called more often than once a window.
        """
        if not is_waiting:
            self._seen.clear()
            return False
        seen = self._seen
        seen.append((now, acknowledged))
        while len(seen) > 1 and now - seen[1][0] >= WINDOW_SECONDS:
            seen.popleft()
        begun, before = seen[0]
        return now - begun >= WINDOW_SECONDS and acknowledged - before < LEAST_RATE * (now - begun)


class ConnectionCounts:
    """How many connections each address has, but for the proxies whose word on their readers' addresses is taken."""

    def __init__(self) -> None:
        trusted = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1")
        self._proxies = ProxyHeadersMiddleware(None, trusted).trusted_hosts  # type: ignore[arg-type] # only asked for its rules
        self._counts: Counter[str] = Counter()

    def take(self, address: str | None) -> str | None:
        """Count a connection from an address; the name under which it is to be given back, empty where it is not
        counted, None where there are too many."""
        if address is None or address in self._proxies:
            return ""
        name = network(address)
        if self._counts[name] >= MOST_OF_ADDRESS or self._counts.total() >= MOST_CONNECTIONS:
            return None
        self._counts[name] += 1
        return name

    def give_back(self, name: str) -> None:
        """Count a connection no longer."""
        self._counts[name] -= 1
        if self._counts[name] <= 0:
            del self._counts[name]
