"""Writes the papers of `benchmarks.simulated_year` by the store's own writers, each step at its time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import select

from benchmarks.simulated_year import (
    BASE,
    DAY,
    END,
    HOUR,
    LABS,
    PROMISES,
    RELEASES,
    START,
    Paper,
    affiliations_of,
    has_copy,
)
from tracker.domain.artifacts import Check, Reference
from tracker.domain.history import SHIPPED_AT_FIRST, Event, Licence, Verdict
from tracker.domain.mentions import Mention, RoleDecision
from tracker.domain.papers import Version
from tracker.domain.terms import (
    Content,
    EventKind,
    Fact,
    LicenceClass,
    Outcome,
    Place,
    Promise,
    Role,
    Source,
    State,
)
from tracker.judge.base_models import BaseModel, bound_licence
from tracker.store import artifacts, base_models, judgements, organisations, papers, releases, roles, scans
from tracker.store.engine import Store
from tracker.store.keys import RELEASE
from tracker.store.tables.artifact import ARTIFACT_NAME, ROLE

RESTRICTED = Licence(spdx="CC-BY-NC-4.0", class_=LicenceClass.RESTRICTED, source="card")


def write_store(store: Store, made: Sequence[Paper]) -> None:
    """Write the papers and releases as the stages of a cycle do."""
    organisations.sync_organisations(store, LABS)
    by_day: dict[datetime, list[Paper]] = defaultdict(list)
    for paper in made:
        by_day[paper.announced_at].append(paper)
    for batch in by_day.values():
        _announce(store, batch)
    _read_further(store, made)
    _check(store, made)
    for start in range(0, len(made), 500):
        judged = {paper.work: judgement_of(paper) for paper in made[start : start + 500]}
        judgements.save_judgements(store, judged, "j1", END)
    _write_releases(store)


def _write_releases(store: Store) -> None:
    for each in RELEASES:
        where = (Place.HUB, Source.HUB_LIST) if each.found else (Place.PAGE, Source.WATCH)
        name, links = each.reference.key.rpartition("/")[2], [each.reference]
        releases.save_release(store, name, links, "It is listed.", "r1", set(), each.at, where=where)
        verdict = Verdict(
            fact=Fact.WEIGHTS,
            state=State.OPEN,
            licence_class=LicenceClass.OSI,
            reference=each.reference.key,
            reasons=("so",),
        )
        judged = judgements.Judgement(verdicts=[verdict], events=())
        judgements.save_judgements(store, {f"{RELEASE}{each.reference.key}": judged}, "j1", END)


def _announce(store: Store, batch: Sequence[Paper]) -> None:
    seen = batch[0].seen_at
    versions = [_version(paper, 1) for paper in batch]
    papers.save_versions(store, versions, {paper.arxiv_id: paper.announced_at for paper in batch}, seen)
    readings = [_reading(paper, Source.METADATA, 1, seen) for paper in batch]
    scans.save_scans(store, readings, "r1", seen)


def _read_further(store: Store, made: Sequence[Paper]) -> None:
    """Full texts and second versions, in the order of their times; then the roles of all links."""
    steps: dict[datetime, list[Paper]] = defaultdict(list)
    for paper in made:
        for at in {paper.text_at, paper.revised_at} - {None}:
            steps[at].append(paper)  # type: ignore[index] # None was left out
    for at, batch in sorted(steps.items()):
        second = [paper for paper in batch if paper.text_at != at]
        papers.save_versions(store, [_version(paper, 2) for paper in second], {}, at)
        readings = [_reading(paper, Source.METADATA, 2, at) for paper in second]
        readings += [_reading(paper, Source.HTML, 1, at) for paper in batch if paper.text_at == at]
        scans.save_scans(store, readings, "r1", at)
    linked = [paper for paper in made if paper.links or paper.cited]
    for start in range(0, len(linked), 500):
        decisions = {
            paper.work: [_role(*link) for link in _all_links(paper)] for paper in linked[start : start + 500]
        }
        roles.save_roles(store, decisions, "r1", set(), END)


def _reading(paper: Paper, source: Source, version: int, at: datetime) -> scans.ScanResult:
    mentions = tuple(
        Mention(reference=reference, url=reference.url, place=place, source=where, evidence="Our code.")
        for reference, place, where, first in paper.links
        if where is source and first == version and paper.linked_at == at
    )
    if paper.cited and source is Source.METADATA:
        cited = paper.cited
        mentions += (
            Mention(reference=cited, url=cited.url, place=Place.ABSTRACT, source=source, evidence="As theirs."),
        )
    is_promised = (
        paper.promised_at is not None and paper.promised_at <= at and not (paper.dropped and version == 2)
    )
    promises = is_promised and source is Source.METADATA
    return scans.ScanResult(
        work=paper.work,
        version=version,
        source=source,
        mentions=mentions,
        promise=Promise.PROMISED if promises else Promise.NONE,
        promise_evidence=paper.promise if promises else "",
    )


def _version(paper: Paper, n: int) -> Version:
    submitted = paper.announced_at - 30 * HOUR
    return Version(
        arxiv_id=paper.arxiv_id, n=n, title=f"Paper {paper.arxiv_id}", abstract="We study.", authors=("Ann",),
        categories=paper.categories, primary_category=paper.categories[0], comment=None, submitted_at=submitted,
        updated_at=submitted if n == 1 else paper.revised_at or submitted, affiliations=affiliations_of(paper),
    )  # fmt: skip


def _all_links(paper: Paper) -> Iterator[tuple[Reference, Place, Source, Role]]:
    for reference, place, source, _ in paper.links:
        yield reference, place, source, Role.OWN
    if paper.cited:
        yield paper.cited, Place.ABSTRACT, Source.METADATA, Role.MENTION


def _role(reference: Reference, place: Place, source: Source, role: Role) -> RoleDecision:
    return RoleDecision(
        reference=reference, url=reference.url, role=role, probability=0.9, place=place, source=source,
        evidence="Our code.", reasons=("so",),
    )  # fmt: skip


def _check(store: Store, made: Sequence[Paper]) -> None:
    """Check every linked artifact at the end of the year."""
    with store.read() as connection:
        rows = connection.execute(
            select(ARTIFACT_NAME.c.reference, ROLE.c.artifact).join(
                ARTIFACT_NAME, ARTIFACT_NAME.c.id == ROLE.c.name
            )
        )
        numbers = {row.reference: row.artifact for row in rows}
    linked = [paper for paper in made if paper.links]
    base_models.save_base(store, BASE, base_models.StoredBase(BASE, "cc-by-nc-4.0", "", (), START))
    for number, days in enumerate((20, 12, 8)):
        results = [
            _result(paper, numbers[reference.key], reference, check_of(paper, reference, number))
            for paper in linked
            for reference, *_ in paper.links
        ]
        artifacts.save_checks(store, results, lambda *_: END + 30 * DAY, END - days * DAY)
    for paper in linked:
        if has_copy(paper):
            copy = f"https://archive.example/{paper.arxiv_id}"
            artifacts.save_archived_copy(store, numbers[paper.links[0][0].key], copy, END)


def check_of(paper: Paper, reference: Reference, number: int) -> Check:
    """What the check of this number, counted from 0, finds of a link."""
    fate = paper.fate if reference.kind == "repository" else ""
    if fate == "failing":
        return Check(outcome=Outcome.UNKNOWN, reason="the host does not answer")
    if fate == "never there" or (fate == "gone" and number > 0):
        return Check(outcome=Outcome.ABSENT, reason="not found")
    if fate == "absent once":
        return Check(outcome=Outcome.UNKNOWN if number else Outcome.ABSENT, reason="not found")
    name = reference.key
    if fate in ("moved", "transferred") and number > 0:
        name = f"github:{paper.owner_now}/{name.rpartition('/')[2]}" if paper.owner_now else f"{name}-new"
    extra = next((extra for extra in paper.extras if extra.reference is reference), None)
    return Check(
        outcome=Outcome.PRESENT,
        reference=Reference(name, reference.host, reference.kind, f"https://{name}"),
        host_id=reference.key,
        content=Content.CODE,
        holds=(extra.fact if extra else Fact.CODE,),
        archived=fate == "archived",
        gated=extra is not None and extra.state is State.GATED,
        rewritten=number == 2 and extra is None and any(kind is EventKind.REWRITTEN for kind, *_ in paper.events),
        derived_from=(extra.base,) if extra and extra.base else (),
        readiness=None if extra else tuple((mark, f"{mark}.py") for mark in paper.marks),
    )


def _result(paper: Paper, artifact: int, reference: Reference, check: Check) -> artifacts.CheckResult:
    licence = Licence(spdx=paper.licence or None, class_=paper.licence_class, source="LICENSE")
    for extra in paper.extras:
        if extra.reference is reference:
            class_ = LicenceClass.OSI if extra.base else extra.licence_class
            own = Licence(spdx=extra.spdx, class_=class_, source="card")
            bases = [extra.base] if extra.base else []
            licence = bound_licence(own, reference.key, bases, lambda name: BaseModel(name, RESTRICTED)).licence
    return artifacts.CheckResult(artifact=artifact, requested=reference, check=check, licence=licence)


def judgement_of(paper: Paper) -> judgements.Judgement:
    """What is judged of a paper at the end of the year."""
    reference = paper.links[0][0].key if paper.links else None
    verdicts = [
        Verdict(
            fact=Fact.CODE,
            state=paper.code,
            licence_class=paper.licence_class,
            reference=reference,
            reasons=("so",),
        )
    ]
    verdicts += [
        Verdict(
            fact=extra.fact,
            state=extra.state,
            licence_class=extra.licence_class,
            reference=extra.reference.key,
            reasons=("so",),
        )
        for extra in paper.extras
    ]
    events = [
        Event(
            work=paper.work,
            reference=None if kind in (EventKind.PROMISED, EventKind.LAPSED) else reference,
            kind=kind,
            cause=cause,
            happened_at=at,
            observed_at=at,
            detail=_detail(paper, kind),
        )
        for kind, at, cause in paper.events
    ]
    return judgements.Judgement(
        verdicts=verdicts if paper.links else (),
        events=events,
        lifecycles={reference: paper.lifecycle} if reference else {},
    )


def _detail(paper: Paper, kind: EventKind) -> str:
    if kind is EventKind.SHIPPED and paper.promise and not paper.is_seen_to_keep:
        return SHIPPED_AT_FIRST
    return {EventKind.PROMISED: PROMISES.get(paper.promise, ""), EventKind.RELICENSED: "MIT"}.get(kind, "")
