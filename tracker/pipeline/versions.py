"""The stage that asks OAI-PMH for what changed, by days of change.

It brings what the API cannot show (that an old paper has a new version, a licence, another comment, or was
withdrawn), and whatever the API missed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from tracker.domain.papers import WindowResult
from tracker.harvest import oai
from tracker.harvest.announcements import announcement_time, is_walk_due, previous_day
from tracker.harvest.day_proof import name_some
from tracker.harvest.windows import announcement_when_first_seen
from tracker.pipeline.announcement_log import (
    ARXIV,
    OAI,
    asked_windows,
    is_ours,
    record_announcements,
    running_harvest,
)
from tracker.pipeline.context import Cycle
from tracker.pipeline.day_proofs import RETRY, days_to_prove, keep_listed, record_oai_reading
from tracker.pipeline.papers_by_id import store_papers_by_id
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
    unproved = days_to_prove(store, settings, cycle.now)
    is_due = is_walk_due(reached, cycle.now, settings.harvest.holidays) or (
        unproved and _is_long_ago(cycle, reached)
    )
    if cycle.is_late or not settings.may_ask(oai.UPSTREAM) or not is_due:
        return
    first = reached - OVERLAP if reached else cycle.now - timedelta(days=settings.harvest.first_days)
    # What was begun and never proved, by a run that was killed or failed, is asked for again.
    begun = [since for since, _ in windows.open_windows(store, OAI)]
    day = min([first, *begun, *map(announcement_time, unproved[:1])]).date()
    since = datetime.combine(day, time(0), UTC)
    windows.begin_windows(store, OAI, [(since, cycle.now)], cycle.now)
    with cycle.stage(STAGE) as stage:
        submitted: dict[str, datetime] = {}
        result = _read_unread(cycle, _walk(cycle, stage, day, reached, submitted))
        windows.close_window(store, OAI, replace(result, since=since, until=cycle.now), cycle.now)
        stage.fail(result.reason)
        if result.complete:
            record_oai_reading(cycle, submitted, day, cycle.now)
        else:
            keep_listed(cycle, oai.UPSTREAM, submitted)


def _is_long_ago(cycle: Cycle, walked: datetime | None) -> bool:
    return walked is None or cycle.now - walked >= RETRY


def _read_unread(cycle: Cycle, result: WindowResult) -> WindowResult:
    """The result of a walk after the papers whose records could not be read were asked for at the API."""
    unread = set(result.unread) - store_papers_by_id(cycle, result.unread)
    if not unread or not result.complete:
        return result
    return replace(result, complete=False, reason=f"records that cannot be read: {name_some(unread)}")


def _walk(
    cycle: Cycle, stage: Stage, since: date, walked: datetime | None, submitted: dict[str, datetime]
) -> WindowResult:
    """Store what changed page by page, and note the first time of submission of each paper of our categories; returns
    what was proved. `walked` is the end of the last walk."""
    store, harvested = cycle.store, cycle.settings.harvest
    asked, running = asked_windows(store), running_harvest(cycle)
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
            and (known or is_ours(version, harvested.categories, asked, running))
        ]
        submitted |= {
            record.arxiv_id: record.versions[0].submitted_at
            for record in page
            if record.versions and not set(harvested.categories).isdisjoint(record.categories)
        }
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
