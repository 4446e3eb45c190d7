"""The figures of a simulated year as its generator knows them: nothing here reads the store."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from math import exp, inf, log, nan, sqrt
from statistics import NormalDist
from typing import Any

from benchmarks.simulated_year import (
    DAY,
    END,
    HOUR,
    LABS,
    PROMISES,
    RELEASES,
    Paper,
    affiliations_of,
    has_copy,
    owner_of,
)
from tracker.config_files import Organisation
from tracker.domain.month_report import KINDS, LISTED
from tracker.domain.openness_by_day import DAYS
from tracker.domain.terms import Cause, EventKind, Fact, State

Rows = Counter[tuple[Any, ...]]
Z = NormalDist().inv_cdf(0.975)
_THERE = (State.OPEN, State.AVAILABLE, State.GATED)
_GROUPS = ("all", "wording", "category")
LATE = 8 * DAY


def expected_days(made: Iterable[Paper]) -> dict[tuple[str, str, int], Rows]:
    """The states of the papers by (month, category, day), as the generator knows them."""
    states: dict[tuple[str, str, int], Rows] = defaultdict(Counter)
    for paper in made:
        for day in DAYS:
            state = paper.state_on(day)
            for category in ("all", *paper.categories):
                if state is not None:
                    states[f"{paper.announced_at:%Y-%m}", category, day][state,] += 1
    return states


def happened_in(made: Iterable[Paper]) -> Rows:
    """The papers by month and figure of the reports."""
    works: dict[tuple[str, str], set[str]] = defaultdict(set)
    for paper in made:
        works[f"{paper.announced_at:%Y-%m}", "announced"].add(paper.work)
        for kind, at, cause in paper.events:
            if cause is Cause.WORLD and kind in KINDS:
                works[f"{at:%Y-%m}", kind.value].add(paper.work)
                if kind is EventKind.OPENED and at >= paper.announced_at + LATE:
                    works[f"{at:%Y-%m}", "opened_late"].add(paper.work)
        if paper.kept_at and paper.is_seen_to_keep:
            works[f"{paper.kept_at:%Y-%m}", "kept"].add(paper.work)
    return Counter({key: len(of) for key, of in works.items()})


def listed_in(made: Iterable[Paper], month: str, most: int = 100) -> list[tuple[str, str, str, str, str]]:
    """The rows of `events.csv` of a month: the first of each figure."""
    found: list[tuple[int, str, str, str, str, str]] = []
    for paper in made:
        reference = paper.links[0][0].key if paper.links else ""
        happened = [(kind.value, at) for kind, at, cause in paper.events if cause is Cause.WORLD]
        if paper.kept_at and paper.is_seen_to_keep:
            happened.append(("kept", paper.kept_at))
        for figure, at in happened:
            if figure in LISTED and f"{at:%Y-%m}" == month:
                of, detail = "" if figure == "lapsed" else reference, "MIT" if figure == "relicensed" else ""
                found.append(
                    (LISTED.index(figure), f"{at:%Y-%m-%dT%H:%M:%SZ}", paper.arxiv_id, of, detail, figure)
                )
    taken: Counter[str] = Counter()
    rows = []
    for _, at, arxiv_id, of, detail, figure in sorted(found):
        taken[figure] += 1
        if taken[figure] <= most:
            rows.append((figure, at, arxiv_id, of, detail))
    return rows


def belongs(paper: Paper, lab: Organisation) -> bool:
    """Whether a paper belongs to a lab."""
    return owns(paper, lab) or any(name in text for name in lab.affiliations for text in affiliations_of(paper))


def owns(paper: Paper, lab: Organisation) -> bool:
    """Whether an own artifact of a paper lies under an account of a lab."""
    namespaces = {extra.reference.key.partition(":")[2].split("/")[0] for extra in paper.extras}
    owners = {owner_of(paper), paper.owner_now} if paper.links else set()
    return bool(owners & set(lab.github) or namespaces & set(lab.huggingface))


def states_of(paper: Paper) -> dict[Fact, tuple[State, str]]:
    """(state, class of the licence where it is there) of each fact."""
    states = dict.fromkeys(Fact, (State.UNKNOWN, ""))
    states[Fact.CODE] = (paper.code, paper.licence_class.value if paper.code in _THERE else "")
    for extra in paper.extras:
        states[extra.fact] = (extra.state, extra.licence_class.value)
    return states


def promise_state(paper: Paper) -> str:
    """What became of its promise."""
    if paper.kept_at:
        return "kept"
    lapsed = any(kind is EventKind.LAPSED for kind, *_ in paper.events)
    return "dropped" if paper.dropped else "lapsed" if lapsed else "waiting"


def organisations_of(made: Iterable[Paper]) -> Rows:
    """The counted columns of `/organisations/comparison.csv`."""
    counts: Rows = Counter()
    for paper in made:
        for lab in LABS:
            if not belongs(paper, lab):
                continue
            counts[lab.name, "papers"] += 1
            counts[lab.name, "by_affiliation"] += not owns(paper, lab)
            for fact, (state, _) in states_of(paper).items():
                is_counted = state is not State.UNKNOWN if fact is Fact.CODE else state in _THERE
                if fact is not Fact.DEMO:
                    counts[lab.name, f"{fact.value}_of"] += is_counted
                    counts[lab.name, f"{fact.value}_open"] += state is State.OPEN
            if paper.promise:
                counts[lab.name, "promises"] += 1
                counts[lab.name, promise_state(paper)] += 1
            changed = (EventKind.RELICENSED, Cause.WORLD) in {(kind, cause) for kind, _, cause in paper.events}
            counts[lab.name, "relicensed"] += changed and owner_of(paper) in lab.github
    for release in RELEASES:
        counts[release.lab, "releases"] += not release.claimed
    return +counts


def terms_of(made: Iterable[Paper]) -> Rows:
    """`/organisations/terms.csv` by (organisation, year, fact, state, class, column)."""
    counts: Rows = Counter()
    for paper in made:
        for lab in LABS:
            if belongs(paper, lab):
                for fact, (state, class_) in states_of(paper).items():
                    year = f"{paper.announced_at - 30 * HOUR:%Y}"
                    counts[lab.name, year, fact.value, state.value, class_, "papers"] += 1
    for release in RELEASES:
        if not release.claimed:
            for fact in Fact:
                state, class_ = ("open", "osi") if fact is Fact.WEIGHTS else ("unknown", "")
                counts[release.lab, f"{release.at:%Y}", fact.value, state, class_, "releases"] += 1
    return counts


def kept_of(
    made: Iterable[Paper],
) -> dict[tuple[str, str, int], tuple[list[int], tuple[float, float, float] | None]]:
    """([promises, kept, at risk], (share, low, high)) by group, name and age; the ends are NaN where there are none, and
    the share is None where nobody was watched for so long. As the definition reads, step by step."""
    waits: dict[tuple[str, str], list[tuple[float, float, bool]]] = defaultdict(list)
    for paper in made:
        if paper.promised_at and (paper.is_seen_to_keep or not paper.kept_at):
            since, until = (
                (moment - paper.announced_at + 30 * HOUR) / DAY
                for moment in (paper.promised_at, paper.kept_at or END)
            )
            groups = [("all", "all"), ("wording", PROMISES[paper.promise])]
            for group in [*groups, *(("category", name) for name in paper.categories)]:
                waits[group].append((since, until, paper.kept_at is not None))
    rows = {}
    for (kind, name), group in sorted(waits.items(), key=lambda item: _GROUPS.index(item[0][0])):
        steps = _product_limit(group)
        for days in (30, 90, 180, 365):
            numbers = [len(group), sum(kept and until <= days for _, until, kept in group),
                       sum(since < days <= until for since, until, _ in group)]  # fmt: skip
            reached = [step for age, *step in steps if age <= days] or [[0.0, nan, nan]]
            share = tuple(reached[-1]) if any(until >= days for _, until, _ in group) else None
            rows[kind, name, days] = (numbers, share)
    return rows  # type: ignore[return-value] # three numbers


def _product_limit(waits: Sequence[tuple[float, float, bool]]) -> list[tuple[float, float, float, float]]:
    """(age, share kept, low, high) after each age at which a promise was kept."""
    waiting, variance, steps = 1.0, 0.0, []
    for age in sorted({until for _, until, kept in waits if kept}):
        at_risk = sum(since < age <= until for since, until, _ in waits)
        kept_now = sum(kept and until == age for _, until, kept in waits)
        waiting *= 1 - kept_now / at_risk
        variance += kept_now / (at_risk * (at_risk - kept_now)) if at_risk > kept_now else inf
        low = high = nan
        if 0 < waiting < 1 and variance < inf:
            factor = exp(Z * sqrt(variance) / log(waiting))
            low, high = 1 - waiting**factor, 1 - waiting ** (1 / factor)
        steps.append((age, 1 - waiting, low, high))
    return steps


def links_of(made: Iterable[Paper]) -> Rows:
    """Own links by host, age of the paper, and what became of them."""
    links: Rows = Counter()
    for paper in made:
        days = (END - paper.announced_at + 30 * HOUR) / DAY
        age = "under 182 days" if days < 182 else "182 to 364 days"
        for number, (reference, *_) in enumerate(paper.links):
            fate = paper.fate if number == 0 else ""
            happened = {
                "links": True, "checked": fate != "failing", "gone": fate == "gone",
                "gone_with_copy": number == 0 and has_copy(paper), "moved": fate == "moved" or (fate == "transferred" and paper.owner_now != owner_of(paper)),
                "archived": fate == "archived", "never_there": fate == "never there",
            }  # fmt: skip
            for name, is_so in happened.items():
                links[reference.host, age, name] += is_so
    return +links


def never_there_of(made: Iterable[Paper]) -> Rows:
    """Papers with a checked own link by month, and those that link what was never there."""
    papers: Rows = Counter()
    for paper in made:
        if paper.links and (paper.fate != "failing" or len(paper.links) > 1):
            month = f"{paper.announced_at - 30 * HOUR:%Y-%m}"
            papers[month, "papers"] += 1
            papers[month, "never_there"] += paper.fate == "never there"
    return +papers


def open_now_of(made: Iterable[Paper]) -> Rows:
    """Papers with each fact open now, by month of submission and category."""
    return Counter(
        (f"{paper.announced_at - 30 * HOUR:%Y-%m}", category, fact.value)
        for paper in made
        for fact, (state, _) in states_of(paper).items()
        if state is State.OPEN
        for category in ("all", *paper.categories)
    )


def is_read(paper: Paper) -> bool:
    """Whether a paper was read as far as is needed: the text of a second version is still to be read."""
    return paper.code is not State.UNKNOWN or bool(paper.text_at and not paper.revised_at)


def count_read(made: Iterable[Paper]) -> int:
    """Papers that were read as far as is needed."""
    return sum(is_read(paper) for paper in made)


def unknown_of(made: Iterable[Paper]) -> Rows:
    """Papers that were read as far as is needed and of which a fact is not known, by month of submission and category."""
    return Counter(
        (f"{paper.announced_at - 30 * HOUR:%Y-%m}", category, fact.value)
        for paper in made
        if is_read(paper)
        for fact, (state, _) in states_of(paper).items()
        if state is State.UNKNOWN
        for category in ("all", *paper.categories)
    )


def places_of(made: Iterable[Paper]) -> Rows:
    """Papers by where their own artifacts lie that are there."""
    places: Rows = Counter()
    for paper in made:
        lost = paper.course in ("never there", "failing check", "closed again")
        hosts = {extra.reference.host for extra in paper.extras} | (
            {"github"} if paper.links and not lost else set()
        )
        if hosts:
            repository, hub = "github" in hosts, "huggingface" in hosts
            place = (
                "both" if repository and hub else "repositories" if repository else "hub" if hub else "elsewhere"
            )
            places[place,] += 1
    return places


def licences_of(made: Iterable[Paper]) -> Rows:
    """Papers whose code is there, by licence and class."""
    there = [paper for paper in made if paper.code in (State.OPEN, State.AVAILABLE)]
    return Counter((paper.licence, paper.licence_class.value) for paper in there)


def marks_of(made: Iterable[Paper]) -> Rows:
    """Repositories by the mark of readiness that was seen."""
    return Counter((mark.value,) for paper in made for mark in paper.marks)


def happened_total(made: Iterable[Paper], figure: str) -> int:
    """Papers to which something happened in any month."""
    return sum(number for (_, name), number in happened_in(made).items() if name == figure)


def bound_of(made: Iterable[Paper]) -> Rows:
    """Models whose licence is that of their base, by its class."""
    return Counter((extra.licence_class.value,) for paper in made for extra in paper.extras if extra.base)
