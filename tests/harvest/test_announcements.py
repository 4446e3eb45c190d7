from datetime import UTC, date, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.harvest import announcements
from tracker.harvest.windows import earliest_announcement
from tracker.settings import load_settings

HOLIDAYS = load_settings(environ={}).harvest.holidays


@pytest.mark.parametrize(
    ("walked", "now", "due"),
    [
        (None, "2026-06-17T05:00", True),
        ("2026-06-17T02:30", "2026-06-17T23:00", False),  # Tuesday's announcement is in it from 02:30
        ("2026-06-17T02:29", "2026-06-17T02:30", True),
        ("2026-06-17T02:29", "2026-06-17T02:29", False),
        ("2026-06-17T02:30", "2026-06-18T02:29", False),
        ("2026-06-17T05:00", "2026-06-18T02:30", True),
        ("2026-06-19T05:00", "2026-06-20T04:59", False),  # a Friday without an announcement …
        ("2026-06-19T05:00", "2026-06-20T05:00", True),  # … but a day later
        ("2026-11-26T05:00", "2026-11-27T04:00", False),  # Thanksgiving
        ("2026-06-17T05:00", "2026-06-16T05:00", False),  # a clock that was set back
    ],
)
def test_a_walk_is_due_after_an_announcement_or_a_day(walked, now, due):
    times = [datetime.fromisoformat(moment).replace(tzinfo=UTC) if moment else None for moment in (walked, now)]
    assert announcements.is_walk_due(*times, HOLIDAYS) == due


MOMENTS = st.datetimes(datetime(2026, 1, 2), datetime(2026, 12, 20), timezones=st.just(UTC))  # noqa: DTZ001  aware by `timezones`


@given(MOMENTS)
def test_the_timetable_agrees_with_itself_and_with_the_windows(moment):
    day = announcements.announcement_day(moment, HOLIDAYS)
    since, until = announcements.submission_window(day, HOLIDAYS)
    assert since <= moment < until
    assert announcements.announcement_time(day) == earliest_announcement(moment, HOLIDAYS)


@pytest.mark.parametrize(
    ("submitted", "announced_at"),
    [
        ("2026-03-06T18:59", "2026-03-09T00:00"),  # Friday before the clocks go forward: Sunday, by summer time
        ("2026-03-06T19:00", "2026-03-10T00:00"),
        ("2026-03-09T17:59", "2026-03-10T00:00"),
        ("2026-10-30T17:59", "2026-11-02T01:00"),  # Friday before they go back: Sunday, by winter time
        ("2026-11-02T18:59", "2026-11-03T01:00"),
        ("2026-11-25T19:00", "2026-11-30T01:00"),  # Thanksgiving defers to Sunday
        ("2026-06-18T18:00", "2026-06-22T00:00"),
    ],
)
def test_days(submitted, announced_at):
    moment = datetime.fromisoformat(submitted).replace(tzinfo=UTC)
    assert announcements.announcement_time(
        announcements.announcement_day(moment, HOLIDAYS)
    ) == datetime.fromisoformat(announced_at).replace(tzinfo=UTC)


def test_days_without_announcement_and_other_holidays():
    assert list(announcements.announcement_days(date(2026, 11, 25), date(2026, 11, 30), HOLIDAYS)) == [
        date(2026, 11, 25), date(2026, 11, 29), date(2026, 11, 30)]  # fmt: skip
    week = list(announcements.announcement_days(date(2026, 11, 23), date(2026, 11, 27), holidays=()))
    assert [day.day for day in week] == [23, 24, 25, 26]
    assert all(
        announcements.submission_window(a, ())[1] == announcements.submission_window(b, ())[0]
        for a, b in pairwise(week)
    )
    with pytest.raises(ValueError, match="no announcement"):
        announcements.submission_window(date(2026, 11, 26), HOLIDAYS)
