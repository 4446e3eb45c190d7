"""The server process: uvicorn, with bounds on each request, on each reader's pace and on the number of connections.

uvicorn's parser takes a head of any length, for as long as it takes to come, and keeps all of it. It does the same
with the trailers that may follow a body (RFC 9112, 7.1.2), even when the request was answered long ago.
It waits for ever for a reader who takes nothing, and the kernel then holds megabytes for it.
"""

from __future__ import annotations

import asyncio
import gc
import socket
from collections.abc import Callable
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tracker.domain.errors import TrackerError
from tracker.web.responses import HELD_BYTES
from tracker.web.slow_readers import (
    CHECK_SECONDS,
    ConnectionCounts,
    LeastRate,
    bound_kernel_memory,
    read_sending,
)

STOP_SECONDS = 3
"""How long requests may take to end when the process is to stop."""
BACKLOG = 2048
MOST_REQUEST_BYTES = 65_536
"""Bytes of a request. A longer head is answered with 431 (RFC 6585, 5). A longer body is read no further, nor are
trailers, whatever the request is answered with."""
REQUEST_SECONDS = 20.0
"""For a request to arrive whole, from its first byte or from the begin of the connection."""
LINGER_SECONDS = 5.0
"""For what follows a refused request: a connection that is closed at once would lose the refusal."""
_REFUSAL = b"HTTP/1.1 %s\r\ncontent-type: text/plain; charset=utf-8\r\n%scontent-length: %d\r\nconnection: close\r\n\r\n%s"
_TEXT, _BUSY = b"The request is too long.\n", b"Too many connections; try again in a minute.\n"
_TOO_LONG = _REFUSAL % (b"431 Request Header Fields Too Large", b"", len(_TEXT), _TEXT)
_TOO_MANY = _REFUSAL % (b"503 Service Unavailable", b"retry-after: 60\r\n", len(_BUSY), _BUSY)


def serve(
    app: ASGIApp,
    host: str,
    port: int,
    on_ready: Callable[[str], object],
    on_stop: Callable[[Callable[[], None]], object] = lambda _: None,
    *,
    lifespan: bool = False,
    port_setting: str = "TRACKER_WEB__PORT",
) -> None:
    """Serve until SIGTERM or SIGINT. `on_ready` gets the address once the port is taken. With `lifespan` the
    application learns of start and end (ASGI's lifespan protocol). `port_setting` is what sets the port.

    `on_stop` gets a function that ends the server, for a signal that comes before the server takes signals itself.
    Raises TrackerError if the port is not free.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, or asyncio would leave Nagle's delay on: 40 ms a request on a kept connection.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise TrackerError(
            f"Cannot listen on {host}:{port} ({error.strerror}); stop what uses it, or set {port_setting}."
        ) from None
    shown_host = f"[{host}]" if ":" in host else host
    # Before the address is reported, since a reader may come at once.
    bound_kernel_memory(listener)
    listener.listen(BACKLOG)
    on_ready(f"http://{shown_host}:{listener.getsockname()[1]}/")
    # What is loaded by now stays, so no garbage collection, which stops all responses, need examine it again.
    gc.freeze()
    server = uvicorn.Server(server_config(app, lifespan=lifespan))

    def end() -> None:
        server.should_exit = True

    on_stop(end)
    if not server.should_exit:
        server.run([listener])


def server_config(app: ASGIApp, *, lifespan: bool = False) -> uvicorn.Config:
    """How uvicorn serves the application: in one process, with nothing loaded that is not needed."""
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="on" if lifespan else "off",
        server_header=False,
        timeout_graceful_shutdown=STOP_SECONDS,
        interface="asgi3",
        ws="none",
        http=BoundedProtocol,
        # Done by the application's middleware, for the requests that came through a proxy.
        proxy_headers=False,
    )


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's protocol with bounds on each request, and on each reader."""

    counts = ConnectionCounts()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._rate, self._counted_as = LeastRate(), ""
        self._check: asyncio.TimerHandle | None = None
        self._request_bytes = 0
        self._is_in_request = self._is_refused = False
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        """Wait for the first request, or refuse the connection."""
        super().connection_made(transport)
        transport.set_write_buffer_limits(HELD_BYTES)
        counted_as = self.counts.take(self.client[0] if self.client else None)
        if counted_as is None:
            self._refuse(_TOO_MANY)
            return
        self._counted_as = counted_as
        self._start_timer(REQUEST_SECONDS)
        self._check = self.loop.call_later(CHECK_SECONDS, self._check_rate)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        self._stop_timer()
        if self._check is not None:
            self._check.cancel()
        if self._counted_as:
            self.counts.give_back(self._counted_as)
            self._counted_as = ""
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what came, unless the request was refused."""
        if self._is_refused:
            return
        super().data_received(data)
        if self._is_in_request:
            self._request_bytes += len(data)
            if self._request_bytes > MOST_REQUEST_BYTES and not self.transport.is_closing():
                self._refuse(_TOO_LONG if self._is_in_head() else b"")
            elif self._timer is None:
                self._start_timer(REQUEST_SECONDS)
        elif self._timer is None and self.timeout_keep_alive_task is None and self._is_idle():
            # What came was no request, only line ends at most, but it ended uvicorn's own wait for the next one.
            self._start_timer(REQUEST_SECONDS)

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._is_in_request, self._request_bytes = True, 0

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._is_in_request = False
        if self._timer is not None:
            self._stop_timer()
        super().on_message_complete()

    def _is_idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _is_in_head(self) -> bool:
        # A request whose head is whole has a cycle of its own.
        return self.cycle is None or self.cycle.scope is not self.scope

    def _start_timer(self, seconds: float) -> None:
        self._timer = self.loop.call_later(seconds, self._close)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _refuse(self, refusal: bytes) -> None:
        self._is_refused = True
        self._stop_timer()
        if refusal:
            self.transport.write(refusal)
            if self.transport.can_write_eof():
                self.transport.write_eof()
        self.headers, self.url = [], b""
        self._start_timer(LINGER_SECONDS)

    def _check_rate(self) -> None:
        held = self.transport.get_write_buffer_size()
        seen = read_sending(self.transport.get_extra_info("socket"))
        acknowledged = seen.acknowledged if seen else -held  # without the kernel's count, what left this process
        is_waiting = bool(held or (seen and seen.is_waiting))
        if self._rate.is_too_slow(self.loop.time(), acknowledged, is_waiting=is_waiting):
            self.transport.abort()  # to close would wait for the reader
            return
        self._check = self.loop.call_later(CHECK_SECONDS, self._check_rate)

    def _close(self) -> None:
        if not self.transport.is_closing():
            self.transport.close()
