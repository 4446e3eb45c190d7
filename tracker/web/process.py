"""The server's side of a connection: a request is bounded in bytes and time, and nothing here asks for a body.

uvicorn's parser takes a head of any length, for as long as it drips, and keeps all of it; of the trailers that may
follow a body (RFC 9112, 7.1.2) as well, when the request is long since answered.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_HEAD = 65_536
"""Bytes of a request that is not whole yet: a head that is longer is answered with 431 (RFC 6585, 5), a body or its
trailers are read no further, whatever the request is answered with."""
HEAD_SECONDS = 20.0
"""For a request to come whole, from the first byte of it, or from the connection …"""
LINGER_SECONDS = 5.0
"""… and for what is refused to be sent to its end: closed at once, the connection would take the answer with it."""
_WORDS = b"The request is too long.\n"
_REFUSAL = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: text/plain; charset=utf-8\r\n"
    b"content-length: %d\r\nconnection: close\r\n\r\n%s" % (len(_WORDS), _WORDS)
)


class Bounded(HttpToolsProtocol):
    """uvicorn's protocol with bounds on each request."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._taken = 0
        self._is_reading = self._in_head = self._is_refused = False
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        """A head is awaited."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is awaited any more."""
        self._done()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what came, unless the request is refused already."""
        if self._is_refused:
            return
        super().data_received(data)
        if self._is_reading:
            self._taken += len(data)
            if self._taken > MOST_HEAD and not self.transport.is_closing():
                self._refuse()
        elif self._timer is None and self.timeout_keep_alive_task is None and self._is_idle():
            # What was no request, line ends before one at the most, ended uvicorn's wait for the next.
            self._wait()

    def on_message_begin(self) -> None:
        """A head begins."""
        super().on_message_begin()
        self._is_reading, self._in_head, self._taken = True, True, 0
        if self._timer is None:
            self._wait()

    def on_headers_complete(self) -> None:
        """The head is whole, and is answered while a body may still come."""
        self._in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._is_reading = False
        self._done()
        super().on_message_complete()

    def _is_idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _wait(self) -> None:
        self._timer = self.loop.call_later(HEAD_SECONDS, self._close)

    def _done(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _refuse(self) -> None:
        self._is_refused = True
        self._done()
        self.headers, self.url = [], b""
        if self._in_head:
            self.transport.write(_REFUSAL)
            if self.transport.can_write_eof():
                self.transport.write_eof()
        self._timer = self.loop.call_later(LINGER_SECONDS, self._close)

    def _close(self) -> None:
        if not self.transport.is_closing():
            self.transport.close()
