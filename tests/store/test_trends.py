"""Counts over time, and how long promises are waited for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from tracker.domain.evidence import LicenceCount, MonthCount, PromiseWait
from tracker.domain.terms import (
    EventKind,
    Fact,
    State,
)
from tracker.store import trends
from tracker.store.engine import Store

Add = Callable[..., str]


def test_months_count_all_papers_and_each_of_their_categories(store: Store, add: Add, now: datetime) -> None:
    add("2606.00001", categories=("cs.LG", "cs.CL"))
    add("2606.00002", code=State.UNKNOWN)
    add("2605.00001", at=now - timedelta(days=30))
    add("2401.00001", at=now - timedelta(days=900))
    counts = trends.count_by_month(store, "2026-05")
    assert {count for count in counts if count.fact is Fact.CODE} == {
        MonthCount("2026-05", "", State.OPEN, 1), MonthCount("2026-05", "cs.LG", State.OPEN, 1),
        MonthCount("2026-06", "", State.OPEN, 1), MonthCount("2026-06", "", State.UNKNOWN, 1, unread=1),
        MonthCount("2026-06", "cs.LG", State.OPEN, 1), MonthCount("2026-06", "cs.LG", State.UNKNOWN, 1, unread=1),
        MonthCount("2026-06", "cs.CL", State.OPEN, 1),
    }  # fmt: skip
    assert MonthCount("2026-06", "", State.UNKNOWN, 2, 1, Fact.DEMO) in counts
    assert trends.first_seen_at(store) == now


def test_licences_count_papers_whose_code_is_there(store: Store, add: Add) -> None:
    add("2606.00001")
    add("2606.00002", link="ann/two")
    add("2606.00003", link="ann/three", code=State.GONE)
    assert trends.count_by_licence(store) == [LicenceCount("MIT", "osi", 2)]


def test_waiting_times_run_from_submission_to_shipping_or_now(store: Store, add: Add, now: datetime) -> None:
    submitted = now - timedelta(days=2)
    promised = (EventKind.PROMISED, now)
    add("2606.00001", at=submitted, events=(promised, (EventKind.SHIPPED, now + timedelta(days=10))))
    add("2606.00002", at=submitted, events=(promised,))
    add("2606.00003", at=submitted, events=(promised, (EventKind.SHIPPED, now + timedelta(hours=1))))
    add("2606.00004", at=submitted, events=((EventKind.SHIPPED, now + timedelta(days=10)),))
    shipped, waiting = trends.load_waiting_times(store, now + timedelta(days=20))
    assert shipped == PromiseWait(2.0, 12.0, True, "no date", ("cs.LG",))
    assert waiting == PromiseWait(2.0, 22.0, False, "no date", ("cs.LG",)), (
        "code that was there at the first check says nothing about waiting"
    )
