"""The monthly counts equal a full recount, and the feed of a category holds what is open."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from tracker.domain.history import Event, Verdict
from tracker.domain.papers import Version
from tracker.domain.terms import Cause, EventKind, Fact, LicenceClass, State
from tracker.store import judgements, statistics
from tracker.store.engine import Store
from tracker.store.judgements import Judgement
from tracker.store.keys import arxiv_number
from tracker.store.papers import save_versions

JUNE = datetime(2026, 6, 3, 12, tzinfo=UTC)
MAY = datetime(2026, 5, 31, 23, 59, 59, tzinfo=UTC)


def paper(number: int, at: datetime, categories: Sequence[str], n: int = 1) -> Version:
    return Version(
        arxiv_id=f"2606.{number:05}", n=n, title="T", abstract="A", authors=("Ann",), categories=tuple(categories),
        primary_category=categories[0], submitted_at=at, updated_at=at, comment=None,
    )  # fmt: skip


def judge(store: Store, number: int, code: State, at: datetime, fact: Fact = Fact.CODE) -> None:
    work = f"arxiv:2606.{number:05}"
    verdict = Verdict(fact=fact, state=code, licence_class=LicenceClass.OSI, reference=None, reasons=())
    kind = EventKind.OPENED if code is State.OPEN else EventKind.CLOSED
    event = Event(
        work=work, reference=None, kind=kind, cause=Cause.WORLD, happened_at=at, observed_at=at, detail=""
    )
    judgements.save_judgements(store, {work: Judgement(verdicts=[verdict], events=[event])}, "r1", at)


def stored_counts(store: Store) -> list[tuple[object, ...]]:
    with store.read() as connection:
        rows = connection.execute(
            text(
                "SELECT category, fact, month, state, papers, unread FROM paper_count WHERE papers <> 0 ORDER BY 1, 2, 3, 4"
            )
        )
        return [tuple(row) for row in rows]


def assert_equal_to_recount(store: Store) -> None:
    """Check that the counts updated step by step equal a full recount."""
    before = stored_counts(store)
    with store.begin() as connection:
        statistics.recount(connection)
    assert stored_counts(store) == before


def counts_by_month(store: Store, category: str, fact: str = "code") -> dict[str, tuple[int, int, int]]:
    with store.read() as connection:
        rows = connection.execute(
            text("SELECT month, papers, open, unknown FROM openness_by_month WHERE category = :c AND fact = :f"),
            {"c": category, "f": fact},
        )
        return {row.month: (row.papers, row.open, row.unknown) for row in rows}


def feed(store: Store, category: str) -> list[str]:
    with store.read() as connection:
        statement = "SELECT arxiv_id FROM open_by_category WHERE category = :c ORDER BY opened_at DESC"
        return list(connection.execute(text(statement), {"c": category}).scalars())


def test_a_paper_counts_once_in_each_category_and_once_in_the_total(store: Store) -> None:
    papers = [paper(1, JUNE, ["cs.LG", "cs.CL", "cs.LG"]), paper(2, JUNE, ["cs.CL"]), paper(3, MAY, ["cs.LG"])]
    save_versions(store, papers, {}, JUNE)
    assert counts_by_month(store, "all") == {"2026-05": (1, 0, 1), "2026-06": (2, 0, 2)}
    assert counts_by_month(store, "cs.LG") == {"2026-05": (1, 0, 1), "2026-06": (1, 0, 1)}
    assert counts_by_month(store, "cs.CL") == {"2026-06": (2, 0, 2)}
    assert_equal_to_recount(store)


def test_a_verdict_moves_a_paper_from_state_to_state(store: Store) -> None:
    save_versions(store, [paper(1, JUNE, ["cs.LG"]), paper(2, JUNE, ["cs.LG"])], {}, JUNE)
    judge(store, 1, State.OPEN, JUNE)
    judge(store, 1, State.OPEN, JUNE + timedelta(hours=1))
    assert counts_by_month(store, "all") == counts_by_month(store, "cs.LG") == {"2026-06": (2, 1, 1)}
    assert counts_by_month(store, "all", "weights") == {"2026-06": (2, 0, 2)}
    assert_equal_to_recount(store)
    judge(store, 1, State.GONE, JUNE + timedelta(days=1))
    assert counts_by_month(store, "all") == {"2026-06": (2, 0, 1)}
    assert_equal_to_recount(store)


def test_a_later_version_moves_a_paper_between_categories_and_keeps_its_month(store: Store) -> None:
    save_versions(store, [paper(1, MAY, ["cs.LG", "cs.CL"])], {}, JUNE)
    judge(store, 1, State.OPEN, JUNE)
    save_versions(store, [paper(1, MAY, ["cs.LG", "stat.ML"], n=2)], {}, JUNE)
    assert (counts_by_month(store, "cs.CL"), counts_by_month(store, "stat.ML")) == ({}, {"2026-05": (1, 1, 0)})
    assert (feed(store, "cs.CL"), feed(store, "stat.ML"), feed(store, "cs.LG")) == (
        [],
        ["2606.00001"],
        ["2606.00001"],
    )
    assert_equal_to_recount(store)


def test_what_is_written_twice_counts_once(store: Store) -> None:
    for _ in range(2):
        save_versions(store, [paper(1, JUNE, ["cs.LG"])] * 2, {}, JUNE)
    assert counts_by_month(store, "all") == {"2026-06": (1, 0, 1)}
    assert_equal_to_recount(store)


def test_a_change_that_fails_leaves_the_counts(store: Store) -> None:
    save_versions(store, [paper(1, JUNE, ["cs.LG"])], {}, JUNE)
    before = stored_counts(store)
    try:
        with store.begin() as connection, statistics.updating(connection, [arxiv_number("2606.00001")]):
            connection.execute(text("UPDATE work SET code = 'open'"))
            raise KeyError
    except KeyError:
        pass
    assert stored_counts(store) == before
    assert_equal_to_recount(store)


def test_the_feed_of_a_category_holds_what_is_open_now_newest_first(store: Store) -> None:
    save_versions(store, [paper(number, JUNE, ["cs.LG"]) for number in (1, 2, 3)], {}, JUNE)
    for number in (2, 1, 3):
        judge(store, number, State.OPEN, JUNE + timedelta(hours=number if number > 1 else 9))
    assert feed(store, "cs.LG") == ["2606.00001", "2606.00003", "2606.00002"]
    judge(store, 3, State.GONE, JUNE + timedelta(days=1))
    assert feed(store, "cs.LG") == ["2606.00001", "2606.00002"]
    judge(store, 3, State.OPEN, JUNE + timedelta(days=2))
    assert feed(store, "cs.LG") == ["2606.00001", "2606.00003", "2606.00002"], "first opened when it first opened"


def test_what_an_unread_paper_shows_as_open_is_known(store: Store) -> None:
    save_versions(store, [paper(1, JUNE, ["cs.LG"]), paper(2, JUNE, ["cs.LG"])], {}, JUNE)
    judge(store, 1, State.OPEN, JUNE, Fact.WEIGHTS)
    with store.read() as connection:
        rows = connection.execute(
            text(
                "SELECT fact, open, unread FROM openness_by_month WHERE category = 'cs.LG' AND fact IN ('code', 'weights')"
            )
        )
        assert {fact: (count, unread) for fact, count, unread in rows} == {"code": (0, 2), "weights": (1, 1)}
    assert_equal_to_recount(store)
