"""Promises of code, and what kept them: one rule for the feed of kept promises, the trends and the monthly report.

`tracker.domain.history` says what keeps a promise and which keeping counts as seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, String, select, type_coerce

from tracker.domain.history import KEEPS_PROMISE, SEEN_CAUSE, SHIPPED_AT_FIRST
from tracker.domain.terms import EventKind
from tracker.store.joined import EVENTS

_AT_ONCE = 5000


@dataclass(slots=True)
class PromiseCourse:
    """A promise of code and what kept it first. Times are as the store writes them, `2026-06-03T12:00:00Z`."""

    work: int
    promised_at: str = ""
    wording: str = ""
    """The detail of the event `promised`: how it was worded. Empty where it was judged before wordings were kept."""
    kept_at: str = ""
    """Empty while it waits."""
    reference: str | None = None
    """The artifact that kept it."""
    detail: str = ""
    is_seen: bool = False
    """Whether it was seen to be kept, so that it is known when."""


def is_seen(events: Any) -> Any:
    """The condition, over columns of events that can keep a promise, that the keeping was seen."""
    return (events.c.cause == SEEN_CAUSE) & (events.c.detail != SHIPPED_AT_FIRST)


def load_promises(connection: Connection) -> Iterator[PromiseCourse]:
    """Each promise of a work with what kept it, as the view `promises` has it; ordered by work.

    Where several artifacts arrived at the moment at which it was kept, all of them must have been seen to.
    """
    at = type_coerce(EVENTS.c.happened_at, String)
    promising = select(EVENTS.c.work).where(EVENTS.c.kind == EventKind.PROMISED.value)
    rows = connection.execute(
        select(EVENTS.c.work, EVENTS.c.kind, at, EVENTS.c.reference, EVENTS.c.detail, is_seen(EVENTS))
        .where(EVENTS.c.kind.in_([EventKind.PROMISED.value, *KEEPS_PROMISE]), EVENTS.c.work.in_(promising))
        .order_by(EVENTS.c.work, at, EVENTS.c.kind.desc(), EVENTS.c.id),
        execution_options={"yield_per": _AT_ONCE},
    )
    course: PromiseCourse | None = None
    for work, kind, moment, reference, detail, seen in rows:
        if course is None or course.work != work:
            if course is not None:
                yield course
            course = PromiseCourse(work)
        if kind == EventKind.PROMISED.value:
            course.promised_at, course.wording = course.promised_at or moment, course.wording or detail
        elif not course.kept_at:
            course.kept_at, course.reference, course.detail, course.is_seen = moment, reference, detail, bool(seen)
        elif course.kept_at == moment:
            course.is_seen = course.is_seen and bool(seen)
    if course is not None:
        yield course
