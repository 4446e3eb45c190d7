"""Whose artifacts are, through the real store and stages: what papers say of each other, in any order of arrival."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text

from tracker import settings
from tracker.domain.artifacts import Check
from tracker.domain.history import Licence
from tracker.domain.mentions import Mention
from tracker.domain.papers import Version
from tracker.domain.terms import Content, Fact, LicenceClass, Outcome, Place, Source
from tracker.hosts.resolve import resolve_url
from tracker.judge import recheck
from tracker.pipeline.context import Cycle
from tracker.pipeline.judge import judge_works
from tracker.pipeline.read import read_papers
from tracker.pipeline.worker import Worker, make_worker
from tracker.store import artifact_queue, artifacts, feed_entries, papers, scans
from tracker.store.engine import Store
from tracker.store.keys import paper_work

START = datetime(2026, 6, 16, 1, tzinfo=UTC)
LAB = ("Ann Author", "Bob Builder", "Chen Coder")
MIT = Licence(spdx="MIT", class_=LicenceClass.OSI, source="LICENSE")


@dataclass(frozen=True)
class Arrival:
    """A paper as it arrives, with what the Hub says of it."""

    number: int
    abstract: str
    authors: tuple[str, ...]
    title: str = ""
    record: str = ""
    listed: str = ""
    page: str = ""

    @property
    def arxiv_id(self) -> str:
        return f"2606.{self.number:05}"

    @property
    def work(self) -> str:
        return paper_work(self.arxiv_id)


@dataclass
class Play:
    """A store, the stages, and what its hosts hold: README names by reference."""

    worker: Worker
    named: dict[str, tuple[str, ...]] = field(default_factory=dict)
    at: datetime = START

    def arrive(self, *arrivals: Arrival) -> None:
        """Let papers arrive together, and do all that is due then."""
        self.at += timedelta(minutes=10)
        for arrival in arrivals:
            self._store(arrival)
        self.settle()

    def _store(self, arrival: Arrival) -> None:
        # The day of submission is the paper's own, whenever it arrives.
        submitted = START - timedelta(hours=12) + timedelta(minutes=arrival.number)
        version = Version(
            arxiv_id=arrival.arxiv_id, n=1, title=arrival.title or f"Paper {arrival.number} on other things",
            abstract=arrival.abstract, authors=arrival.authors, categories=("cs.LG",), primary_category="cs.LG",
            comment=None, submitted_at=submitted, updated_at=submitted,
        )  # fmt: skip
        store = self.worker.store
        papers.save_versions(store, [version], {arrival.arxiv_id: submitted}, self.at)
        for url, source, place in (
            (arrival.record, Source.HUB_RECORD, Place.HUB),
            (arrival.listed, Source.HUB_LIST, Place.HUB),
            (arrival.page, Source.PAGE, Place.PAGE),
        ):
            if reference := resolve_url(url):
                words = "Code: "
                mention = Mention(
                    reference=reference, url=url, place=place, source=source, evidence=words + url, before=words
                )
                scan = scans.ScanResult(work=arrival.work, version=1, source=source, mentions=(mention,))
                scans.save_scans(store, [scan], "r", self.at)

    def settle(self) -> None:
        """Read, check and judge until nothing is due, and enter the feed."""
        cycle = Cycle(self.worker, self.at)
        read_papers(cycle)
        while due := self._due():
            results = [
                artifacts.CheckResult(
                    artifact=artifact.artifact,
                    requested=artifact.reference,
                    check=self._check(artifact),
                    licence=MIT,
                )
                for artifact in due
            ]
            artifacts.save_checks(
                self.worker.store, results, partial(recheck.next_check, plan=self.worker.settings.check), self.at
            )
            read_papers(cycle)
        judge_works(cycle)
        feed_entries.add_new_entries(self.worker.store, self.at)

    def _due(self) -> Sequence[artifact_queue.DueArtifact]:
        hosts = ("github", "huggingface")
        return [
            due for host in hosts for due in artifact_queue.due_artifacts(self.worker.store, host, self.at, 99)
        ]

    def _check(self, due: artifact_queue.DueArtifact) -> Check:
        fact = Fact.WEIGHTS if due.reference.kind == "model" else Fact.CODE
        return Check(
            outcome=Outcome.PRESENT,
            reference=due.reference,
            host_id=due.reference.folded,
            content=Content.CODE if fact is Fact.CODE else Content.DATA_ONLY,
            holds=(fact,),
            papers_named=self.named.get(due.reference.folded, ()),
        )

    def roles(self) -> dict[tuple[str, str], str]:
        """The role of each link, by paper and reference."""
        return {
            (paper, reference): role
            for paper, reference, role in self.rows("SELECT arxiv_id, reference, role FROM links")
        }

    def reasons(self, arrival: Arrival) -> str:
        [(reasons,)] = self.rows(f"SELECT reasons FROM links WHERE arxiv_id = '{arrival.arxiv_id}'")
        return str(reasons)

    def feed(self) -> set[str]:
        """The papers of the main feed."""
        sql = "SELECT w.arxiv_id FROM feed_entry f JOIN work w ON w.id = f.work WHERE f.feed = 'main'"
        return {row[0] for row in self.rows(sql)}

    def rows(self, sql: str) -> list[tuple[str, ...]]:
        with self.worker.store.read() as connection:
            return [tuple(row) for row in connection.execute(text(sql))]


class Clock:
    def now(self) -> datetime:
        return START


def make_play(store: Store, folder: Path) -> Play:
    loaded = settings.load_settings(environ={"TRACKER_DATA_DIR": str(folder)})
    return Play(make_worker(loaded, store, Clock()))


@pytest.fixture
def play(store: Store, tmp_path: Path) -> Iterator[Play]:
    played = make_play(store, tmp_path)
    with closing(played.worker):
        yield played


REPO = "https://github.com/thelab/stereofield"
OWN = Arrival(
    10, f"We present StereoField. Our code is available at {REPO}.", LAB, title="StereoField: Learning Depth"
)
COMPARING = tuple(
    Arrival(number, f"We compare with the baseline of the authors at {REPO}.", (f"Other Person{number}", "X Y"))
    for number in (5, 20, 21, 22, 23)
)
THIEF = Arrival(8, f"We do things. Our code is available at {REPO}.", ("Mal Lory", "Eve Il"))
EARLIER = Arrival(3, "Our code is available at https://github.com/ann-a/tool.", LAB)
LATER = Arrival(30, "We show more.", LAB[:2], record="https://github.com/ann-a/next")
LATER_MODEL = Arrival(31, "We show still more.", LAB[1:], listed="https://huggingface.co/ann-a/model")
STRANGER = Arrival(32, "Nothing to do with it.", ("Mal Lory", LAB[0]), record="https://github.com/ann-a/next")
BEFORE = Arrival(1, "We came before that.", LAB, record="https://github.com/ann-a/next")
EVERYONE = (OWN, *COMPARING, THIEF, EARLIER, LATER, LATER_MODEL, STRANGER, BEFORE)
EXPECTED = {
    (OWN.arxiv_id, "github:thelab/stereofield"): "own",
    (THIEF.arxiv_id, "github:thelab/stereofield"): "mention",
    **{(paper.arxiv_id, "github:thelab/stereofield"): "mention" for paper in COMPARING},
    (EARLIER.arxiv_id, "github:ann-a/tool"): "own",
    (LATER.arxiv_id, "github:ann-a/next"): "own",
    (LATER_MODEL.arxiv_id, "hf-model:ann-a/model"): "mention",
    (STRANGER.arxiv_id, "github:ann-a/next"): "mention",
    (BEFORE.arxiv_id, "github:ann-a/next"): "mention",
}


def orders() -> list[tuple[Arrival, ...]]:
    """Orders of arrival: those that matter most, and others at random."""
    chosen = [EVERYONE, tuple(reversed(EVERYONE)), tuple(sorted(EVERYONE, key=lambda arrival: arrival.number))]
    randomly = random.Random(19)
    return chosen + [tuple(randomly.sample(EVERYONE, len(EVERYONE))) for _ in range(5)]


@pytest.mark.parametrize("order", orders(), ids=lambda order: "-".join(str(paper.number) for paper in order))
def test_the_order_in_which_papers_arrive_changes_nothing(play: Play, order: Sequence[Arrival]) -> None:
    play.named = {"github:thelab/stereofield": (OWN.work,)}
    for arrival in order:
        play.arrive(arrival)
    assert play.roles() == EXPECTED
    assert "conflict: " in play.reasons(THIEF)
    states = dict(play.rows("SELECT arxiv_id, code FROM papers"))
    opened = {OWN.arxiv_id, EARLIER.arxiv_id, LATER.arxiv_id}
    assert {paper for paper, state in states.items() if state == "open"} == opened
    assert play.rows("SELECT count(*) FROM work WHERE scan_due OR judge_due") == [(0,)]


@pytest.mark.parametrize("named", ["own", "nobody"])
@pytest.mark.parametrize("order", list(itertools.permutations((OWN, THIEF, COMPARING[0]))), ids=range(6))
def test_of_two_claims_the_one_with_more_right_counts(play: Play, order: Sequence[Arrival], named: str) -> None:
    """By the README; where it names nobody, by the name of the work, though the other paper came first."""
    play.named = {"github:thelab/stereofield": (OWN.work,) if named == "own" else ()}
    for arrival in order:
        play.arrive(arrival)
    key = "github:thelab/stereofield"
    assert play.roles()[OWN.arxiv_id, key] == "own"
    assert play.roles()[THIEF.arxiv_id, key] == "mention"
    assert f"conflict: arxiv:{OWN.arxiv_id}" in play.reasons(THIEF)


@pytest.mark.parametrize("own_first", [True, False])
def test_a_branch_is_claimed_with_its_repository(play: Play, own_first: bool) -> None:
    thief = replace(THIEF, abstract=f"We do things. Our code is available at {REPO}/tree/main.")
    for arrival in (OWN, thief) if own_first else (thief, OWN):
        play.arrive(arrival)
    key = "github:thelab/stereofield"
    assert play.roles()[OWN.arxiv_id, key] == "own"
    assert play.roles()[THIEF.arxiv_id, key] == "mention"


def test_two_papers_have_two_folders_of_one_repository(play: Play) -> None:
    first, second = "https://github.com/biglab/research/tree/main/{}".format, ("Other Person", "X Y")
    play.arrive(Arrival(10, f"We present AlphaNet. Our code is available at {first('alphanet')}.", LAB))
    play.arrive(Arrival(11, f"We present BetaNet. Our code is available at {first('betanet')}.", second))
    assert set(play.roles().values()) == {"own"}


def test_all_at_once_is_the_same_as_one_by_one(play: Play) -> None:
    play.named = {"github:thelab/stereofield": (OWN.work,)}
    play.arrive(*EVERYONE)
    assert play.roles() == EXPECTED
    assert play.feed() == {OWN.arxiv_id, EARLIER.arxiv_id, LATER.arxiv_id}


def test_coauthors_share_a_repository(play: Play) -> None:
    second = Arrival(40, f"Our code is available at {REPO}.", (LAB[2], "New Student"))
    play.named = {"github:thelab/stereofield": (OWN.work, second.work)}
    play.arrive(OWN)
    play.arrive(second)
    assert set(play.roles().values()) == {"own"}


def test_an_account_is_proved_only_by_what_is_there(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """An account that nobody has yet could be registered by a stranger."""
    absent = Check(outcome=Outcome.ABSENT, reason="404")
    monkeypatch.setattr(play, "_check", lambda _: absent)
    play.arrive(EARLIER)
    play.arrive(LATER)
    assert play.roles()[LATER.arxiv_id, "github:ann-a/next"] == "mention"


def test_a_page_that_only_a_record_names_proves_nothing(play: Play) -> None:
    page = "https://somebody.github.io/stereofield"
    arrival = Arrival(50, "We show things.", LAB, record=page, page="https://github.com/somebody/stereofield")
    play.arrive(arrival)
    assert "own" not in play.roles().values()
    assert play.feed() == set()


def test_the_papers_own_page_proves(play: Play) -> None:
    page = "https://somebody.github.io/stereofield"
    words = f"We show things. Project page: {page}"
    play.arrive(Arrival(50, words, LAB, page="https://github.com/somebody/stereofield"))
    assert play.roles()["2606.00050", "github:somebody/stereofield"] == "own"
    assert play.feed() == {"2606.00050"}
