"""Read-only HTTP: the published files from memory, `/health` and `/metrics`. The read path of a feed touches no database."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import re
import socket
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from pathlib import Path
from time import monotonic
from typing import Any, TypeVar, cast
from urllib.parse import parse_qsl, quote, urlsplit

import uvicorn
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from tracker.domain.errors import TrackerError
from tracker.domain.protocols import ApiHandler, Clock, FeedComposer
from tracker.domain.status import Status
from tracker.web import files
from tracker.web.files import ANY_ORIGIN, HTML, NOSNIFF, SECURITY, Files, Flood, Page, Reply, Scope, Send, house
from tracker.web.health import Health, Metrics
from tracker.web.metrics import CONTENT_TYPE as METRICS_TYPE
from tracker.web.process import Bounded

T = TypeVar("T")
log = logging.getLogger(__name__)

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

LONGEST_PATH = 512
LONGEST_QUERY, MOST_FIELDS = 2048, 20
THREADS, WAITING, PATIENCE_SECONDS = 2, 16, 8.0
"""Pages made on demand: so many at once, so many waiting at most, and how long a reader waits."""
DEMAND_SECONDS = 60
"""How long a page made on demand may be kept."""
STOP_SECONDS = 3
BACKLOG = 2048
MOVED = {"rss": "feed.xml", "rss.xml": "feed.xml", "atom.xml": "feed.atom", "index": "", "index.html": ""}
"""Addresses that have moved, for ever; a feed's address that is given up is added here."""
COMPOSED = re.compile(r"(?:feeds/(?:author|keyword)/[^/]+|paper/[^?]+)\.(?:xml|atom|json)")
FED = frozenset({".xml", ".atom", ".json"})
SNAPSHOT = re.compile(r"snapshot/tracker\.db\.zst(?:\.sha256|\.json)?")
MAIN_FEEDS = frozenset({"feed.xml", "feed.atom", "feed.json"})
PAPER = re.compile(r"paper/((?:[0-9]{4}\.[0-9]{4,5})|(?:[a-z-]{2,20}(?:\.[A-Z]{2})?/[0-9]{7}))(v[0-9]{1,3})?")
TRACKING = re.compile(r"utm_|fbclid$|gclid$|mc_|ref$")
"""Parameters that readers' mailers and networks add; they name nothing here."""


class _Busy(Exception):
    """Too much is being made on demand."""


@dataclass(frozen=True, slots=True)
class Dynamic:
    """Pages made on demand from the store, read-only. Called in a few threads at once; must not raise on any words."""

    paper: Callable[[str], bytes | None]
    """The page of a stored paper (id without version), None where there is none."""
    search: Callable[[str, int], bytes]
    """The page of a search for these words, counted from 1."""


