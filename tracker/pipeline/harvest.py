"""The stage that harvests arXiv's API by days of submission, and proves each window of them complete."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import closing
from datetime import date, datetime, timedelta

from tracker.domain.papers import WindowResult
from tracker.harvest.announcements import submission_window
from tracker.harvest.api import ArxivApi
from tracker.harvest.windows import Window, announcement_when_first_seen, join_windows, plan_windows
from tracker.pipeline.announcement_log import ARXIV, record_announcements
from tracker.pipeline.context import Cycle
from tracker.pipeline.day_proofs import days_to_prove, record_api_reading
from tracker.store import papers, upstreams, windows

STAGE = "harvest"
UPSTREAM = "arxiv_api"
MOST_UNANSWERED = 2
"""Windows in a row without a usable answer after which the others are not asked."""


def plan_harvest(cycle: Cycle, since: date | None = None, until: date | None = None) -> None:
    """Note as open which windows are to be asked, before any source is: whichever responds knows what is
    missing."""
    planned = plan_windows(cycle.now, since, until, windows.load_watermark(cycle.store, ARXIV), cycle.settings)
    windows.begin_windows(cycle.store, ARXIV, planned, cycle.now)


def harvest_windows(cycle: Cycle, since: date | None = None, until: date | None = None) -> None:
    """Ask arXiv for every window of the plan, and prove each complete."""
    store = cycle.store
    proved = windows.closed_windows(store, ARXIV)
    planned = _windows_to_ask(cycle, since, until)
    windows.begin_windows(store, ARXIV, planned, cycle.now)
    cycle.counts.windows_left, unanswered = len(planned), 0
    submitted: dict[str, datetime] = {}
    read: list[Window] = []
    with (
        cycle.stage(STAGE) as stage,
        closing(ArxivApi(cycle.settings, upstreams.StoredUpstreams(store), cycle.clock, cycle.cancel)) as api,
    ):
        for window in stage.each(planned):
            if cycle.is_late:
                stage.fail("the time for this run was over")
                break
            result = _harvest_window(cycle, api, window, proved, submitted)
            windows.close_window(store, ARXIV, result, cycle.now)
            if result.complete:
                cycle.counts.windows_left -= 1
                read.append(window)
            else:
                stage.fail(f"the window from {result.since:%Y-%m-%d} is not complete: {result.reason}")
            unanswered = 0 if result.expected is not None else unanswered + 1
            if unanswered == MOST_UNANSWERED:
                # No usable answer after all retries: the other windows would only wait for the same.
                break
    record_api_reading(cycle, submitted, read)


def _windows_to_ask(cycle: Cycle, since: date | None, until: date | None) -> list[Window]:
    store, now = cycle.store, cycle.now
    planned = plan_windows(now, since, until, windows.load_watermark(store, ARXIV, now), cycle.settings)
    if since is not None or until is not None:
        return planned
    # A first harvest that was killed early has a watermark long ago: what lies before it was never asked for.
    first = min(windows.first_asked(store, ARXIV) or now, now - timedelta(days=cycle.settings.harvest.first_days))
    asked = {*(window for window in planned if window[1] > first), *windows.open_windows(store, ARXIV)}
    return sorted(asked | _windows_to_compare(cycle, asked))


def _windows_to_compare(cycle: Cycle, asked: Collection[Window]) -> set[Window]:
    """The submission windows of days that are not proved, as far as they are not asked for anyway."""
    holidays, joined = cycle.settings.harvest.holidays, join_windows(asked)
    spans = {submission_window(day, holidays) for day in days_to_prove(cycle.store, cycle.settings, cycle.now)}
    return {span for span in spans if not any(since <= span[0] and span[1] <= until for since, until in joined)}


def _harvest_window(
    cycle: Cycle,
    api: ArxivApi,
    window: Window,
    proved: Sequence[tuple[datetime, datetime, datetime]],
    submitted: dict[str, datetime],
) -> WindowResult:
    """Store a window's papers page by page, and note their times of submission; returns what was proved."""
    pages, holidays = api.read_window(*window), cycle.settings.harvest.holidays
    while True:
        try:
            page = next(pages)
        except StopIteration as end:
            result: WindowResult = end.value
            return result
        announced = {
            version.arxiv_id: announcement_when_first_seen(version.submitted_at, proved, holidays)
            for version in page
        }
        submitted |= {version.arxiv_id: version.submitted_at for version in page}
        record_announcements(cycle, UPSTREAM, page, announced)
        cycle.counts.new_papers += papers.save_versions(cycle.store, page, announced, cycle.now)
        cycle.check_cancelled()
