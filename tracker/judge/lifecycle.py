"""What happened to a work and its artifacts, derived from their history alone; pure.

All events are derived anew from all checks each time, and an event is identified by what happened and when: so
judging twice, or again after a kill, adds nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tracker.domain.history import SHIPPED_AT_FIRST, CheckRecord, Event, History, Link
from tracker.domain.promise_wording import name_wording
from tracker.domain.terms import (
    Cause,
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
from tracker.judge.lifecycle_states import PENDING, next_state

LATE_NEWS = timedelta(days=31)
"""How long after its announcement the first check of a paper that was first seen as new is news."""
_OWN_WORDS = frozenset({Source.METADATA, Source.HTML, Source.TEX, Source.PDF})
"""What stands in a version stands there since the version was announced, however late it is read."""
_READ_LATE = frozenset({Source.HUB_RECORD, Source.PAGE})
"""Of these it is not known since when they show a link."""
_ARRIVALS = {
    Lifecycle.LINKED: EventKind.LINKED,
    Lifecycle.PLACEHOLDER: EventKind.PLACEHOLDER,
    Lifecycle.SHIPPED: EventKind.SHIPPED,
    Lifecycle.GONE: EventKind.GONE,
    Lifecycle.LAPSED: EventKind.LAPSED,
}


@dataclass(slots=True)
class _Occurrence:
    """One thing that happened, before its cause is determined."""

    kind: EventKind
    at: datetime
    first: bool = False
    """Whether the first check found it, so that it may have been so for long."""
    detail: str = ""
    link: Link | None = None
    observed: datetime | None = None
    by_rule: bool = False
    """Whether newer rules of reading show it, and not the world."""


@dataclass(slots=True)
class ArtifactCourse:
    """What happened to one artifact since a paper linked it, and its lifecycle now."""

    state: Lifecycle = Lifecycle.PROMISED
    occurrences: list[_Occurrence] = field(default_factory=list)


def derive_events(
    history: History,
    rules: openness.OpennessRules,
    *,
    window: timedelta,
    lapse: timedelta,
    now: datetime,
    judged_at: datetime | None = None,
    same_rules: bool = True,
    was_open: bool = False,
) -> list[Event]:
    """All events of one work in time order.

    `window` is the greatest age of a paper at which its state at the first check counts as news; `lapse` is how
    long anything is waited for; `judged_at` and `same_rules` say when the work was last judged and whether by
    today's rules: what new rules derive from old checks is caused by the rule, not by the world. `was_open` says
    that the code was open by that judgement: where nothing that happened closed it since, it is closed by the rules.
    """
    occurrences = [*_work_occurrences(history, lapse, now)]
    for link in _own_links(history):
        occurrences.append(_Occurrence(EventKind.FOUND, link.found_at, first=True, link=link))
        for occurrence in follow_artifact(link, lapse, now).occurrences:
            occurrence.link = link
            if occurrence.kind is EventKind.SHIPPED and _may_be_older_than_promise(history, occurrence, window):
                occurrence.detail = SHIPPED_AT_FIRST
            occurrences.append(occurrence)
    code = list(_code_occurrences(history, rules))
    occurrences += code
    events = []
    for occurrence in occurrences:
        cause = _cause(history, occurrence, window)
        if cause is Cause.WORLD and judged_at is not None and not same_rules and judged_at >= occurrence.at:
            cause = Cause.RULE
        events.append(_make_event(history, occurrence, cause, now))
    if was_open and (closed := _closed_by_rules(history, rules, code, now, same_rules=same_rules)):
        events.append(closed)
    order = list(EventKind)
    return sorted(events, key=lambda event: (event.happened_at, order.index(event.kind), event.reference or ""))


def _make_event(history: History, occurrence: _Occurrence, cause: Cause, now: datetime) -> Event:
    # An absence is believed long after it began.
    late = occurrence.kind in (EventKind.GONE, EventKind.CLOSED)
    return Event(
        work=history.work,
        reference=occurrence.link.reference if occurrence.link else None,
        kind=occurrence.kind,
        cause=cause,
        happened_at=occurrence.at,
        observed_at=occurrence.observed or (now if late else occurrence.at),
        detail=occurrence.detail,
    )


def artifact_states(history: History, lapse: timedelta, now: datetime) -> dict[str, Lifecycle]:
    """The lifecycle of each own artifact of a work, by the reference in the paper."""
    return {link.reference: follow_artifact(link, lapse, now).state for link in _own_links(history)}


def next_judgement(history: History, lapse: timedelta, now: datetime) -> datetime | None:
    """When the work must be judged again even if no check changes: the next moment at which something lapses, if any."""
    starts = [link.found_at for link in _own_links(history) if follow_artifact(link, lapse, now).state in PENDING]
    if history.promise is Promise.PROMISED and not starts:
        starts = [history.first_seen]
    return min((start + lapse for start in starts if start + lapse > now), default=None)


def _own_links(history: History) -> Iterator[Link]:
    return (link for link in history.links if link.role is Role.OWN)


def _cause(history: History, occurrence: _Occurrence, window: timedelta) -> Cause:
    """What caused an occurrence, apart from a change of the rules."""
    at, first, link = occurrence.at, occurrence.first, occurrence.link
    if occurrence.kind is EventKind.CORRECTED:
        return Cause.CORRECTION
    opens_or_closes = occurrence.kind in (EventKind.OPENED, EventKind.CLOSED)
    for correction in link.corrections if link else ():
        role_corrected = first and correction.field == "role" and correction.holds_at(at)
        at_border = at in (correction.since, correction.until)
        if role_corrected or (at_border and (first or opens_or_closes)):
            return Cause.CORRECTION
    if first and link is not None and link.source is Source.IMPORT:
        return Cause.IMPORT
    if occurrence.by_rule:
        return Cause.RULE
    return Cause.BACKFILL if first and _is_old(history, link, at, window) else Cause.WORLD


def _is_old(history: History, link: Link | None, at: datetime, window: timedelta) -> bool:
    """Whether what the first check finds is history rather than news.

    A paper that was new when it was first seen is news however late we read it, within a month: our own delay is not
    the paper's age. Of an older paper, and of any that a backfill brought, only what came after we first saw it is
    news."""
    was_new = False
    if history.backfilled is None:
        if history.announced_at is None or at - history.announced_at <= window:
            return False
        was_new = history.first_seen - history.announced_at <= window
        if was_new and at - history.announced_at <= max(window, LATE_NEWS):
            return False
    if link is None or link.found_at <= history.first_seen:
        return True
    if link.source in _OWN_WORDS or (link.source in _READ_LATE and not was_new):
        return not _came_with_version(history, link, at)
    return link.found_at - history.first_seen <= window


def _came_with_version(history: History, link: Link, at: datetime) -> bool:
    """Whether the version that brought a link came while the paper was watched, at most a month ago."""
    if history.backfilled is not None and link.first_version <= history.backfilled:
        return False
    arrived = [version.seen_at for version in history.versions if version.n == link.first_version]
    if not arrived:
        return link.first_version > 1
    return any(history.first_seen < moment and at - moment <= LATE_NEWS for moment in arrived)


def _may_be_older_than_promise(history: History, occurrence: _Occurrence, window: timedelta) -> bool:
    """Whether the first check found code where a paper links it beside its promise. Such code may be as old as the
    promise, however much later the link was read and checked."""
    link = occurrence.link
    if history.promise is not Promise.PROMISED or not occurrence.first or link is None:
        return False
    if link.source in _READ_LATE:
        return link.found_at - history.first_seen <= window
    return not _came_with_version(history, link, occurrence.at)


def _work_occurrences(history: History, lapse: timedelta, now: datetime) -> Iterator[_Occurrence]:
    """What happened to the paper itself: its promise, withdrawals, and the operator's corrections."""
    if history.promise is Promise.PROMISED:
        wording = name_wording(history.promise_evidence).value
        yield _Occurrence(EventKind.PROMISED, history.first_seen, first=True, detail=wording)
        end = history.first_seen + lapse
        if end <= now and not any(link.found_at <= end for link in _own_links(history)):
            yield _Occurrence(EventKind.LAPSED, end)
    withdrawn = False
    for number, version in enumerate(history.versions):
        if version.withdrawn is not withdrawn:
            kind = EventKind.WITHDRAWN if version.withdrawn else EventKind.UNWITHDRAWN
            at = min(version.submitted_at, version.seen_at)
            yield _Occurrence(kind, at, first=number == 0, detail=f"v{version.n}", observed=version.seen_at)
            withdrawn = version.withdrawn
    for link in history.links:
        details: dict[datetime, list[str]] = {}
        for correction in link.corrections:
            claim = f"{correction.field} is {correction.value}"
            details.setdefault(correction.since, []).append(f"{claim}: {correction.reason}")
            if correction.until is not None:
                details.setdefault(correction.until, []).append(f"{claim}: taken back")
        for at, sentences in sorted(details.items()):
            yield _Occurrence(EventKind.CORRECTED, at, detail="; ".join(sentences), link=link)


