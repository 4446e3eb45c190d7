"""What proves that the list of an announcement day is complete, and what does not."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest

from tracker.harvest import day_proof
from tracker.harvest.day_proof import API, OAI, RSS, DayEvidence, SourceList, explain_doubt, prove_day

DAY = date(2026, 6, 16)
READY = datetime(2026, 6, 17, 2, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
PAPERS = frozenset(f"2606.{number:05}" for number in range(80))
FEW = frozenset(sorted(PAPERS)[:3])


def listed(ids: frozenset[str], *, hours: float = 0, blank: bool = False, since: datetime = READY) -> SourceList:
    """A list that was read first at `since` and last so many hours later."""
    return SourceList(ids, since, since + hours * HOUR, blank)


def evidence(usual: float | None = None, **lists: SourceList) -> DayEvidence:
    """What API, OAI-PMH and RSS list, by the keywords `api`, `oai` and `rss`."""
    names = {"api": API, "oai": OAI, "rss": RSS}
    by_name = {names[key]: source_list for key, source_list in lists.items()}
    named = {name: source_list.ids for name, source_list in by_name.items() if name != RSS}
    return DayEvidence(ready_at=READY, lists=by_name, named=named, usual=usual)


@pytest.mark.parametrize(
    ("known", "proved_by"),
    [
        (evidence(api=listed(PAPERS), oai=listed(PAPERS)), (API, OAI)),
        (evidence(api=listed(PAPERS), rss=listed(PAPERS)), (API, RSS)),
        # RSS announces a paper of an earlier window, too.
        (evidence(oai=listed(PAPERS), rss=listed(PAPERS | {"2606.90000"})), (OAI, RSS)),
        # OAI-PMH in the middle of its update, the API down.
        (evidence(oai=listed(FEW)), ()),
        (evidence(oai=listed(FEW, hours=9)), ()),
        (evidence(oai=listed(FEW, hours=9), usual=78), ()),
        (evidence(oai=listed(PAPERS, hours=9), usual=78), (OAI,)),
        (evidence(oai=listed(PAPERS, hours=2), usual=78), ()),
        (evidence(api=listed(PAPERS), oai=listed(FEW)), ()),
        (evidence(api=listed(PAPERS, hours=9), oai=listed(FEW, hours=9)), ()),
        (evidence(api=listed(PAPERS, hours=9), oai=listed(FEW, hours=9), usual=78), (API,)),
        # arXiv's search index lacks a paper for days.
        (evidence(api=listed(PAPERS - FEW), oai=listed(PAPERS)), ()),
        (evidence(api=listed(PAPERS - FEW), oai=listed(PAPERS, hours=9)), (OAI,)),
        # Each lacks what the other lists.
        (evidence(api=listed(PAPERS - FEW, hours=9), oai=listed(PAPERS - {"2606.00040"}, hours=9), usual=80), ()),
        # The same few from both, where more are usual, once and hours apart.
        (evidence(api=listed(FEW), oai=listed(FEW), usual=80), ()),
        (evidence(api=listed(FEW, hours=9), oai=listed(FEW, hours=9), usual=80), (API, OAI)),
        (evidence(rss=listed(PAPERS)), ()),
        (evidence(), ()),
    ],
)
def test_what_proves_a_day_with_papers(known: DayEvidence, proved_by: tuple[str, ...]) -> None:
    assert prove_day(known) == proved_by


NOTHING: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    ("known", "is_proved"),
    [
        (evidence(api=listed(NOTHING), oai=listed(NOTHING)), False),
        (evidence(api=listed(NOTHING, hours=25), oai=listed(NOTHING, hours=25)), True),
        (evidence(api=listed(NOTHING), oai=listed(NOTHING), rss=listed(NOTHING)), True),
        (evidence(api=listed(NOTHING), oai=listed(NOTHING), rss=listed(FEW)), False),
        # A reading that lists no paper of any day says nothing where papers are known.
        (evidence(api=listed(NOTHING, hours=25, blank=True), oai=listed(NOTHING, hours=25)), False),
        (evidence(api=listed(NOTHING, hours=25, blank=True), oai=listed(NOTHING, hours=25, blank=True)), False),
        (evidence(api=listed(NOTHING, hours=25), oai=listed(NOTHING, hours=25), usual=30), False),
        (evidence(api=listed(NOTHING, hours=25), oai=listed(NOTHING, hours=25), usual=0), True),
        (evidence(api=listed(NOTHING, hours=25)), False),
        (evidence(oai=listed(NOTHING, hours=25), rss=listed(NOTHING)), False),
    ],
)
def test_what_proves_a_day_without_papers(known: DayEvidence, is_proved: bool) -> None:
    assert bool(prove_day(known)) == is_proved


def test_blank_readings_are_believed_where_nobody_knows_a_paper() -> None:
    lists = {API: listed(NOTHING, hours=25, blank=True), OAI: listed(NOTHING, hours=25, blank=True)}
    assert prove_day(DayEvidence(ready_at=READY, lists=lists, papers_are_known=False)) == (API, OAI)


def test_an_empty_day_is_believed_where_rss_cannot_confirm_it() -> None:
    lists = {API: listed(NOTHING), OAI: listed(NOTHING)}
    assert prove_day(DayEvidence(ready_at=READY, lists=lists, rss_is_silent=True)) == (API, OAI)
    assert prove_day(DayEvidence(ready_at=READY, lists=lists)) == ()


def test_a_paper_that_rss_alone_announces_is_missing() -> None:
    lists = {API: listed(PAPERS), OAI: listed(PAPERS)}
    known = DayEvidence(ready_at=READY, lists=lists, rss_alone=frozenset({"2606.00099"}))
    assert prove_day(known) == ()
    assert explain_doubt(known) == "2606.00099 announced by RSS, and listed by no other source yet"


def test_a_list_that_was_cut_off_still_names_papers() -> None:
    """OAI-PMH failed after it named a paper that the API does not list."""
    known = DayEvidence(ready_at=READY, lists={API: listed(FEW, hours=9)}, named={OAI: PAPERS, API: FEW}, usual=3)
    assert prove_day(known) == ()
    assert "2606.00003, 2606.00004, 2606.00005, 2606.00006, 2606.00007 and 72 more" in explain_doubt(known)


@pytest.mark.parametrize(
    ("known", "doubt"),
    [
        (evidence(), ""),
        (evidence(api=listed(PAPERS), oai=listed(FEW)), "72 more"),
        (evidence(oai=listed(FEW)), "only OAI-PMH was read, and too few such weekdays"),
        (evidence(oai=listed(PAPERS), usual=78), "only OAI-PMH was read, and not yet twice, 3 hours apart"),
        (evidence(oai=listed(FEW), usual=78), "OAI-PMH list 3 papers, where 78 are usual on such a weekday"),
        (
            evidence(api=listed(NOTHING), oai=listed(NOTHING)),
            "no source lists a paper, and RSS does not confirm it yet",
        ),
    ],
)
def test_a_doubt_is_explained(known: DayEvidence, doubt: str) -> None:
    assert doubt in explain_doubt(known)


def test_the_usual_number_is_that_of_the_same_weekday() -> None:
    tuesdays = {DAY - timedelta(weeks=week): 100 + week for week in range(1, 4)}
    mondays = {DAY - timedelta(weeks=week, days=1): 7 for week in range(1, 9)}
    assert day_proof.usual_papers(DAY, {**tuesdays, **mondays}) is None
    tuesdays[DAY - timedelta(weeks=4)] = 900
    assert day_proof.usual_papers(DAY, {**tuesdays, **mondays, DAY + timedelta(weeks=1): 1}) == 102.5
    many = {DAY - timedelta(weeks=week): week for week in range(1, 20)}
    assert day_proof.usual_papers(DAY, many) == 4.5


@dataclass
class Model:
    """Three sources with faults of their own, and what a store remembers of them."""

    rng: random.Random
    truth: frozenset[str]
    usual: float | None
    named: dict[str, set[str]] = field(default_factory=lambda: {API: set(), OAI: set(), RSS: set()})
    lists: dict[str, SourceList] = field(default_factory=dict)

    def read(self, source: str, now: datetime) -> None:
        """Read a source that is honest, down, cut off, in the middle of an update, or falsely empty: the API's index for
        single windows or all, OAI-PMH for all."""
        faults = {API: ["part", "empty", "blank"], OAI: ["part", "blank"], RSS: ["part"]}
        fault = self.rng.choice(["", "", "down", "cut", *faults[source]])
        if fault == "down":
            return
        shown = {
            "": self.truth, "cut": self._part(), "part": self._part(), "empty": frozenset[str](), "blank": frozenset[str](),
        }[fault]  # fmt: skip
        self.named[source] |= shown
        if fault == "cut" or shown < self.named[source]:
            return
        ids, known = frozenset(self.named[source]), self.lists.get(source)
        first_at = known.first_at if known and known.ids == ids else now
        self.lists[source] = SourceList(ids, first_at, now, blank=fault == "blank")

    def _part(self) -> frozenset[str]:
        return frozenset(self.rng.sample(sorted(self.truth), self.rng.randrange(len(self.truth))))

    @property
    def evidence(self) -> DayEvidence:
        by_others = self.named[API] | self.named[OAI]
        return DayEvidence(
            ready_at=READY,
            lists=dict(self.lists),
            named={source: frozenset(self.named[source]) for source in (API, OAI)},
            rss_alone=frozenset(self.named[RSS] - by_others),
            usual=self.usual,
        )


@pytest.mark.parametrize("seed", range(500))
def test_no_mixture_of_faults_proves_a_day_while_a_paper_is_missing(seed: int) -> None:
    rng = random.Random(seed)
    papers = rng.randint(8, 60)
    truth = frozenset(f"2606.{number:05}" for number in range(papers))
    model = Model(rng, truth, rng.choice([None, papers, papers * 0.9]))
    for hours in range(0, 60, 4):
        for source in (API, OAI, RSS) if rng.random() < 0.5 else (API, OAI):
            model.read(source, READY + hours * HOUR)
        if prove_day(model.evidence):
            assert model.named[API] | model.named[OAI] == truth
    model.named = {source: set(truth) for source in model.named}
    model.lists = {API: listed(truth), OAI: listed(truth)}
    assert prove_day(model.evidence) == (API, OAI)
