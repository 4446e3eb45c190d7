"""Whether code was open some days after the announcement, from the events of a paper."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tracker.domain.openness_by_day import DAYS, Turn, follow_openness, state_on_day
from tracker.domain.terms import Cause, EventKind

T = datetime(2026, 1, 5, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOW = T + 400 * DAY
OPENED, CLOSED, SHIPPED, PLACEHOLDER = EventKind.OPENED, EventKind.CLOSED, EventKind.SHIPPED, EventKind.PLACEHOLDER
A, B = "github:ann/a", "github:ann/b"


def turn(kind: EventKind, after: timedelta, reference: str = A, cause: Cause = Cause.WORLD) -> Turn:
    return Turn(kind, cause, T + after, reference)


CASES = {
    "nothing was read": ([], {}, None, False, "?????"),
    "read at once, and no link": ([], {}, 6 * HOUR, False, "-----"),
    "read late, and no link": ([], {}, 3 * DAY, False, "?----"),
    "read at the last moment of day 0": ([], {}, DAY, False, "-----"),
    "open at once": ([turn(SHIPPED, HOUR), turn(OPENED, HOUR)], {A: 1}, None, True, "ooooo"),
    "open at the last moment of day 0": ([turn(SHIPPED, DAY), turn(OPENED, DAY)], {A: 1}, None, True, "ooooo"),
    "a placeholder became code": (
        [turn(PLACEHOLDER, HOUR), turn(SHIPPED, 20 * DAY), turn(OPENED, 20 * DAY)], {A: 1}, None, True, "--ooo"),
    "the licence came later": ([turn(SHIPPED, HOUR), turn(OPENED, 40 * DAY)], {A: 1}, None, True, "---oo"),
    "first looked at on day 12, and open": (
        [turn(SHIPPED, 12 * DAY), turn(OPENED, 12 * DAY)], {A: 1}, 6 * HOUR, True, "??ooo"),
    "the same, of a link of unknown age": (
        [turn(SHIPPED, 12 * DAY), turn(OPENED, 12 * DAY)], {}, 6 * HOUR, True, "??ooo"),
    "a later version brought the link": (
        [turn(SHIPPED, 12 * DAY), turn(OPENED, 12 * DAY)], {A: 2}, 6 * HOUR, True, "--ooo"),
    "closed again": (
        [turn(SHIPPED, HOUR), turn(OPENED, HOUR), turn(CLOSED, 10 * DAY)], {A: 1}, None, True, "oo---"),
    "closed at the last moment of day 7": (
        [turn(SHIPPED, HOUR), turn(OPENED, HOUR), turn(CLOSED, 8 * DAY)], {A: 1}, None, True, "o----"),
    "closed and opened again": (
        [turn(SHIPPED, HOUR), turn(OPENED, HOUR), turn(CLOSED, 10 * DAY), turn(OPENED, 50 * DAY)],
        {A: 1}, None, True, "oo-oo"),
    "a rule took the opening back": (
        [turn(SHIPPED, HOUR), turn(OPENED, HOUR), turn(CLOSED, 10 * DAY, cause=Cause.RULE)], {A: 1}, None, True, "-----"),
    "a correction took it back, and the state is not known": (
        [turn(SHIPPED, HOUR), turn(OPENED, HOUR), turn(CLOSED, 10 * DAY, cause=Cause.CORRECTION)],
        {A: 1}, None, False, "?????"),
    "recorded twice": (
        [turn(SHIPPED, HOUR), turn(OPENED, HOUR), turn(OPENED, 9 * DAY), turn(CLOSED, 10 * DAY, cause=Cause.RULE)],
        {A: 1}, None, True, "-----"),
    "closed before it ever opened": ([turn(CLOSED, HOUR)], {}, 6 * HOUR, False, "-----"),
    "a second repository first looked at late": (
        [turn(PLACEHOLDER, HOUR), turn(SHIPPED, 12 * DAY, B), turn(OPENED, 12 * DAY, B)],
        {A: 1, B: 1}, None, True, "??ooo"),
}  # fmt: skip
"""(events, first versions of links, when the text was read after the announcement, whether the state is known now, the
states on the days: open, not open, unknown)"""


@pytest.mark.parametrize(("turns", "versions", "read", "judged", "expected"), CASES.values(), ids=CASES)
def test_states_on_the_days(
    turns: list[Turn], versions: dict[str, int], read: timedelta | None, judged: bool, expected: str
) -> None:
    course = follow_openness(T, turns, versions, T + read if read else None, is_judged=judged)
    states = [state_on_day(course, day, NOW) for day in DAYS]
    marks = {"open": "o", "not open": "-", "unknown": "?", None: "."}
    assert "".join(marks[state] for state in states) == expected


def test_a_day_that_is_not_over_has_no_state() -> None:
    course = follow_openness(T, [], {}, T, is_judged=False)
    assert state_on_day(course, 7, T + 8 * DAY - timedelta(seconds=1)) is None
    assert state_on_day(course, 7, T + 8 * DAY) is not None
