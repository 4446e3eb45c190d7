"""How long a short day may last before the alarm."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from tracker.harvest.completeness import AnnouncementDay
from tracker.pipeline.alarms import _patience

DAY, TWO_DAYS = timedelta(hours=24), timedelta(hours=48)


@pytest.mark.parametrize(
    ("day", "announced", "listed", "patience"),
    [
        (date(2027, 5, 31), 0, (), TWO_DAYS),
        (date(2027, 12, 29), 0, (), TWO_DAYS),
        (date(2027, 5, 31), 120, (), DAY),
        (date(2027, 6, 2), 0, (), DAY),
        (date(2027, 5, 31), 0, (date(2027, 1, 1),), DAY),
    ],
)
def test_a_silent_day_that_may_be_a_holiday_waits_two_days(
    day: date, announced: int, listed: tuple[date, ...], patience: timedelta
) -> None:
    short = AnnouncementDay(
        day=day, announced=announced, kinds={}, stored=0, scanned=0, missing=(), proved_by=(), reasons=("x",)
    )
    cycle: Any = SimpleNamespace(settings=SimpleNamespace(harvest=SimpleNamespace(holidays=listed)))
    assert _patience(cycle, short, DAY) == patience
