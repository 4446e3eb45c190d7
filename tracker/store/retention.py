"""Deleting evidence that nothing needs any more, so that a store does not grow by it.

All that the public views show and all that judging again needs stays for ever: versions, mentions, roles, checks, events,
feed entries, windows. A check is one row for each change: it is evidence, not a log. Deleted are

- listings of the Hub that name no stored paper: most name papers of other years or fields, which will never be stored;
- scans of superseded versions, where a newer version was read from the same source: no judgement reads them. Those of
  full texts stay, because figures say what was known on a paper's first days.

Rows are deleted in small batches, each in its own transaction: a worker that is killed loses nothing, and nobody waits
long.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, delete, literal, select, tuple_

from tracker.domain.reading import TEXT_SOURCES
from tracker.store.engine import Store
from tracker.store.tables.artifact import HUB_LISTING
from tracker.store.tables.work import SCAN, WORK

BATCH = 2_000


@dataclass(frozen=True, slots=True)
class DeletedRows:
    """How many rows were deleted."""

    listings: int = 0
    scans: int = 0


def delete_expired(
    store: Store, now: datetime, *, listings_days: int, scans_days: int, go_on: Callable[[], object] = lambda: None
) -> DeletedRows:
    """Delete what is not needed and older than so many days; 0 days keep it for ever.

    `go_on` is called between two batches and may raise, to stop.
    """
    return DeletedRows(
        listings=_delete(store, HUB_LISTING, _unclaimed(now - timedelta(days=listings_days)), go_on)
        if listings_days
        else 0,
        scans=_delete(store, SCAN, _superseded(now - timedelta(days=scans_days)), go_on) if scans_days else 0,
    )


def _unclaimed(before: datetime) -> ColumnElement[bool]:
    claimed = select(WORK.c.id).where(WORK.c.arxiv_id == HUB_LISTING.c.arxiv_id)
    return (HUB_LISTING.c.seen_at < before) & ~claimed.exists()


def _superseded(before: datetime) -> ColumnElement[bool]:
    newer = SCAN.alias("newer")
    # Read, not only tried: how far a source was read decides which links a paper has dropped since.
    read_since = select(newer.c.work).where(
        newer.c.work == SCAN.c.work,
        newer.c.source == SCAN.c.source,
        newer.c.version > SCAN.c.version,
        newer.c.outcome == "read",
    )
    # When a full text was first read decides what is known of the paper's first days.
    is_text = SCAN.c.source.in_([source.value for source in TEXT_SOURCES]) & (SCAN.c.outcome == "read")
    return (SCAN.c.scanned_at < before) & read_since.exists() & ~is_text


def _delete(store: Store, target: Table, is_old: ColumnElement[bool], go_on: Callable[[], object]) -> int:
    keys = list(target.primary_key)
    deleted, last = 0, None
    while True:
        go_on()
        with store.read() as connection:
            batch = _next_keys(connection, keys, is_old, last)
        if not batch:
            return deleted
        with store.begin() as connection:
            for start in range(0, len(batch), 200):
                # The condition again: a paper may have come between reading and deleting.
                rows = tuple_(*keys).in_(batch[start : start + 200]) & is_old
                deleted += connection.execute(delete(target).where(rows)).rowcount
        last = batch[-1]


def _next_keys(
    connection: Connection, keys: list[Any], is_old: ColumnElement[bool], last: Any
) -> list[tuple[Any, ...]]:
    next_rows = select(*keys).where(is_old).order_by(*keys).limit(BATCH)
    if last is not None:
        # Each with its column's type, which says how it is stored: a source is a number.
        after = (literal(value, key.type) for key, value in zip(keys, last, strict=True))
        next_rows = next_rows.where(tuple_(*keys) > tuple_(*after))
    return [tuple(row) for row in connection.execute(next_rows)]
