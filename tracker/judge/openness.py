"""The four facts: what a paper shipped, judged by the rules of `config/openness.toml`; pure.

Code is open when it is the authors' own, is present, contains code, and is under a licence of a class that the
rules count as open. Every verdict has its reasons.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tracker.domain.history import CheckRecord, Correction, History, Licence, Link, Verdict, unknown_verdict
from tracker.domain.terms import Content, Fact, LicenceClass, Outcome, Promise, Role, State
from tracker.judge import licence_classes

RULE_VERSION = "6"
"""Counts the changes of the rules and reasons in this folder; stored with every judgement."""
KIND_OF_FACT = {
    Fact.CODE: ("repository", "gist"),
    Fact.WEIGHTS: ("model",),
    Fact.DATA: ("dataset",),
    Fact.DEMO: ("space",),
}
"""The kinds of artifact that belong to a fact even before their content is known."""

_RANK = (State.OPEN, State.AVAILABLE, State.GATED, State.PROMISED, State.GONE, State.UNKNOWN, State.NONE)
_CONTENT_WORDS = {
    Content.EMPTY: "is empty",
    Content.README_ONLY: "holds only a README or documents",
    Content.PLACEHOLDER: "is a placeholder that announces code",
    Content.DATA_ONLY: "holds data but no code",
}
_CLASS_NAMES = frozenset(class_.value for class_ in LicenceClass)
_CLASS_WORDS = {
    LicenceClass.OSI: "an OSI-approved licence",
    LicenceClass.RESTRICTED: "a licence with restrictions of use",
    LicenceClass.NONE: "no licence",
    LicenceClass.UNKNOWN: "a licence that was not recognised",
    LicenceClass.OPEN_CONTENT: "an open licence made for content, not for code",
}
GONE_ABSENCES = 3
GONE_DAYS = 7
"""Absences, and days between the first and the last, after which a present artifact is gone: hosts have bad days."""


def is_gone(check: CheckRecord) -> bool:
    """Whether an absence has lasted long enough to be believed."""
    return (
        check.outcome is Outcome.ABSENT
        and check.times >= GONE_ABSENCES
        and check.last_seen - check.first_seen >= timedelta(days=GONE_DAYS)
    )


@dataclass(frozen=True, slots=True)
class OpennessRules:
    """Which licence classes make a fact open, and the rules that class the licences of an operator's corrections."""

    open_classes: Mapping[Fact, frozenset[LicenceClass]]
    licences: licence_classes.LicenceRules | None = None


@dataclass(frozen=True, slots=True)
class _Judgement:
    state: State
    licence_class: LicenceClass
    link: Link
    reasons: tuple[str, ...]


def judge_facts(history: History, rules: OpennessRules, now: datetime) -> list[Verdict]:
    """The verdict on each of the four facts at `now`."""
    return [_verdict(history, fact, now, rules) for fact in Fact]


def code_state_at(history: History, moment: datetime, rules: OpennessRules) -> tuple[State, Link | None]:
    """(state of the code as it was known at a moment, the link that decides it)."""
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
                reasons=("the authors announce a release but link nothing yet",),
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
        judged,
        key=lambda best: (_RANK.index(best.state), -best.link.probability, best.link.reference),
        default=None,
    )


def _candidates(history: History, fact: Fact, moment: datetime, rules: OpennessRules) -> Iterator[_Judgement]:
    for link in history.links:
        if link.role is not Role.OWN or link.found_at > moment:
            continue
        latest, earlier = _latest_checks(link, moment)
        present = any(check is not None and fact in check.holds for check in (latest, earlier))
        if present or link.kind in KIND_OF_FACT[fact]:
            yield _judge_link(history, link, fact, latest, earlier, moment, rules)


def _latest_checks(link: Link, moment: datetime) -> tuple[CheckRecord | None, CheckRecord | None]:
    """(the last check with a known outcome, else the last; the last one before it that was present)."""
    past = [check for check in link.checks if check.first_seen <= moment]
    conclusive = [check for check in past if check.outcome is not Outcome.UNKNOWN] or past
    if not conclusive:
        return None, None
    present = [check for check in conclusive[:-1] if check.outcome is Outcome.PRESENT]
    return conclusive[-1], present[-1] if present else None


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
        return _Judgement(State.UNKNOWN, LicenceClass.UNKNOWN, link, (own, "it was not checked yet"))
    if link.lost_at is not None and link.lost_at <= moment:
        since = f"since {link.lost_at:%Y-%m-%d} its name leads to something else"
        why = (own, since, "it is not known whether that is the authors' too")
        return _Judgement(State.UNKNOWN, LicenceClass.UNKNOWN, link, why)
    match latest.outcome:
        case Outcome.UNKNOWN | Outcome.BLOCKED:
            return _Judgement(
                State.UNKNOWN,
                LicenceClass.UNKNOWN,
                link,
                (own, f"it could not be checked: {latest.reason or 'no response'}"),
            )
        case Outcome.ABSENT:
            return _judge_absent(history, link, fact, latest, earlier, own)
    hidden = bool(latest.gated) and latest.content is Content.UNKNOWN and link.kind in KIND_OF_FACT[fact]
    if fact not in latest.holds and not hidden:
        return _judge_without(history, link, fact, latest, own)
    licence = applicable_licence(history, link, fact, latest, moment, rules)
    is_open = licence.class_ in rules.open_classes[fact]
    spdx = f" ({licence.spdx})" if licence.spdx else ""
    notes = (*_source_note(licence), *((licence.note,) if licence.note else ()), *_dropped_note(link))
    if latest.gated:
        return _Judgement(
            State.GATED, licence.class_, link, (own, f"it is gated (access on request){spdx}", *notes)
        )
    if is_open and licence.class_ is not LicenceClass.OSI:
        terms = "an open licence"
    else:
        terms = _CLASS_WORDS[licence.class_]
    state = State.OPEN if is_open else State.AVAILABLE
    return _Judgement(state, licence.class_, link, (own, f"it holds {fact.value}", f"under {terms}{spdx}", *notes))