def follow_artifact(link: Link, lapse: timedelta, now: datetime) -> ArtifactCourse:
    """What happened to one artifact since it was linked: each check, and the time between two, may move it."""
    course, since = ArtifactCourse(), link.found_at
    last: CheckRecord | None = None
    if link.replaced_at is not None:
        course.occurrences.append(_Occurrence(EventKind.REPLACED, max(link.replaced_at, link.found_at)))

    def move(new: Lifecycle, at: datetime, *, first: bool, by_rule: bool = False) -> None:
        nonlocal since
        if new is course.state:
            return
        kind = EventKind.RESTORED if course.state is Lifecycle.GONE else _ARRIVALS[new]
        course.occurrences.append(_Occurrence(kind, at, first, by_rule=by_rule))
        since = at if course.state not in PENDING else since
        course.state = new

    for number, check in enumerate(_since_found(link)):
        at, first = max(check.first_seen, link.found_at), number == 0
        move(next_state(course.state, None, at - since, lapse), since + lapse, first=False)
        by_rule = check.by_rule and not first
        move(next_state(course.state, check, at - since, lapse), at, first=first, by_rule=by_rule)
        course.occurrences += [
            _Occurrence(kind, at, first, detail, by_rule=by_rule) for kind, detail in _changes(link, last, check)
        ]
        if check.outcome is Outcome.PRESENT:
            last = check
    move(next_state(course.state, None, now - since, lapse), since + lapse, first=False)
    return course


