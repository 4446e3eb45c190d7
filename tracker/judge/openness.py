"""The four facts: what a paper shipped, judged by the rules of `config/openness.toml`; pure.

Code is open when it is the authors' own, present, holds code, and is under a licence of a class that the
rules count as open. Every verdict says why.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from tracker.domain.history import CheckRecord, Correction, History, Licence, Link, Verdict, unknown_verdict
from tracker.domain.terms import Content, Fact, LicenceClass, Outcome, Promise, Role, State
from tracker.judge import licence_classes

RULE_VERSION = "2"
"""Counts the changes of the rules in this module and in `lifecycle`; stored with every judgement."""
KIND_OF_FACT = {
    Fact.CODE: ("repository", "gist"),
    Fact.WEIGHTS: ("model",),
    Fact.DATA: ("dataset",),
    Fact.DEMO: ("space",),
}
"""The kinds of artifact that stand for a fact even before it is known what they hold."""

_RANK = (State.OPEN, State.AVAILABLE, State.GATED, State.PROMISED, State.GONE, State.UNKNOWN, State.NONE)
_CONTENT_WORDS = {
    Content.EMPTY: "is empty",
    Content.README_ONLY: "holds only a README or documents",
    Content.PLACEHOLDER: "is a placeholder that announces code",
    Content.DATA_ONLY: "holds data and no code",
}
_CLASS_NAMES = frozenset(class_.value for class_ in LicenceClass)
_CLASS_WORDS = {
    LicenceClass.RESTRICTED: "a licence with restrictions of use",
    LicenceClass.NONE: "no licence",
    LicenceClass.UNKNOWN: "a licence that was not recognised",
    LicenceClass.OPEN_CONTENT: "an open licence made for content, not for code",
}


GONE_ABSENCES = 3
GONE_DAYS = 7
"""Three absences over seven days after having been present: hosts have bad days (house rule)."""


def is_gone(sighting: CheckRecord) -> bool:
    """Whether an absence has lasted long enough to be believed."""
    return (
        sighting.outcome is Outcome.ABSENT
        and sighting.times >= GONE_ABSENCES
        and sighting.last_seen - sighting.first_seen >= timedelta(days=GONE_DAYS)
    )


@dataclass(frozen=True, slots=True)
class OpennessRules:
    """Which licence classes make a fact open, and how licences that an operator names are classed."""

    open_classes: Mapping[Fact, frozenset[LicenceClass]]
    licences: licence_classes.LicenceRules | None = None


@dataclass(frozen=True, slots=True)
class _Judgement:
    state: State
    licence_class: LicenceClass
    link: Link
    reasons: tuple[str, ...]


def judge_facts(history: History, rules: OpennessRules, now: datetime) -> list[Verdict]:
    """State of the four facts at `now`."""
    return [_verdict(history, fact, now, rules) for fact in Fact]


def code_state_at(history: History, moment: datetime, rules: OpennessRules) -> tuple[State, Link | None]:
    """State of the code as it was known at a moment, with the link that decides."""
    best = _best_link(history, Fact.CODE, moment, rules)
    return (best.state, best.link) if best else (State.UNKNOWN, None)


def _verdict(history: History, fact: Fact, now: datetime, rules: OpennessRules) -> Verdict:
    best = _best_link(history, fact, now, rules)
    promised = fact is Fact.CODE and history.promise is Promise.PROMISED
    if best is None:
        if promised:
            return Verdict(
                fact=fact,
                state=State.PROMISED,
                licence_class=LicenceClass.UNKNOWN,
                reference=None,
                reasons=("the authors announce a release and link nothing yet",),
            )
        return unknown_verdict(fact)
    return Verdict(
        fact=fact,
        state=best.state,
        licence_class=best.licence_class,
        reference=best.link.reference,
        reasons=best.reasons,
    )


def _best_link(history: History, fact: Fact, moment: datetime, rules: OpennessRules) -> _Judgement | None:
    judged = list(_candidates(history, fact, moment, rules))
    return min(
        judged, key=lambda one: (_RANK.index(one.state), -one.link.probability, one.link.reference), default=None
    )


def _candidates(history: History, fact: Fact, moment: datetime, rules: OpennessRules) -> Iterator[_Judgement]:
    for link in history.links:
        if link.role is not Role.OWN or link.found_at > moment:
            continue
        latest, earlier = _latest_checks(link, moment)
        held = any(sighting is not None and fact in sighting.holds for sighting in (latest, earlier))
        if held or link.kind in KIND_OF_FACT[fact]:
            yield _judge_link(history, link, fact, latest, earlier, moment, rules)


def _latest_checks(link: Link, moment: datetime) -> tuple[CheckRecord | None, CheckRecord | None]:
    """The last sighting that concludes anything, and the last one that was present before it."""
    past = [sighting for sighting in link.checks if sighting.first_seen <= moment]
    telling = [sighting for sighting in past if sighting.outcome is not Outcome.UNKNOWN] or past
    if not telling:
        return None, None
    present = [sighting for sighting in telling[:-1] if sighting.outcome is Outcome.PRESENT]
    return telling[-1], present[-1] if present else None


def _judge_link(
    history: History,
    link: Link,
    fact: Fact,
    latest: CheckRecord | None,
    earlier: CheckRecord | None,
    moment: datetime,
    rules: OpennessRules,
) -> _Judgement:
    own = f"{link.reference} is the authors' own (probability {link.probability:.2f})"
    if latest is None:
        return _Judgement(State.UNKNOWN, LicenceClass.UNKNOWN, link, (own, "it was not looked at"))
    if link.lost_at is not None and link.lost_at <= moment:
        return _Judgement(State.GONE, LicenceClass.UNKNOWN, link, (own, "its name now leads to something else"))
    match latest.outcome:
        case Outcome.UNKNOWN | Outcome.BLOCKED:
            return _Judgement(
                State.UNKNOWN,
                LicenceClass.UNKNOWN,
                link,
                (own, f"it could not be seen: {latest.reason or 'no answer'}"),
            )
        case Outcome.ABSENT:
            return _judge_absent(history, link, fact, latest, earlier, own)
    hidden = bool(latest.gated) and latest.content is Content.UNKNOWN and link.kind in KIND_OF_FACT[fact]
    if fact not in latest.holds and not hidden:
        return _judge_without(history, link, fact, latest, own)
    licence = applicable_licence(history, link, fact, latest, moment, rules)
    told = f" ({licence.spdx})" if licence.spdx else ""
    by = (f"the licence is told by {licence.source}",) if licence.source else ()
    notes = (*by, *((licence.note,) if licence.note else ()), *_dropped_note(link))
    if latest.gated:
        return _Judgement(State.GATED, licence.class_, link, (own, f"access must be asked for{told}", *notes))
    if licence.class_ in rules.open_classes[fact]:
        words = "an OSI-approved licence" if licence.class_ is LicenceClass.OSI else "an open licence"
        return _Judgement(
            State.OPEN, licence.class_, link, (own, f"it holds {fact.value}", f"under {words}{told}", *notes)
        )
    words = _CLASS_WORDS.get(licence.class_, licence.class_.value)
    return _Judgement(
        State.AVAILABLE, licence.class_, link, (own, f"it holds {fact.value}", f"under {words}{told}", *notes)
    )


def applicable_licence(
    history: History, link: Link, fact: Fact, latest: CheckRecord, moment: datetime, rules: OpennessRules
) -> Licence:
    """The licence of one fact in one artifact.

    The operator's correction counts first; then a file of the artifact that speaks of this fact alone; then its
    licence. Where an artifact on its own says nothing of the terms of weights or data, a file for just these in
    another artifact of the authors' does (a repository's LICENSE-MODEL for the model on the Hub); where both
    speak and differ, the stricter counts and both are told.
    """
    for said in link.corrections:
        if said.field == "licence" and said.holds_at(moment):
            return _corrected_licence(said, rules)
    beside = dict(latest.licences_by_fact).get(fact)
    if beside is not None:
        return beside
    own = Licence(
        spdx=latest.licence_spdx,
        class_=latest.licence_class,
        source=latest.licence_source,
        note=latest.licence_note,
    )
    other = _licence_elsewhere(history, link, fact, moment)
    if other is None:
        return own
    if own.class_ in (LicenceClass.NONE, LicenceClass.UNKNOWN) and own.spdx is None:
        note = f"{link.reference} itself names no licence that was recognised"
        return Licence(spdx=other.spdx, class_=other.class_, source=other.source, note=note)
    if other.class_ is own.class_:
        return own
    strict = other if licence_classes.stricter_class(own.class_, other.class_) is other.class_ else own
    note = f"{own.source or link.reference} says {_licence_name(own)}, {other.source} says {_licence_name(other)}: the stricter counts"
    return Licence(spdx=strict.spdx, class_=strict.class_, source=strict.source, note=note)


def _licence_elsewhere(history: History, link: Link, fact: Fact, moment: datetime) -> Licence | None:
    """What another own artifact says of just this fact's licence."""
    if fact not in (Fact.WEIGHTS, Fact.DATA):
        return None
    for other in history.links:
        if other is link or other.role is not Role.OWN or other.found_at > moment:
            continue
        latest, _ = _latest_checks(other, moment)
        said = dict(latest.licences_by_fact).get(fact) if latest and latest.outcome is Outcome.PRESENT else None
        if said is not None:
            return Licence(
                spdx=said.spdx, class_=said.class_, source=f"{said.source} of {other.reference}", note=said.note
            )
    return None


