"""A simulated year of papers with known truth, written by the store's own writers.

Each paper plays one course, whose state on each day is known by construction, and not by the rules that the product
counts by.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from tracker.config_files import Organisation
from tracker.domain.artifacts import Check, Reference
from tracker.domain.history import SHIPPED_AT_FIRST, Event, Licence, Verdict
from tracker.domain.mentions import Mention, RoleDecision
from tracker.domain.papers import Version
from tracker.domain.terms import (
    Cause,
    Content,
    EventKind,
    Fact,
    LicenceClass,
    Lifecycle,
    Outcome,
    Place,
    Promise,
    Role,
    Source,
    State,
)
from tracker.store import artifacts, judgements, organisations, papers, roles, scans
from tracker.store.engine import Store
from tracker.store.tables.artifact import ARTIFACT_NAME, ROLE

START, END = datetime(2025, 7, 1, tzinfo=UTC), datetime(2026, 6, 28, 5, tzinfo=UTC)
CATEGORIES = ("cs.LG", "cs.CL", "cs.CV", "cs.AI", "stat.ML")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LICENCES = ("MIT", "Apache-2.0", "GPL-3.0-only")
LABS = (
    Organisation(name="First lab", github=("First", "first-labs"), affiliations=("First Laboratory",)),
    Organisation(name="Second, of a university", github=("second",)),
    Organisation(name="Idle lab", huggingface=("idle",)),
)
"""Organisations that are watched."""
COURSES = {
    "open at once": 14, "open late": 9, "closed again": 4, "judged wrongly": 3, "found in the text": 10,
    "second version": 4, "never there": 4, "no link": 40, "not read": 8, "failing check": 4,
}  # fmt: skip
"""What papers do, with how many of a hundred do it."""
WITHOUT_CODE = ("no link", "failing check", "never there")
PROMISES = {
    "Our code will be released upon acceptance.": "upon acceptance",
    "Code is coming soon.": "soon",
    "We will release our code.": "no date",
}
"""Sentences with the wording that each has."""
LATER = ("open late", "closed again", "second version", "judged wrongly")
"""Courses in which something happens days after the announcement."""


@dataclass
class Paper:
    """One paper: what happens to it, and the state of its code that a reader of the figures must find on each day."""

    arxiv_id: str
    announced_at: datetime
    categories: tuple[str, ...]
    course: str
    code: State = State.UNKNOWN
    links: list[tuple[Reference, Place, Source, int]] = field(default_factory=list)
    """Own links, the code first: with place, source and the version that brought them."""
    events: list[tuple[EventKind, datetime, Cause]] = field(default_factory=list)
    text_at: datetime | None = None
    lifecycle: Lifecycle = Lifecycle.SHIPPED
    licence: str = ""
    open_from: datetime | None = None
    open_until: datetime | None = None
    known_from: datetime | None = None
    """From when on it is known that the code is not open; the time before it opened counts as known too."""
    linked_at: datetime | None = None
    promise: str = ""
    """The sentence of its promise."""
    kept_at: datetime | None = None
    fate: str = ""
    """What becomes of its first link: `gone`, `never there`, `moved`, `archived`, `absent once`, `failing` or nothing."""

    @property
    def work(self) -> str:
        """Its work."""
        return f"arxiv:{self.arxiv_id}"

    @property
    def seen_at(self) -> datetime:
        """When the tracker saw it first."""
        return self.announced_at + 3 * HOUR

    @property
    def is_seen_to_keep(self) -> bool:
        """Whether the tracker saw its promise being kept: a check before found a placeholder."""
        return bool(self.promise and self.kept_at) and self.course == "open late"

    def state_on(self, day: int) -> str | None:
        """The state of its code at the end of a day; None where that is still to come."""
        moment = self.announced_at + (day + 1) * DAY
        if moment > END:
            return None
        if self.open_from and self.open_from <= moment and not (self.open_until and self.open_until <= moment):
            return "open"
        return "not open" if self.known_from and self.known_from <= moment else "unknown"


def make_papers(count: int, seed: int) -> list[Paper]:
    """The papers in the order of their announcements: few announcement days where there are few papers."""
    chance = random.Random(seed)  # made-up courses
    step = max(1, 6000 // max(count, 1))
    days = range(0, (END - START).days, step)
    made, numbers = [], Counter[str]()
    for index in range(count):
        at = START + days[index * len(days) // count] * DAY
        numbers[f"{at:%y%m}"] += 1
        paper = Paper(
            arxiv_id=f"{at:%y%m}.{numbers[f'{at:%y%m}']:05}",
            announced_at=at,
            categories=tuple(sorted(chance.sample(CATEGORIES, chance.choice((1, 1, 2, 3))))),
            course=chance.choices(list(COURSES), weights=list(COURSES.values()))[0],
        )
        _play(paper, chance)
        made.append(paper)
    return made


def owner_of(paper: Paper) -> str:
    """The owner of its repository: of some, an account of `LABS`."""
    number = int(paper.arxiv_id.replace(".", ""))
    accounts = [account for lab in LABS for account in lab.github]
    return accounts[number % 7] if number % 7 < len(accounts) else f"o{number}"


def affiliations_of(paper: Paper) -> tuple[str, ...]:
    """What arXiv gives of every eleventh paper: one of `LABS`, and a name that is nearly its."""
    number = int(paper.arxiv_id.replace(".", ""))
    return (f"{LABS[0].affiliations[0]}, Paris", "First Laboratoryx University") if number % 11 == 0 else ("Lund",)


def _play(paper: Paper, chance: random.Random) -> None:
    """Decide what happens to a paper, and what that makes of its states."""
    later = paper.announced_at + chance.randint(1, 200) * DAY + 5 * HOUR
    text_at = paper.announced_at + chance.choice((6 * HOUR, 40 * HOUR, 12 * DAY + HOUR))
    if later > END - 30 * DAY and paper.course in LATER:
        paper.course = "no link"
    if text_at > END:
        paper.course = "not read"
    if paper.course in WITHOUT_CODE:
        paper.text_at = paper.known_from = text_at
    elif paper.course == "found in the text":
        paper.text_at = text_at
    elif paper.course == "second version":
        paper.text_at = paper.known_from = paper.seen_at + 3 * HOUR
    if paper.course not in ("no link", "not read"):
        _link(paper, later, chance)
        _decide_fate(paper, chance)
    _promise(paper, chance)


def _promise(paper: Paper, chance: random.Random) -> None:
    """Some promise their code; whoever has it at the first check keeps a promise that nobody watched."""
    likely = {"no link": 0.4, "open late": 0.7, "open at once": 0.1, "found in the text": 0.3}.get(
        paper.course, 0.0
    )
    if chance.random() < likely:
        paper.promise = chance.choice(list(PROMISES))
        paper.events.append((EventKind.PROMISED, paper.seen_at, Cause.WORLD))
        paper.kept_at = paper.open_from


def _decide_fate(paper: Paper, chance: random.Random) -> None:
    fates = {
        "closed again": ("gone",), "never there": ("never there",), "failing check": ("absent once", "failing"),
        "open at once": ("", "", "", "moved", "archived"), "open late": ("", "archived"),
    }  # fmt: skip
    paper.fate = chance.choice(fates.get(paper.course, ("",)))


def _link(paper: Paper, later: datetime, chance: random.Random) -> None:
    number = paper.arxiv_id.replace(".", "")
    name = f"{owner_of(paper)}/r{number}"
    repository = Reference(f"github:{name}", "github", "repository", f"https://github.com/{name}")
    place, source, version, at = Place.ABSTRACT, Source.METADATA, 1, paper.seen_at
    if paper.course == "found in the text" and paper.text_at:
        place, source, at = Place.SECTION, Source.HTML, paper.text_at
    elif paper.course == "second version":
        version, at = 2, later
    paper.links.append((repository, place, source, version))
    paper.linked_at, paper.licence = at, chance.choice(LICENCES)
    paper.events.append((EventKind.FOUND, at, Cause.WORLD))
    if paper.course in WITHOUT_CODE:
        paper.lifecycle = Lifecycle.PROMISED
        return
    _ship(paper, at, later, chance.choice((Cause.RULE, Cause.CORRECTION)))
    if chance.random() < 0.3:
        model = Reference(f"hf-model:o{number}/m", "huggingface", "model", f"https://huggingface.co/o{number}/m")
        paper.links.append((model, place, source, version))


def _ship(paper: Paper, at: datetime, later: datetime, retraction: Cause) -> None:
    opened = at
    if paper.course == "open late":
        paper.events.append((EventKind.PLACEHOLDER, at, Cause.WORLD))
        paper.known_from, opened = at, later
    paper.events += [(EventKind.SHIPPED, opened, Cause.WORLD), (EventKind.OPENED, opened, Cause.WORLD)]
    paper.code, paper.open_from = State.OPEN, opened
    if paper.course == "open at once" and paper.arxiv_id.endswith(("1", "2")) and later < END:
        paper.events.append(
            (EventKind.RELICENSED, later, Cause.WORLD if paper.arxiv_id[-1] == "1" else Cause.RULE)
        )
    if paper.course == "closed again":
        paper.code, paper.lifecycle, paper.open_until, paper.known_from = State.GONE, Lifecycle.GONE, later, later
        paper.events += [(EventKind.GONE, later, Cause.WORLD), (EventKind.CLOSED, later, Cause.WORLD)]
    elif paper.course == "judged wrongly":
        paper.code, paper.open_from, paper.known_from = State.AVAILABLE, None, at
        paper.events.append((EventKind.CLOSED, later, retraction))


def write_store(store: Store, made: Sequence[Paper]) -> None:
    """Write the papers as the stages of a cycle do, each step at its time."""
    organisations.sync_organisations(store, LABS)
    by_day: dict[datetime, list[Paper]] = defaultdict(list)
    for paper in made:
        by_day[paper.announced_at].append(paper)
    for batch in by_day.values():
        _announce(store, batch)
    _read_further(store, made)
    _check(store, made)
    for start in range(0, len(made), 500):
        judged = {paper.work: _judgement(paper) for paper in made[start : start + 500]}
        judgements.save_judgements(store, judged, "j1", END)


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
        for at in {paper.text_at, paper.linked_at if paper.course == "second version" else None} - {None}:
            steps[at].append(paper)  # type: ignore[index] # None was left out
    for at, batch in sorted(steps.items()):
        second = [paper for paper in batch if paper.text_at != at]
        papers.save_versions(store, [_version(paper, 2) for paper in second], {}, at)
        readings = [_reading(paper, Source.METADATA, 2, at) for paper in second]
        readings += [_reading(paper, Source.HTML, 1, at) for paper in batch if paper.text_at == at]
        scans.save_scans(store, readings, "r1", at)
    linked = [paper for paper in made if paper.links]
    for start in range(0, len(linked), 500):
        decisions = {
            paper.work: [_role(*link[:3]) for link in paper.links] for paper in linked[start : start + 500]
        }
        roles.save_roles(store, decisions, "r1", set(), END)


def _reading(paper: Paper, source: Source, version: int, at: datetime) -> scans.ScanResult:
    mentions = tuple(
        Mention(reference=reference, url=reference.url, place=place, source=where, evidence="Our code.")
        for reference, place, where, first in paper.links
        if where is source and first == version and paper.linked_at == at
    )
    promises = paper.promise and source is Source.METADATA
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
        updated_at=submitted if n == 1 else paper.linked_at or submitted, affiliations=affiliations_of(paper),
    )  # fmt: skip


def _role(reference: Reference, place: Place, source: Source) -> RoleDecision:
    return RoleDecision(
        reference=reference, url=reference.url, role=Role.OWN, probability=0.9, place=place, source=source,
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
    for number, days in enumerate((20, 12, 8)):
        results = [
            _result(numbers[reference.key], reference, _check_of(paper, reference, number), paper.licence)
            for paper in linked
            for reference, *_ in paper.links
        ]
        artifacts.save_checks(store, results, lambda *_: END + 30 * DAY, END - days * DAY)
    for paper in linked:
        if has_copy(paper):
            copy = f"https://archive.example/{paper.arxiv_id}"
            artifacts.save_archived_copy(store, numbers[paper.links[0][0].key], copy, END)


def has_copy(paper: Paper) -> bool:
    """Whether an archive has what is gone: of every second one."""
    return paper.fate == "gone" and int(paper.arxiv_id[-1]) % 2 == 0


def _check_of(paper: Paper, reference: Reference, number: int) -> Check:
    """What the check of this number, counted from 0, finds of a link."""
    fate = paper.fate if reference.kind == "repository" else ""
    if fate == "failing":
        return Check(outcome=Outcome.UNKNOWN, reason="the host does not answer")
    if fate == "never there" or (fate == "gone" and number > 0):
        return Check(outcome=Outcome.ABSENT, reason="not found")
    if fate == "absent once":
        return Check(outcome=Outcome.UNKNOWN if number else Outcome.ABSENT, reason="not found")
    name = f"{reference.key}-new" if fate == "moved" and number > 0 else reference.key
    answered = Reference(name, reference.host, reference.kind, f"https://{name}")
    return Check(
        outcome=Outcome.PRESENT, reference=answered, host_id=reference.key, content=Content.CODE, holds=(Fact.CODE,),
        archived=fate == "archived",
    )  # fmt: skip


def _result(artifact: int, reference: Reference, check: Check, spdx: str) -> artifacts.CheckResult:
    licence = Licence(spdx=spdx, class_=LicenceClass.OSI, source="LICENSE")
    return artifacts.CheckResult(artifact=artifact, requested=reference, check=check, licence=licence)


def _judgement(paper: Paper) -> judgements.Judgement:
    reference = paper.links[0][0].key if paper.links else None
    verdicts = [
        Verdict(
            fact=Fact.CODE, state=paper.code, licence_class=LicenceClass.OSI, reference=reference, reasons=("so",)
        )
    ]
    if len(paper.links) > 1:
        model = paper.links[1][0].key
        verdicts.append(
            Verdict(
                fact=Fact.WEIGHTS,
                state=State.OPEN,
                licence_class=LicenceClass.OSI,
                reference=model,
                reasons=("so",),
            )
        )
    events = [
        Event(
            work=paper.work,
            reference=None if kind is EventKind.PROMISED else reference,
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
    if kind is EventKind.PROMISED:
        return PROMISES[paper.promise]
    return SHIPPED_AT_FIRST if kind is EventKind.SHIPPED and paper.promise and not paper.is_seen_to_keep else ""
