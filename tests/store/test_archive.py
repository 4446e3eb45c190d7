"""The archive: each open paper on one day, counts of papers, and selections."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from tracker.domain.archive import ArchiveDay, Order, Selection
from tracker.domain.terms import EventKind, Fact, State
from tracker.store import archive, feed_entries, statistics
from tracker.store.engine import Store

Add = Callable[..., str]
MONTH = timedelta(days=30)


def names(store: Store, days: list[ArchiveDay]) -> dict[str, list[str | None]]:
    loaded = archive.load_items_by_day(store, [day.day for day in days])
    return {day.day: [item.arxiv_id for item in loaded[day.day]] for day in days}


def test_each_open_paper_is_on_one_day_that_of_its_entry_or_else_of_its_submission(
    store: Store, add: Add, now: datetime
) -> None:
    opened = ((EventKind.OPENED, now),)
    add("2606.00001", events=opened, at=now - timedelta(days=2))
    add("2606.00002", events=opened, at=now - timedelta(days=1), link="ann/b")
    add("2605.00003", at=now - MONTH, link="ann/c")  # of the past: it entered no feed
    add("2606.00004", code=State.NONE, link="ann/d")
    feed_entries.add_new_entries(store, now)
    days = archive.load_days(store)
    today, past = f"{now:%Y-%m-%d}", f"{now - MONTH:%Y-%m-%d}"
    assert [(day.day, day.papers, day.closed) for day in days] == [(today, 2, 0), (past, 1, 0)]
    assert names(store, days) == {today: ["2606.00002", "2606.00001"], past: ["2605.00003"]}
    assert sum(day.papers for day in days) == statistics.load_counts(store, now)["open_papers"]
    assert days[0].opened == {Fact.CODE: 2, Fact.WEIGHTS: 0, Fact.DATA: 0, Fact.DEMO: 0}


def test_what_closed_stays_on_its_day_and_changes_its_digest_alone(store: Store, add: Add, now: datetime) -> None:
    for number, link in ((1, "ann/a"), (2, "ann/b")):
        add(f"2606.0000{number}", events=((EventKind.OPENED, now),), link=link)
    add("2605.00003", at=now - MONTH, link="ann/c")
    feed_entries.add_new_entries(store, now)
    before = archive.load_days(store)
    assert archive.load_days(store) == before
    add("2606.00001", code=State.GONE, link="ann/a")
    after = archive.load_days(store)
    assert [(day.papers, day.closed) for day in after] == [(1, 1), (1, 0)]
    assert [old.digest == new.digest for old, new in zip(before, after, strict=True)] == [False, True]
    assert len(names(store, after)[after[0].day]) == 2


def test_a_selection_has_all_of_its_filters(store: Store, add: Add, now: datetime) -> None:
    add("2606.00001", at=now - timedelta(days=3), categories=("cs.CL", "cs.LG"))
    add("2606.00002", at=now - timedelta(days=1), link="ann/b")
    add("2606.00003", at=now - timedelta(days=2), link="ann/c", events=((EventKind.OPENED, now),))
    add("2606.00004", code=State.AVAILABLE, link="ann/d")
    feed_entries.add_new_entries(store, now)

    def found(selection: Selection, per_page: int = 10) -> list[str | None]:
        return [item.arxiv_id for item in archive.load_selected(store, selection, per_page)]

    everything = Selection()
    assert found(everything) == ["2606.00003", "2606.00002", "2606.00001"], "the newest in the feed comes first"
    assert found(Selection(order=Order.SUBMITTED)) == ["2606.00002", "2606.00003", "2606.00001"]
    assert archive.count_selected(store, everything) == 3
    assert found(Selection(page=2), 2) == ["2606.00001"]
    assert found(Selection(categories=("cs.CL", "cs.CV"))) == ["2606.00001"]
    assert found(Selection(categories=("cs.CV",))) == []
    assert found(Selection(facts=(Fact.CODE, Fact.WEIGHTS))) == []
    for licence, count in (("mit", 3), ("osi", 3), ("apache-2.0", 0), ("' OR 1=1 --", 0)):
        assert archive.count_selected(store, Selection(licences=(licence,))) == count, licence
    assert archive.count_open_by_category(store)["cs.CL", Fact.CODE] == 1
    assert archive.count_open_by_category(store)["", Fact.CODE] == 3