def _since_found(link: Link) -> list[CheckRecord]:
    """The checks that matter to the paper: those after it linked the artifact, and the one in force at that moment."""
    before = [check for check in link.checks if check.first_seen <= link.found_at]
    return before[-1:] + [check for check in link.checks if check.first_seen > link.found_at]


def _changes(link: Link, last: CheckRecord | None, check: CheckRecord) -> Iterator[tuple[EventKind, str]]:
    """What differs between two checks of a present artifact, besides its content."""
    if check.outcome is not Outcome.PRESENT:
        return
    before = last.reference if last else link.reference
    if check.reference and before and check.reference.casefold() != before.casefold():
        yield EventKind.MOVED, check.reference
    if last is None:
        return
    if check.rewritten:
        yield EventKind.REWRITTEN, ""
    if check.archived and not last.archived:
        yield EventKind.ARCHIVED, ""
    if check.licence_spdx != last.licence_spdx or check.licence_class is not last.licence_class:
        silent = last.licence_class in (LicenceClass.NONE, LicenceClass.UNKNOWN) and last.licence_spdx is None
        now_named = check.licence_spdx or check.licence_class.value
        yield (EventKind.LICENSED if silent else EventKind.RELICENSED), now_named


def _code_occurrences(history: History, rules: openness.OpennessRules) -> Iterator[_Occurrence]:
    """When the work's code opened and closed. An unknown state in between neither opens nor closes it, unless something
    else has taken the name of what was open."""
    links = list(_own_links(history))
    moments = {max(check.first_seen, link.found_at) for link in links for check in _since_found(link)}
    for link in links:
        borders = {
            moment for correction in link.corrections for moment in (correction.since, correction.until)
        } | {link.lost_at}
        moments |= {moment for moment in borders if moment is not None and moment >= link.found_at}
    is_open, deciding, last_open = False, None, None
    for moment in sorted(moments):
        state, best = openness.code_state_at(history, moment, rules)
        last_open = best if state is State.OPEN else last_open
        if state is State.OPEN and not is_open:
            first = best is not None and sum(check.first_seen <= moment for check in _since_found(best)) <= 1
            by_rule = not first and _is_by_rule(best, moment)
            yield _Occurrence(EventKind.OPENED, moment, first, link=best, by_rule=by_rule)
            is_open, deciding = True, best
        elif is_open and (state not in (State.OPEN, State.UNKNOWN) or _is_lost(last_open, moment)):
            by_rule = _is_by_rule(deciding, moment)
            yield _Occurrence(EventKind.CLOSED, moment, detail=state.value, link=deciding, by_rule=by_rule)
            is_open = False


def _is_lost(link: Link | None, moment: datetime) -> bool:
    return link is not None and link.lost_at is not None and link.lost_at <= moment


def _is_by_rule(link: Link | None, moment: datetime) -> bool:
    """Whether the check of a link at a moment differs from the one before by newer rules of reading alone."""
    return link is not None and any(check.by_rule and check.first_seen == moment for check in link.checks)


def _closed_by_rules(
    history: History,
    rules: openness.OpennessRules,
    code: list[_Occurrence],
    now: datetime,
    *,
    same_rules: bool,
) -> Event | None:
    """The event that the code, open as last judged, is no longer judged open, though nothing that happened closed it.

    None where it is open, where something that happened closed it, and where only the last check failed.
    """
    state, best = openness.code_state_at(history, now, rules)
    if state is State.OPEN or (code and code[-1].kind is EventKind.CLOSED):
        return None
    if best is not None and state is State.UNKNOWN:
        seen = [check for check in best.checks if check.outcome is not Outcome.UNKNOWN]
        read_anew = bool(seen) and seen[-1].outcome is Outcome.PRESENT and (seen[-1].by_rule or not same_rules)
        if not read_anew:
            return None
    corrected = any(
        correction.field == "role" and correction.holds_at(now)
        for link in history.links
        for correction in link.corrections
    )
    return Event(
        work=history.work,
        reference=best.reference if best else None,
        kind=EventKind.CLOSED,
        cause=Cause.CORRECTION if corrected else Cause.RULE,
        happened_at=now,
        observed_at=now,
        detail=state.value if best else _why_not_own(history),
    )


def _why_not_own(history: History) -> str:
    """Why the likeliest repository is not the authors' own."""
    others = [
        link
        for link in history.links
        if link.role is not Role.OWN and link.kind == "repository" and link.source is not Source.IMPORT
    ]
    if not others:
        return State.UNKNOWN.value
    likeliest = max(others, key=lambda link: (link.probability, link.reference))
    return f"{likeliest.reference}: {likeliest.reasons[-1]}" if likeliest.reasons else likeliest.reference
