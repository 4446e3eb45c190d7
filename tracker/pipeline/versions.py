"""The stage that asks OAI-PMH for what changed, by days of change.

It brings what the API cannot show (that an old paper has a new version, a licence, another comment, or was
withdrawn), and whatever the API missed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from tracker.domain.papers import Version, WindowResult
from tracker.harvest import oai
from tracker.harvest.announcements import announcement_time, is_walk_due, previous_day
from tracker.harvest.windows import Window, announcement_when_first_seen
from tracker.pipeline.announcement_log import (
    ARXIV,
    OAI,
    asked_windows,
    is_numbered_since,
    record_announcements,
    running_harvest,
)
from tracker.pipeline.context import Cycle
from tracker.pipeline.stage import Stage
from tracker.store import papers, windows

STAGE = "versions"
OVERLAP = timedelta(days=1)
"""Days of change are in the upstream's own time, and the last one was not over when it was read."""


def harvest_versions(cycle: Cycle) -> None:
    """Ask OAI-PMH for what changed since it was last asked, if it must show more by now: new versions, licences,
    comments, categories and withdrawals of stored papers, and new papers that the API missed."""
    settings, store = cycle.settings, cycle.store
    reached = windows.load_watermark(store, OAI, cycle.now)
    if not settings.may_ask(oai.UPSTREAM) or not is_walk_due(reached, cycle.now, settings.harvest.holidays):
        return
    first = reached - OVERLAP if reached else cycle.now - timedelta(days=settings.harvest.first_days)
    # What was begun and never proved, by a run that was killed or failed, is asked for again.
    day = min([first, *(since for since, _ in windows.open_windows(store, OAI))]).date()
    since = datetime.combine(day, time(0), UTC)
    windows.begin_windows(store, OAI, [(since, cycle.now)], cycle.now)
    with cycle.stage(STAGE) as stage:
        result = _walk(cycle, stage, day, reached)
        windows.close_window(store, OAI, replace(result, since=since, until=cycle.now), cycle.now)
        stage.fail(result.reason)


def _walk(cycle: Cycle, stage: Stage, since: date, walked: datetime | None) -> WindowResult:
    """Store what changed page by page; returns what was proved. `walked` is the end of the last walk."""
    store, harvested = cycle.store, cycle.settings.harvest
    asked, running = asked_windows(cycle), running_harvest(cycle)
    proved = [window for window in windows.closed_windows(store, ARXIV) if window[2] < cycle.now]
    pages, read = oai.read_changes(cycle.fetch, since, categories=oai.choose_lists(harvested.categories)), 0
    while True:
        try:
            page = next(pages)
        except StopIteration as end:
            result: WindowResult = end.value
            return result
        stored = papers.load_newest_versions(store, [record.arxiv_id for record in page])
        versions = [
            version
            for record in page
            if (version := oai.merge_record(record, known := stored.get(record.arxiv_id))) is not None
            and version.updated_at <= cycle.now
            and (known or _is_missing(version, harvested.categories, asked, running))
        ]
        announced = {
            version.arxiv_id: announcement_when_first_seen(version.submitted_at, proved, harvested.holidays)
            for version in versions
        }
        datestamps = {record.arxiv_id: record.datestamp for record in page}
        for version in versions:
            is_first_shown = walked or (running and version.submitted_at < running[0])
            if version.arxiv_id not in stored and is_first_shown:
                # Neither the last walk nor, before the harvest began, any other showed it: it changed by being
                # announced.
                shown = announcement_time(previous_day(datestamps[version.arxiv_id], harvested.holidays))
                announced[version.arxiv_id] = min(cycle.now, max(announced[version.arxiv_id], shown))
        record_announcements(cycle, OAI, versions, announced)
        cycle.counts.new_papers += papers.save_versions(
            store, versions, announced, cycle.now, knows_withdrawals=True
        )
        read += len(page)
        stage.report_progress(read)
        cycle.check_cancelled()


def _is_missing(
    version: Version, categories: Collection[str], asked: Iterable[Window], running: tuple[datetime, str] | None
) -> bool:
    """Whether a paper that is not stored should have been.

    It is in one of our categories, and was submitted in a time that the API was asked for; or before, and
    moderators held it until the harvest had begun, as its id shows: arXiv numbers papers when it announces them.
    Other old papers are listed for whatever changed of them."""
    if set(categories).isdisjoint(version.categories):
        return False
    if any(since <= version.submitted_at <= until for since, until in asked):
        return True
    return (
        running is not None
        and version.submitted_at < running[0]
        and is_numbered_since(version.arxiv_id, running[1])
    )
