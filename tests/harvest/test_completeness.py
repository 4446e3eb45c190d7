"""When an announcement day is complete, and why not: over holidays, weekends and the change to winter time."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker import settings
from tracker.harvest import announcements, completeness

HOLIDAYS = settings.load_settings(environ={}).harvest.holidays
MONDAY = date(2026, 6, 15)
HOUR = timedelta(hours=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "ready"),
    [
        (MONDAY, "2026-06-16T02:30"),
        (date(2026, 3, 5), "2026-03-06T03:30"),
        (date(2026, 3, 8), "2026-03-09T02:30"),  # the night on which summer time begins
        (date(2026, 11, 1), "2026-11-02T03:30"),  # and ends
    ],
)
def test_a_day_is_ready_when_all_sources_show_it(day: date, ready: str) -> None:
    assert completeness.ready_at(day) == at(ready)


@pytest.mark.parametrize(
    ("announced", "seen", "day"),
    [
        ("2026-06-16T00:00", "2026-06-16T04:00", MONDAY),  # the moment of an announcement is its day
        ("2026-06-16T00:00", "2026-06-18T04:00", MONDAY),
        ("2026-06-16T04:00", "2026-06-17T04:00", date(2026, 6, 16)),  # not shown after Monday's: Tuesday's
        ("2026-06-16T04:00", "2026-06-16T12:00", MONDAY),  # … unless it was seen before that one
        ("2026-06-19T04:00", "2026-06-22T04:00", date(2026, 6, 21)),  # nothing on the holiday and on Saturday
        ("2026-11-26T04:00", "2026-11-30T04:00", date(2026, 11, 29)),  # Thanksgiving
    ],
)
def test_the_announcement_day_of_a_version(announced: str, seen: str, day: date) -> None:
    assert completeness.announced_day(at(announced), at(seen), HOLIDAYS) == day


@given(st.integers(0, 8_000), st.integers(0, 400))
def test_the_announcement_day_always_has_an_announcement(begun: int, hours: int) -> None:
    announced = at("2026-01-02T00:00") + begun * HOUR
    day = completeness.announced_day(announced, announced + hours * HOUR, HOLIDAYS)
    assert announcements.is_announced_on(day, HOLIDAYS)


def test_the_first_day_is_one_whose_submissions_are_wholly_covered() -> None:
    assert completeness.first_covered_day([], HOLIDAYS) is None
    assert completeness.first_covered_day([(at("2026-06-12T00:00"), at("2026-06-18T00:00"))], HOLIDAYS) == MONDAY
    assert completeness.first_covered_day([(at("2026-06-12T18:01"), at("2026-06-18T00:00"))], HOLIDAYS) == date(
        2026, 6, 16
    )
    stretches = [
        (at("2026-01-02T00:00"), at("2026-01-05T00:00")),
        (at("2026-06-12T00:00"), at("2026-06-18T00:00")),
    ]
    assert completeness.first_covered_day(stretches, HOLIDAYS) == MONDAY


def test_the_reason_for_which_a_day_is_not_proved() -> None:
    first, last = at("2026-06-12T00:00"), at("2026-06-16T04:00")
    api = [(at("2026-06-09T00:00"), first, "of another day"), (first, last, "server error (503)")]
    oai = [(first, last, "an empty response")]
    both_fail = "not proved complete (the API: server error (503); OAI-PMH: an empty response)"
    assert completeness.why_unproved(MONDAY, completeness.OpenWindows(api, oai), HOLIDAYS) == both_fail
    given_up = completeness.OpenWindows([(first, last, "")], oai, "server error (503)")
    assert completeness.why_unproved(MONDAY, given_up, HOLIDAYS) == both_fail
    assert "neither the API nor OAI-PMH" in completeness.why_unproved(
        MONDAY, completeness.OpenWindows(api[:1]), HOLIDAYS
    )
    doubted = completeness.why_unproved(
        MONDAY, completeness.OpenWindows(api[:1]), HOLIDAYS, "only the API was read"
    )
    assert doubted == "not proved complete (only the API was read)"


@pytest.mark.parametrize(
    ("counts", "suspect"),
    [
        ([20, 20, 20, 20, 0], True),
        ([0, 20, 20, 20, 20, 0], True),
        ([20, 20, 20, 20, 1], False),
        ([20, 20, 20, 9, 0], False),
        ([20, 20, 20, 0], False),
        ([0], False),
        ([], False),
    ],
)
def test_an_empty_day_is_suspect_after_full_ones(counts: list[int], suspect: bool) -> None:
    assert bool(completeness.why_empty(counts)) == suspect
    assert len(completeness.list_reasons((), 0, "", completeness.why_empty(counts))) == suspect


def test_reasons_name_some_and_count_the_rest() -> None:
    assert completeness.list_reasons((), 0, "") == ()
    missing = [f"2606.0000{n}v1" for n in range(1, 8)]
    assert completeness.list_reasons(missing, 3, "not proved") == (
        "announced but not stored: 2606.00001v1, 2606.00002v1, 2606.00003v1, 2606.00004v1, 2606.00005v1 and 2 more",
        "3 stored but not read yet",
        "not proved",
    )
