"""The record of announcement days: what was announced, stored and read, what is missing and why; and the alarm."""

from __future__ import annotations

import logging
from collections import Counter
from datetime import date, datetime, timedelta
from itertools import groupby

from tracker.domain.status import Trouble
from tracker.harvest import announcements, completeness
from tracker.pipeline.context import Cycle
from tracker.settings import Settings
from tracker.store import stage_status, upstreams
from tracker.store.announcements import AnnouncedVersion, load_announced_versions
from tracker.store.engine import Store
from tracker.store.windows import closed_windows, explain_open_windows

log = logging.getLogger(__name__)

USUAL_DAYS = 30
"""So far back the record goes where no first day is asked for."""
LOOK_BACK = timedelta(days=10)
"""So far before a day it is seen whether an empty one is usual."""
WATCHED = ("arxiv_api", "arxiv_oai", "github_api", "huggingface")
"""Upstreams that are asked every day, so that one that has been failing is failing now."""
ARXIV_BEGAN = date(1991, 8, 14)
ANNOUNCEMENTS = "announcements"


def list_announcement_days(
    store: Store, settings: Settings, now: datetime, since: date | None = None, until: date | None = None
) -> list[completeness.AnnouncementDay]:
    """A record of each announcement day that arXiv's doors must show by `now`, oldest first.

    Without `since` it begins with the first day that the harvest covers, a month ago at most; days that are asked
    for and were never harvested are short.
    """
    holidays = settings.harvest.holidays
    proofs = completeness.Proofs(
        closed_windows(store, "arxiv"),
        closed_windows(store, "arxiv_oai"),
        explain_open_windows(store, "arxiv"),
        explain_open_windows(store, "arxiv_oai"),
        next((one.last_error for one in upstreams.load_failing_upstreams(store, ("arxiv_api",))), ""),
    )
    today = now.astimezone(announcements.NEW_YORK).date()
    last = min(until or today, today)
    begun = completeness.first_covered_day([(one[0], one[1]) for one in (*proofs.api, *proofs.api_open)], holidays)
    first = (
        max(since, ARXIV_BEGAN) if since else (max(begun, today - timedelta(days=USUAL_DAYS)) if begun else today)
    )
    fates = load_announced_versions(store, first - LOOK_BACK, last)
    told = {day: list(rows) for day, rows in groupby(fates, key=lambda one: one.day)}
    counts = [
        (day, len(told.get(day, ()))) for day in announcements.announcement_days(first - LOOK_BACK, last, holidays)
    ]
    return [
        _day(
            day,
            told.get(day, []),
            proofs,
            settings,
            completeness.why_empty([count for _, count in counts[: number + 1]]),
        )
        for number, (day, _) in enumerate(counts)
        if day >= first and completeness.ready_at(day) <= now
    ]


def _day(
    day: date,
    told: list[AnnouncedVersion],
    proofs: completeness.Proofs,
    settings: Settings,
    empty: str,
) -> completeness.AnnouncementDay:
    holidays = settings.harvest.holidays
    missing = tuple(f"{one.arxiv_id}v{one.n}" for one in told if not one.stored)
    stored = len(told) - len(missing)
    scanned = sum(one.stored and one.scanned for one in told)
    doors = completeness.list_proofs(day, proofs, holidays)
    unproved = "" if doors else completeness.why_unproved(day, proofs, holidays)
    return completeness.AnnouncementDay(
        day=day,
        announced=len(told),
        kinds=dict(sorted(Counter(one.kind for one in told).items())),
        stored=stored,
        scanned=scanned,
        missing=missing,
        proved_by=doors,
        reasons=completeness.list_reasons(missing, stored - scanned, unproved, empty),
    )


def raise_alarms(cycle: Cycle) -> bool:
    """Raise the alarm for days that stay short and upstreams that keep failing, and end it where that is over.

    What is wrong is kept with the stages, so that `/health` and the page show it; the log tells it once. Returns whether
    there is something else to show than before.
    """
    hours = timedelta(hours=cycle.settings.harvest.alarm_hours)
    found = [*_short_days(cycle, hours), *_failing(cycle, hours)]
    before = {one.what: one for one in stage_status.load_stages(cycle.store)[1]}
    known = set(before)
    for one in found:
        if one.what not in known:
            log.error("alarm: %s: %s, since %s; %s", one.what, one.reason, _text(one.since), _next(one.next_try))
        stage_status.record_stage_failed(
            cycle.store, one.what, one.reason, one.next_try, cycle.now, since=one.since
        )
    over = {ANNOUNCEMENTS, *map(_named, WATCHED)} & known - {one.what for one in found}
    for what in sorted(over):
        log.info("the alarm is over: %s", what)
        stage_status.forget_stage(cycle.store, what)
    return bool(over) or any(before.get(one.what) != one for one in found)


def _short_days(cycle: Cycle, hours: timedelta) -> list[Trouble]:
    late = [
        one
        for one in list_announcement_days(cycle.store, cycle.settings, cycle.now)
        if one.short and announcements.announcement_time(one.day) + hours <= cycle.now
    ]
    if not late:
        return []
    more = f", and {len(late) - 1} later days" if len(late) > 1 else ""
    reason = f"the announcement of {late[0].day} is short: {'; '.join(late[0].reasons)}{more}"
    return [
        Trouble(ANNOUNCEMENTS, reason, announcements.announcement_time(late[0].day), cycle.worker.next_harvest())
    ]


def _failing(cycle: Cycle, hours: timedelta) -> list[Trouble]:
    return [
        Trouble(
            _named(one.name),
            one.last_error,
            one.failing_since,
            one.stop_until if one.stop_until and one.stop_until > cycle.now else cycle.worker.next_harvest(),
        )
        for one in upstreams.load_failing_upstreams(cycle.store, WATCHED)
        if one.failing_since and one.failing_since + hours <= cycle.now
    ]


def _named(upstream: str) -> str:
    return f"upstream {upstream}"


def _next(moment: datetime | None) -> str:
    return f"next try {_text(moment)}" if moment else "it is tried again with the next harvest"


def _text(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}" if moment else ""
