"""arXiv's timetable of announcements: pure arithmetic on New York's calendar.

Source: info.arxiv.org/help/availability. Submissions before 14:00 in New York are announced at 20:00 there, from
Sunday to Thursday: what came between Thursday's and Friday's deadline on Sunday, what came until Monday's on
Monday. A day without announcement (a holiday) defers what is due to the next. Moderation may hold a paper for days
longer, so all of this is the earliest that can be. Holidays are the operator's (`harvest.holidays`): arXiv lists them
for the year in hand only.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")
CUT_OFF = time(14)
"""Submissions before this hour are in the day's announcement …"""
ANNOUNCEMENT = time(20)
"""… which comes at this one."""
_FRIDAY, _SATURDAY, _SUNDAY = 4, 5, 6
_DAY = timedelta(days=1)
YEARS = range(1900, 2200)
"""That a time of arXiv's may lie in: the days about the first and the last that Python knows have no neighbours."""
OAI_DELAY = timedelta(hours=2, minutes=30)
"""OAI-PMH shows an announcement "typically around 10:30pm" in New York (info.arxiv.org/help/oa)."""
LONGEST_REST = timedelta(days=1)
"""Between two walks through OAI-PMH: licences and categories change on days without an announcement too."""


def is_announced_on(day: date, holidays: Collection[date]) -> bool:
    """Whether there is an announcement on the evening of `day` in New York."""
    return day.weekday() not in (_FRIDAY, _SATURDAY) and day not in holidays


def announcement_time(day: date) -> datetime:
    """When the announcement of that New York day comes, in UTC; daylight saving time included."""
    return datetime.combine(day, ANNOUNCEMENT, NEW_YORK).astimezone(UTC)


def submission_deadline(day: date) -> datetime:
    """Until when (exclusive, UTC) what that day's announcement holds was submitted."""
    last = day - 2 * _DAY if day.weekday() == _SUNDAY else day
    return datetime.combine(last, CUT_OFF, NEW_YORK).astimezone(UTC)


def announcement_day(submitted_at: datetime, holidays: Collection[date]) -> date:
    """The New York day of the earliest announcement that can hold what was submitted then (aware)."""
    day = submitted_at.astimezone(NEW_YORK).date()
    while not is_announced_on(day, holidays) or submitted_at >= submission_deadline(day):
        day += _DAY
    return day


def submission_window(day: date, holidays: Collection[date]) -> tuple[datetime, datetime]:
    """From when (inclusive) to when (exclusive), in UTC, what that day announces was submitted.

    ValueError for a day without an announcement.
    """
    if not is_announced_on(day, holidays):
        raise ValueError(f"{day} has no announcement")
    before = day - _DAY
    while not is_announced_on(before, holidays):
        before -= _DAY
    return submission_deadline(before), submission_deadline(day)


def previous_day(day: date, holidays: Collection[date]) -> date:
    """The last New York day with an announcement before `day`."""
    day -= _DAY
    while not is_announced_on(day, holidays):
        day -= _DAY
    return day


def announcement_days(since: date, until: date, holidays: Collection[date]) -> Iterator[date]:
    """The New York days with an announcement from `since` to `until`, both inclusive."""
    return (
        day
        for day in (since + n * _DAY for n in range((until - since).days + 1))
        if is_announced_on(day, holidays)
    )


def is_walk_due(walked: datetime | None, now: datetime, holidays: Collection[date]) -> bool:
    """Whether OAI-PMH must show more than when it was last walked through (None: never): an announcement came into it
    since, or a day has passed."""
    if walked is None or now - walked >= LONGEST_REST:
        return True
    first = walked.astimezone(NEW_YORK).date() - _DAY
    return any(
        walked < announcement_time(day) + OAI_DELAY <= now
        for day in announcement_days(first, now.astimezone(NEW_YORK).date(), holidays)
    )
