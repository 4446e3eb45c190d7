"""arXiv's timetable of announcements: pure arithmetic on New York's calendar.

Source: info.arxiv.org/help/availability. Submissions before 14:00 in New York are announced at 20:00 there, from Sunday
to Thursday: submissions between the deadlines of Thursday and Friday on Sunday, those until the deadline of Monday on
Monday. A day without an announcement (a holiday) moves them to the next day. Moderators may hold a paper for days, so
every time here is the earliest possible one. Holidays come from the settings (`harvest.holidays`), because arXiv
lists them for the current year only. A "day" is always a date in New York.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")
CUT_OFF = time(14)
"""Submissions before this time of a day are in that day's announcement …"""
ANNOUNCEMENT = time(20)
"""… which comes at this time."""
_FRIDAY, _SATURDAY, _SUNDAY = 4, 5, 6
_DAY = timedelta(days=1)
YEARS = range(1900, 2200)
"""Years in which a time from arXiv may be. Python's first and last days have no neighbours to compute with."""
OAI_DELAY = timedelta(hours=2, minutes=30)
"""OAI-PMH shows an announcement "typically around 10:30pm" in New York (info.arxiv.org/help/oa)."""
LONGEST_REST = timedelta(days=1)
"""The longest time between two reads of OAI-PMH: licences and categories change on days without announcements too."""


def is_announced_on(day: date, holidays: Collection[date]) -> bool:
    """Whether there is an announcement on the evening of `day` in New York."""
    return day.weekday() not in (_FRIDAY, _SATURDAY) and day not in holidays


def announcement_time(day: date) -> datetime:
    """When the announcement of that day comes, in UTC; daylight saving time is considered."""
    return datetime.combine(day, ANNOUNCEMENT, NEW_YORK).astimezone(UTC)


def rss_time(day: date) -> datetime:
    """When RSS changes to the announcement of that day, in UTC: at the midnight that follows in New York."""
    return datetime.combine(day + _DAY, time(0), NEW_YORK).astimezone(UTC)


def submission_deadline(day: date) -> datetime:
    """The deadline (exclusive, in UTC) of submissions for that day's announcement."""
    last = day - 2 * _DAY if day.weekday() == _SUNDAY else day
    return datetime.combine(last, CUT_OFF, NEW_YORK).astimezone(UTC)


def announcement_day(submitted_at: datetime, holidays: Collection[date]) -> date:
    """The day of the earliest announcement that can hold a paper submitted at that time (aware)."""
    day = submitted_at.astimezone(NEW_YORK).date()
    while not is_announced_on(day, holidays) or submitted_at >= submission_deadline(day):
        day += _DAY
    return day


def submission_window(day: date, holidays: Collection[date]) -> tuple[datetime, datetime]:
    """The window of submissions for that day's announcement, as (from, inclusive; until, exclusive) in UTC.

    Raises ValueError for a day without an announcement.
    """
    if not is_announced_on(day, holidays):
        raise ValueError(f"{day} has no announcement")
    before = day - _DAY
    while not is_announced_on(before, holidays):
        before -= _DAY
    return submission_deadline(before), submission_deadline(day)


def previous_day(day: date, holidays: Collection[date]) -> date:
    """The last day with an announcement before `day`."""
    day -= _DAY
    while not is_announced_on(day, holidays):
        day -= _DAY
    return day


def announcement_days(since: date, until: date, holidays: Collection[date]) -> Iterator[date]:
    """The days with an announcement from `since` to `until`, both inclusive."""
    return (
        day
        for day in (since + n * _DAY for n in range((until - since).days + 1))
        if is_announced_on(day, holidays)
    )


def is_walk_due(walked: datetime | None, now: datetime, holidays: Collection[date]) -> bool:
    """Whether OAI-PMH is to be read again: it shows a new announcement since `walked`, or `LONGEST_REST` has passed.

    `walked` is when it was last read, None where it never was.
    """
    if walked is None or now - walked >= LONGEST_REST:
        return True
    first = walked.astimezone(NEW_YORK).date() - _DAY
    return any(
        walked < announcement_time(day) + OAI_DELAY <= now
        for day in announcement_days(first, now.astimezone(NEW_YORK).date(), holidays)
    )
