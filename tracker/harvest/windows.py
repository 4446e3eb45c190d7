"""The windows of submission dates to read, and when their papers were announced: pure arithmetic on dates."""

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

    They cover whole days from `since` to `until`, both inclusive, and end at `now` at the latest. Without `since` they
    begin `overlap_days` before the watermark, or `first_days` ago where there is no watermark. Neighbours share a
    border, because `submittedDate` is inclusive to the minute, and arXiv does not say to which second.
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
    """When a paper submitted at that time is announced at the earliest, in UTC; moderation may take days longer."""
    return announcements.announcement_time(announcements.announcement_day(submitted_at, holidays))


def announcement_when_first_seen(
    submitted_at: datetime, proved: Iterable[tuple[datetime, datetime, datetime]], holidays: Collection[date]
) -> datetime:
    """When a paper that is seen for the first time was announced at the earliest, in UTC.

    That is by arXiv's timetable or, where a window with its submission was proved complete without it (moderators
    held the paper), when that window was asked for. `proved` holds (since, until, asked at).
    """
    asked_at = [at for since, until, at in proved if since <= submitted_at <= until]
    return max([earliest_announcement(submitted_at, holidays), *asked_at])


def join_windows(windows: Iterable[Window]) -> list[Window]:
    """The fewest windows that cover the same time, oldest first; windows that share a border become one."""
    joined: list[Window] = []
    for since, until in sorted(windows):
        if joined and since <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(until, joined[-1][1]))
        else:
            joined.append((since, until))
    return joined


def halve_window(window: Window) -> tuple[Window, Window] | None:
    """A window cut in two at a whole minute, which both halves share; None where it is too narrow."""
    since, until = window
    middle = (since + (until - since) / 2).replace(second=0, microsecond=0)
    return ((since, middle), (middle, until)) if since < middle < until else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), UTC)
