"""arXiv's API: reads windows of submission dates with the `arxiv` library.

The library's HTTP session gets the adapter of `api_session`, which adds the pace, timeouts, stops and page checks that
the library lacks.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from datetime import UTC, datetime

import arxiv
import requests

from tracker.domain.affiliations import keep_affiliations
from tracker.domain.errors import UpstreamError, UpstreamStopped
from tracker.domain.papers import Version, WindowResult
from tracker.domain.protocols import Clock, UpstreamMemory
from tracker.fetch.pace import Sleep
from tracker.fetch.request_policy import RETRIES, RequestPolicy
from tracker.harvest import api_pages
from tracker.harvest.api_session import UPSTREAM, PolicyAdapter
from tracker.harvest.arxiv_text import CATEGORY, WITHDRAWN, clean_names, clean_text
from tracker.harvest.windows import Window, halve_window
from tracker.settings import Settings

MOST_PAGED = 9_000
"""The most results of one query that are read page by page; arXiv's server refuses offsets beyond 10,000."""
MOST_IDS = 100
"""Papers that are asked for by id in one request."""
MOST_REDIRECTS = 5
MOST_WALKS = 3
"""How often a window is read from the start when its pages do not match, before it is left open."""


class ArxivApi:
    """Reads windows of submission dates. Use one per process; all processes share the pace and the stops.

    `memory` keeps the stops; `clock` is the product's; when `cancel` is set, every wait ends with Cancelled. `sleep`
    and `jitter` are for tests. `retries` are those of a request that failed. `close()` it at the end.
    """

    def __init__(
        self,
        settings: Settings,
        memory: UpstreamMemory,
        clock: Clock,
        cancel: threading.Event | None = None,
        *,
        sleep: Sleep | None = None,
        jitter: Callable[[], float] = random.random,
        retries: int = RETRIES,
    ) -> None:
        self._settings = settings
        policy = RequestPolicy(settings, memory, clock, cancel, sleep=sleep, jitter=jitter)
        self._adapter = PolicyAdapter(settings, policy, retries)
        # The policy paces and retries. The library's own pace and retries ignore other processes and Retry-After.
        self._client = arxiv.Client(page_size=settings.harvest.page_size, delay_seconds=0.0, num_retries=0)
        self._client.query_url_format = settings.upstreams.arxiv_api.rstrip("/") + "?{}"
        self._client._session.max_redirects = MOST_REDIRECTS
        for scheme in ("https://", "http://"):
            self._client._session.mount(scheme, self._adapter)

    def close(self) -> None:
        """Close all connections."""
        self._client._session.close()

    def read_window(self, since: datetime, until: datetime) -> Generator[list[Version], None, WindowResult]:
        """Yield the papers submitted (as v1) in [since, until], page by page, and return what was proved.

        The window is complete where the total was the same on all pages and as many different papers were read, or
        where it was empty as often as `harvest.empty_answers` asks. Each paper is yielded once. Raises UpstreamStopped
        and Cancelled; every other failure leaves the window incomplete, with the reason.
        """
        reading = _WindowReading()
        try:
            total = yield from self._read((since, until), reading)
        except UpstreamStopped:
            raise
        except UpstreamError as error:
            return WindowResult(
                since=since, until=until, expected=None, got=len(reading.seen), complete=False, reason=error.reason
            )
        got = len(reading.seen)
        return WindowResult(
            since=since, until=until, expected=total, got=got, complete=not reading.trouble, reason=reading.trouble
        )

    def read_papers(self, arxiv_ids: Sequence[str]) -> list[Version]:
        """The newest versions of these papers, at most `MOST_IDS`; an id that the API does not know is left out.

        Raises UpstreamError, UpstreamStopped and Cancelled.
        """
        ids = list(arxiv_ids[:MOST_IDS])
        return self._search(arxiv.Search(id_list=ids, max_results=len(ids)), 0)[0] if ids else []

    def probe_window(self, since: datetime, until: datetime) -> tuple[int, datetime | None]:
        """How many papers were submitted (as v1) in [since, until], and when the newest of them was; one small request.

        Raises UpstreamError, UpstreamStopped and Cancelled.
        """
        search = arxiv.Search(
            query=build_query(self._settings.harvest.categories, (since, until)),
            max_results=1,
            sort_by=arxiv.SortCriterion.SubmittedDate,
            sort_order=arxiv.SortOrder.Descending,
        )
        page_size, self._client.page_size = self._client.page_size, 1
        try:
            versions, page = self._search(search, 0)
        finally:
            self._client.page_size = page_size
        return page.total, max((version.submitted_at for version in versions), default=None)

    def _read(self, window: Window, reading: _WindowReading) -> Generator[list[Version], None, int]:
        """Read one window, in halves where it has too many papers for one query; returns how many papers it holds."""
        total, versions, page = self._first_page(window)
        if total > MOST_PAGED:
            parts = halve_window(window)
            if parts is None:
                raise UpstreamError(UPSTREAM, f"{total} papers in one minute are more than can be paged through")
            before = len(reading.seen)
            for part in parts:
                yield from self._read(part, reading)
            return len(reading.seen) - before
        ids: set[str] = set()
        trouble = ""
        for walk in range(MOST_WALKS):
            if walk:
                before, (total, versions, page) = total, self._first_page(window)
                # A paper that moves between pages while they are read shows up in one walk or the next, as long as
                # the window's total stays the same.
                ids = ids if total == before else set()
            trouble = yield from self._walk(window, versions, page, ids, reading)
            if not trouble:
                break
        reading.trouble = reading.trouble or trouble
        return total

    def _walk(
        self,
        window: Window,
        versions: list[Version],
        page: api_pages.ApiPage,
        ids: set[str],
        reading: _WindowReading,
    ) -> Generator[list[Version], None, str]:
        """Read all pages of a window after its first one; returns why they do not match, empty where they do."""
        total, start = page.total, 0
        while True:
            ids.update(page.ids)
            fresh = reading.fresh(versions)
            if fresh:
                yield fresh
            start += len(page.ids)
            if start >= total:
                break
            versions, page = self._page(window, start)
            if page.total != total:
                return f"the total changed from {total} to {page.total} while paging"
        return "" if len(ids) == total else f"{len(ids)} different papers where {total} were announced"

    def _first_page(self, window: Window) -> tuple[int, list[Version], api_pages.ApiPage]:
        """The first page. An empty one is accepted only after as many empty responses as the settings ask for."""
        versions, page = self._page(window, 0)
        for _ in range(self._settings.harvest.empty_answers - 1):
            if page.total:
                break
            versions, page = self._page(window, 0)
        return page.total, versions, page

    def _page(self, window: Window, start: int) -> tuple[list[Version], api_pages.ApiPage]:
        size = self._settings.harvest.page_size
        search = arxiv.Search(
            query=build_query(self._settings.harvest.categories, window),
            max_results=start + size,
            sort_by=arxiv.SortCriterion.SubmittedDate,
            sort_order=arxiv.SortOrder.Ascending,
        )
        return self._search(search, start)

    def _search(self, search: arxiv.Search, start: int) -> tuple[list[Version], api_pages.ApiPage]:
        try:
            results = list(self._client.results(search, offset=start))
        except (arxiv.ArxivError, requests.RequestException, ValueError) as error:
            # The libraries raise ValueError for a redirect to an invalid address.
            raise UpstreamError(UPSTREAM, f"the request failed ({type(error).__name__})") from None
        page = self._adapter.page
        versions = list(_versions(results))
        if page is None or len(versions) != len(page.ids):
            raise UpstreamError(UPSTREAM, "a page could not be read whole")
        return versions, page


