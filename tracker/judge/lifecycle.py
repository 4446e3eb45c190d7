"""What happened to a work and its artifacts, told from their history alone.

The whole list of events is derived anew from all sightings each time; events have names made of what
happened and when, so that judging twice, or after a kill, adds nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta

from tracker.domain import Cause, Check, Content, EventKind, LicenceClass, Lifecycle, Outcome, Promise, Role, State
from tracker.history import Event, History, Link, Sighting
from tracker.judge import openness
from tracker.settings import Checks


def next_state(state: Lifecycle, sighting: Sighting) -> Lifecycle:
    """The lifecycle after one sighting. Refused and failed looks change nothing."""
    match sighting.outcome:
        case Outcome.PRESENT if sighting.content in (Content.EMPTY, Content.PLACEHOLDER):
            return Lifecycle.PLACEHOLDER
        case Outcome.PRESENT if sighting.content in (Content.CODE, Content.DATA_ONLY):
            return Lifecycle.SHIPPED
        case Outcome.PRESENT if state in (Lifecycle.GONE, Lifecycle.PROMISED):
            return Lifecycle.LINKED
        case Outcome.ABSENT if state in (Lifecycle.SHIPPED, Lifecycle.PLACEHOLDER) and openness.is_gone(sighting):
            return Lifecycle.GONE
    return state


_ARRIVALS = {
    Lifecycle.LINKED: EventKind.LINKED,
    Lifecycle.PLACEHOLDER: EventKind.PLACEHOLDER,
    Lifecycle.SHIPPED: EventKind.SHIPPED,
    Lifecycle.GONE: EventKind.GONE,
}


def events(
    history: History,
    rules: openness.Rules,
    *,
    window: timedelta,
    now: datetime,
    judged_at: datetime | None = None,
    same_rules: bool = True,
) -> list[Event]:
    """All events of one work in time order.

    `window` is how old a paper may be at its first look for its state to count as news; `judged_at` and
    `same_rules` say when the work was last judged and whether by today's rules: what new rules see in old
    sightings is caused by the rule, not by the world.
    """
    told: list[Event] = []

    def tell(kind: EventKind, link: Link | None, at: datetime, *, first: bool, detail: str = "") -> None:
        cause = Cause.WORLD
        if judged_at is not None and not same_rules and judged_at >= at:
            cause = Cause.RULE
        elif first and _is_old(history, link, at, window):
            cause = Cause.BACKFILL
        # An absence is believed long after it began.
        observed = now if kind in (EventKind.GONE, EventKind.CLOSED) else at
        told.append(
            Event(
                work=history.work,
                reference=link.reference if link else None,
                kind=kind,
                cause=cause,
                happened_at=at,
                observed_at=observed,
                detail=detail,
            )
        )

    if history.promise is Promise.PROMISED:
        tell(EventKind.PROMISED, None, history.first_seen, first=True)
    for link in _own(history):
        tell(EventKind.FOUND, link, link.found_at, first=True)
        for kind, at, first, detail in _of_artifact(link):
            tell(kind, link, at, first=first, detail=detail)
    for kind, deciding, at, first, detail in _of_code(history, rules):
        tell(kind, deciding, at, first=first, detail=detail)
    return sorted(
        told, key=lambda event: (event.happened_at, list(EventKind).index(event.kind), event.reference or "")
    )


def _own(history: History) -> Iterator[Link]:
    return (link for link in history.links if link.role is Role.OWN)


def _is_old(history: History, link: Link | None, at: datetime, window: timedelta) -> bool:
    """Whether what a first look finds is history rather than news."""
    if history.announced_at is None or at - history.announced_at <= window:
        return False
    came_late = link is not None and (link.first_version > 1 or link.found_at - history.first_seen > window)
    return not (came_late and link is not None and link.found_at > history.first_seen)


def _of_artifact(link: Link) -> Iterator[tuple[EventKind, datetime, bool, str]]:
    """(kind, when, whether at the first look, detail) of what one artifact went through since it was linked."""
    state = Lifecycle.PROMISED
    last: Sighting | None = None
    if link.replaced_at is not None:
        yield EventKind.REPLACED, max(link.replaced_at, link.found_at), False, ""
    for number, sighting in enumerate(_since_found(link)):
        at, first = max(sighting.first_seen, link.found_at), number == 0
        new = next_state(state, sighting)
        if new is not state:
            yield (EventKind.RESTORED if state is Lifecycle.GONE else _ARRIVALS[new]), at, first, ""
        state = new
        yield from ((kind, at, first, detail) for kind, detail in _changes(link, last, sighting))
        if sighting.outcome is Outcome.PRESENT:
            last = sighting


def _since_found(link: Link) -> list[Sighting]:
    """Sightings that matter to the paper: those after it linked, and the one in force at that moment."""
    before = [sighting for sighting in link.sightings if sighting.first_seen <= link.found_at]
    return before[-1:] + [sighting for sighting in link.sightings if sighting.first_seen > link.found_at]


def _changes(link: Link, last: Sighting | None, sighting: Sighting) -> Iterator[tuple[EventKind, str]]:
    """What differs between two sightings of a present artifact besides its content."""
    if sighting.outcome is not Outcome.PRESENT:
        return
    before = last.reference if last else link.reference
    if sighting.reference and before and sighting.reference.casefold() != before.casefold():
        yield EventKind.MOVED, sighting.reference
    if last is None:
        return
    if sighting.archived and not last.archived:
        yield EventKind.ARCHIVED, ""
    if sighting.licence_spdx != last.licence_spdx or sighting.licence_class is not last.licence_class:
        silent = last.licence_class in (LicenceClass.NONE, LicenceClass.UNKNOWN) and last.licence_spdx is None
        now_named = sighting.licence_spdx or sighting.licence_class.value
        yield (EventKind.LICENSED if silent else EventKind.RELICENSED), now_named


def _of_code(
    history: History, rules: openness.Rules
) -> Iterator[tuple[EventKind, Link | None, datetime, bool, str]]:
    """When the work's code opened and closed. An unknown in between neither opens nor closes."""
    links = list(_own(history))
    moments = sorted(
        {max(sighting.first_seen, link.found_at) for link in links for sighting in _since_found(link)}
        | {link.lost_at for link in links if link.lost_at is not None}
    )
    is_open, deciding = False, None
    for moment in moments:
        state, link = openness.code_at(history, moment, rules)
        if state is State.OPEN and not is_open:
            first = link is not None and len([one for one in _since_found(link) if one.first_seen <= moment]) <= 1
            yield EventKind.OPENED, link, moment, first, ""
            is_open, deciding = True, link
        elif state not in (State.OPEN, State.UNKNOWN) and is_open:
            yield EventKind.CLOSED, deciding, moment, False, state.value
            is_open = False


