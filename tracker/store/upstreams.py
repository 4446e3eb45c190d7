"""What fetching must remember of each upstream across processes and restarts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, or_, select, text, update

from tracker.domain.protocols import Turns
from tracker.store.dialect import upsert
from tracker.store.engine import Store
from tracker.store.readonly_sql import run_query
from tracker.store.tables.service import UPSTREAM
from tracker.store.times import format_utc, parse_utc

PAGES_LIFETIME = timedelta(days=2)
"""A host of pages that got no request for so long is deleted."""
LONGEST_STOP = timedelta(days=7)
"""A stop that ends later than this was stored by a clock that ran ahead, and would hold for as long as the clock was
wrong."""
SHORTENED_STOP = timedelta(days=1)
"""Such a stop lasts so long from now instead: the longest that an upstream is known to ask for."""


_STOP = text(
    "INSERT INTO upstream (name, stop_until, stop_reason, last_error, budget_used) "
    "VALUES (:name, :until, :reason, '', 0) ON CONFLICT (name) DO UPDATE "
    "SET stop_until = excluded.stop_until, stop_reason = excluded.stop_reason "
    "WHERE upstream.stop_until IS NULL OR upstream.stop_until < excluded.stop_until"
)
# Stored times sort as text.
_IN_PERIOD = "coalesce(upstream.budget_from > :past AND upstream.budget_from <= :now, false)"
_SPEND = text(
    "INSERT INTO upstream (name, stop_reason, last_error, budget_from, budget_used) VALUES (:name, '', '', :now, 1) "  # noqa: S608 # constants
    "ON CONFLICT (name) DO UPDATE "
    f"SET budget_from = CASE WHEN {_IN_PERIOD} THEN upstream.budget_from ELSE :now END, "
    f"budget_used = CASE WHEN {_IN_PERIOD} THEN upstream.budget_used + 1 ELSE 1 END "
    f"WHERE NOT {_IN_PERIOD} OR upstream.budget_used < :limit RETURNING budget_used"
)


class StoredUpstreams:
    """`tracker.domain.protocols.UpstreamMemory` in the store's `upstream` table."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def turns(self) -> Turns | None:
        """Who grants turns at upstreams: the store, where it is on a server."""
        return self._store.leases

    def stopped(self, upstream: str, now: datetime) -> tuple[datetime, str] | None:
        """(until, reason) of a stop in force at `now`. One that was stored by a clock that ran ahead is shortened."""
        stop = self.load_stop(upstream, now)
        if stop is not None and stop[0] == now + SHORTENED_STOP:
            with self._store.begin() as connection:
                connection.execute(
                    update(UPSTREAM)
                    .where(UPSTREAM.c.name == upstream, UPSTREAM.c.stop_until > now + LONGEST_STOP)
                    .values(stop_until=stop[0])
                )
        return stop

    def load_stop(self, upstream: str, now: datetime) -> tuple[datetime, str] | None:
        """The same, and nothing is written: for a store that is only read."""
        with self._store.read() as connection:
            row = connection.execute(select(UPSTREAM).where(UPSTREAM.c.name == upstream)).one_or_none()
        if row is None or row.stop_until is None or row.stop_until <= now:
            return None
        until: datetime = row.stop_until
        return (until if until <= now + LONGEST_STOP else now + SHORTENED_STOP), row.stop_reason

    def stop(self, upstream: str, until: datetime, reason: str) -> None:
        """Forbid requests until then; a later stop replaces an earlier one."""
        with self._store.begin() as connection:
            connection.execute(_STOP, {"name": upstream, "until": format_utc(until), "reason": reason})

    def spend(self, upstream: str, limit: int, seconds: int, now: datetime) -> datetime | None:
        """Take one request of `limit` per `seconds`; None if granted, else when the next is free.

        One statement, so that several machines never grant more than the limit together."""
        period = timedelta(seconds=seconds)
        if limit <= 0:
            return now + period
        asked = {"name": upstream, "now": format_utc(now), "past": format_utc(now - period), "limit": limit}
        with self._store.begin() as connection:
            used = connection.execute(_SPEND, asked).scalar_one_or_none()
            if used is None:
                since = connection.execute(select(UPSTREAM.c.budget_from).where(UPSTREAM.c.name == upstream))
                end: datetime = since.scalar_one() + period
                return end
            if used == 1:
                _delete_old_pages(connection, now)
        return None

    def spent_until(self, upstream: str, limit: int, seconds: int, now: datetime) -> datetime | None:
        """When the next request is free, where `spend` would refuse one now; takes none."""
        with self._store.read() as connection:
            row = connection.execute(select(UPSTREAM).where(UPSTREAM.c.name == upstream)).one_or_none()
        if row is None or row.budget_from is None or row.budget_used < limit:
            return None
        end: datetime = row.budget_from + timedelta(seconds=seconds)
        return end if row.budget_from <= now < end else None

    def record(self, upstream: str, now: datetime, error: str | None) -> None:
        """Store the result of a request; writes only when health changed or a minute has passed."""
        with self._store.read() as connection:
            row = connection.execute(select(UPSTREAM).where(UPSTREAM.c.name == upstream)).one_or_none()
        if error is None:
            fresh = (
                row is not None and row.last_ok_at is not None and abs(now - row.last_ok_at) < timedelta(minutes=1)
            )
            if fresh and row is not None and row.failing_since is None:
                return
            values: dict[str, object] = {
                "name": upstream,
                "last_ok_at": now,
                "failing_since": None,
                "last_error": "",
            }
        else:
            since = row.failing_since if row is not None and row.failing_since else now
            values = {"name": upstream, "failing_since": since, "last_error": error}
        with self._store.begin() as connection:
            upsert(connection, UPSTREAM, [values], [name for name in values if name != "name"])


def _delete_old_pages(connection: Connection, now: datetime) -> None:
    """Delete hosts of pages that today's requests do not need: strangers name them, and they must not add up."""
    connection.execute(
        delete(UPSTREAM).where(
            UPSTREAM.c.name.startswith("web:"),
            or_(UPSTREAM.c.budget_from.is_(None), UPSTREAM.c.budget_from < now - PAGES_LIFETIME),
            or_(UPSTREAM.c.stop_until.is_(None), UPSTREAM.c.stop_until < now),
        )
    )


@dataclass(frozen=True, slots=True)
class UpstreamState:
    """What is stored of one upstream, or of one host of pages (`web:HOST`)."""

    name: str
    stop_until: datetime | None
    stop_reason: str
    failing_since: datetime | None
    last_error: str
    last_ok_at: datetime | None
    budget_from: datetime | None
    budget_used: int


_COLUMNS = tuple(field.name for field in fields(UpstreamState))


def load_upstreams(url: str) -> list[UpstreamState]:
    """All that a store holds of upstreams, by name; reads only. QueryError, StoreError."""
    _, rows = run_query(url, f"SELECT {', '.join(_COLUMNS)} FROM upstream ORDER BY name")  # noqa: S608 # a constant
    return [
        UpstreamState(
            name, parse_utc(until), why, parse_utc(since), error, parse_utc(good), parse_utc(spent), used
        )
        for name, until, why, since, error, good, spent, used in rows
    ]


def load_failing_upstreams(store: Store, names: Collection[str]) -> list[UpstreamState]:
    """Those of the named upstreams whose last request failed."""
    with store.read() as connection:
        return [
            UpstreamState(*(getattr(row, name) for name in _COLUMNS))
            for row in connection.execute(
                select(UPSTREAM).where(UPSTREAM.c.failing_since.is_not(None)).order_by(UPSTREAM.c.name)
            )
            if row.name in names
        ]
