"""Notes when each source of arXiv first shows an announcement, from whatever is read of it anyway."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta

from tracker.harvest import announcements, probes
from tracker.pipeline.context import Cycle
from tracker.store import appearances, day_proofs

log = logging.getLogger(__name__)

WEEKS = timedelta(days=75)
"""Earlier days whose numbers of papers say what is usual: more than eight of each weekday."""


def latest_day(now: datetime, holidays: Collection[date]) -> date:
    """The day of the last announcement that is due by `now`."""
    today = now.astimezone(announcements.NEW_YORK).date()
    if announcements.is_announced_on(today, holidays) and announcements.announcement_time(today) <= now:
        return today
    return announcements.previous_day(today, holidays)


def is_shown(cycle: Cycle, day: date, papers: int, newest: datetime | None) -> bool:
    """Whether a source that lists so many papers of a day, the newest submitted then, shows its announcement."""
    proofs = day_proofs.load_proofs(cycle.store, day - WEEKS, day)
    expected = probes.expected_papers(day, {proved: proof.papers for proved, proof in proofs.items()})
    return probes.shows_announcement(day, papers, newest, expected, cycle.settings.harvest.holidays)


def note_listing(cycle: Cycle, source: str, day: date, submitted: Mapping[str, datetime]) -> None:
    """Note whether a source that was read to its end shows the announcement of a day: times of submission by arXiv id."""
    since, until = announcements.submission_window(day, cycle.settings.harvest.holidays)
    times = [at for at in submitted.values() if since <= at <= until]
    note_reading(cycle, source, day, is_shown=is_shown(cycle, day, len(times), max(times, default=None)))


def note_reading(cycle: Cycle, source: str, day: date, *, is_shown: bool) -> None:
    """Note whether a source shows the announcement of a day now."""
    if appearances.record_reading(cycle.store, source, day, cycle.now, is_shown=is_shown):
        log.info("%s shows the announcement of %s", source, day)
