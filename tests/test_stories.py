"""The stories that the model must tell: versions and checks in time order, to events and entries.

Each story is written on the real store with the pure rules of judging; only hosts are played, by answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from tracker.domain import (
    Check,
    Content,
    Fact,
    LicenceClass,
    Mention,
    Outcome,
    Place,
    Promise,
    Reference,
    Role,
    RoleDecision,
    Source,
    Version,
)
from tracker.history import Licence
from tracker.judge import lifecycle, openness
from tracker.settings import load
from tracker.store import checks, items, judgements, queue, reads, writes
from tracker.store.engine import Store

START = datetime(2026, 6, 16, 12, 0, tzinfo=UTC)
RULES = openness.Rules({fact: frozenset({LicenceClass.OSI}) for fact in Fact})
CHECKED = {("github", "repository")}
MIT = Licence(spdx="MIT", class_=LicenceClass.OSI, source="LICENSE")
UNLICENSED = Licence(spdx=None, class_=LicenceClass.NONE, source="no licence file")


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def repo(name: str) -> Reference:
    return Reference(f"github:{name}", "github", "repository", f"https://github.com/{name}")


def code(name: str, host_id: str) -> Check:
    return Check(
        outcome=Outcome.PRESENT,
        reference=repo(name),
        host_id=host_id,
        content=Content.CODE,
        holds=(Fact.CODE,),
        licence_looked=True,
        archived=False,
    )


ABSENT = Check(outcome=Outcome.ABSENT, reason="404")


@dataclass
class World:
    """Plays time forward on one store."""

    store: Store

    def paper(
        self,
        arxiv_id: str,
        at: datetime,
        links: tuple[str, ...],
        *,
        n: int = 1,
        categories: tuple[str, ...] = ("cs.LG",),
        promise: Promise = Promise.NONE,
        submitted: datetime | None = None,
    ) -> None:
        first = submitted or at - timedelta(hours=8)
        version = Version(
            arxiv_id=arxiv_id,
            n=n,
            title="T",
            abstract="A",
            authors=("Ann",),
            categories=categories,
            primary_category=categories[0],
            comment=None,
            submitted_at=first,
            updated_at=at,
        )
        writes.save_versions(self.store, [version], {arxiv_id: first}, at)
        work = writes.paper_id(arxiv_id)
        mentions = tuple(
            Mention(
                reference=repo(name),
                url=f"https://github.com/{name}",
                place=Place.ABSTRACT,
                source=Source.METADATA,
                evidence="Our code.",
            )
            for name in links
        )
        writes.save_scans(
            self.store,
            [writes.Scanned(work=work, version=n, source=Source.METADATA, mentions=mentions, promise=promise)],
            "r1",
            at,
        )
        decided = [
            RoleDecision(
                reference=one.reference,
                url=one.url,
                role=Role.OWN,
                probability=0.99,
                place=one.place,
                evidence=one.evidence,
                reasons=("said so",),
            )
            for one in reads.mentions(self.store, [work])[work]
        ]
        judgements.save_roles(self.store, {work: decided}, "r1", CHECKED, at)

    def answers(self, at: datetime, *given: tuple[str, Check, Licence]) -> None:
        """Everything due is asked; `given` answers by name, the rest is absent."""
        known = {repo(name).folded: (check, licence) for name, check, licence in given}
        seen: set[tuple[str, str]] = set()
        while due := [
            one
            for one in queue.due_artifacts(self.store, "github", at, 50)
            if (one.artifact, one.reference.folded) not in seen
        ]:
            seen |= {(one.artifact, one.reference.folded) for one in due}
            answers = [
                checks.Answer(artifact=one.artifact, asked=one.reference, check=check, licence=licence)
                for one in due
                for check, licence in [known.get(one.reference.folded, (ABSENT, UNLICENSED))]
            ]
            checks.save_checks(self.store, answers, _daily, at)
        self.judge(at)

    def judge(self, at: datetime) -> None:
        works = queue.works_to_judge(self.store, 100)
        judged = {}
        for known in reads.histories(self.store, works):
            judged[known.history.work] = (
                openness.verdicts(known.history, RULES, at),
                lifecycle.events(
                    known.history, RULES, window=timedelta(days=7), now=at, judged_at=known.judged_at
                ),
            )
        judgements.save_judgements(self.store, judged, "j1", at)
        items.enter_opened(self.store, at)

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        with self.store.read() as connection:
            return [tuple(row) for row in connection.execute(text(sql))]

    def state(self, arxiv_id: str) -> object:
        return self.rows(f"SELECT code FROM papers WHERE arxiv_id = '{arxiv_id}'")[0][0]

    def entries(self) -> list[tuple[object, ...]]:
        return self.rows("SELECT work, entered_at FROM entry ORDER BY entered_at")


def _daily(key: str, check: Check, first: datetime, now: datetime, times: int) -> datetime:
    return now + timedelta(days=1)


def _day_of(moment: str) -> int:
    return (datetime.strptime(moment, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC) - START).days


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


def kinds(world: World, arxiv_id: str) -> dict[str, int]:
    found = world.rows(f"SELECT kind, happened_at FROM events WHERE arxiv_id = '{arxiv_id}'")
    return {str(kind): _day_of(str(at)) for kind, at in found}


def test_a_repository_is_renamed_and_a_stranger_takes_the_old_name(world: World) -> None:
    world.paper("2606.00001", day(0), ("ann/old",))
    world.answers(day(0), ("ann/old", code("ann/old", "1"), MIT))
    world.answers(day(5), ("ann/old", code("ann/new", "1"), MIT))
    assert kinds(world, "2606.00001") == {"found": 0, "shipped": 0, "opened": 0, "moved": 5}
    stranger = code("ann/old", "2")
    world.answers(day(9), ("ann/old", stranger, UNLICENSED), ("ann/new", code("ann/new", "1"), MIT))
    assert kinds(world, "2606.00001") == {"found": 0, "shipped": 0, "opened": 0, "moved": 5, "replaced": 9}
    assert world.state("2606.00001") == "open"
    assert world.rows("SELECT reference, artifact FROM links") == [("github:ann/old", "github:ann/new")]
    # A later paper that writes the old name means the stranger's repository.
    world.paper("2606.00009", day(10), ("ann/old",))
    world.answers(day(10), ("ann/old", stranger, UNLICENSED), ("ann/new", code("ann/new", "1"), MIT))
    assert world.state("2606.00009") == "available"
    assert world.state("2606.00001") == "open"


def test_a_stranger_takes_the_only_name(world: World) -> None:
    world.paper("2606.00001", day(0), ("ann/old",))
    world.answers(day(0), ("ann/old", code("ann/old", "1"), MIT))
    world.answers(day(3), ("ann/old", code("ann/old", "2"), MIT))
    assert kinds(world, "2606.00001") == {"found": 0, "shipped": 0, "opened": 0, "replaced": 3, "closed": 3}
    assert world.state("2606.00001") == "gone"


def test_one_repository_serves_two_papers(world: World) -> None:
    world.paper("2606.00001", day(0), ("ann/tool",))
    world.answers(day(0), ("ann/tool", code("ann/tool", "1"), MIT))
    world.paper("2606.00002", day(4), ("Ann/Tool.git".removesuffix(".git"),))
    world.answers(day(4), ("ann/tool", code("ann/tool", "1"), MIT))
    assert world.rows("SELECT count(*) FROM artifacts") == [(1,)]
    assert kinds(world, "2606.00001") == {"found": 0, "shipped": 0, "opened": 0}
    assert kinds(world, "2606.00002") == {"found": 4, "shipped": 4, "opened": 4}
    assert [work for work, _ in world.entries()] == ["arxiv:2606.00001", "arxiv:2606.00002"]


def test_two_names_of_one_repository_become_one_artifact(world: World) -> None:
    world.paper("2606.00001", day(0), ("ann/new",))
    world.paper("2606.00002", day(0), ("ann/old",))
    world.answers(day(0), ("ann/old", code("ann/new", "1"), MIT), ("ann/new", code("ann/new", "1"), MIT))
    assert world.rows("SELECT reference FROM artifacts") == [("github:ann/new",)]
    assert world.rows("SELECT arxiv_id FROM open_papers ORDER BY arxiv_id") == [("2606.00001",), ("2606.00002",)]


def test_a_repository_is_deleted_and_restored(world: World) -> None:
    world.paper("2606.00001", day(0), ("ann/tool",))
    world.answers(day(0), ("ann/tool", code("ann/tool", "1"), MIT))
    for number in range(30, 34):
        world.answers(day(number))
        assert world.state("2606.00001") == "unknown", "an absence of days is not yet gone"
    world.answers(day(37.5))
    assert world.state("2606.00001") == "gone"
    assert kinds(world, "2606.00001") == {"found": 0, "shipped": 0, "opened": 0, "gone": 30, "closed": 30}
    world.answers(day(50), ("ann/tool", code("ann/tool", "1"), MIT))
    told = world.rows(
        "SELECT kind, count(*) FROM events WHERE arxiv_id = '2606.00001' GROUP BY kind ORDER BY kind"
    )
    assert dict(told) == {"found": 1, "shipped": 1, "opened": 2, "gone": 1, "closed": 1, "restored": 1}
    assert world.state("2606.00001") == "open"
    assert len(world.entries()) == 1, "what comes back is not new"


def test_a_short_absence_is_no_event(world: World) -> None:
    world.paper("2606.00001", day(0), ("ann/tool",))
    world.answers(day(0), ("ann/tool", code("ann/tool", "1"), MIT))
    world.answers(day(2))
    world.answers(day(3), ("ann/tool", code("ann/tool", "1"), MIT))
    assert kinds(world, "2606.00001") == {"found": 0, "shipped": 0, "opened": 0}


def test_a_failed_look_says_nothing(world: World) -> None:
    world.paper("2606.00001", day(0), ("ann/tool",))
    world.answers(day(0), ("ann/tool", code("ann/tool", "1"), MIT))
    failed = Check(outcome=Outcome.UNKNOWN, reason="503")
    for number in range(1, 20):
        world.answers(day(number), ("ann/tool", failed, UNLICENSED))
    assert world.state("2606.00001") == "open"
    assert world.rows("SELECT outcome, checked_at, reason FROM artifacts") == [
        ("present", "2026-06-16T12:00:00Z", "503")
    ]
    assert world.rows("SELECT count(*) FROM checks") == [(1,)]


def test_a_licence_is_added_later(world: World) -> None:
    world.paper("2606.00001", day(0), ("ann/tool",))
    world.answers(day(0), ("ann/tool", code("ann/tool", "1"), UNLICENSED))
    assert world.state("2606.00001") == "available"
    assert world.entries() == []
    world.answers(day(40), ("ann/tool", code("ann/tool", "1"), MIT))
    assert kinds(world, "2606.00001") == {"found": 0, "shipped": 0, "licensed": 40, "opened": 40}
    assert world.entries() == [("arxiv:2606.00001", "2026-07-26T12:00:00Z")], (
        "an old paper whose code opens today is news"
    )


def test_a_paper_in_two_categories_cross_listed_to_a_third(world: World) -> None:
    world.paper("2606.00001", day(0), ("ann/tool",), categories=("cs.LG", "cs.CL"))
    world.answers(day(0), ("ann/tool", code("ann/tool", "1"), MIT))
    world.paper(
        "2606.00001", day(3), ("ann/tool",), categories=("cs.LG", "cs.CL", "stat.ML"), submitted=day(-8 / 24)
    )
    world.answers(day(3), ("ann/tool", code("ann/tool", "1"), MIT))
    assert world.rows("SELECT category FROM work_category ORDER BY category") == [
        ("cs.CL",),
        ("cs.LG",),
        ("stat.ML",),
    ]
    assert world.rows("SELECT arxiv_id, categories FROM papers") == [("2606.00001", '["cs.LG","cs.CL","stat.ML"]')]
    assert kinds(world, "2606.00001") == {"found": 0, "shipped": 0, "opened": 0}
    assert len(world.entries()) == 1


def test_a_backfilled_paper_enters_the_store_and_not_the_feed(world: World) -> None:
    world.paper("2501.00001", day(0), ("ann/tool",), submitted=day(-500))
    world.answers(day(0), ("ann/tool", code("ann/tool", "1"), MIT))
    assert world.rows("SELECT arxiv_id FROM open_papers") == [("2501.00001",)]
    assert world.rows("SELECT DISTINCT cause FROM events") == [("backfill",)]
    assert world.entries() == []


def test_entries_of_one_batch_have_distinct_dates_that_never_change(world: World) -> None:
    for number in range(1, 8):
        world.paper(f"2606.0000{number}", day(0), (f"ann/r{number}",))
    given = [(f"ann/r{number}", code(f"ann/r{number}", str(number)), MIT) for number in range(1, 8)]
    world.answers(day(0), *given)
    before = world.entries()
    assert len({at for _, at in before}) == 7
    assert max(str(at) for _, at in before) == "2026-06-16T12:00:00Z", "never in the future"
    world.answers(day(1), *given)
    assert world.entries() == before


@pytest.mark.parametrize("again", [1, 3])
def test_judging_again_adds_nothing(world: World, again: int) -> None:
    world.paper("2606.00001", day(0), ("ann/tool",), promise=Promise.AVAILABLE)
    world.answers(day(0), ("ann/tool", code("ann/tool", "1"), MIT))
    before = world.rows("SELECT * FROM events ORDER BY id")
    for _ in range(again):
        judgements.judge_everything(world.store)
        world.judge(day(0))
    assert world.rows("SELECT * FROM events ORDER BY id") == before


def test_a_promise_is_kept(world: World) -> None:
    soon = Check(
        outcome=Outcome.PRESENT,
        reference=repo("ann/tool"),
        host_id="1",
        content=Content.PLACEHOLDER,
        licence_looked=True,
    )
    world.paper("2606.00001", day(0), ("ann/tool",), promise=Promise.PROMISED)
    world.answers(day(0), ("ann/tool", soon, UNLICENSED))
    assert world.state("2606.00001") == "promised"
    world.answers(day(60), ("ann/tool", code("ann/tool", "1"), MIT))
    assert kinds(world, "2606.00001") == {
        "found": 0,
        "promised": 0,
        "placeholder": 0,
        "shipped": 60,
        "licensed": 60,
        "opened": 60,
    }
    assert len(world.entries()) == 1


def test_the_next_look_is_spread_and_planned() -> None:
    plan = load(environ={}).check
    present = code("a/b", "1")
    moments = {lifecycle.next_check(f"github:a/{number}", present, START, START, 1, plan) for number in range(100)}
    assert len(moments) > 90
    assert min(moments) >= START + timedelta(days=30)
    assert max(moments) <= START + timedelta(days=33)
    absent = [lifecycle.next_check("k", ABSENT, START, START, times, plan) - START for times in range(1, 12)]
    assert [round(wait / timedelta(days=1)) for wait in absent][:8] == [
        1,
        1,
        1,
        1,
        1,
        1,
        1,
        23 + (absent[7].days > 23),
    ]
    failed = Check(outcome=Outcome.UNKNOWN, reason="503")
    assert lifecycle.next_check("k", failed, START, START, 1, plan) - START < timedelta(hours=7)
