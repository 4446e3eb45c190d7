"""When an artifact is checked again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.judge.histories import DAY, START
from tracker.domain.artifacts import Check
from tracker.domain.terms import Content, Outcome
from tracker.judge.recheck import next_check
from tracker.settings import load_settings

PLAN = load_settings(environ={}).check
PRESENT, ABSENT = Check(outcome=Outcome.PRESENT), Check(outcome=Outcome.ABSENT)
FAILED = Check(outcome=Outcome.UNKNOWN, reason="503")


def wait(check: Check, content: Content, age: float = 0, times: int = 1, key: str = "k") -> timedelta | None:
    """The time to the next check, of an artifact that was first checked `age` days ago."""
    now = START + age * DAY
    moment = next_check(key, check, content, START, now, times, PLAN)
    return None if moment is None else moment - now


def test_the_next_check_is_spread() -> None:
    waits = {wait(PRESENT, Content.CODE, key=f"github:a/{number}") for number in range(100)}
    assert len(waits) > 90
    assert all(each is not None and 30 * DAY <= each <= 33 * DAY for each in waits)


def test_what_is_absent_is_checked_ever_less_often() -> None:
    waits = [wait(ABSENT, Content.UNKNOWN, times=times) for times in range(1, 12)]
    days = [round(each / DAY) for each in waits if each is not None]
    assert days[:7] == [1] * 7
    assert days[7] in (23, 24, 25)
    assert days == sorted(days)
    assert days[-1] == days[-2], "the last step repeats"


def test_a_failed_check_is_repeated_within_hours() -> None:
    each = wait(FAILED, Content.UNKNOWN)
    assert each is not None
    assert each < timedelta(hours=7)


@pytest.mark.parametrize("content", [Content.PLACEHOLDER, Content.EMPTY, Content.README_ONLY])
def test_what_is_pending_is_checked_often_then_monthly_then_never(content: Content) -> None:
    ages = (0, 200, 500, PLAN.lapse_days)
    young, older, old, lapsed = (wait(PRESENT, content, age) for age in ages)
    assert young is not None and older is not None and old is not None  # noqa: PT018  narrows three types at once
    assert young < older < old
    assert lapsed is None
    assert wait(PRESENT, Content.CODE, PLAN.lapse_days) is not None, "what is there is never given up"


def test_settled_artifacts_are_checked_less_often_after_a_year() -> None:
    young, old = wait(PRESENT, Content.CODE, 300), wait(PRESENT, Content.CODE, 400)
    assert young is not None
    assert old is not None
    assert young < old
