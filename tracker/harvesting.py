"""The stages that harvest: arXiv's API by days of submission, and its OAI-PMH by days of change.

The API brings new papers and is proved complete window by window. OAI-PMH brings what the API cannot tell (that an
old paper has a new version, a licence, another comment, or was withdrawn), and whatever the API missed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from tracker.domain import Version, WindowResult
from tracker.errors import UpstreamStopped
from tracker.harvest import announcements, oai, windows
from tracker.harvest.arxiv_api import ArxivApi
from tracker.store import memory, versions, writes
from tracker.store import windows as proof
from tracker.worker import Summary, Worker, close_stage

ARXIV, OAI = "arxiv", "arxiv_oai"
MOST_UNANSWERED = 2
OVERLAP = timedelta(days=1)
"""Days of change are in the upstream's own time, and the last one was not over when it was read."""


def harvest(
    worker: Worker, now: datetime, summary: Summary, since: date | None = None, until: date | None = None
) -> None:
    """Ask arXiv for every window of the plan, and prove each complete."""
    store = worker.store
    known = proof.proved(store, ARXIV)
    planned = windows.plan(now, since, until, proof.reached(store, ARXIV, now), worker.settings)
    if since is None and until is None:
        # A first harvest that was killed early has a watermark long ago: what lies before it was never asked for.
        first = min(proof.begun(store, ARXIV) or now, now - timedelta(days=worker.settings.harvest.first_days))
        planned = sorted({*(one for one in planned if one[1] > first), *proof.open_windows(store, ARXIV)})
    proof.begin(store, ARXIV, planned, now)
    left, unanswered, reason, next_try = len(planned), 0, "", None
    with closing(ArxivApi(worker.settings, memory.StoreMemory(store), worker.clock, worker.cancel)) as api:
        for number, window in enumerate(planned):
            worker.progress.step("harvest", number, len(planned))
            try:
                result = _harvest_window(worker, api, window, known, now, summary)
            except UpstreamStopped as stopped:
                reason, next_try = str(stopped), stopped.until
                break
            proof.close(store, ARXIV, result, now)
            if result.complete:
                left -= 1
            else:
                reason = f"the window from {result.since:%Y-%m-%d} is not complete: {result.reason}"
            # No usable answer, twice and after all retries: the other windows would wait for the same.
            unanswered = 0 if result.expected is not None else unanswered + 1
            if unanswered == MOST_UNANSWERED:
                break
    worker.progress.step("harvest", len(planned), len(planned))
    summary.windows_left = left
    close_stage(worker, "harvest", reason, next_try, now, summary)


def _harvest_window(
    worker: Worker,
    api: ArxivApi,
    window: windows.Window,
    known: Sequence[tuple[datetime, datetime, datetime]],
    now: datetime,
    summary: Summary,
) -> WindowResult:
    """Store a window's papers page by page; returns what was proved."""
    pages, holidays = api.read_window(*window), worker.settings.harvest.holidays
    while True:
        try:
            page = next(pages)
        except StopIteration as end:
            result: WindowResult = end.value
            return result
        announced = {one.arxiv_id: windows.announced_after(one.submitted_at, known, holidays) for one in page}
        summary.new_papers += writes.save_versions(worker.store, page, announced, now)
        worker.check_cancelled()


def changes(worker: Worker, now: datetime, summary: Summary) -> None:
    """Ask OAI-PMH for what changed since it was last asked, if it must show more by now: new versions, licences,
    comments, categories and withdrawals of stored papers, and new papers that the API missed."""
    settings, store = worker.settings, worker.store
    reached = proof.reached(store, OAI, now)
    if not settings.may_ask(oai.UPSTREAM):
        return
    if not announcements.is_walk_due(reached, now, settings.harvest.holidays):
        return
    first = reached - OVERLAP if reached else now - timedelta(days=settings.harvest.first_days)
    # What was begun and never proved, by a run that was killed or failed, is asked for again.
    day = min([first, *(since for since, _ in proof.open_windows(store, OAI))]).date()
    window = (datetime.combine(day, time(0), UTC), now)
    proof.begin(store, OAI, [window], now)
    reason, next_try = "", None
    try:
        result = _walk(worker, day, now, summary)
    except UpstreamStopped as stopped:
        reason, next_try = str(stopped), stopped.until
    else:
        reason = result.reason
        proof.close(store, OAI, replace(result, since=window[0], until=now), now)
    close_stage(worker, "versions", reason, next_try, now, summary)


def _walk(worker: Worker, since: date, now: datetime, summary: Summary) -> WindowResult:
    """Store what changed page by page; returns what was proved."""
    store, harvested = worker.store, worker.settings.harvest
    proved = proof.proved(store, ARXIV)
    asked = windows.joined([*((first, last) for first, last, _ in proved), *proof.open_windows(store, ARXIV)])
    before = [window for window in proved if window[2] < now]
    pages, read = oai.read_changes(worker.fetch, since, categories=oai.lists(harvested.categories)), 0
    while True:
        try:
            page = next(pages)
        except StopIteration as end:
            result: WindowResult = end.value
            return result
        stored = versions.newest(store, [record.arxiv_id for record in page])
        told = [
            version
            for record in page
            if (version := oai.told(record, known := stored.get(record.arxiv_id))) is not None
            and version.updated_at <= now
            and (known or _is_missing(version, harvested.categories, asked))
        ]
        announced = {
            one.arxiv_id: windows.announced_after(one.submitted_at, before, harvested.holidays) for one in told
        }
        summary.new_papers += writes.save_versions(store, told, announced, now, whole=True)
        read += len(page)
        worker.progress.step("versions", read)
        worker.check_cancelled()


def _is_missing(version: Version, categories: Collection[str], asked: Iterable[windows.Window]) -> bool:
    """Whether a paper that is not stored should have been: it is ours, and was submitted in a time that the API was
    asked for. Older papers are listed for whatever changed of them."""
    return not set(categories).isdisjoint(version.categories) and any(
        since <= version.submitted_at <= until for since, until in asked
    )
