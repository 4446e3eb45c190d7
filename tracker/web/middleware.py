"""What happens to every request before it is routed, as ASGI middleware.

Each is one class with one job. None is built on Starlette's BaseHTTPMiddleware, which costs more than all the rest.
"""

from __future__ import annotations

import ipaddress
import logging
import os
from collections import Counter, OrderedDict
from collections.abc import Awaitable
from functools import lru_cache
from time import monotonic
from typing import Any, cast

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from tracker.domain.errors import StoreError
from tracker.web.dynamic import Busy
from tracker.web.files import NotFound
from tracker.web.responses import moved_permanently, plain_text

log = logging.getLogger(__name__)

MOST_AT_ONCE = 100
"""Requests of a client that are answered at the same time."""
BURST, PER_SECOND, CLIENTS = 60, 5.0, 4096
"""A client may send this many requests at once and then so many a second; so many clients are remembered."""
MOST_RANGES = 8
"""Byte ranges that an honest reader asks for at once. All are answered with the whole, as any server may; more are
abuse (RFC 9110, 14.2 and 17.15)."""
LONGEST_PATH, LONGEST_QUERY, LONGEST_LIST = 512, 2048, 5_000
"""Characters of a path, and bytes of a query; a query may be a list of papers where an address takes one."""
LISTS = ("/feed.", "/papers.", "/api/papers")
"""How addresses begin that take a list of papers."""
MONITORING = frozenset({"/health", "/metrics"})
"""Paths that monitoring systems ask."""
API = "/api/"
SAVED = "/saved"


class Errors:
    """Responds where an endpoint raised: 503 where it was too busy or the store cannot be read, else 500 and an entry in the log."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on (ASGI 3)."""
        try:
            await self._app(scope, receive, send)
            return
        except StoreError as error:
            log.warning("web: %s", error)
            response = plain_text(
                503, "The store cannot be read now; try again in a moment.\n", {"retry-after": "5"}
            )
        except Busy:
            response = plain_text(503, "Busy; try again in a moment.\n", {"retry-after": "5"})
        except Exception as error:
            log.exception("web: a request failed (%s)", type(error).__name__)
            response = plain_text(500, "Something went wrong; it is in the log.\n")
        await response(scope, receive, send)


class ForwardedClient:
    """Takes the reader's address from a proxy, or all readers behind it would share one limit.

    Only a proxy on this machine is believed, or one whose address is in FORWARDED_ALLOW_IPS: uvicorn's rules.
    """

    def __init__(self, app: ASGIApp) -> None:
        trusted = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1")
        self._app = app
        self._behind_proxy = cast("ASGIApp", ProxyHeadersMiddleware(cast("Any", app), trusted))

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Pass the request on (ASGI 3)."""
        for name, _ in scope["headers"]:
            if name == b"x-forwarded-for":
                return self._behind_proxy(scope, receive, send)
        return self._app(scope, receive, send)


class PublicPrefix:
    """Makes the site work below the path of its public address, whether a proxy hands that path on or takes it off.

    Afterwards the scope is as ASGI wants it: `root_path` is the prefix, and `path` begins with it. The scope's
    `route_path` is the part behind it, empty where the prefix was asked for without a slash.
    """

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        self._app, self._prefix = app, prefix

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Pass the request on (ASGI 3)."""
        path, root, prefix = scope["path"], scope.get("root_path", "").rstrip("/"), self._prefix
        if root or prefix:
            path = path.removeprefix(root)
            if prefix and (path == prefix or path.startswith(f"{prefix}/")):
                path = path[len(prefix) :]
            scope = {**scope, "root_path": root or prefix, "path": (root or prefix) + path}
        scope["route_path"] = path
        return self._app(scope, receive, send)


class FloodLimit:
    """Answers 429 to a client that asks too often, for too much at the same time, or for many byte ranges at once."""

    def __init__(self, app: ASGIApp) -> None:
        self._app, self._buckets = app, TokenBuckets()
        self._at_once: Counter[str] = Counter()

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Pass the request on, or refuse it (ASGI 3)."""
        path, client = scope["route_path"], network(scope["client"][0]) if scope.get("client") else ""
        # Monitoring has its own limit: a flood of pages from this machine must not make its health check fail.
        key = f"{path} {client}" if path in MONITORING else client
        is_granted = self._buckets.take(key) and self._at_once[key] < MOST_AT_ONCE
        if is_granted and not _asks_many_ranges(scope):
            return self._counted(key, scope, receive, send)
        return plain_text(429, "Too many requests; wait a minute.\n", {"retry-after": "60"})(scope, receive, send)

    async def _counted(self, key: str, scope: Scope, receive: Receive, send: Send) -> None:
        self._at_once[key] += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._at_once[key] -= 1
            if not self._at_once[key]:
                del self._at_once[key]


class RequestBounds:
    """Refuses methods that would change something, and paths and queries that are too long. The API does so itself."""

    def __init__(self, app: ASGIApp, not_found: NotFound) -> None:
        self._app, self._not_found = app, not_found

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Pass the request on, or refuse it (ASGI 3)."""
        path = scope["route_path"]
        if path.startswith(API):
            return self._app(scope, receive, send)
        if path == SAVED and scope["method"] == "POST":
            return self._app(scope, receive, send)  # a form that is read and forgotten
        if scope["method"] not in ("GET", "HEAD"):
            response = plain_text(405, "Only GET and HEAD.\n", {"allow": "GET, HEAD"})
        elif path == "":
            response = moved_permanently(scope, "")
        elif path not in MONITORING and _is_no_address(path, scope["query_string"]):
            response = self._not_found.response()
        else:
            return self._app(scope, receive, send)
        return response(scope, receive, send)


class TokenBuckets:
    """A token bucket for each client, bounded in number."""

    def __init__(self) -> None:
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, client: str) -> bool:
        """Take a token; False where this client has none."""
        now = monotonic()
        tokens, since = self._buckets.pop(client, (float(BURST), now))
        tokens = min(float(BURST), tokens + (now - since) * PER_SECOND)
        is_granted = tokens >= 1
        self._buckets[client] = (tokens - 1 if is_granted else tokens, now)
        if len(self._buckets) > CLIENTS:
            self._buckets.popitem(last=False)
        return is_granted


@lru_cache(maxsize=1024)
def network(address: str) -> str:
    """Whom a bucket is for: an IPv4 address, or the /64 of an IPv6 one, since one machine may use all of that."""
    try:
        return str(ipaddress.ip_network(f"{address}/64", strict=False)) if ":" in address else address
    except ValueError:
        return address


def _asks_many_ranges(scope: Scope) -> bool:
    ranges = b""
    for name, value in scope["headers"]:
        if name == b"range":
            ranges = value
    return ranges.count(b",") >= MOST_RANGES


def _is_no_address(path: str, query: bytes) -> bool:
    # Starlette's pattern of a route also matches a path with a line end behind it.
    longest = LONGEST_LIST if path.startswith(LISTS) else LONGEST_QUERY
    return len(path) > LONGEST_PATH or len(query) > longest or "\n" in path
