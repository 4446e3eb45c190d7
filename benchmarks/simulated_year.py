"""A simulated year of papers with known truth, which `benchmarks.simulated_store` writes.

Each paper plays one course, whose state on each day is known by construction, and not by the rules that the product
counts by.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from tracker.config_files import Organisation
from tracker.domain.artifacts import Reference
from tracker.domain.terms import Cause, EventKind, Fact, LicenceClass, Lifecycle, Mark, Place, Source, State

START, END = datetime(2025, 7, 1, tzinfo=UTC), datetime(2026, 6, 28, 5, tzinfo=UTC)
CATEGORIES = ("cs.LG", "cs.CL", "cs.CV", "cs.AI", "stat.ML")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LICENCES = ("MIT", "Apache-2.0", "GPL-3.0-only")
NOT_OPEN = (("CC-BY-NC-4.0", LicenceClass.RESTRICTED), ("", LicenceClass.NONE), ("", LicenceClass.UNKNOWN))
"""Licences of code that is there and not open, with their classes."""
TERMS = (
    (State.OPEN, LicenceClass.OSI, "Apache-2.0"),
    (State.AVAILABLE, LicenceClass.RESTRICTED, "CC-BY-NC-4.0"),
    (State.GATED, LicenceClass.RESTRICTED, "CC-BY-NC-4.0"),
)
"""States of weights, data and demos that are there, with class and id of their licence."""
BASE, BASE_CHANCE = "maker/base", 0.3
"""A base model under restricted terms, and how many of the models whose own card says Apache-2.0 are made from it."""
LAPSE = 180 * DAY
LABS = (
    Organisation(
        name="First lab",
        github=("First", "first-labs"),
        huggingface=("First-AI",),
        affiliations=("First Laboratory",),
    ),
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


@dataclass(frozen=True)
class Extra:
    """Something beside the code that is there: weights, data or a demo."""

    fact: Fact
    reference: Reference
    state: State
    licence_class: LicenceClass
    """That counts, whatever its own card says."""
    spdx: str
    """What its own card says."""
    base: str = ""
    """The model from which it was made."""


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
    licence_class: LicenceClass = LicenceClass.OSI
    extras: list[Extra] = field(default_factory=list)
    """Own artifacts beside the code: their links follow that of the code, in this order."""
    cited: Reference | None = None
    """A repository of others that it mentions."""
    marks: tuple[Mark, ...] = ()
    """Of the readiness of its code."""
    open_from: datetime | None = None
    open_until: datetime | None = None
    known_from: datetime | None = None
    """From when on it is known that the code is not open; the time before it opened counts as known too."""
    linked_at: datetime | None = None
    promise: str = ""
    """The sentence of its promise."""
    promised_at: datetime | None = None
    dropped: bool = False
    """Whether its second version promises nothing any more."""
    revised_at: datetime | None = None
    """When its second version came."""
    kept_at: datetime | None = None
    fate: str = ""
    """What becomes of its first link: `gone`, `never there`, `moved`, `transferred`, `archived`, `absent once`,
    `failing` or nothing."""
    owner_now: str = ""
    """Who owns its repository since it was transferred."""

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
    _claim_release(made)
    return made


def _claim_release(made: list[Paper]) -> None:
    """Let the first paper that has weights have those of the release that is claimed."""
    claimed = next(each.reference for each in RELEASES if each.claimed)
    for paper in made:
        for number, extra in enumerate(paper.extras, 1):
            if extra.fact is Fact.WEIGHTS:
                paper.extras[number - 1] = replace(extra, reference=claimed)
                paper.links[number] = (claimed, *paper.links[number][1:])
                return


def owner_of(paper: Paper) -> str:
    """The owner of its repository: of some, an account of `LABS`."""
    number = int(paper.arxiv_id.replace(".", ""))
    accounts = [account for lab in LABS for account in lab.github]
    return accounts[number % 7] if number % 7 < len(accounts) else f"o{number}"


def affiliations_of(paper: Paper) -> tuple[str, ...]:
    """What arXiv gives of every eleventh paper: one of `LABS`, and a name that is nearly its."""
    number = int(paper.arxiv_id.replace(".", ""))
    return (f"{LABS[0].affiliations[0]}, Paris", "First Laboratoryx University") if number % 11 == 0 else ("Lund",)


def has_copy(paper: Paper) -> bool:
    """Whether an archive has what is gone: of every second one."""
    return paper.fate == "gone" and int(paper.arxiv_id[-1]) % 2 == 0


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
    if chance.random() < 0.05:
        paper.cited = _repository("second/tool")
    _promise(paper, chance)


def _promise(paper: Paper, chance: random.Random) -> None:
    """Some promise their code; whoever has it at the first check keeps a promise that nobody watched."""
    likely = {"no link": 0.4, "open late": 0.7, "open at once": 0.1, "found in the text": 0.3}.get(
        paper.course, 0.0
    )
    if chance.random() >= likely:
        return
    paper.promise, paper.promised_at, paper.kept_at = chance.choice(list(PROMISES)), paper.seen_at, paper.open_from
    revised_at = paper.seen_at + chance.randint(1, 60) * DAY + 2 * HOUR
    if paper.course == "no link" and revised_at < END:
        change = chance.choice(("", "", "", "dropped", "only then"))
        paper.revised_at = revised_at if change else None
        paper.dropped = change == "dropped"
        if change == "only then":
            paper.promised_at = revised_at
    paper.events.append((EventKind.PROMISED, paper.promised_at, Cause.WORLD))
    lapse = paper.promised_at + LAPSE
    if lapse < (paper.kept_at or END) and not paper.dropped:
        paper.events.append((EventKind.LAPSED, lapse, Cause.WORLD))


def _decide_fate(paper: Paper, chance: random.Random) -> None:
    fates = {
        "closed again": ("gone",), "never there": ("never there",), "failing check": ("absent once", "failing"),
        "open at once": ("", "", "", "moved", "transferred", "archived"), "open late": ("", "archived"),
    }  # fmt: skip
    paper.fate = chance.choice(fates.get(paper.course, ("",)))
    if paper.fate == "transferred":
        paper.owner_now = chance.choice(("second", "stranger"))


def _link(paper: Paper, later: datetime, chance: random.Random) -> None:
    number = paper.arxiv_id.replace(".", "")
    repository = _repository(f"{owner_of(paper)}/r{number}")
    place, source, version, at = Place.ABSTRACT, Source.METADATA, 1, paper.seen_at
    if paper.course == "found in the text" and paper.text_at:
        place, source, at = Place.SECTION, Source.HTML, paper.text_at
    elif paper.course == "second version":
        version, at = 2, later
        paper.revised_at = later
    paper.links.append((repository, place, source, version))
    paper.linked_at, paper.licence = at, chance.choice(LICENCES)
    paper.events.append((EventKind.FOUND, at, Cause.WORLD))
    if paper.course in WITHOUT_CODE:
        paper.lifecycle = Lifecycle.PROMISED
        return
    _ship(paper, at, later, chance.choice((Cause.RULE, Cause.CORRECTION)))
    if paper.code is State.AVAILABLE:
        paper.licence, paper.licence_class = chance.choice(NOT_OPEN)
    paper.marks = tuple(mark for mark in Mark if chance.random() < 0.4)
    paper.extras = list(_extras(number, chance))
    paper.links += [(extra.reference, place, source, version) for extra in paper.extras]


def _extras(number: str, chance: random.Random) -> Iterator[Extra]:
    """What is there beside the code: on the Hub under an account of the first lab in some cases, or a deposit."""
    account = "First-AI" if chance.random() < 0.1 else f"o{number}"
    if chance.random() < 0.3:
        state, class_, spdx = chance.choice(TERMS)
        base = BASE if state is State.OPEN and chance.random() < BASE_CHANCE else ""
        if base:
            state, class_ = State.AVAILABLE, LicenceClass.RESTRICTED
        yield Extra(Fact.WEIGHTS, _of_hub("model", f"{account}/m{number}"), state, class_, spdx, base)
    if chance.random() < 0.15:
        state, class_, spdx = chance.choice(TERMS)
        deposit = Reference(f"zenodo:{number}", "zenodo", "record", f"https://zenodo.org/records/{number}")
        dataset = _of_hub("dataset", f"{account}/d{number}")
        yield Extra(Fact.DATA, chance.choice((deposit, dataset)), state, class_, spdx)
    if chance.random() < 0.05:
        yield Extra(Fact.DEMO, _of_hub("space", f"{account}/s{number}"), *TERMS[0])


def _repository(name: str) -> Reference:
    return Reference(f"github:{name}", "github", "repository", f"https://github.com/{name}")


def _of_hub(kind: str, name: str) -> Reference:
    folder = {"model": "", "dataset": "datasets/", "space": "spaces/"}[kind]
    return Reference(f"hf-{kind}:{name}", "huggingface", kind, f"https://huggingface.co/{folder}{name}")


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
    if paper.course == "open at once" and paper.arxiv_id.endswith("3") and later < END:
        paper.events.append((EventKind.REWRITTEN, later, Cause.WORLD))
    if paper.course == "closed again":
        paper.code, paper.lifecycle, paper.open_until, paper.known_from = State.GONE, Lifecycle.GONE, later, later
        paper.events += [(EventKind.GONE, later, Cause.WORLD), (EventKind.CLOSED, later, Cause.WORLD)]
    elif paper.course == "judged wrongly":
        paper.code, paper.open_from, paper.known_from = State.AVAILABLE, None, at
        paper.events.append((EventKind.CLOSED, later, retraction))


@dataclass(frozen=True)
class SimulatedRelease:
    """Something that a lab released without a paper."""

    lab: str
    reference: Reference
    at: datetime
    found: bool
    """Found at the account, and not listed by the operator."""
    claimed: bool = False
    """A paper has it as its own by now."""


RELEASES = (
    SimulatedRelease("First lab", _of_hub("model", "First-AI/large"), START + 40 * DAY, found=False),
    SimulatedRelease("Idle lab", _of_hub("model", "idle/one"), START + 90 * DAY, found=True),
    SimulatedRelease("Idle lab", _of_hub("model", "idle/two"), START + 300 * DAY, found=True),
    SimulatedRelease("Idle lab", _of_hub("model", "idle/claimed"), START + 100 * DAY, found=True, claimed=True),
)
"""What the labs released. The last one is also the model of the first paper that has weights."""
