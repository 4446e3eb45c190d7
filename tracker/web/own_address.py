"""The site's own address where no public one is set: as the request names it, written into what readers copy."""

from __future__ import annotations

import re
from email.utils import format_datetime
from functools import lru_cache

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from tracker.publish.addresses import OWN_ADDRESS
from tracker.publish.file_headers import POLLED
from tracker.web.files import CachePolicy, FileEndpoint
from tracker.web.published import PublishedFile
from tracker.web.responses import ANY_ORIGIN, NOSNIFF, SECURITY, generated

FILLED = frozenset({"", "feeds", "feeds.opml"})
"""The addresses of the published files that show addresses to copy."""
_HOST = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9._-]{0,252}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
"""A host as a browser sends it (RFC 9110, 7.2): nothing of it means anything in HTML or XML."""
_RELATIVE = re.compile(rb' (xmlUrl|htmlUrl)="(?!https?://)(?:\./)?')
"""How an address of the list of feeds begins that is relative to the list."""


def own_address(scope: Scope) -> str:
    """The address of the site's root as the request names it, without a trailing slash; empty where the request names no
    host that can be one. The scheme is a trusted proxy's where there is one (`ForwardedClient`)."""
    host = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")
    if not _HOST.fullmatch(host) or scope["scheme"] not in ("http", "https"):
        return ""
    return f"{scope['scheme']}://{host}{scope.get('root_path', '')}"


def fill_page(scope: Scope, body: bytes) -> bytes:
    """A page with the site's address wherever it left a place for it; without a known one, as it is."""
    address = own_address(scope)
    return body.replace(OWN_ADDRESS.encode(), f"{address}/".encode()) if address else body


class FilledFileEndpoint:
    """Sends a published file with the address of the site as the request names it.

    The scope's `published_file` is the file, found by the route.
    """

    def __init__(self, plain: FileEndpoint, policy: CachePolicy) -> None:
        self._plain, self._policy = plain, policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a GET or a HEAD (ASGI 3)."""
        file: PublishedFile = scope["published_file"]
        address = own_address(scope)
        if not address or file.is_large:
            await self._plain(scope, receive, send)
            return
        is_polled = file.suffix in POLLED
        headers = {
            "cache-control": self._policy.of_feeds() if is_polled else self._policy.of_pages,
            "last-modified": format_datetime(file.modified, usegmt=True),
            **({**ANY_ORIGIN, **NOSNIFF} if is_polled else SECURITY),
        }
        body = _fill(file.plain.body, address)
        await generated(Request(scope), body, file.content_type, headers)(scope, receive, send)


@lru_cache(maxsize=16)
def _fill(body: bytes, address: str) -> bytes:
    base = f"{address}/".encode()
    return _RELATIVE.sub(lambda match: b" " + match[1] + b'="' + base, body.replace(OWN_ADDRESS.encode(), base))
