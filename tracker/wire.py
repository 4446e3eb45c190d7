"""The server's side of a connection: what a request may send before it is understood is bounded in bytes and time.

uvicorn's parser takes a head of any length, for as long as it drips, and keeps all of it.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_HEAD = 65_536
"""Bytes of a request line and headers that are not whole yet; what is longer is answered with 431 (RFC 6585, 5)."""
HEAD_SECONDS = 20.0
"""For a head to come whole, from the first byte of it, or from the connection …"""
LINGER_SECONDS = 5.0
"""… and for what is refused to be sent to its end: closed at once, the connection would take the answer with it."""
_WORDS = b"The request is too long.\n"
_REFUSAL = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: text/plain; charset=utf-8\r\n"
    b"content-length: %d\r\nconnection: close\r\n\r\n%s" % (len(_WORDS), _WORDS)
)


class Bounded(HttpToolsProtocol):
    """uvicorn's protocol with bounds on the head of each request."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._head = 0
        self._is_reading = self._is_refused = False
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
            self._head += len(data)
            if self._head > MOST_HEAD and not self.transport.is_closing():
                self._refuse()

    def on_message_begin(self) -> None:
        """A head begins."""
        super().on_message_begin()
        self._is_reading, self._head = True, 0
        if self._timer is None:
            self._wait()

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._is_reading = False
        self._done()
        super().on_headers_complete()

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
        self.transport.write(_REFUSAL)
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._timer = self.loop.call_later(LINGER_SECONDS, self._close)

    def _close(self) -> None:
        if not self.transport.is_closing():
            self.transport.close()
