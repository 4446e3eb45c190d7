"""Entries of feeds: which event entered which feed, and when. An entry is written once and never changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, String, func, select, type_coerce

from tracker.domain.feeds import FACT_FEEDS, GONE_FEED, MAIN_FEED, PROMISE_KEPT_FEED
from tracker.domain.terms import Cause, EventKind, Fact, State
from tracker.store.dialect import upsert
from tracker.store.engine import Store
from tracker.store.joined import EVENTS, VERDICTS
from tracker.store.kept_promises import is_seen
from tracker.store.tables.judgement import FEED_ENTRY
from tracker.store.tables.work import WORK, WORK_CATEGORY

FEEDS = (MAIN_FEED, *(fact.value for fact in FACT_FEEDS), PROMISE_KEPT_FEED, GONE_FEED)
_CAN_OPEN = (EventKind.FOUND, EventKind.SHIPPED, EventKind.LICENSED, EventKind.RELICENSED, EventKind.RESTORED)


def add_new_entries(store: Store, now: datetime) -> int:
    """Add what is new to every feed; returns how many papers are new in the main feed.

    Only events that the world caused enter a feed: a backfill, a new rule, a correction or an import is not news. Dates
    within a batch are distinct whole seconds that end at `now`, with the newest paper last: feed readers order by date,
    and some drop items that share one.
    """
    with store.begin() as connection:
        new = _add(connection, MAIN_FEED, _opened(), now)
        for fact in FACT_FEEDS:
            _add(connection, fact.value, _open_fact(fact), now)
        _add(connection, PROMISE_KEPT_FEED, _promises_kept(), now, once=False)
        _add(connection, GONE_FEED, _by_kind(EventKind.GONE), now, once=False)
    return new


def _add(connection: Connection, feed: str, events: Any, now: datetime, *, once: bool = True) -> int:
    """Add the events that a query gives as (id, work) to a feed; with `once` a work enters it a single time."""
    entered = select(FEED_ENTRY.c.work).where(FEED_ENTRY.c.feed == feed, FEED_ENTRY.c.work == EVENTS.c.work)
    if not once:
        entered = entered.where(FEED_ENTRY.c.event == EVENTS.c.id)
    rows = connection.execute(
        events.join(WORK, WORK.c.id == EVENTS.c.work)
        .where(EVENTS.c.cause == Cause.WORLD.value, WORK.c.latest > 0, ~entered.exists())
        .order_by(WORK.c.submitted_at.desc(), WORK.c.id.desc(), EVENTS.c.observed_at.desc(), EVENTS.c.id)
    ).all()
    taken = _taken_dates(connection, feed, now)
    date, new, works = now, [], set[int]()
    for row in rows:
        if once and row.work in works:
            continue
        works.add(row.work)
        while date in taken:
            date -= timedelta(seconds=1)
        taken.add(date)
        new.append({"feed": feed, "work": row.work, "event": row.id, "entered_at": date})
    upsert(connection, FEED_ENTRY, new)
    return len(new)


def _taken_dates(connection: Connection, feed: str, now: datetime) -> set[datetime]:
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
    """Events that may have opened a fact: those of the artifact that decides it now."""
    deciding = (VERDICTS.c.work == EVENTS.c.work) & (VERDICTS.c.reference == EVENTS.c.reference)
    return (
        _by_kind(*_CAN_OPEN)
        .join(VERDICTS, deciding)
        .where(VERDICTS.c.fact == fact.value, VERDICTS.c.state == State.OPEN.value)
    )


def _promises_kept() -> Any:
    """`shipped` events after a promise, by the paper or by a placeholder, that were seen to keep it."""
    before = EVENTS.alias()
    promised = select(before.c.id).where(
        before.c.work == EVENTS.c.work,
        before.c.kind.in_([EventKind.PROMISED.value, EventKind.PLACEHOLDER.value]),
        before.c.happened_at < EVENTS.c.happened_at,
        before.c.reference.is_(None) | (before.c.reference == EVENTS.c.reference),
    )
    return _by_kind(EventKind.SHIPPED).where(promised.exists(), is_seen(EVENTS))


def load_entries(connection: Connection, feed: str, limit: int, category: str = "") -> Sequence[Any]:
    """The newest entries of a feed, newest first; only those in a category, where one is named."""
    entries = select(FEED_ENTRY.c.work, FEED_ENTRY.c.event, FEED_ENTRY.c.entered_at).where(
        FEED_ENTRY.c.feed == feed
    )
    if category:
        entries = entries.join(WORK_CATEGORY, WORK_CATEGORY.c.work == FEED_ENTRY.c.work).where(
            WORK_CATEGORY.c.category == category
        )
    return connection.execute(entries.order_by(FEED_ENTRY.c.entered_at.desc()).limit(limit)).all()


def load_entry_days(store: Store, most: int) -> list[str]:
    """The newest days of UTC on which papers entered the main feed, as `2026-06-16`, the newest first."""
    day = func.substr(type_coerce(FEED_ENTRY.c.entered_at, String), 1, 10).label("day")
    rows = select(day).where(FEED_ENTRY.c.feed == MAIN_FEED).group_by(day).order_by(day.desc()).limit(most)
    with store.read() as connection:
        return list(connection.execute(rows).scalars())