def next_check(key: str, check: Check, first: datetime, now: datetime, times: int, plan: Checks) -> datetime:
    """When to look at an artifact again: often while young or pending, seldom when settled.

    `first` is the first look, `times` how often this outcome was seen in a row. Spread by up to a tenth of
    the wait, by a hash of the key, so that a batch does not come due at one moment.
    """
    if check.outcome in (Outcome.UNKNOWN, Outcome.BLOCKED):
        days = plan.unknown_hours / 24
    elif check.outcome is Outcome.ABSENT:
        steps = plan.absent_days
        days = float(
            steps[0] if times <= 1 else steps[min(times, len(steps)) - 1] - steps[min(times, len(steps)) - 2]
        )
    elif check.content in (Content.CODE, Content.DATA_ONLY):
        days = float(plan.shipped_days[0] if now - first < timedelta(days=365) else plan.shipped_days[1])
    else:
        days = _pending_wait((now - first) / timedelta(days=1), plan)
    spread = int(hashlib.sha256(key.encode()).hexdigest()[:8], 16) / 0xFFFFFFFF
    return (now + timedelta(days=days * (1 + spread / 10))).replace(microsecond=0)


def _pending_wait(age: float, plan: Checks) -> float:
    """Days to wait at this age: the next planned day, then monthly for a year, then quarterly."""
    for day in plan.pending_days:
        if day > age + 0.5:
            return max(day - age, 0.5)
    return 30.0 if age < 365 else 91.0
