"""Which windows to read, and when what lies in them was announced: pure arithmetic on dates."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, time, timedelta

from tracker.harvest import announcements
from tracker.settings import Settings

Window = tuple[datetime, datetime]


def plan_windows(
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


def earliest_announcement(submitted_at: datetime, holidays: Collection[date]) -> datetime:
    """The earliest announcement (UTC) that can hold a paper submitted then; moderation may take days longer."""
    return announcements.announcement_time(announcements.announcement_day(submitted_at, holidays))


def announcement_when_first_seen(
    submitted_at: datetime, proved: Iterable[tuple[datetime, datetime, datetime]], holidays: Collection[date]
) -> datetime:
    """When a paper that is seen for the first time was announced at the earliest.

    By arXiv's timetable; or, where a window around its submission was proved complete without it (moderators
    held it), after that window was asked. `proved` holds (since, until, asked at).
    """
    asked = [at for since, until, at in proved if since <= submitted_at <= until]
    return max([earliest_announcement(submitted_at, holidays), *asked])


def join_windows(windows: Iterable[Window]) -> list[Window]:
    """The same time in as few windows as cover it, oldest first; those that share a border are one."""
    found: list[Window] = []
    for since, until in sorted(windows):
        if found and since <= found[-1][1]:
            found[-1] = (found[-1][0], max(until, found[-1][1]))
        else:
            found.append((since, until))
    return found


def halve_window(window: Window) -> tuple[Window, Window] | None:
    """A window cut in two at a whole minute that both share; None where it is too narrow for that."""
    since, until = window
    middle = (since + (until - since) / 2).replace(second=0, microsecond=0)
    return ((since, middle), (middle, until)) if since < middle < until else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), UTC)
