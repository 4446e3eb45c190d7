"""Whether code was open some days after the announcement, from the events of a paper."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tracker.domain.openness_by_day import DAYS, OpennessEvent, follow_openness, state_on_day
from tracker.domain.terms import Cause, EventKind

T = datetime(2026, 1, 5, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOW = T + 400 * DAY
OPENED, CLOSED, SHIPPED, PLACEHOLDER = EventKind.OPENED, EventKind.CLOSED, EventKind.SHIPPED, EventKind.PLACEHOLDER
A, B = "github:ann/a", "github:ann/b"


def event(kind: EventKind, after: timedelta, reference: str = A, cause: Cause = Cause.WORLD) -> OpennessEvent:
    return OpennessEvent(kind, cause, T + after, reference)


CASES = {
    "nothing was read": ([], {}, None, False, "?????"),
    "read at once, and no link": ([], {}, 6 * HOUR, False, "-----"),
    "read late, and no link": ([], {}, 3 * DAY, False, "?----"),
    "read at the last moment of day 0": ([], {}, DAY, False, "-----"),
    "open at once": ([event(SHIPPED, HOUR), event(OPENED, HOUR)], {A: 1}, None, True, "ooooo"),
    "open at the last moment of day 0": ([event(SHIPPED, DAY), event(OPENED, DAY)], {A: 1}, None, True, "ooooo"),
    "a placeholder became code": (
        [event(PLACEHOLDER, HOUR), event(SHIPPED, 20 * DAY), event(OPENED, 20 * DAY)], {A: 1}, None, True, "--ooo"),
    "the licence came later": ([event(SHIPPED, HOUR), event(OPENED, 40 * DAY)], {A: 1}, None, True, "---oo"),
    "first looked at on day 12, and open": (
        [event(SHIPPED, 12 * DAY), event(OPENED, 12 * DAY)], {A: 1}, 6 * HOUR, True, "??ooo"),
    "the same, of a link of unknown age": (
        [event(SHIPPED, 12 * DAY), event(OPENED, 12 * DAY)], {}, 6 * HOUR, True, "??ooo"),
    "a later version brought the link": (
        [event(SHIPPED, 12 * DAY), event(OPENED, 12 * DAY)], {A: 2}, 6 * HOUR, True, "--ooo"),
    "closed again": (
        [event(SHIPPED, HOUR), event(OPENED, HOUR), event(CLOSED, 10 * DAY)], {A: 1}, None, True, "oo---"),
    "closed at the last moment of day 7": (
        [event(SHIPPED, HOUR), event(OPENED, HOUR), event(CLOSED, 8 * DAY)], {A: 1}, None, True, "o----"),
    "closed and opened again": (
        [event(SHIPPED, HOUR), event(OPENED, HOUR), event(CLOSED, 10 * DAY), event(OPENED, 50 * DAY)],
        {A: 1}, None, True, "oo-oo"),
    "a rule took the opening back": (
        [event(SHIPPED, HOUR), event(OPENED, HOUR), event(CLOSED, 10 * DAY, cause=Cause.RULE)], {A: 1}, None, True, "-----"),
    "a correction took it back, and the state is not known": (
        [event(SHIPPED, HOUR), event(OPENED, HOUR), event(CLOSED, 10 * DAY, cause=Cause.CORRECTION)],
        {A: 1}, None, False, "?????"),
    "recorded twice": (
        [event(SHIPPED, HOUR), event(OPENED, HOUR), event(OPENED, 9 * DAY), event(CLOSED, 10 * DAY, cause=Cause.RULE)],
        {A: 1}, None, True, "-----"),
    "closed before it ever opened": ([event(CLOSED, HOUR)], {}, 6 * HOUR, False, "-----"),
    "a second repository first looked at late": (
        [event(PLACEHOLDER, HOUR), event(SHIPPED, 12 * DAY, B), event(OPENED, 12 * DAY, B)],
        {A: 1, B: 1}, None, True, "??ooo"),
}  # fmt: skip
"""(events, first versions of links, when the text was read after the announcement, whether the state is known now, the
states on the days: open, not open, unknown)"""


@pytest.mark.parametrize(("events", "versions", "read", "judged", "expected"), CASES.values(), ids=CASES)
def test_states_on_the_days(
    events: list[OpennessEvent], versions: dict[str, int], read: timedelta | None, judged: bool, expected: str
) -> None:
    course = follow_openness(T, events, versions, T + read if read else None, is_judged=judged)
    states = [state_on_day(course, day, NOW) for day in DAYS]
    marks = {"open": "o", "not open": "-", "unknown": "?", None: "."}
    assert "".join(marks[state] for state in states) == expected


def test_a_day_that_is_not_over_has_no_state() -> None:
    course = follow_openness(T, [], {}, T, is_judged=False)
    assert state_on_day(course, 7, T + 8 * DAY - timedelta(seconds=1)) is None
    assert state_on_day(course, 7, T + 8 * DAY) is not None
