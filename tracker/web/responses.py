"""The headers and the kinds of response that several endpoints share."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from functools import lru_cache
from typing import ClassVar

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from tracker.web.conditional import accepted_codings, matches_etag

HeaderList = list[tuple[bytes, bytes]]
"""Headers as ASGI has them."""

NOSNIFF = {"x-content-type-options": "nosniff"}
SECURITY = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    **NOSNIFF,
    "referrer-policy": "no-referrer",
}
"""Headers of every page."""
VARY = {"vary": "Accept-Encoding"}
ANY_ORIGIN = {"access-control-allow-origin": "*"}
WORTH_COMPRESSING = 1024
"""Bytes above which a generated body is compressed."""
HELD_BYTES = 32 * 1024
"""Of a response, this process holds about so much for one reader, and the kernel as much, apart from what is on its way.
Published bodies are in memory once, whoever reads them."""
MOST_GENERATED_BYTES = 16 * 1024 * 1024
"""Bytes of generated bodies that are being sent."""


def raw(headers: Mapping[str, str]) -> HeaderList:
    """Headers as ASGI has them."""
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]


def plain_text(status: int, text: str, headers: Mapping[str, str] | None = None) -> Response:
    """A few words as text; half a surrogate pair, which no text may hold, is replaced."""
    return PlainTextResponse(text.encode("utf-8", "replace"), status, {**NOSNIFF, **(headers or {})})


def moved_permanently(scope: Scope, path: str) -> Response:
    """301 to a quoted path of this site. Never to a host: only the request would name one, and anybody writes those."""
    below_root = f"{scope.get('root_path', '')}/{path}".lstrip("/")
    location = f"/{below_root}".encode("ascii", "ignore").decode()
    return Response(status_code=301, headers={"location": location, "cache-control": "max-age=86400"})


class GeneratedResponse(Response):
    """A body of this request's own. It is sent in pieces, each as the reader takes it, and all that are being sent are
    bounded in memory: beyond that, 503."""

    _sending: ClassVar[dict[int, tuple[bytes, int]]] = {}
    """By identity, each body and how many responses send it. Of one thread (the event loop's)."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it (ASGI 3)."""
        body, sending = bytes(self.body), self._sending
        if len(body) <= HELD_BYTES or scope["method"] == "HEAD":
            await super().__call__(scope, receive, send)
            return
        held = sum(len(other) for other, _ in sending.values())
        if id(body) not in sending and held + len(body) > MOST_GENERATED_BYTES:
            await plain_text(503, "Busy; try again in a moment.\n", {"retry-after": "5"})(scope, receive, send)
            return
        sending[id(body)] = (body, sending.get(id(body), (body, 0))[1] + 1)
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            for at in range(0, len(body), HELD_BYTES):
                piece, is_last = body[at : at + HELD_BYTES], at + HELD_BYTES >= len(body)
                await send({"type": "http.response.body", "body": piece, "more_body": not is_last})
        finally:
            count = sending.pop(id(body))[1]
            if count > 1:
                sending[id(body)] = (body, count - 1)


def found(scope: Scope, path: str) -> Response:
    """302 to a quoted path of this site: what the address means may change."""
    response = moved_permanently(scope, path)
    response.status_code = 302
    response.headers["cache-control"] = "no-store"
    return response


def momentary(content_type: str, body: bytes, status: int = 200) -> Response:
    """What is true for this moment alone, so that nobody may keep it."""
    return Response(body, status, {"cache-control": "no-store", **NOSNIFF}, content_type)


def generated(request: Request, body: bytes, content_type: str, headers: Mapping[str, str]) -> Response:
    """What was generated for this request: tagged by its content, and compressed for readers that take gzip."""
    digest = hashlib.sha256(body).hexdigest()[:32]
    shared = {**headers, "etag": f'W/"{digest}"', **VARY}
    tags, codings = (request.headers.getlist(name) for name in ("if-none-match", "accept-encoding"))
    if tags and matches_etag(",".join(tags).encode("latin-1"), digest):
        return Response(status_code=304, headers=shared)
    if len(body) > WORTH_COMPRESSING and "gzip" in accepted_codings(",".join(codings).encode("latin-1")):
        body = _compress(body)
        shared["content-encoding"] = "gzip"
    return GeneratedResponse(body, 200, shared, content_type)


@lru_cache(maxsize=8)
def _compress(body: bytes) -> bytes:
    # Kept for the readers who ask for the same at once.
    return gzip.compress(body, compresslevel=5, mtime=0)
