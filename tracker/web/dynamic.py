"""Responses without a file: pages made from the store, and composed feeds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath
from typing import TypeVar
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from tracker.domain.feeds import FEED_SUFFIXES
from tracker.domain.paper_ids import parse_arxiv_id
from tracker.publish.composed_feeds import Composer
from tracker.publish.file_headers import HTML, TYPES
from tracker.web.addresses import ARCHIVE, FEED_OF_PAPER, FEEDS, MAIN_FEEDS, PAPER, SEARCH, meaningful_query
from tracker.web.files import CachePolicy, NotFound
from tracker.web.own_address import fill_page
from tracker.web.responses import (
    ANY_ORIGIN,
    NOSNIFF,
    SECURITY,
    found,
    generated,
    moved_permanently,
    plain_text,
)

T = TypeVar("T")

THREADS, WAITING, PATIENCE_SECONDS = 2, 16, 8.0
"""Requests that are worked on at once, requests that may wait for it, and how long a reader waits."""
CACHE_SECONDS = 60
"""How long a page made on demand may be cached."""
MOST_FIELDS = 20
"""Parameters of a search that are read."""


class Busy(Exception):
    """Too many requests wait for a thread, or this one took too long."""


@dataclass(frozen=True, slots=True)
class StorePages:
    """Functions that make pages from the store, read-only. They are called in several threads at once, and raise
    nothing, whatever a reader asks for."""

    paper: Callable[[str], bytes | None]
    """The page of a stored paper (id without version), None if it does not exist."""
    search: Callable[..., bytes]
    """A page of the results of a search for these words, counted from 1; `asked` has the other parameters."""
    is_stored: Callable[[str], bool] = lambda _: False
    """Whether a paper is stored (id without version)."""


class WorkerThreads:
    """A few threads for work that takes time. Requests that wait for them are bounded in number and in time."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="page")
        self._waiting = 0

    async def run(self, work: Callable[[], T]) -> T:
        """The result of this work. Raises Busy, and what the work raises."""
        if self._waiting >= WAITING:
            raise Busy
        loop = asyncio.get_running_loop()
        self._waiting += 1
        future = self._pool.submit(work)
        future.add_done_callback(lambda _: self._done(loop))
        try:
            return await asyncio.wait_for(asyncio.wrap_future(future), PATIENCE_SECONDS)
        except TimeoutError:
            raise Busy from None

    def _done(self, loop: asyncio.AbstractEventLoop) -> None:
        def count() -> None:
            self._waiting -= 1

        with suppress(RuntimeError):  # the server has ended meanwhile
            loop.call_soon_threadsafe(count)


class DynamicPages:
    """The endpoints of addresses without a file. Without `pages` or `composer`, what they make does not exist."""

    def __init__(
        self,
        *,
        threads: WorkerThreads,
        policy: CachePolicy,
        not_found: NotFound,
        pages: StorePages | None,
        composer: Composer | None,
        compose: Callable[[str], tuple[int, bytes]] | None = None,
        archive: Callable[[str], tuple[int, bytes]] | None = None,
    ) -> None:
        self._threads, self._policy, self._not_found = threads, policy, not_found
        self._pages, self._composer, self._compose, self._archive = pages, composer, compose, archive

    def paths_with_query(self) -> frozenset[str]:
        """The addresses whose published file answers only a request without a query."""
        made = {SEARCH: self._pages, FEEDS: self._compose, ARCHIVE: self._archive}
        return frozenset(path for path, maker in made.items() if maker) | (
            MAIN_FEEDS if self._composer else frozenset()
        )

    async def search(self, request: Request) -> Response:
        """The page of a search, made from the store."""
        query = meaningful_query(request.scope)
        if not query or not self._pages:
            return self._not_found.response()
        try:
            fields = dict(parse_qsl(query, max_num_fields=MOST_FIELDS, errors="replace"))
        except ValueError:
            return plain_text(400, "Too many parameters.\n")
        words = fields.pop("q", "")
        arxiv_id = parse_arxiv_id(words)
        if arxiv_id:
            is_stored = await self._threads.run(partial(self._pages.is_stored, arxiv_id))
            if is_stored:
                return found(request.scope, f"paper/{arxiv_id}")
        text = fields.pop("page", "1")
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
        options = {"asked": fields} if fields else {}
        return await self._page(request, partial(self._pages.search, words, max(number, 1), **options))

    async def archive(self, request: Request) -> Response:
        """A selection of the archive, made from the store."""
        query = meaningful_query(request.scope)
        if not query or not self._archive:
            return self._not_found.response()
        status, body = await self._threads.run(partial(self._archive, query))
        if status != 200:
            return plain_text(status, body.decode())
        return generated(request, body, HTML, {"cache-control": f"public, max-age={CACHE_SECONDS}", **SECURITY})

    async def paper(self, request: Request) -> Response:
        """The page of a paper that no file shows, or the feed of one paper."""
        name: str = request.path_params["name"]
        if match := PAPER.fullmatch(name):
            if match[2]:
                return moved_permanently(request.scope, f"paper/{match[1]}")
            if self._pages:
                return await self._page(request, partial(self._pages.paper, match[1]))
        if FEED_OF_PAPER.fullmatch(name):
            return await self._composed(request, f"paper/{name}", "")
        return self._not_found.response()

    async def main_feed(self, request: Request) -> Response:
        """The main feed, narrowed by a query."""
        query, name = meaningful_query(request.scope), f"feed.{request.path_params['ending']}"
        return await self._composed(request, name, query) if query else self._not_found.response()

    async def feed(self, request: Request) -> Response:
        """A feed below `feeds/` that no file holds, or one that a query narrows."""
        return await self._composed(request, request.scope["route_path"][1:], meaningful_query(request.scope))

    async def feeds(self, request: Request) -> Response:
        """The page of the feed that the form composes."""
        query = meaningful_query(request.scope)
        if not query or not self._compose:
            return self._not_found.response()
        status, body = await self._threads.run(partial(self._compose, query))
        headers = {"cache-control": f"public, max-age={CACHE_SECONDS}", **SECURITY}
        response = generated(request, fill_page(request.scope, body), HTML, headers)
        if response.status_code == 200:
            response.status_code = status
        return response

    async def _composed(self, request: Request, name: str, query: str) -> Response:
        suffix = PurePosixPath(name).suffix
        if self._composer is None or suffix not in FEED_SUFFIXES:
            return self._not_found.response()
        feed = await self._threads.run(partial(self._composer.answer, name, query))
        if feed.problem is not None:
            return plain_text(400, f"{feed.problem}\n", {"cache-control": "no-store", **ANY_ORIGIN})
        if feed.location is not None:
            return moved_permanently(request.scope, feed.location)
        if feed.body is None:
            return self._not_found.response()
        link = self._policy.link(f"{name}?{query}" if query else name)
        headers = {"cache-control": self._policy.of_feeds(), **ANY_ORIGIN, **NOSNIFF, **link}
        return generated(request, feed.body, TYPES[suffix], headers)

    async def _page(self, request: Request, make: Callable[[], bytes | None]) -> Response:
        body = await self._threads.run(make)
        if body is None:
            return self._not_found.response()
        headers = {"cache-control": f"public, max-age={CACHE_SECONDS}", **SECURITY}
        return generated(request, body, HTML, headers)
