from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.harvest.announcements import NEW_YORK
from tracker.harvest.windows import (
    announcement_when_first_seen,
    earliest_announcement,
    halve_window,
    join_windows,
    plan_windows,
)
from tracker.settings import load_settings

SETTINGS = load_settings(environ={})
HOLIDAYS = SETTINGS.harvest.holidays
NOW = datetime(2026, 6, 17, 5, 30, 12, tzinfo=UTC)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_both_days_are_inside():
    assert plan_windows(NOW, date(2026, 6, 14), date(2026, 6, 15), None, SETTINGS) == [
        (at("2026-06-14"), at("2026-06-15")),
        (at("2026-06-15"), at("2026-06-16")),
    ]


def test_nothing_lies_in_the_future():
    assert plan_windows(NOW, date(2026, 6, 17), date(2026, 6, 30), None, SETTINGS) == [
        (at("2026-06-17"), at("2026-06-17T05:30"))
    ]
    assert plan_windows(NOW, date(2026, 6, 18), None, None, SETTINGS) == []


def test_a_new_store_begins_some_days_back_and_an_old_one_before_its_watermark():
    fresh = plan_windows(NOW, None, None, None, SETTINGS)
    assert (fresh[0][0], fresh[-1][1]) == (at("2026-06-10"), at("2026-06-17T05:30"))
    later = plan_windows(NOW, None, None, at("2026-06-16T12:00"), SETTINGS)
    assert later[0][0] == at("2026-06-09")


@given(
    st.dates(date(2020, 1, 1), date(2026, 12, 31)),
    st.integers(0, 30),
    st.datetimes(datetime(2020, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001  aware by `timezones`
)
def test_windows_join_without_a_gap(since, days, now):
    windows = plan_windows(now, since, since + timedelta(days=days), None, SETTINGS)
    assert all(before[1] == after[0] for before, after in pairwise(windows))
    assert all(start < end <= now for start, end in windows)


def test_halves_meet_at_a_minute_and_one_minute_is_not_halved():
    window = (at("2026-06-14"), at("2026-06-14T00:03"))
    assert halve_window(window) == (
        (at("2026-06-14"), at("2026-06-14T00:01")),
        (at("2026-06-14T00:01"), at("2026-06-14T00:03")),
    )
    assert halve_window((at("2026-06-14"), at("2026-06-14T00:01"))) is None


def test_adjacent_windows_are_joined():
    days = [at(f"2026-06-{day}") for day in range(10, 20)]
    assert join_windows([]) == []
    assert join_windows([(days[2], days[3]), (days[0], days[2]), (days[5], days[9]), (days[6], days[7])]) == [
        (days[0], days[3]),
        (days[5], days[9]),
    ]


@pytest.mark.parametrize(
    ("submitted", "expected"),
    [
        ("2026-06-15T13:59", "2026-06-15T20:00"),  # Monday before the cut-off: the same evening
        ("2026-06-15T14:00", "2026-06-16T20:00"),  # at it: the next
        ("2026-06-11T14:00", "2026-06-14T20:00"),  # Thursday afternoon to Friday noon: Sunday
        ("2026-06-12T13:59", "2026-06-14T20:00"),
        ("2026-06-12T14:00", "2026-06-15T20:00"),  # Friday afternoon to Monday noon: Monday
        ("2026-06-13T09:00", "2026-06-15T20:00"),
        ("2026-06-14T23:00", "2026-06-15T20:00"),
        ("2026-09-07T10:00", "2026-09-08T20:00"),  # Labor Day
        ("2026-11-25T15:00", "2026-11-29T20:00"),  # Thanksgiving, a Thursday
        ("2026-12-29T10:00", "2026-12-30T20:00"),
        ("2026-12-31T10:00", "2027-01-03T20:00"),
        ("2026-03-06T15:00", "2026-03-09T20:00"),  # over the change to daylight saving time
    ],
)
def test_the_earliest_announcement(submitted, expected):
    moment = datetime.fromisoformat(submitted).replace(tzinfo=NEW_YORK)
    announced_at = earliest_announcement(moment.astimezone(UTC), HOLIDAYS)
    assert announced_at == datetime.fromisoformat(expected).replace(tzinfo=NEW_YORK)
    assert announced_at.utcoffset() == timedelta(0)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001  as above
def test_announcements_follow_submissions_within_a_week_on_announcement_days(moment):
    announced_at = earliest_announcement(moment, HOLIDAYS)
    assert timedelta(hours=5) <= announced_at - moment <= timedelta(days=7)
    assert announced_at.astimezone(NEW_YORK).weekday() not in (4, 5)


def test_a_paper_missing_from_a_window_that_was_read_was_announced_later() -> None:
    submitted = datetime(2026, 6, 16, 12, tzinfo=UTC)
    day, read_at = (
        (datetime(2026, 6, 16, tzinfo=UTC), datetime(2026, 6, 17, tzinfo=UTC)),
        datetime(2026, 6, 25, 5, tzinfo=UTC),
    )
    assert announcement_when_first_seen(submitted, [], HOLIDAYS) == earliest_announcement(submitted, HOLIDAYS)
    assert announcement_when_first_seen(submitted, [(*day, read_at)], HOLIDAYS) == read_at
    later = (datetime(2026, 6, 18, tzinfo=UTC), datetime(2026, 6, 19, tzinfo=UTC), read_at)
    assert announcement_when_first_seen(submitted, [later], HOLIDAYS) == earliest_announcement(submitted, HOLIDAYS)
