"""Counts over time, and how long promises are waited for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from tracker.domain.evidence import LicenceCount, MonthCount, PromiseWait
from tracker.domain.feeds import PROMISE_KEPT_FEED
from tracker.domain.history import SHIPPED_AT_FIRST, Event
from tracker.domain.terms import Cause, EventKind, Fact, State
from tracker.store import feed_entries, judgements, month_events, trends
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
    add("2606.00004", at=submitted, events=((EventKind.SHIPPED, now + timedelta(days=10)),))
    shipped, waiting = trends.load_waiting_times(store, now + timedelta(days=20))
    assert shipped == PromiseWait(2.0, 12.0, True, "no date", ("cs.LG",))
    assert waiting == PromiseWait(2.0, 22.0, False, "no date", ("cs.LG",))


SEEN = (EventKind.SHIPPED, Cause.WORLD, "")
AT_FIRST = (EventKind.SHIPPED, Cause.WORLD, SHIPPED_AT_FIRST)


@pytest.mark.parametrize(
    ("hours", "kept_by", "seen"),
    [
        (1, [SEEN], True),
        (1, [AT_FIRST], False),
        (80, [SEEN], True),
        # The first check came late: the code may be as old as the promise.
        (80, [AT_FIRST, (EventKind.OPENED, Cause.WORLD, "")], False),
        (80, [SEEN, AT_FIRST], False),
        (80, [(EventKind.SHIPPED, Cause.BACKFILL, "")], False),
        (80, [(EventKind.SHIPPED, Cause.RULE, "")], False),
    ],
)
def test_one_rule_says_which_promises_were_seen_to_be_kept(
    store: Store, add: Add, now: datetime, hours: int, kept_by: list[tuple[EventKind, Cause, str]], seen: bool
) -> None:
    work, at = add("2606.00001", at=now - timedelta(days=2)), now + timedelta(hours=hours)
    happened = [
        Event(
            work=work,
            reference=f"github:ann/tool{number}",
            kind=kind,
            cause=cause,
            happened_at=at,
            observed_at=at,
            detail=detail,
        )
        for number, (kind, cause, detail) in enumerate(kept_by)
    ]
    promise = Event(
        work=work,
        reference=None,
        kind=EventKind.PROMISED,
        cause=Cause.WORLD,
        happened_at=now,
        observed_at=now,
        detail="",
    )
    judgement = judgements.Judgement(verdicts=(), events=[promise, *happened], lifecycles={})
    judgements.save_judgements(store, {work: judgement}, "j1", at)
    assert [wait.kept for wait in trends.load_waiting_times(store, at)] == [True] * seen
    reports = month_events.count_month_events(store, "2026-01")
    assert sum(report.counts.get("kept", 0) for report in reports) == seen
    assert [event.figure for report in reports for event in report.events] == ["kept"] * seen
    feed_entries.add_new_entries(store, at)
    with store.read() as connection:
        entries = feed_entries.load_entries(connection, PROMISE_KEPT_FEED, 10)
    assert len(entries) == sum(event == SEEN for event in kept_by)
