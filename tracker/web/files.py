"""The endpoint that serves published files, and the route that finds them. No request here touches the database.

Sources: RFC 9111 and RFC 5861 (caching).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime
from pathlib import Path
from time import monotonic
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from starlette.responses import Response
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Receive, Scope, Send

from tracker.domain.feeds import FEED_SUFFIXES
from tracker.domain.protocols import Clock
from tracker.publish.file_headers import HTML, POLLED, feed_cache_control, page_cache_control
from tracker.web.addresses import meaningful_query
from tracker.web.conditional import accepted_codings, is_not_modified
from tracker.web.published import PublishedFile, PublishedFiles
from tracker.web.responses import HELD_BYTES, SECURITY, HeaderList, plain_text, raw

RENEW_SECONDS = 60
"""How long a Cache-Control of feeds is reused."""
SNAPSHOT_FILES = frozenset({"tracker.db.zst", "tracker.db.zst.sha256", "tracker.db.zst.json"})
_SAFE = "/:?=&,+%@!*()~"


class CachePolicy:
    """The headers that depend on the installation or on the time of day: Cache-Control, and Link for WebSub.

    `public_url` is the site's address. `next_harvest` returns when arXiv is asked next, if that is known.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        ttl_minutes: int,
        next_harvest: Callable[[], datetime | None] | None,
        public_url: str,
        websub_hub: str,
    ) -> None:
        self._clock, self._next_harvest = clock, next_harvest
        self._seconds, self._of_quiet_feeds = ttl_minutes * 60, feed_cache_control(ttl_minutes)
        self._public_url, self._websub_hub = public_url.rstrip("/"), quote(websub_hub, safe=_SAFE)
        self._of_feeds, self._renew_at = "", 0.0
        self.of_pages = page_cache_control(ttl_minutes)

    def of_feeds(self) -> str:
        """Cache-Control of a feed: max-age is its `ttl`. From then until arXiv is asked again, a cache may answer with
        what it has while it asks here (stale-while-revalidate, RFC 5861)."""
        moment = monotonic()
        if moment >= self._renew_at:
            now = self._clock.now()
            due = self._next_harvest() if self._next_harvest else None
            quiet = int((due - now).total_seconds()) // 60 * 60 - self._seconds if due else 0
            self._of_feeds = self._of_quiet_feeds + (f", stale-while-revalidate={quiet}" if quiet > 0 else "")
            self._renew_at = moment + RENEW_SECONDS
        return self._of_feeds

    def link(self, address: str) -> dict[str, str]:
        """The Link header of a feed at this address: where it is subscribed to (WebSub, W3C Recommendation, 4).

        Empty where the installation has no WebSub hub.
        """
        if not self._websub_hub:
            return {}
        own = quote(f"{self._public_url}/{address}", safe=_SAFE)
        return {"link": f'<{self._websub_hub}>; rel="hub", <{own}>; rel="self"'}


class FileEndpoint:
    """Sends a published file, or 304 where the reader has it. Headers are built beforehand: this is the busiest code.

    The scope's `published_file` is the file, found by the route.
    """

    def __init__(self, files: PublishedFiles, policy: CachePolicy) -> None:
        self._files, self._policy = files, policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a GET or a HEAD (ASGI 3)."""
        file: PublishedFile = scope["published_file"]
        fields = _combined(scope["headers"])
        accept = fields.get(b"accept-encoding")
        representation = self._files.representation(file, accepted_codings(accept) if accept else ())
        policy = self._policy.of_feeds() if file.suffix in POLLED else self._policy.of_pages
        cache_control = (b"cache-control", policy.encode())
        tags = fields.get(b"if-none-match")
        if tags == representation.etag or is_not_modified(
            file.digest, file.modified, tags, fields.get(b"if-modified-since")
        ):
            headers = [*representation.not_modified_headers, cache_control]
            await send({"type": "http.response.start", "status": 304, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return
        headers = [*representation.headers, cache_control]
        if file.suffix in FEED_SUFFIXES and (link := self._policy.link(scope["route_path"][1:])):
            headers += raw(link)
        is_head = scope["method"] == "HEAD"
        if file.is_large and not is_head:
            await _send_from_disk(scope, receive, send, file, headers)
            return
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if is_head else representation.body})


class FileRoute(BaseRoute):
    """Matches the addresses of published files. It is the first route: most requests are for files.

    At the addresses in `with_query`, and at those of feeds below `feeds/` where they take filters, a query asks for
    something else than the file. The files of some addresses have another endpoint, which `others` names.
    """

    def __init__(
        self,
        files: PublishedFiles,
        endpoint: FileEndpoint,
        with_query: frozenset[str],
        others: Mapping[str, ASGIApp] = MappingProxyType({}),
    ) -> None:
        self._files, self._endpoint, self._with_query = files, endpoint, with_query
        self._others = others

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """A full match where there is such a file."""
        address = scope["route_path"][1:]
        if scope["query_string"] and self._takes_query(address) and meaningful_query(scope):
            return Match.NONE, {}
        file = self._files.at_address(address)
        if file is None:
            return Match.NONE, {}
        return Match.FULL, {"endpoint": self._others.get(address, self._endpoint), "published_file": file}

    def _takes_query(self, address: str) -> bool:
        if address in self._with_query:
            return True
        return bool(self._with_query) and address.startswith("feeds/") and address.endswith(tuple(FEED_SUFFIXES))

    def handle(self, scope: Scope, receive: Receive, send: Send) -> Coroutine[Any, Any, None]:
        """Send the file."""
        sent: Coroutine[Any, Any, None] = scope["endpoint"](scope, receive, send)
        return sent


class SnapshotEndpoint:
    """Serves the snapshot of the store, its digest and its counts, from the folder of snapshots."""

    def __init__(self, folder: Path, policy: CachePolicy, not_found: NotFound) -> None:
        self._files, self._not_found = PublishedFiles(folder), not_found
        self._endpoint = FileEndpoint(self._files, policy)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a GET or a HEAD (ASGI 3)."""
        name = scope["path_params"]["name"]
        file = self._files.by_name(name) if name in SNAPSHOT_FILES else None
        if file is None:
            await self._not_found(scope, receive, send)
        else:
            await self._endpoint({**scope, "published_file": file}, receive, send)


class NotFound:
    """The response where nothing is at an address: the published page, or a line of text before there is one."""

    def __init__(self, files: PublishedFiles) -> None:
        self._files = files

    def response(self) -> Response:
        """404 with that page."""
        file = self._files.by_name("404.html")
        if file is None:
            return plain_text(404, "Not found.\n")
        return Response(file.plain.body, 404, {**SECURITY, "cache-control": "no-cache"}, HTML)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what no route matches (ASGI 3)."""
        await self.response()(scope, receive, send)


def _combined(headers: HeaderList) -> dict[bytes, bytes]:
    """The request's headers by name; lists that came in several lines are joined (RFC 9110, 5.3)."""
    fields = dict(headers)
    if len(fields) < len(headers):
        for name in (b"accept-encoding", b"if-none-match"):
            if name in fields:
                fields[name] = b",".join(value for other, value in headers if other == name)
    return fields


async def _send_from_disk(
    scope: Scope, receive: Receive, send: Send, file: PublishedFile, headers: HeaderList
) -> None:
    """Send a file that is too large for memory, piece by piece. The headers must be those of the bytes."""
    with file.path.open("rb") as handle:
        if os.fstat(handle.fileno()).st_mtime_ns != file.mtime_ns:
            response = plain_text(503, "The file is being replaced; try again.\n", {"retry-after": "1"})
            await response(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        while chunk := handle.read(HELD_BYTES):
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
