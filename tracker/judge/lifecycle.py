"""What happened to a work and its artifacts, told from their history alone.

The whole list of events is derived anew from all sightings each time; events have names made of what
happened and when, so that judging twice, or after a kill, adds nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from tracker.domain.history import CheckRecord, Event, History, Link
from tracker.domain.terms import (
    Cause,
    Content,
    EventKind,
    LicenceClass,
    Lifecycle,
    Outcome,
    Promise,
    Role,
    Source,
    State,
)
from tracker.judge import openness


class CheckMeaning(StrEnum):
    """What one sighting means for the lifecycle. Refused and failed looks mean nothing."""

    HOLDS = "holds"
    PENDING = "pending"
    THERE = "there"
    GONE = "gone"
    NOTHING = "nothing"


_PENDING = frozenset({Lifecycle.PROMISED, Lifecycle.LINKED, Lifecycle.PLACEHOLDER})
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
"""The lifecycle as a table: what is not in it stays as it is. What waits too long lapses (`next_state`)."""

_ARRIVALS = {
    Lifecycle.LINKED: EventKind.LINKED,
    Lifecycle.PLACEHOLDER: EventKind.PLACEHOLDER,
    Lifecycle.SHIPPED: EventKind.SHIPPED,
    Lifecycle.GONE: EventKind.GONE,
    Lifecycle.LAPSED: EventKind.LAPSED,
}


def read_check(sighting: CheckRecord) -> CheckMeaning:
    """What a sighting means."""
    if sighting.outcome is Outcome.ABSENT:
        return CheckMeaning.GONE if openness.is_gone(sighting) else CheckMeaning.NOTHING
    if sighting.outcome is not Outcome.PRESENT:
        return CheckMeaning.NOTHING
    if sighting.content in (Content.CODE, Content.DATA_ONLY):
        return CheckMeaning.HOLDS
    return CheckMeaning.PENDING if sighting.content in (Content.EMPTY, Content.PLACEHOLDER) else CheckMeaning.THERE


def next_state(state: Lifecycle, sighting: CheckRecord | None, waited: timedelta, lapse: timedelta) -> Lifecycle:
    """The lifecycle after a sighting; or, with None, after time alone: what waited as long as `lapse` has lapsed."""
    if sighting is not None:
        return TRANSITIONS.get((state, read_check(sighting)), state)
    return Lifecycle.LAPSED if state in _PENDING and waited >= lapse else state


@dataclass(slots=True)
class _Occurrence:
    """One thing that happened, before it is known what caused it."""

    kind: EventKind
    at: datetime
    first: bool = False
    """Whether a first look found it, so that it may have been so for long."""
    detail: str = ""
    link: Link | None = None
    observed: datetime | None = None


@dataclass(slots=True)
class ArtifactCourse:
    """What one artifact went through since a paper linked it, and where it stands now."""

    state: Lifecycle = Lifecycle.PROMISED
    told: list[_Occurrence] = field(default_factory=list)


def derive_events(
    history: History,
    rules: openness.OpennessRules,
    *,
    window: timedelta,
    lapse: timedelta,
    now: datetime,
    judged_at: datetime | None = None,
    same_rules: bool = True,
) -> list[Event]:
    """All events of one work in time order.

    `window` is how old a paper may be at its first look for its state to count as news; `lapse` how long something
    may be waited for; `judged_at` and `same_rules` say when the work was last judged and whether by today's rules:
    what new rules see in old sightings is caused by the rule, not by the world.
    """
    told = [*_work_occurrences(history, lapse, now)]
    for link in _own(history):
        found = _Occurrence(EventKind.FOUND, link.found_at, first=True)
        for one in (found, *follow_artifact(link, lapse, now).told):
            one.link = link
            told.append(one)
    told += _code_occurrences(history, rules)
    made = []
    for one in told:
        cause = _cause(history, one, window)
        if cause is Cause.WORLD and judged_at is not None and not same_rules and judged_at >= one.at:
            cause = Cause.RULE
        # An absence is believed long after it began.
        late = one.kind in (EventKind.GONE, EventKind.CLOSED)
        made.append(
            Event(
                work=history.work,
                reference=one.link.reference if one.link else None,
                kind=one.kind,
                cause=cause,
                happened_at=one.at,
                observed_at=one.observed or (now if late else one.at),
                detail=one.detail,
            )
        )
    order = list(EventKind)
    return sorted(made, key=lambda event: (event.happened_at, order.index(event.kind), event.reference or ""))


def artifact_states(history: History, lapse: timedelta, now: datetime) -> dict[str, Lifecycle]:
    """The lifecycle of each own artifact of a work, by the reference that the work writes."""
    return {link.reference: follow_artifact(link, lapse, now).state for link in _own(history)}


def next_judgement(history: History, lapse: timedelta, now: datetime) -> datetime | None:
    """When the work is to be judged again though nothing new is seen: the next moment at which something lapses."""
    starts = [link.found_at for link in _own(history) if follow_artifact(link, lapse, now).state in _PENDING]
    if history.promise is Promise.PROMISED and not starts:
        starts = [history.first_seen]
    return min((start + lapse for start in starts if start + lapse > now), default=None)


def _own(history: History) -> Iterator[Link]:
    return (link for link in history.links if link.role is Role.OWN)


def _cause(history: History, one: _Occurrence, window: timedelta) -> Cause:
    """What caused an event, apart from a change of the rules."""
    if one.kind is EventKind.CORRECTED:
        return Cause.CORRECTION
    for said in one.link.corrections if one.link else ():
        at_border = one.at in (said.since, said.until)
        if (one.first and said.field == "role" and said.holds_at(one.at)) or (
            at_border and (one.first or one.kind in (EventKind.OPENED, EventKind.CLOSED))
        ):
            return Cause.CORRECTION
    if one.first and one.link is not None and one.link.source is Source.IMPORT:
        return Cause.IMPORT
    return Cause.BACKFILL if one.first and _is_old(history, one.link, one.at, window) else Cause.WORLD


def _is_old(history: History, link: Link | None, at: datetime, window: timedelta) -> bool:
    """Whether what a first look finds is history rather than news."""
    if history.announced_at is None or at - history.announced_at <= window:
        return False
    came_late = link is not None and (link.first_version > 1 or link.found_at - history.first_seen > window)
    return not (came_late and link is not None and link.found_at > history.first_seen)


def _work_occurrences(history: History, lapse: timedelta, now: datetime) -> Iterator[_Occurrence]:
    """What happened to the paper itself: its promise, withdrawals, and the operator's corrections."""
    if history.promise is Promise.PROMISED:
        yield _Occurrence(EventKind.PROMISED, history.first_seen, first=True)
        end = history.first_seen + lapse
        if end <= now and not any(link.found_at <= end for link in _own(history)):
            yield _Occurrence(EventKind.LAPSED, end)
    withdrawn = False
    for number, version in enumerate(history.versions):
        if version.withdrawn is not withdrawn:
            kind = EventKind.WITHDRAWN if version.withdrawn else EventKind.UNWITHDRAWN
            at = min(version.submitted_at, version.seen_at)
            yield _Occurrence(kind, at, first=number == 0, detail=f"v{version.n}", observed=version.seen_at)
            withdrawn = version.withdrawn
    for link in history.links:
        said: dict[datetime, list[str]] = {}
        for one in link.corrections:
            said.setdefault(one.since, []).append(f"{one.field} is {one.value}: {one.reason}")
            if one.until is not None:
                said.setdefault(one.until, []).append(f"{one.field} is {one.value}: taken back")
        for at, words in sorted(said.items()):
            yield _Occurrence(EventKind.CORRECTED, at, detail="; ".join(words), link=link)


