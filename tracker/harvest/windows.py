"""Which windows to read, and when arXiv announces what was submitted: pure arithmetic on dates."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tracker.settings import Settings

NEW_YORK = ZoneInfo("America/New_York")
CUT_OFF = time(14)
"""Submissions before this hour are in the day's announcement (info.arxiv.org/help/availability) …"""
ANNOUNCEMENT = time(20)
"""… which comes at this one, from Sunday to Thursday."""
_FRIDAY, _SUNDAY = 4, 6
_NO_ANNOUNCEMENT = frozenset({4, 5})

HOLIDAYS = frozenset(
    date(2026, month, day)
    for month, day in ((1, 1), (1, 19), (6, 19), (7, 3), (9, 7), (11, 26), (12, 25), (12, 29), (12, 31))
)
"""Days without an announcement, as arXiv's availability page lists them for 2026; what is due waits for the next."""

Window = tuple[datetime, datetime]


def plan(
    now: datetime, since: date | None, until: date | None, watermark: datetime | None, settings: Settings
) -> list[Window]:
    """The windows to read, oldest first, as (since, until) in UTC.

    They begin and end with whole days inside [since, until], both inclusive and never later than `now`. Without
    `since` they begin `overlap_days` before the watermark, or `first_days` ago. Neighbours share a border, because
    the brackets of `submittedDate` are inclusive to the minute and it is not said of which second.
    """
    today = now.astimezone(UTC)
    if since is None:
        harvest = settings.harvest
        days = timedelta(days=harvest.first_days) if watermark is None else timedelta(days=harvest.overlap_days)
        since = ((watermark or today).astimezone(UTC) - days).date()
    start = _midnight(since)
    last = today.replace(second=0, microsecond=0)
    end = last if until is None else min(last, _midnight(until) + timedelta(days=1))
    step = timedelta(days=settings.harvest.window_days)
    windows: list[Window] = []
    while start < end:
        windows.append((start, min(start + step, end)))
        start += step
    return windows


def announced(submitted_at: datetime) -> datetime:
    """The earliest announcement (UTC) that can hold a paper submitted then; moderation may take days longer."""
    local = submitted_at.astimezone(NEW_YORK)
    cut_off = local.date() + timedelta(days=0 if local.time() < CUT_OFF else 1)
    while cut_off.weekday() > _FRIDAY:
        cut_off += timedelta(days=1)
    day = cut_off if cut_off.weekday() < _FRIDAY else cut_off + timedelta(days=_SUNDAY - _FRIDAY)
    while day.weekday() in _NO_ANNOUNCEMENT or day in HOLIDAYS:
        day += timedelta(days=1)
    return datetime.combine(day, ANNOUNCEMENT, NEW_YORK).astimezone(UTC)


def announced_after(submitted_at: datetime, proved: Iterable[tuple[datetime, datetime, datetime]]) -> datetime:
    """When a paper that is seen for the first time was announced at the earliest.

    By arXiv's timetable; or, where a window around its submission was proved complete without it (moderators
    held it), after that window was asked. `proved` holds (since, until, asked at).
    """
    asked = [at for since, until, at in proved if since <= submitted_at <= until]
    return max([announced(submitted_at), *asked])


def halves(window: Window) -> tuple[Window, Window] | None:
    """A window cut in two at a whole minute that both share; None where it is too narrow for that."""
    since, until = window
    middle = (since + (until - since) / 2).replace(second=0, microsecond=0)
    return ((since, middle), (middle, until)) if since < middle < until else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), UTC)
