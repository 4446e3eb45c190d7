"""When arXiv is probed for an announcement, and what shows that it is there. All times are New York's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import islice

import pytest

from tracker.domain.appearances import Appearance
from tracker.harvest import probes
from tracker.harvest.announcements import NEW_YORK, announcement_days, announcement_time, submission_window
from tracker.settings import load_settings

HOLIDAYS = load_settings(environ={}).harvest.holidays
TUESDAY = date(2026, 6, 16)
SUMMER, WINTER = date(2026, 6, 7), date(2026, 10, 25)
"""Sundays; in the week after the second the clocks are set back."""


def clock_time(day: date, text: str) -> datetime:
    """A time of the night that follows the announcement of a day."""
    hour, minute = map(int, text.split(":"))
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=NEW_YORK) + timedelta(days=hour < 20)


def is_harvested(moment: datetime) -> bool:
    """As the timetable: harvests at 23:30 and at 01:00."""
    local = moment.astimezone(NEW_YORK)
    return (local.hour, local.minute // 10) in ((23, 2), (0, 5)) or f"{local:%H:%M}" in ("23:30", "01:00")


def show(moments: list[datetime]) -> list[str]:
    return [f"{moment.astimezone(NEW_YORK):%H:%M}" for moment in moments]


def play(
    first: date, nights: int, appears: Callable[[date], datetime], most: int = 8
) -> list[tuple[list[str], Appearance]]:
    """The probes of each night and what came of them, while the announcement appears at a given time."""
    earlier: list[Appearance] = []
    played = []
    for day in islice(announcement_days(first, first + timedelta(days=60), HOLIDAYS), nights):
        there, tonight = appears(day), Appearance(day)
        harvests = [clock_time(day, "23:30"), clock_time(day, "01:00")]
        moments = probes.plan_probes(day, earlier, is_harvested, most)
        asked = []
        for moment in sorted([*moments, *harvests]):
            if tonight.shown_at is None:
                asked += [moment] if moment in moments else []
                missing_at, shown_at = (None, moment) if moment >= there else (moment, None)
                tonight = Appearance(day, missing_at or tonight.missing_at, shown_at)
        earlier.append(tonight)
        played.append((show(asked), tonight))
    return played


def test_before_anything_is_known_it_is_asked_from_ten_past_eight_on() -> None:
    moments = probes.plan_probes(TUESDAY, [], is_harvested, 8)
    assert show(moments) == ["20:10", "20:30", "21:00", "21:30", "22:00", "22:30", "23:00", "00:00"]
    assert show(probes.plan_probes(TUESDAY, [], lambda _: False, 8))[-2:] == ["23:00", "23:30"]
    assert probes.plan_probes(TUESDAY, [], is_harvested, 0) == []


@pytest.mark.parametrize("first", [SUMMER, WINTER])
@pytest.mark.parametrize(
    ("appears", "earliest", "latest"),
    [("00:00", "23:40", "00:10"), ("00:20", "00:00", "00:40"), ("22:30", "22:10", "22:50"), ("20:20", "20:10", "20:40")],
)  # fmt: skip
def test_after_a_week_the_first_probe_is_near_the_usual_time(
    first: date, appears: str, earliest: str, latest: str
) -> None:
    played = play(first, 12, lambda day: clock_time(day, appears))
    for asked, tonight in played[5:]:
        day = tonight.day
        assert clock_time(day, earliest) <= clock_time(day, asked[0]) <= clock_time(day, latest), asked
        assert len(asked) <= 3, asked
        assert tonight.shown_at is not None
        assert tonight.shown_at - clock_time(day, appears) <= timedelta(minutes=20), asked


def test_an_announcement_that_moved_is_found_again() -> None:
    moved = SUMMER + timedelta(days=8)
    played = play(SUMMER, 16, lambda day: clock_time(day, "00:00" if day < moved else "20:20"))
    asked, tonight = played[-1]
    assert tonight.shown_at is not None
    assert tonight.shown_at <= clock_time(tonight.day, "20:45"), asked


def test_nights_without_an_announcement_end_after_the_last_probe() -> None:
    played = play(SUMMER, 6, lambda day: clock_time(day, "20:00") + timedelta(days=3))
    assert [len(asked) for asked, _ in played] == [8] * 6
    assert all(tonight.shown_at is None for _, tonight in played)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-06-16T12:00", ["2026-06-16", "2026-06-17", "2026-06-18", "2026-06-21"]),  # not on Friday and Saturday
        ("2026-06-17T03:59", ["2026-06-16", "2026-06-17", "2026-06-18", "2026-06-21"]),
        ("2026-06-17T04:00", ["2026-06-17", "2026-06-18", "2026-06-21", "2026-06-22"]),
        ("2026-11-25T12:00", ["2026-11-25", "2026-11-29", "2026-11-30", "2026-12-01"]),  # Thanksgiving
        # A year whose holidays are not known: no Memorial Day, and none of the last days of December.
        ("2027-05-31T12:00", ["2027-06-01", "2027-06-02", "2027-06-03", "2027-06-06"]),
        ("2027-12-23T12:00", ["2027-12-23", "2028-01-02", "2028-01-03", "2028-01-04"]),
    ],
)  # fmt: skip
def test_days_without_an_announcement_are_not_probed(now: str, expected: list[str]) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=NEW_YORK).astimezone(UTC)
    assert [str(day) for day in islice(probes.probed_days(moment, HOLIDAYS), 4)] == expected


def test_each_moment_is_taken_once_and_none_after_a_refusal() -> None:
    moments = probes.plan_probes(TUESDAY, [], is_harvested, 8)

    def following(now: str, tonight: Appearance) -> str | None:
        moment = probes.next_moment(moments, tonight, clock_time(TUESDAY, now))
        return moment and f"{moment.astimezone(NEW_YORK):%H:%M}"

    nothing, asked = Appearance(TUESDAY), clock_time(TUESDAY, "20:30")
    assert following("20:00", nothing) == "20:10"
    assert following("20:10", nothing) == "20:10"
    assert following("21:10", nothing) == "21:00", "the service was down: one probe for all that passed"
    begun = Appearance(TUESDAY, None, None, 1, asked)
    assert following("20:31", begun) == "21:00", "killed during a probe: not made again"
    assert following("20:31", Appearance(TUESDAY, asked)) == "21:00", "a harvest has asked as well"
    assert following("01:10", Appearance(TUESDAY, clock_time(TUESDAY, "01:00"))) is None
    assert following("20:31", Appearance(TUESDAY, shown_at=asked)) is None
    assert following("20:31", Appearance(TUESDAY, None, None, 1, asked, is_refused=True)) is None


@pytest.mark.parametrize(
    ("papers", "hours_before", "expected", "is_there"),
    [
        (400, 0.01, 800, True),
        (399, 0.01, 800, False),  # the index is being filled
        (1, 0.01, 800, False),
        (400, 13, 800, False),  # its newest is from long before the deadline
        (1, 0.01, None, False),  # an early paper on a new installation
        (1, 0.01, 2, True),
        (2, 4, None, True),
        (2, 23, None, False),
        (1, 0.01, 0, True),
    ],
)
def test_early_papers_prove_no_announcement(
    papers: int, hours_before: float, expected: float | None, *, is_there: bool
) -> None:
    newest = submission_window(TUESDAY, HOLIDAYS)[1] - timedelta(hours=hours_before)
    assert probes.shows_announcement(TUESDAY, papers, newest, expected, HOLIDAYS) == is_there
    assert not probes.shows_announcement(TUESDAY, 0, None, expected, HOLIDAYS)


def test_the_expected_number_is_that_of_the_weekday_or_of_the_last_days() -> None:
    tuesdays = {TUESDAY - timedelta(weeks=n): 800 for n in range(1, 5)}
    assert probes.expected_papers(TUESDAY, {**tuesdays, TUESDAY - timedelta(days=1): 10}) == 800
    assert probes.expected_papers(TUESDAY, {TUESDAY - timedelta(days=n): 100 + n for n in (1, 2, 5)}) == 102
    assert probes.expected_papers(TUESDAY, {TUESDAY: 5}) is None


def test_evenings_on_which_it_was_seen_a_day_later_say_nothing() -> None:
    late = [
        Appearance(day, None, announcement_time(day) + timedelta(hours=17))
        for day in announcement_days(SUMMER, TUESDAY - timedelta(days=1), HOLIDAYS)
    ]
    assert probes.usual_times(late) is None