class Site:
    """The ASGI application. Everything about files happens in the event loop, from memory.

    `folder` is what the publisher writes; `health` may raise or hang (then `/health` says so). `prefix` is the path of the
    public address, for proxies that hand it on; those that take it off work as well. `next_change` tells when arXiv is
    read next: until then caches may show what they have while they ask again. `snapshots` is the folder of snapshots.
    `hub` is the WebSub hub, which each feed names in its headers beside itself at `site`, the public address.
    """

    def __init__(
        self,
        folder: Path,
        health: Callable[[], Status],
        clock: Clock,
        *,
        ttl_minutes: int,
        site: str = "",
        hub: str = "",
        dynamic: Dynamic | None = None,
        composing: FeedComposer | None = None,
        answering: ApiHandler | None = None,
        snapshots: Path | None = None,
        next_change: Callable[[], datetime | None] | None = None,
        metrics: Metrics | None = None,
    ) -> None:
        self._folder, self._health, self._clock = folder, Health(health, clock, metrics), clock
        self._files, self._flood = Files(folder), Flood(clock)
        self._snapshots = Files(snapshots) if snapshots else None
        self._site, self._hub = site.rstrip("/"), hub
        prefix = urlsplit(site).path.strip("/")
        self._prefix = f"/{prefix}" if prefix else ""
        self._dynamic, self._composing, self._answering = dynamic, composing, answering
        self._next_change = next_change
        self._seconds = ttl_minutes * 60
        page = f"public, max-age={min(self._seconds, files.PAGE_SECONDS)}"
        self._keep_page = (b"cache-control", page.encode())
        self._keep_feed: tuple[float, tuple[bytes, bytes]] | None = None
        self._making = ThreadPoolExecutor(THREADS, thread_name_prefix="page")
        self._waiting = 0
        trusted = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1")
        self._behind_proxy: Any = ProxyHeadersMiddleware(cast("Any", self._forwarded), trusted)

    async def _forwarded(self, scope: Scope, _receive: Receive, send: Send) -> None:
        await self._answer(Reply(scope, send), scope)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI 3)."""
        reply = Reply(scope, send)
        if reply.is_forwarded:
            # Behind a proxy all readers would share its address, and its share of requests. The proxy's word is taken
            # from this machine alone, or from the addresses in FORWARDED_ALLOW_IPS, by the rules of uvicorn.
            await self._behind_proxy(scope, receive, send)
        else:
            await self._answer(reply, scope)

    async def _answer(self, reply: Reply, scope: Scope) -> None:
        path, root = scope["path"], scope.get("root_path", "").rstrip("/")
        path = path.removeprefix(root) if root else path
        if self._prefix and (path == self._prefix or path.startswith(f"{self._prefix}/")):
            path = path[len(self._prefix) :]
        client = house(scope["client"][0]) if scope.get("client") else ""
        # A budget of its own: a flood of pages from this machine must not make its health check fail.
        watched = path in ("/health", "/metrics")
        if not self._flood.admits(f"{path} {client}" if watched else client) or reply.asks_much:
            return await reply.text(429, "Too many requests; wait a minute.\n", [(b"retry-after", b"60")])
        if self._answering and path.startswith("/api/"):
            return await self._serve_api(reply, scope, path.removeprefix("/api/"))
        if scope["method"] not in ("GET", "HEAD"):
            return await reply.text(405, "Only GET and HEAD.\n", [(b"allow", b"GET, HEAD")])
        if watched:
            return await (self._serve_health(reply) if path == "/health" else self._serve_metrics(reply))
        if path == "" or len(path) > LONGEST_PATH or len(reply.query) > LONGEST_QUERY:
            return await (self._missing(reply) if path else reply.moved(f"{root or self._prefix}/"))
        try:
            await self._serve(reply, path[1:], root or self._prefix)
        except _Busy:
            await reply.text(503, "Busy; try again in a moment.\n", [(b"retry-after", b"5")])
        except Exception as error:
            log.exception("web: a request failed (%s)", type(error).__name__)
            await reply.text(500, "Something went wrong; it is in the log.\n", [])

    async def _serve(self, reply: Reply, name: str, root: str) -> None:
        query = _meaning(reply.query) if reply.query else ""
        if name in MAIN_FEEDS and query and self._composing:
            return await self._compose(reply, self._composing, name, query, root)
        if name == "search" and query and self._dynamic:
            return await self._search(reply, self._dynamic, query)
        if name in MOVED:
            return await reply.moved(f"{root}/{MOVED[name]}")
        if self._snapshots and SNAPSHOT.fullmatch(name):
            found = self._snapshots.page(name.removeprefix("snapshot/"))
            return await (self._file(reply, found, name) if found else self._missing(reply))
        found = self._files.page(name or "index.html") or (self._files.page(f"{name}.html") if name else None)
        if found is not None and name not in ("404", "404.html"):
            if name.endswith(".html"):
                return await reply.moved(f"{root}/{quote(name.removesuffix('.html'))}")
            return await self._file(reply, found, name)
        if shorter := self._shorter(name):
            return await reply.moved(f"{root}/{quote(shorter)}")
        return await self._made(reply, name, root)

    async def _made(self, reply: Reply, name: str, root: str) -> None:
        """What has no file: a paper's page on demand, a feed that is composed, else the page that says so."""
        if match := PAPER.fullmatch(name):
            if match[2]:
                return await reply.moved(f"{root}/paper/{match[1]}")
            if self._dynamic:
                return await self._on_demand(reply, partial(self._dynamic.paper, match[1]))
        if self._composing and COMPOSED.fullmatch(name):
            return await self._compose(reply, self._composing, name, "", root)
        return await self._missing(reply)

    def _shorter(self, name: str) -> str | None:
        """The address without its trailing slash, where that is a page."""
        shorter = name.rstrip("/")
        if shorter == name or not shorter or len(name) - len(shorter) > 1:
            return None
        known = self._files.page(shorter) or self._files.page(f"{shorter}.html") or PAPER.fullmatch(shorter)
        return shorter if known else None

    async def _file(self, reply: Reply, page: Page, name: str) -> None:
        form = self._files.form(page, files.codings(reply.accepts) if reply.accepts else ())
        keep = self._feed_keeps() if page.suffix in files.FEEDS else self._keep_page
        if reply.tags == form.tag or files.is_unchanged(page, reply.tags, reply.since):
            return await reply.send(304, [*form.unchanged, keep], b"")
        headers = [*form.full, keep]
        if self._hub and page.suffix in FED:
            headers.append(self._linked(name))
        if page.is_large:
            return await reply.send_file(page, headers)
        return await reply.send(200, headers, form.body)

    def _feed_keeps(self) -> tuple[bytes, bytes]:
        """Cache-Control of a feed, renewed each minute: max-age is its `ttl`; after that, until arXiv is read next, a
        cache may answer with what it has while it asks again (stale-while-revalidate, RFC 5861)."""
        moment = monotonic()
        if self._keep_feed is None or self._keep_feed[0] <= moment:
            now = self._clock.now()
            due = self._next_change() if self._next_change else None
            quiet = int((due - now).total_seconds()) // 60 * 60 - self._seconds if due else 0
            value = f"public, max-age={self._seconds}"
            value += f", stale-while-revalidate={quiet}" if quiet > 0 else ""
            self._keep_feed = (moment + 60, (b"cache-control", value.encode()))
        return self._keep_feed[1]

    def _linked(self, name: str) -> tuple[bytes, bytes]:
        """Where the feed is subscribed to (WebSub, W3C Recommendation, 4)."""
        address = quote(f"{self._site}/{name}", safe="/:?=&,+%@!*()~")
        return (
            b"link",
            f'<{quote(self._hub, safe="/:?=&,+%@!*()~")}>; rel="hub", <{address}>; rel="self"'.encode(),
        )

    async def _missing(self, reply: Reply) -> None:
        page = self._files.page("404.html")
        if page is None:
            return await reply.text(404, "Not found.\n", [])
        headers = [(b"content-type", HTML.encode()), (b"content-length", str(page.size).encode()), *SECURITY]
        return await reply.send(404, [*headers, (b"cache-control", b"no-cache")], page.plain.body)

    async def _compose(self, reply: Reply, composing: FeedComposer, name: str, query: str, root: str) -> None:
        found = await self._in_a_thread(partial(composing.answer, name, query))
        if found.location is not None:
            return await reply.moved(f"{root}/{found.location.lstrip('/')}")
        if found.body is None:
            return await self._missing(reply)
        kept = [self._feed_keeps(), ANY_ORIGIN, NOSNIFF]
        if self._hub:
            kept.append(self._linked(f"{name}?{query}" if query else name))
        return await reply.made(found.body, files.TYPES[Path(name).suffix], kept)

    async def _search(self, reply: Reply, dynamic: Dynamic, query: str) -> None:
        try:
            asked = dict(parse_qsl(query, max_num_fields=MOST_FIELDS, errors="replace"))
        except ValueError:
            return await reply.text(400, "Too many parameters.\n", [])
        number = asked.get("page", "1")
        page = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 1
        return await self._on_demand(reply, partial(dynamic.search, asked.get("q", ""), max(page, 1)))

    async def _on_demand(self, reply: Reply, make: Callable[[], bytes | None]) -> None:
        """A page from the store."""
        body = await self._in_a_thread(make)
        if body is None:
            return await self._missing(reply)
        keep = (b"cache-control", f"public, max-age={DEMAND_SECONDS}".encode())
        return await reply.made(body, HTML, [keep, *SECURITY])

    async def _in_a_thread(self, make: Callable[[], T]) -> T:
        """What takes its time is made in one of a few threads. Raises _Busy when too many wait, or it takes too long."""
        if self._waiting >= WAITING:
            raise _Busy
        loop = asyncio.get_running_loop()
        self._waiting += 1
        future = self._making.submit(make)
        future.add_done_callback(lambda _: self._done(loop))
        try:
            return await asyncio.wait_for(asyncio.wrap_future(future), PATIENCE_SECONDS)
        except TimeoutError:
            raise _Busy from None

    def _done(self, loop: asyncio.AbstractEventLoop) -> None:
        def count() -> None:
            self._waiting -= 1

        with suppress(RuntimeError):  # the server has ended meanwhile
            loop.call_soon_threadsafe(count)

    async def _serve_api(self, reply: Reply, scope: Scope, path: str) -> None:
        assert self._answering  # noqa: S101 # asked for by whoever calls
        given = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        ask = partial(self._answering.answer, scope["method"], path, scope["query_string"], given)
        try:
            answer = await self._in_a_thread(ask)
        except _Busy:
            return await reply.text(503, "Busy; try again in a moment.\n", [(b"retry-after", b"5")])
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers.items()]
        return await reply.send(answer.status, headers, answer.body)

    async def _serve_health(self, reply: Reply) -> None:
        ready = "ready" in {part.partition("=")[0] for part in reply.query.split("&", MOST_FIELDS)}
        published = (self._folder / "index.html").is_file()
        answers, told = await self._health.told()
        body = json.dumps(told, separators=(",", ":")).encode()
        status = 200 if (answers and published) or not ready else 503
        await reply.send(status, [*_at_once("application/json", body), ANY_ORIGIN], body)

    async def _serve_metrics(self, reply: Reply) -> None:
        body = await self._health.metrics()
        if body is None:
            return await self._missing(reply)
        return await reply.send(200, _at_once(METRICS_TYPE, body), body)


