"""Webhooks and their deliveries: which event each is to get, and what became of it.

Every entry of a feed gets one row for each webhook, wanted or not, so that a kill between two steps loses none and a
changed filter brings back nothing old.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, literal, select, update

from tracker.domain.feeds import EVENT_TYPES
from tracker.store.columns import UtcText
from tracker.store.dialect import among, upsert
from tracker.store.engine import Store
from tracker.store.tables.judgement import FEED_ENTRY
from tracker.store.tables.service import WEBHOOK, WEBHOOK_DELIVERY

NEWS_FOR = timedelta(days=7)
"""An older entry that no webhook was to get until then is not sent: it is not news any more."""
KEPT_FOR = 2 * NEWS_FOR
"""Settled rows are kept for so long: longer than their entries are news, also where the clock is set back."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a feed: the feed, the key of the work, the event and the date there."""

    feed: str
    work: int
    event: str
    entered_at: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """An entry that a webhook is to get, since when, and how often it was sent."""

    entry: Entry
    added_at: datetime
    tries: int


@dataclass(frozen=True, slots=True)
class WebhookState:
    """How a webhook does: `reason` says why it fails since `failing_since`; `ended` counts events that it never got."""

    name: str
    is_gone: bool
    failing_since: datetime | None
    reason: str
    tried_at: datetime | None
    ended: int
    waiting: int


def sync_webhooks(store: Store, addresses: Mapping[str, str], now: datetime) -> None:
    """Take over the webhooks of the settings, as names and digests of addresses: a new one gets what enters a feed from
    now on, one with a new address is tried again, one that is no longer configured is deleted."""
    with store.begin() as connection:
        known = {row.name: row.address for row in connection.execute(select(WEBHOOK.c.name, WEBHOOK.c.address))}
        if known == addresses:
            return
        dropped = list(known.keys() - addresses.keys())
        connection.execute(delete(WEBHOOK_DELIVERY).where(among(WEBHOOK_DELIVERY.c.webhook, dropped)))
        connection.execute(delete(WEBHOOK).where(among(WEBHOOK.c.name, dropped)))
        changed = [name for name, address in addresses.items() if known.get(name) != address]
        values = {"is_gone": False, "failing_since": None, "reason": ""}
        upsert(
            connection,
            WEBHOOK,
            [{"name": name, "address": addresses[name], **values} for name in changed],
            ("address", *values),
        )
        for name in addresses.keys() - known.keys():
            _save(connection, name, _new_entries(connection, name, now), now, wanted=False)


def load_new_entries(store: Store, webhook: str, now: datetime) -> list[Entry]:
    """The entries of feeds of which it is not decided yet whether this webhook gets them."""
    with store.read() as connection:
        return _new_entries(connection, webhook, now)


def _new_entries(connection: Connection, webhook: str, now: datetime) -> list[Entry]:
    decided = select(WEBHOOK_DELIVERY.c.work).where(
        WEBHOOK_DELIVERY.c.webhook == webhook,
        WEBHOOK_DELIVERY.c.feed == FEED_ENTRY.c.feed,
        WEBHOOK_DELIVERY.c.work == FEED_ENTRY.c.work,
        WEBHOOK_DELIVERY.c.event == FEED_ENTRY.c.event,
    )
    rows = connection.execute(
        select(FEED_ENTRY.c.feed, FEED_ENTRY.c.work, FEED_ENTRY.c.event, FEED_ENTRY.c.entered_at)
        .where(FEED_ENTRY.c.feed.in_(EVENT_TYPES), FEED_ENTRY.c.entered_at >= now - NEWS_FOR, ~decided.exists())
        .order_by(FEED_ENTRY.c.entered_at, FEED_ENTRY.c.feed)
    )
    return [Entry(row.feed, row.work, row.event, row.entered_at) for row in rows]


