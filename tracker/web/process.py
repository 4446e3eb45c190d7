"""The server process: uvicorn, with bounds on the bytes and the time of each request.

uvicorn's parser takes a head of any length, for as long as it takes to come, and keeps all of it. It does the same
with the trailers that may follow a body (RFC 9112, 7.1.2), even when the request was answered long ago.
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

STOP_SECONDS = 3
"""How long requests may take to end when the process is told to stop."""
BACKLOG = 2048
MOST_REQUEST_BYTES = 65_536
"""Bytes of a request. A longer head is answered with 431 (RFC 6585, 5). A longer body is read no further, nor are
trailers, whatever the request is answered with."""
REQUEST_SECONDS = 20.0
"""For a request to arrive whole, from its first byte or from the begin of the connection."""
LINGER_SECONDS = 5.0
"""For what follows a refused request: a connection that is closed at once would lose the refusal."""
_TEXT = b"The request is too long.\n"
_REFUSAL = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: text/plain; charset=utf-8\r\n"
    b"content-length: %d\r\nconnection: close\r\n\r\n%s" % (len(_TEXT), _TEXT)
)


def serve(
    app: ASGIApp,
    host: str,
    port: int,
    on_ready: Callable[[str], object],
    on_stop: Callable[[Callable[[], None]], object] = lambda _: None,
) -> None:
    """Serve until SIGTERM or SIGINT. `on_ready` gets the address once the port is taken.

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
            f"Cannot listen on {host}:{port} ({error.strerror}); stop what uses it, or set TRACKER_WEB__PORT."
        ) from None
    shown_host = f"[{host}]" if ":" in host else host
    # Before the address is reported, since a reader may come at once.
    listener.listen(BACKLOG)
    on_ready(f"http://{shown_host}:{listener.getsockname()[1]}/")
    # What is loaded by now stays, so no garbage collection, which stops all responses, need examine it again.
    gc.freeze()
    server = uvicorn.Server(server_config(app))

    def end() -> None:
        server.should_exit = True

    on_stop(end)
    if not server.should_exit:
        server.run([listener])


def server_config(app: ASGIApp) -> uvicorn.Config:
    """How uvicorn serves the application: in one process, with nothing loaded that is not needed."""
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=STOP_SECONDS,
        interface="asgi3",
        ws="none",
        http=BoundedProtocol,
        # Done by the application's middleware, for the requests that came through a proxy.
        proxy_headers=False,
    )


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's protocol with bounds on each request."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._request_bytes = 0
        self._is_in_request = self._is_refused = False
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        """Wait for the first request."""
        super().connection_made(transport)
        self._start_timer(REQUEST_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what came, unless the request was refused."""
        if self._is_refused:
            return
        super().data_received(data)
        if self._is_in_request:
            self._request_bytes += len(data)
            if self._request_bytes > MOST_REQUEST_BYTES and not self.transport.is_closing():
                self._refuse()
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

    def _refuse(self) -> None:
        self._is_refused = True
        self._stop_timer()
        if self._is_in_head():
            self.transport.write(_REFUSAL)
            if self.transport.can_write_eof():
                self.transport.write_eof()
        self.headers, self.url = [], b""
        self._start_timer(LINGER_SECONDS)

    def _close(self) -> None:
        if not self.transport.is_closing():
            self.transport.close()