def _at_once(kind: str, body: bytes) -> files.Headers:
    """Headers of what is true for this moment alone."""
    length = str(len(body)).encode()
    return [
        (b"content-type", kind.encode()),
        (b"content-length", length),
        (b"cache-control", b"no-store"),
        NOSNIFF,
    ]


@lru_cache(maxsize=256)
def _meaning(query: str) -> str:
    """A query without what only tells where a reader came from."""
    return "&".join(part for part in query.split("&") if part and not TRACKING.match(part.partition("=")[0]))


def serve(app: App, host: str, port: int, on_ready: Callable[[str], object]) -> None:
    """Serve until SIGTERM or SIGINT; `on_ready` gets the address once the port is taken. TrackerError if it is not free."""
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
    taken = listener.getsockname()[1]
    shown = f"[{host}]" if ":" in host else host
    # Before the address is told: whoever reads it may come at once.
    listener.listen(BACKLOG)
    on_ready(f"http://{shown}:{taken}/")
    # What is loaded stays: no collection, which stops all answers, need look through it again.
    gc.freeze()
    uvicorn.Server(configuration(app)).run([listener])


def configuration(app: App) -> uvicorn.Config:
    """How uvicorn serves it: one process, nothing loaded that is not needed."""
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=STOP_SECONDS,
        interface="asgi3",
        ws="none",
        http=Bounded,
        # Done by the application, for those requests that came through one.
        proxy_headers=False,
    )
