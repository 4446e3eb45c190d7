"""What proves that the list of an announcement day is complete, and what does not."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest

from tracker.harvest import day_proof
from tracker.harvest.day_proof import API, DATACITE, OAI, RSS, DayEvidence, SourceList, explain_doubt, prove_day

DAY = date(2026, 6, 16)
READY = datetime(2026, 6, 17, 2, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
PAPERS = frozenset(f"2606.{number:05}" for number in range(80))
FEW = frozenset(sorted(PAPERS)[:3])
NOTHING: frozenset[str] = frozenset()


def listed(ids: frozenset[str], *, hours: float = 0, blank: bool = False, since: datetime = READY) -> SourceList:
    """A list that was read first at `since` and last so many hours later."""
    return SourceList(ids, since, since + hours * HOUR, blank)


def evidence(usual: float | None = None, **lists: SourceList) -> DayEvidence:
    """What API, OAI-PMH, RSS and DataCite list, by the keywords `api`, `oai`, `rss` and `dc`."""
    names = {"api": API, "oai": OAI, "rss": RSS, "dc": DATACITE}
    by_name = {names[key]: source_list for key, source_list in lists.items()}
    named = {name: source_list.ids for name, source_list in by_name.items() if name in (API, OAI)}
    by_others = frozenset().union(*named.values())
    registered = by_name[DATACITE].ids if DATACITE in by_name else NOTHING
    by_rss = by_name[RSS].ids if RSS in by_name else NOTHING
    return DayEvidence(
        ready_at=READY,
        lists=by_name,
        named=named,
        rss_alone=by_rss - by_others if DATACITE in by_name else NOTHING,
        datacite_alone=registered - by_others,
        unregistered=by_rss - registered,
        usual=usual,
    )


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
        # DataCite proves nothing alone, however often it is read, and confirms one other source.
        (evidence(dc=listed(PAPERS)), ()),
        (evidence(dc=listed(PAPERS, hours=30), usual=80), ()),
        (evidence(rss=listed(PAPERS), dc=listed(PAPERS)), (RSS, DATACITE)),
        (evidence(api=listed(PAPERS), dc=listed(PAPERS)), (API, DATACITE)),
        (evidence(oai=listed(PAPERS), dc=listed(PAPERS)), (OAI, DATACITE)),
        # It is late, or lists what another lacks.
        (evidence(rss=listed(PAPERS), dc=listed(PAPERS - FEW)), ()),
        (evidence(rss=listed(PAPERS - FEW), dc=listed(PAPERS)), ()),
        (evidence(oai=listed(FEW), rss=listed(FEW), dc=listed(PAPERS)), ()),
        (evidence(oai=listed(PAPERS), rss=listed(PAPERS - FEW), dc=listed(PAPERS - FEW)), ()),
        (evidence(rss=listed(FEW), dc=listed(FEW), usual=80), ()),
        # It refuses a day of any other proof, until the API and OAI-PMH were both read twice.
        (evidence(api=listed(PAPERS - FEW), oai=listed(PAPERS - FEW), dc=listed(PAPERS)), ()),
        (evidence(oai=listed(PAPERS - FEW, hours=9), usual=80, dc=listed(PAPERS)), ()),
        (
            evidence(api=listed(PAPERS - FEW, hours=9), oai=listed(PAPERS - FEW, hours=9), dc=listed(PAPERS)),
            (API, OAI),
        ),
    ],
)
def test_what_proves_a_day_with_papers(known: DayEvidence, proved_by: tuple[str, ...]) -> None:
    assert prove_day(known) == proved_by


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
        (evidence(rss=listed(NOTHING), dc=listed(NOTHING)), False),
        (evidence(api=listed(NOTHING, hours=25), dc=listed(NOTHING, hours=25)), False),
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
        (
            evidence(oai=listed(PAPERS - {"2606.00040"}), dc=listed(PAPERS)),
            "2606.00040 registered at DataCite, and listed by no source of arXiv yet",
        ),
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
    """Four sources with faults of their own, and what a store remembers of them."""

    rng: random.Random
    truth: frozenset[str]
    usual: float | None
    named: dict[str, set[str]] = field(
        default_factory=lambda: {API: set(), OAI: set(), RSS: set(), DATACITE: set()}
    )
    lists: dict[str, SourceList] = field(default_factory=dict)

    def read(self, source: str, now: datetime) -> None:
        """Read a source that is honest, down, cut off, in the middle of an update or late, or falsely empty: the API's index
        for single windows or all, OAI-PMH for all."""
        faults = {
            API: ["part", "empty", "blank"], OAI: ["part", "blank"], RSS: ["part"], DATACITE: ["part", "blank"],
        }  # fmt: skip
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
            datacite_alone=frozenset(self.named[DATACITE] - by_others),
            unregistered=frozenset(self.named[RSS] - self.named[DATACITE]),
            usual=self.usual,
        )


@pytest.mark.parametrize("seed", range(500))
def test_no_mixture_of_faults_proves_a_day_while_a_paper_is_missing(seed: int) -> None:
    rng = random.Random(seed)
    papers = rng.randint(8, 60)
    truth = frozenset(f"2606.{number:05}" for number in range(papers))
    model = Model(rng, truth, rng.choice([None, papers, papers * 0.9]))
    for hours in range(0, 60, 4):
        # In an outage neither of the two is read, and DataCite is.
        sources = [API, OAI] if rng.random() < 0.6 else [DATACITE]
        for source in [*sources, *([RSS] if rng.random() < 0.5 else [])]:
            model.read(source, READY + hours * HOUR)
        if proved_by := prove_day(model.evidence):
            assert DATACITE not in proved_by or len(proved_by) == 2
            assert set().union(*(model.named[source] for source in (API, OAI, RSS))) == truth
    model.named = {source: set(truth) for source in model.named}
    model.lists = {API: listed(truth), OAI: listed(truth)}
    assert prove_day(model.evidence) == (API, OAI)
