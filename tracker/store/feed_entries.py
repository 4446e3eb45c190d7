"""What enters which feed, and when: written once, and never changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from tracker.domain.terms import Cause, EventKind, Fact, State
from tracker.store.dialect import upsert
from tracker.store.engine import Store
from tracker.store.joined import EVENTS, VERDICTS
from tracker.store.tables.judgement import FEED_ENTRY
from tracker.store.tables.work import WORK, WORK_CATEGORY

MAIN_FEED = "main"
FACT_FEEDS = (Fact.WEIGHTS, Fact.DATA, Fact.DEMO)
PROMISE_KEPT, GONE = "event/promise-kept", "event/gone"
FEEDS = (MAIN_FEED, *(fact.value for fact in FACT_FEEDS), PROMISE_KEPT, GONE)
_CAN_OPEN = (EventKind.FOUND, EventKind.SHIPPED, EventKind.LICENSED, EventKind.RELICENSED, EventKind.RESTORED)


def add_new_entries(store: Store, now: datetime) -> int:
    """Enter what is new into every feed; returns how many papers are new in the main one.

    Only what the world caused enters: a backfill, a new rule, a correction or an import is no news. Dates within a
    batch are distinct whole seconds that end at `now`, the newest paper last written: readers order by date, and some
    drop items that share one.
    """
    with store.begin() as connection:
        new = _enter(connection, MAIN_FEED, _opened(), now)
        for fact in FACT_FEEDS:
            _enter(connection, fact.value, _open_fact(fact), now)
        _enter(connection, PROMISE_KEPT, _kept(), now, once=False)
        _enter(connection, GONE, _by_kind(EventKind.GONE), now, once=False)
    return new


def _enter(connection: Connection, feed: str, events: Any, now: datetime, *, once: bool = True) -> int:
    """Enter the events that a query gives as (id, work); with `once` a work enters a feed a single time."""
    entered = select(FEED_ENTRY.c.work).where(FEED_ENTRY.c.feed == feed, FEED_ENTRY.c.work == EVENTS.c.work)
    if not once:
        entered = entered.where(FEED_ENTRY.c.event == EVENTS.c.id)
    rows = connection.execute(
        events.join(WORK, WORK.c.id == EVENTS.c.work)
        .where(EVENTS.c.cause == Cause.WORLD.value, WORK.c.latest > 0, ~entered.exists())
        .order_by(WORK.c.submitted_at.desc(), WORK.c.id.desc(), EVENTS.c.observed_at.desc(), EVENTS.c.id)
    ).all()
    taken = _taken(connection, feed, now)
    moment, new, works = now, [], set[str]()
    for row in rows:
        if once and row.work in works:
            continue
        works.add(row.work)
        while moment in taken:
            moment -= timedelta(seconds=1)
        taken.add(moment)
        new.append({"feed": feed, "work": row.work, "event": row.id, "entered_at": moment})
    upsert(connection, FEED_ENTRY, new)
    return len(new)


def _taken(connection: Connection, feed: str, now: datetime) -> set[datetime]:
    lately = select(FEED_ENTRY.c.entered_at).where(
        FEED_ENTRY.c.feed == feed, FEED_ENTRY.c.entered_at >= now - timedelta(days=1)
    )
    return set(connection.execute(lately).scalars())


def _by_kind(*kinds: EventKind) -> Any:
    return select(EVENTS.c.id, EVENTS.c.work).where(EVENTS.c.kind.in_([kind.value for kind in kinds]))


def _opened() -> Any:
    """Each paper's first `opened`."""
    first = (
        select(EVENTS.c.work, func.min(EVENTS.c.observed_at).label("at"))
        .where(EVENTS.c.kind == EventKind.OPENED.value)
        .group_by(EVENTS.c.work)
        .subquery()
    )
    return _by_kind(EventKind.OPENED).join(
        first, (first.c.work == EVENTS.c.work) & (first.c.at == EVENTS.c.observed_at)
    )


def _open_fact(fact: Fact) -> Any:
    """What may have opened a fact: the events of the artifact that decides it now."""
    deciding = (VERDICTS.c.work == EVENTS.c.work) & (VERDICTS.c.reference == EVENTS.c.reference)
    return (
        _by_kind(*_CAN_OPEN)
        .join(VERDICTS, deciding)
        .where(VERDICTS.c.fact == fact.value, VERDICTS.c.state == State.OPEN.value)
    )


def _kept() -> Any:
    """What shipped after it was promised, by the paper or by a placeholder."""
    before = EVENTS.alias()
    promised = select(before.c.id).where(
        before.c.work == EVENTS.c.work,
        before.c.kind.in_([EventKind.PROMISED.value, EventKind.PLACEHOLDER.value]),
        before.c.happened_at < EVENTS.c.happened_at,
        before.c.reference.is_(None) | (before.c.reference == EVENTS.c.reference),
    )
    return _by_kind(EventKind.SHIPPED).where(promised.exists())


def load_entries(connection: Connection, feed: str, limit: int, category: str = "") -> Sequence[Any]:
    """The newest entries of a feed, newest first; only those in a category, where one is named."""
    wanted = select(FEED_ENTRY.c.work, FEED_ENTRY.c.event, FEED_ENTRY.c.entered_at).where(
        FEED_ENTRY.c.feed == feed
    )
    if category:
        wanted = wanted.join(WORK_CATEGORY, WORK_CATEGORY.c.work == FEED_ENTRY.c.work).where(
            WORK_CATEGORY.c.category == category
        )
    return connection.execute(wanted.order_by(FEED_ENTRY.c.entered_at.desc()).limit(limit)).all()