def applicable_licence(
    history: History, link: Link, fact: Fact, latest: CheckRecord, moment: datetime, rules: OpennessRules
) -> Licence:
    """The licence of one fact in one artifact.

    The operator's correction counts first, then a file of the artifact for this fact alone, then its licence. For
    weights and data, a file for them in another artifact of the authors' counts where the artifact itself states no
    licence (a repository's LICENSE-MODEL for the model on the Hub); where both state one and they differ, the
    stricter counts and the note names both.
    """
    for correction in link.corrections:
        if correction.field == "licence" and correction.holds_at(moment):
            return _corrected_licence(correction, rules)
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
        note = f"no licence was recognised in {link.reference} itself"
        return Licence(spdx=other.spdx, class_=other.class_, source=other.source, note=note)
    if other.class_ is own.class_:
        return own
    strict = other if licence_classes.stricter_class(own.class_, other.class_) is other.class_ else own
    note = f"{own.source or link.reference} says {_licence_name(own)}, {other.source} says {_licence_name(other)}: the stricter counts"
    return Licence(spdx=strict.spdx, class_=strict.class_, source=strict.source, note=note)


def _licence_elsewhere(history: History, link: Link, fact: Fact, moment: datetime) -> Licence | None:
    """The licence that another own artifact states for this fact alone."""
    if fact not in (Fact.WEIGHTS, Fact.DATA):
        return None
    for other in history.links:
        if other is link or other.role is not Role.OWN or other.found_at > moment:
            continue
        latest, _ = _latest_checks(other, moment)
        if latest is None or latest.outcome is not Outcome.PRESENT:
            continue
        licence = dict(latest.licences_by_fact).get(fact)
        if licence is not None:
            return replace(licence, source=f"{licence.source} of {other.reference}")
    return None


def _corrected_licence(correction: Correction, rules: OpennessRules) -> Licence:
    source = f"the operator's correction ({correction.source})"
    if correction.value in _CLASS_NAMES:
        return Licence(spdx=None, class_=LicenceClass(correction.value), source=source, note=correction.reason)
    class_ = (
        licence_classes.classify_licence(correction.value, rules.licences)
        if rules.licences
        else LicenceClass.UNKNOWN
    )
    return Licence(spdx=correction.value, class_=class_, source=source, note=correction.reason)


def _source_note(licence: Licence) -> tuple[str, ...]:
    """Where the licence was found, or that there is none."""
    if licence.class_ is LicenceClass.NONE:
        return (f"no licence found in {licence.source}",) if licence.source else ("no licence found",)
    return (f"licence found in {licence.source}",) if licence.source else ()


def _licence_name(licence: Licence) -> str:
    return licence.spdx or licence.class_.value


def _dropped_note(link: Link) -> tuple[str, ...]:
    if link.last_version is None:
        return ()
    return (f"the link is in v{link.last_version} of the paper but not in the newest version",)


def _judge_absent(
    history: History, link: Link, fact: Fact, latest: CheckRecord, earlier: CheckRecord | None, own: str
) -> _Judgement:
    since = f"{latest.first_seen:%Y-%m-%d}"
    if earlier is not None:
        if is_gone(latest):
            return _Judgement(
                State.GONE, earlier.licence_class, link, (own, f"it was there and has been gone since {since}")
            )
        return _Judgement(
            State.UNKNOWN, earlier.licence_class, link, (own, f"it was there and was not found on {since}")
        )
    if fact is Fact.CODE and history.promise is Promise.PROMISED:
        return _Judgement(
            State.PROMISED, LicenceClass.UNKNOWN, link, (own, "it is announced but not released yet")
        )
    return _Judgement(State.NONE, LicenceClass.UNKNOWN, link, (own, "nothing was ever found at this address"))


def _judge_without(history: History, link: Link, fact: Fact, latest: CheckRecord, own: str) -> _Judgement:
    """The judgement where the artifact is present but the fact was not seen in it."""
    if latest.content is Content.UNKNOWN:
        return _Judgement(
            State.UNKNOWN,
            latest.licence_class,
            link,
            (
                own,
                f"whether it holds {fact.value} could not be determined: {latest.reason or 'not everything was read'}",
            ),
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