def follow_artifact(link: Link, lapse: timedelta, now: datetime) -> ArtifactCourse:
    """What one artifact went through since it was linked."""
    walked, since = ArtifactCourse(), link.found_at
    last: CheckRecord | None = None
    if link.replaced_at is not None:
        walked.told.append(_Occurrence(EventKind.REPLACED, max(link.replaced_at, link.found_at)))

    def move(new: Lifecycle, at: datetime, *, first: bool) -> None:
        nonlocal since
        if new is walked.state:
            return
        back = walked.state is Lifecycle.GONE
        walked.told.append(_Occurrence(EventKind.RESTORED if back else _ARRIVALS[new], at, first))
        since = at if walked.state not in _PENDING else since
        walked.state = new

    for number, sighting in enumerate(_since_found(link)):
        at, first = max(sighting.first_seen, link.found_at), number == 0
        move(next_state(walked.state, None, at - since, lapse), since + lapse, first=False)
        move(next_state(walked.state, sighting, at - since, lapse), at, first=first)
        walked.told += [_Occurrence(kind, at, first, detail) for kind, detail in _changes(link, last, sighting)]
        if sighting.outcome is Outcome.PRESENT:
            last = sighting
    move(next_state(walked.state, None, now - since, lapse), since + lapse, first=False)
    return walked


def _since_found(link: Link) -> list[CheckRecord]:
    """Sightings that matter to the paper: those after it linked, and the one in force at that moment."""
    before = [sighting for sighting in link.checks if sighting.first_seen <= link.found_at]
    return before[-1:] + [sighting for sighting in link.checks if sighting.first_seen > link.found_at]


def _changes(link: Link, last: CheckRecord | None, sighting: CheckRecord) -> Iterator[tuple[EventKind, str]]:
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


def _code_occurrences(history: History, rules: openness.OpennessRules) -> Iterator[_Occurrence]:
    """When the work's code opened and closed. An unknown in between neither opens nor closes."""
    links = list(_own(history))
    moments = {max(sighting.first_seen, link.found_at) for link in links for sighting in _since_found(link)}
    for link in links:
        borders = {moment for said in link.corrections for moment in (said.since, said.until)} | {link.lost_at}
        moments |= {moment for moment in borders if moment is not None and moment >= link.found_at}
    is_open, deciding = False, None
    for moment in sorted(moments):
        state, best = openness.code_state_at(history, moment, rules)
        if state is State.OPEN and not is_open:
            first = best is not None and len([one for one in _since_found(best) if one.first_seen <= moment]) <= 1
            yield _Occurrence(EventKind.OPENED, moment, first, link=best)
            is_open, deciding = True, best
        elif state not in (State.OPEN, State.UNKNOWN) and is_open:
            yield _Occurrence(EventKind.CLOSED, moment, detail=state.value, link=deciding)
            is_open = False
