"""Whether a paper's code was open so many days after its announcement, from what was seen of it; pure.

A day has 24 hours, and day 0 begins with the announcement: the state on day 7 is that at the end of day 7.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tracker.domain.terms import Cause, EventKind

DAYS = (0, 7, 30, 90, 180)
"""The days after an announcement whose state is counted."""
ARRIVALS = frozenset(
    {EventKind.LINKED, EventKind.PLACEHOLDER, EventKind.SHIPPED, EventKind.GONE, EventKind.OPENED}
)
"""Events that a check of an own artifact gives: with the first of them somebody has seen what is there."""
_WITHDRAWN_BY = frozenset({Cause.RULE, Cause.CORRECTION})
"""Causes of a closing which says that the code never was open."""


class DayState(StrEnum):
    """Whether code was open at one moment."""

    OPEN = "open"
    NOT_OPEN = "not open"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class OpennessEvent:
    """One event of a paper, as far as it concerns its openness."""

    kind: EventKind
    cause: Cause
    at: datetime
    reference: str


@dataclass(frozen=True, slots=True)
class Opening:
    """A time during which code was seen open; `until` is None while it is.

    `may_be_older`: the first check of a link that may have stood there since the announcement saw it.
    """

    since: datetime
    until: datetime | None
    may_be_older: bool


@dataclass(frozen=True, slots=True)
class OpennessCourse:
    """What was seen of the code of one paper.

    `settled_at` is the first moment at which the tracker could say whether the code was there: its full text had been
    read, or an own artifact had been checked; None before.
    """

    announced_at: datetime
    settled_at: datetime | None
    openings: Sequence[Opening]


@dataclass(frozen=True, slots=True)
class DayCount:
    """Papers announced in one month (`2026-06`, in UTC), by their state on one day after it; `category` empty: all papers.

    `papers` are those that have reached the day.
    """

    month: str
    category: str
    day: int
    papers: int
    open: int
    unknown: int

    @property
    def known(self) -> int:
        """Papers whose state on that day is known: the size of the sample."""
        return self.papers - self.unknown


def follow_openness(
    announced_at: datetime,
    events: Iterable[OpennessEvent],
    first_versions: Mapping[str, int],
    text_read_at: datetime | None,
    *,
    is_judged: bool,
) -> OpennessCourse:
    """The course of one paper from its events in time order.

    `first_versions` has the version of the paper that brought each link, 1 where that is not known; `is_judged` says
    that the state of its code is known now.
    """
    arrived: dict[str, datetime] = {}
    openings: list[Opening] = []
    begun: OpennessEvent | None = None
    for event in events:
        if event.kind in ARRIVALS:
            arrived.setdefault(event.reference, event.at)
        if event.kind is EventKind.OPENED:
            begun = begun or event
        elif event.kind is EventKind.CLOSED and begun:
            if event.cause not in _WITHDRAWN_BY:
                openings.append(_opening(begun, event.at, arrived, first_versions))
            begun = None
    if begun:
        openings.append(_opening(begun, None, arrived, first_versions))
    settled = [*([text_read_at] if text_read_at else []), *(arrived.values() if is_judged else ())]
    return OpennessCourse(announced_at, min(settled, default=None), tuple(openings))


def _opening(
    begun: OpennessEvent,
    until: datetime | None,
    arrived: Mapping[str, datetime],
    first_versions: Mapping[str, int],
) -> Opening:
    is_first_look = arrived[begun.reference] == begun.at
    return Opening(begun.at, until, is_first_look and first_versions.get(begun.reference, 1) == 1)


def state_on_day(course: OpennessCourse, day: int, now: datetime) -> DayState | None:
    """The state at the end of a day after the announcement; None where that day is not over."""
    at = course.announced_at + timedelta(days=day + 1)
    if at > now:
        return None
    if any(opening.since <= at and (opening.until is None or opening.until > at) for opening in course.openings):
        return DayState.OPEN
    if any(opening.since > at and opening.may_be_older for opening in course.openings):
        return DayState.UNKNOWN
    is_settled = course.settled_at is not None and course.settled_at <= at
    return DayState.NOT_OPEN if is_settled else DayState.UNKNOWN
