"""arXiv's API through the `arxiv` library, whose session is made to pace, time out, obey and distrust."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Generator, Iterator
from datetime import UTC, datetime

import arxiv
import requests

from tracker.domain.errors import UpstreamError, UpstreamStopped
from tracker.domain.papers import Version, WindowResult
from tracker.domain.protocols import Clock, UpstreamMemory
from tracker.fetch.pace import Sleep
from tracker.fetch.request_policy import RequestPolicy
from tracker.harvest import api_pages
from tracker.harvest.api_session import UPSTREAM, PolicyAdapter
from tracker.harvest.arxiv_text import CATEGORY, WITHDRAWN, clean_names, clean_text
from tracker.harvest.windows import Window, halve_window
from tracker.settings import Settings

MOST_PAGED = 9_000
"""Results of one query that are paged through; arXiv's server refuses offsets beyond 10,000."""
MOST_REDIRECTS = 5
MOST_WALKS = 3
"""So often a window is read from the start when its pages do not add up, before it is left open."""


class ArxivApi:
    """Reads windows of submission dates. One per process; all processes share the pace and the stops.

    `clock` is the product's; `cancel` ends every wait with Cancelled; `sleep` and `jitter` are for tests.
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
    ) -> None:
        self._settings = settings
        policy = RequestPolicy(settings, memory, clock, cancel, sleep=sleep, jitter=jitter)
        self._guarded = PolicyAdapter(settings, policy)
        # Pace and retries are ours: the library's know neither other processes nor Retry-After.
        self._client = arxiv.Client(page_size=settings.harvest.page_size, delay_seconds=0.0, num_retries=0)
        self._client.query_url_format = settings.upstreams.arxiv_api.rstrip("/") + "?{}"
        self._client._session.max_redirects = MOST_REDIRECTS
        for scheme in ("https://", "http://"):
            self._client._session.mount(scheme, self._guarded)

    def close(self) -> None:
        """Close all connections."""
        self._client._session.close()

    def read_window(self, since: datetime, until: datetime) -> Generator[list[Version], None, WindowResult]:
        """Yield the papers submitted (as v1) in [since, until], page by page, and return what was proved.

        Complete means: the total stayed the same over all pages and as many different papers were read; or the
        window was empty as often as the settings ask. Each paper is yielded once. Raises UpstreamStopped and
        Cancelled; every other trouble leaves the window incomplete, with the reason.
        """
        reading = _Reading()
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

    def _read(self, window: Window, reading: _Reading) -> Generator[list[Version], None, int]:
        """One window, in halves when arXiv would not page through it; returns how many papers it holds."""
        total, versions, page = self._first_page(window)
        if total > MOST_PAGED:
            parts = halve_window(window)
            if parts is None:
                raise UpstreamError(UPSTREAM, f"{total} papers in one minute are more than can be paged through")
            before = len(reading.seen)
            for part in parts:
                yield from self._read(part, reading)
            return len(reading.seen) - before
        found: set[str] = set()
        trouble = ""
        for walk in range(MOST_WALKS):
            if walk:
                before, (total, versions, page) = total, self._first_page(window)
                # Papers that move between pages while paging show up in one walk or the next, as long as
                # the window itself stays the same.
                found = found if total == before else set()
            trouble = yield from self._walk(window, versions, page, found, reading)
            if not trouble:
                break
        reading.trouble = reading.trouble or trouble
        return total

    def _walk(
        self, window: Window, versions: list[Version], page: api_pages.ApiPage, found: set[str], reading: _Reading
    ) -> Generator[list[Version], None, str]:
        """All pages of a window from its first on; returns why they do not add up, or nothing."""
        total, start = page.total, 0
        while True:
            found.update(page.ids)
            fresh = reading.fresh(versions)
            if fresh:
                yield fresh
            start += len(page.ids)
            if start >= total:
                break
            versions, page = self._page(window, start)
            if page.total != total:
                return f"the total changed from {total} to {page.total} while paging"
        return "" if len(found) == total else f"{len(found)} different papers where {total} were announced"

    def _first_page(self, window: Window) -> tuple[int, list[Version], api_pages.ApiPage]:
        """The first page; an empty one is believed only after as many empty answers as the settings ask."""
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
        try:
            results = list(self._client.results(search, offset=start))
        except (arxiv.ArxivError, requests.RequestException, ValueError) as error:
            # ValueError: what a redirect that is no address comes to within the libraries.
            raise UpstreamError(UPSTREAM, f"the request failed ({type(error).__name__})") from None
        page = self._guarded.page
        versions = list(_versions(results))
        if page is None or len(versions) != len(page.ids):
            raise UpstreamError(UPSTREAM, "a page could not be read whole")
        return versions, page


class _Reading:
    """What was read of one window so far."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self.trouble = ""

    def fresh(self, versions: list[Version]) -> list[Version]:
        """Those not seen before, which now are."""
        new = [version for version in versions if version.arxiv_id not in self.seen]
        self.seen.update(version.arxiv_id for version in new)
        return new


def build_query(categories: tuple[str, ...], window: Window) -> str:
    """The search of arXiv's API user manual: any of the categories, v1 submitted in the window, in UTC minutes."""
    since, until = (moment.astimezone(UTC).strftime("%Y%m%d%H%M") for moment in window)
    return f"({' OR '.join(f'cat:{category}' for category in categories)}) AND submittedDate:[{since} TO {until}]"


def _versions(results: list[arxiv.Result]) -> Iterator[Version]:
    for result in results:
        found = api_pages.parse_entry_id(result.entry_id)
        if found is not None:
            yield make_version(result, *found)


def make_version(result: arxiv.Result, arxiv_id: str, n: int) -> Version:
    """One entry as a Version: texts without control characters, arXiv's own categories only, times in UTC."""
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
        withdrawn=any(WITHDRAWN.match(text) for text in (comment, abstract) if text),
    )
