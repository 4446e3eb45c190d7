"""The states of an artifact for a paper, and how a check moves it from one to the next; pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from tracker.domain.history import CheckRecord
from tracker.domain.terms import Content, Lifecycle, Outcome
from tracker.judge import openness


class CheckMeaning(StrEnum):
    """What one check means for the lifecycle. A refused or failed check means nothing."""

    HOLDS = "holds"
    PENDING = "pending"
    THERE = "there"
    GONE = "gone"
    NOTHING = "nothing"


PENDING = frozenset({Lifecycle.PROMISED, Lifecycle.LINKED, Lifecycle.PLACEHOLDER})
"""What is awaited, and lapses where it waits too long."""
_SHIPPED, _PLACEHOLDER, _LINKED = Lifecycle.SHIPPED, Lifecycle.PLACEHOLDER, Lifecycle.LINKED
TRANSITIONS: Mapping[tuple[Lifecycle, CheckMeaning], Lifecycle] = {
    (Lifecycle.PROMISED, CheckMeaning.THERE): _LINKED,
    (Lifecycle.PROMISED, CheckMeaning.PENDING): _PLACEHOLDER,
    (Lifecycle.PROMISED, CheckMeaning.HOLDS): _SHIPPED,
    (Lifecycle.LINKED, CheckMeaning.PENDING): _PLACEHOLDER,
    (Lifecycle.LINKED, CheckMeaning.HOLDS): _SHIPPED,
    (Lifecycle.PLACEHOLDER, CheckMeaning.HOLDS): _SHIPPED,
    (Lifecycle.PLACEHOLDER, CheckMeaning.GONE): Lifecycle.GONE,
    (Lifecycle.SHIPPED, CheckMeaning.PENDING): _PLACEHOLDER,
    (Lifecycle.SHIPPED, CheckMeaning.GONE): Lifecycle.GONE,
    (Lifecycle.LINKED, CheckMeaning.GONE): Lifecycle.GONE,
    (Lifecycle.GONE, CheckMeaning.THERE): _LINKED,
    (Lifecycle.GONE, CheckMeaning.PENDING): _PLACEHOLDER,
    (Lifecycle.GONE, CheckMeaning.HOLDS): _SHIPPED,
    (Lifecycle.LAPSED, CheckMeaning.HOLDS): _SHIPPED,
}
"""The lifecycle as a table; a pair that is not in it changes nothing. What waits too long lapses (`next_state`)."""


def read_check(check: CheckRecord) -> CheckMeaning:
    """What a check means for the lifecycle."""
    if check.outcome is Outcome.ABSENT:
        return CheckMeaning.GONE if openness.is_gone(check) else CheckMeaning.NOTHING
    if check.outcome is not Outcome.PRESENT:
        return CheckMeaning.NOTHING
    if check.content in (Content.CODE, Content.DATA_ONLY):
        return CheckMeaning.HOLDS
    return CheckMeaning.PENDING if check.content in (Content.EMPTY, Content.PLACEHOLDER) else CheckMeaning.THERE


def next_state(state: Lifecycle, check: CheckRecord | None, waited: timedelta, lapse: timedelta) -> Lifecycle:
    """The lifecycle after a check; with None, after time alone: what has waited as long as `lapse` has lapsed."""
    if check is not None:
        return TRANSITIONS.get((state, read_check(check)), state)
    return Lifecycle.LAPSED if state in PENDING and waited >= lapse else state