def add_deliveries(
    store: Store, webhook: str, wanted: Sequence[Entry], others: Sequence[Entry], now: datetime
) -> None:
    """Note that a webhook is to get some entries and not the others, and forget what was settled long ago."""
    with store.begin() as connection:
        _save(connection, webhook, wanted, now, wanted=True)
        _save(connection, webhook, others, now, wanted=False)
        connection.execute(
            delete(WEBHOOK_DELIVERY).where(
                WEBHOOK_DELIVERY.c.webhook == webhook,
                WEBHOOK_DELIVERY.c.entered_at < now - KEPT_FOR,
                WEBHOOK_DELIVERY.c.next_at.is_(None),
            )
        )


def _save(connection: Connection, webhook: str, entries: Iterable[Entry], now: datetime, *, wanted: bool) -> None:
    upsert(
        connection,
        WEBHOOK_DELIVERY,
        [
            {
                "webhook": webhook,
                "feed": entry.feed,
                "work": entry.work,
                "event": entry.event,
                "entered_at": entry.entered_at,
                "added_at": now,
                "next_at": now if wanted else None,
            }
            for entry in entries
        ],
    )


def load_due_deliveries(store: Store, webhook: str, now: datetime, limit: int) -> list[Delivery]:
    """What a webhook is to get now, the oldest first."""
    each = WEBHOOK_DELIVERY.c
    with store.read() as connection:
        rows = connection.execute(
            select(WEBHOOK_DELIVERY)
            .where(each.webhook == webhook, each.next_at <= now)
            .order_by(each.entered_at, each.feed, each.work)
            .limit(limit)
        )
        return [
            Delivery(Entry(row.feed, row.work, row.event, row.entered_at), row.added_at, row.tries) for row in rows
        ]


def save_try(store: Store, webhook: str, delivery: Delivery, next_at: datetime | None) -> None:
    """Note that a delivery was tried once more, and when it is tried next; None where it is settled."""
    each, entry = WEBHOOK_DELIVERY.c, delivery.entry
    with store.begin() as connection:
        connection.execute(
            update(WEBHOOK_DELIVERY)
            .where(
                each.webhook == webhook,
                each.feed == entry.feed,
                each.work == entry.work,
                each.event == entry.event,
            )
            .values(tries=delivery.tries + 1, next_at=next_at)
        )


def end_deliveries(store: Store, webhook: str, added_before: datetime) -> int:
    """Settle what waits since before a moment, undelivered; returns how many that were."""
    each = WEBHOOK_DELIVERY.c
    with store.begin() as connection:
        return connection.execute(
            update(WEBHOOK_DELIVERY)
            .where(each.webhook == webhook, each.next_at.is_not(None), each.added_at <= added_before)
            .values(next_at=None)
        ).rowcount


def save_health(
    store: Store, webhook: str, now: datetime, *, reason: str, is_gone: bool = False, ended: int = 0
) -> None:
    """Note how the last try went: `reason` is empty where it went well; `ended` events more were given up."""
    with store.begin() as connection:
        since = func.coalesce(WEBHOOK.c.failing_since, literal(now, UtcText)) if reason else None
        connection.execute(
            update(WEBHOOK)
            .where(WEBHOOK.c.name == webhook)
            .values(
                is_gone=is_gone, failing_since=since, reason=reason, tried_at=now, ended=WEBHOOK.c.ended + ended
            )
        )


def load_webhooks(store: Store) -> list[WebhookState]:
    """How each webhook does; those that do well first, then those whose last try is longest ago."""
    waiting = (
        select(func.count())
        .where(WEBHOOK_DELIVERY.c.webhook == WEBHOOK.c.name, WEBHOOK_DELIVERY.c.next_at.is_not(None))
        .scalar_subquery()
    )
    with store.read() as connection:
        rows = connection.execute(
            select(WEBHOOK, waiting.label("waiting")).order_by(
                WEBHOOK.c.failing_since.is_not(None), WEBHOOK.c.tried_at, WEBHOOK.c.name
            )
        ).all()
    return [
        WebhookState(row.name, row.is_gone, row.failing_since, row.reason, row.tried_at, row.ended, row.waiting)
        for row in rows
    ]