class _WindowReading:
    """What was read of one window so far: the ids, and the first reason why it is incomplete."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self.trouble = ""

    def fresh(self, versions: list[Version]) -> list[Version]:
        """The versions whose papers were not seen before; they count as seen from now on."""
        new = [version for version in versions if version.arxiv_id not in self.seen]
        self.seen.update(version.arxiv_id for version in new)
        return new


def build_query(categories: tuple[str, ...], window: Window) -> str:
    """The query (arXiv API user manual) for any of the categories and v1 submitted in the window, in minutes of UTC."""
    since, until = (moment.astimezone(UTC).strftime("%Y%m%d%H%M") for moment in window)
    return f"({' OR '.join(f'cat:{category}' for category in categories)}) AND submittedDate:[{since} TO {until}]"


def _versions(results: list[arxiv.Result]) -> Iterator[Version]:
    for result in results:
        entry_id = api_pages.parse_entry_id(result.entry_id)
        if entry_id is not None:
            yield make_version(result, *entry_id)


def make_version(result: arxiv.Result, arxiv_id: str, n: int) -> Version:
    """One entry as version `n` of a paper, with clean texts, arXiv's own categories only, and times in UTC."""
    comment = clean_text(result.comment or "").strip() or None
    abstract = clean_text(result.summary).strip()
    categories = [term for term in result.categories if CATEGORY.fullmatch(term)]
    primary = result.primary_category if CATEGORY.fullmatch(result.primary_category) else ""
    primary = primary or next(iter(categories), "")
    names = (clean_names(author.name) for author in result.authors)
    return Version(
        arxiv_id=arxiv_id,
        n=n,
        title=" ".join(clean_text(result.title).split()),
        abstract=abstract,
        authors=tuple(name for name in names if name),
        categories=tuple(dict.fromkeys([*categories, primary] if primary else categories)),
        primary_category=primary,
        comment=comment,
        submitted_at=result.published.astimezone(UTC),
        updated_at=result.updated.astimezone(UTC),
        doi=clean_text(result.doi or "").strip() or None,
        affiliations=keep_affiliations(
            clean_names(text) for author in result.authors for text in author.affiliation
        ),
        withdrawn=any(WITHDRAWN.match(text) for text in (comment, abstract) if text),
    )
