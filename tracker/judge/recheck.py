"""When an artifact is checked again: often while it is young or pending, seldom when it is settled; pure."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from tracker.domain.artifacts import Check
from tracker.domain.terms import Content, Outcome
from tracker.settings import Checks

_YEAR = 365


def next_check(
    key: str, check: Check, content: Content, first: datetime, now: datetime, times: int, plan: Checks
) -> datetime | None:
    """The time of the next check, None when the artifact is given up.

    `content` is what is known to be there, `first` the time of the first check, `times` how often this outcome was
    seen in a row. A hash of `key`, the reference, adds up to a tenth of the wait, so that a batch does not become due
    at one moment. The waits are `[check]` of `config/tracker.toml`, which gives their sources.
    """
    age = (now - first) / timedelta(days=1)
    if check.outcome is Outcome.UNKNOWN:
        days = plan.unknown_hours / 24
    elif check.outcome in (Outcome.ABSENT, Outcome.BLOCKED):
        days = _absent_wait(times, plan.absent_days)
    elif content in (Content.CODE, Content.DATA_ONLY):
        days = float(plan.shipped_days[0] if age < _YEAR else plan.shipped_days[1])
    elif age >= plan.lapse_days:
        return None
    else:
        days = _pending_wait(age, plan)
    spread = int(hashlib.sha256(key.encode()).hexdigest()[:8], 16) / 0xFFFFFFFF
    return (now + timedelta(days=days * (1 + spread / 10))).replace(microsecond=0)


def _absent_wait(times: int, steps: tuple[int, ...]) -> float:
    """Days until the next check of what was absent `times` times; the last step repeats for ever."""
    if times <= 1:
        return float(steps[0])
    number = min(times, len(steps)) - 1
    return float(steps[number] - steps[number - 1])


def _pending_wait(age: float, plan: Checks) -> float:
    """Days to wait at an age in days: until the next planned day, then monthly for a year, then quarterly."""
    for day in plan.pending_days:
        if day > age + 0.5:
            return max(day - age, 0.5)
    return 30.0 if age < _YEAR else 91.0