def _corrected_licence(said: Correction, rules: OpennessRules) -> Licence:
    source = f"the operator's correction ({said.source})"
    if said.value in _CLASS_NAMES:
        return Licence(spdx=None, class_=LicenceClass(said.value), source=source, note=said.reason)
    class_ = (
        licence_classes.classify_licence(said.value, rules.licences) if rules.licences else LicenceClass.UNKNOWN
    )
    return Licence(spdx=said.value, class_=class_, source=source, note=said.reason)


def _licence_name(licence: Licence) -> str:
    return licence.spdx or licence.class_.value


def _dropped_note(link: Link) -> tuple[str, ...]:
    if link.last_version is None:
        return ()
    return (f"the link stands in v{link.last_version} of the paper and no longer in the newest version",)


def _judge_absent(
    history: History, link: Link, fact: Fact, latest: CheckRecord, earlier: CheckRecord | None, own: str
) -> _Judgement:
    since = f"{latest.first_seen:%Y-%m-%d}"
    if earlier is not None:
        if is_gone(latest):
            return _Judgement(
                State.GONE, earlier.licence_class, link, (own, f"it was there and is gone since {since}")
            )
        return _Judgement(
            State.UNKNOWN, earlier.licence_class, link, (own, f"it was there and was not found on {since}")
        )
    if fact is Fact.CODE and history.promise is Promise.PROMISED:
        return _Judgement(State.PROMISED, LicenceClass.UNKNOWN, link, (own, "it is announced and not there yet"))
    return _Judgement(
        State.NONE, LicenceClass.UNKNOWN, link, (own, "nothing is there: it was never found at this address")
    )


def _judge_without(history: History, link: Link, fact: Fact, latest: CheckRecord, own: str) -> _Judgement:
    """Present, but the thing was not seen in it."""
    if latest.content is Content.UNKNOWN:
        return _Judgement(
            State.UNKNOWN,
            latest.licence_class,
            link,
            (own, f"whether it holds {fact.value} could not be told: {latest.reason or 'not all was read'}"),
        )
    what = _CONTENT_WORDS.get(latest.content, f"holds no {fact.value}")
    if latest.reason:
        what = f"{what}: {latest.reason}"
    pending = latest.content in (Content.EMPTY, Content.PLACEHOLDER)
    if (
        fact is Fact.CODE
        and pending
        and (history.promise is not Promise.NONE or latest.content is Content.PLACEHOLDER)
    ):
        return _Judgement(State.PROMISED, latest.licence_class, link, (own, f"it {what}"))
    return _Judgement(State.NONE, latest.licence_class, link, (own, f"it {what}"))
