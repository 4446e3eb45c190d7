"""What of the raw evidence may go, so that a store does not grow by what nobody asks for any more.

Kept for ever is all that the public views tell, and all that judging again needs: versions, mentions, roles, checks
(`sighting`), events, entries, windows. A check is one row for each change, so it is evidence and no log. What goes:

- listings of the Hub that no stored paper claims: most name papers of other years or other fields, and never will be;
- scans of superseded versions, where a newer version was read from the same source: they say when we read what is
  replaced since, and no judgement asks.

Rows go in small batches, each its own transaction: a worker that is killed has lost nothing, and nobody waits long.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, delete, select, tuple_

from tracker.store.engine import Store
from tracker.store.tables.artifact import HUB_LISTING
from tracker.store.tables.work import SCAN, WORK

BATCH = 2_000


@dataclass(frozen=True, slots=True)
class DeletedRows:
    """How many rows went."""

    listings: int = 0
    scans: int = 0


def delete_expired(
    store: Store, now: datetime, *, listings_days: int, scans_days: int, go_on: Callable[[], object] = lambda: None
) -> DeletedRows:
    """Delete what may go and is older than so many days; 0 days keep it for ever.

    `go_on` is called between two batches and may raise, to stop.
    """
    return DeletedRows(
        listings=_thinned(store, HUB_LISTING, _unclaimed(now - timedelta(days=listings_days)), go_on)
        if listings_days
        else 0,
        scans=_thinned(store, SCAN, _superseded(now - timedelta(days=scans_days)), go_on) if scans_days else 0,
    )


def _unclaimed(before: datetime) -> ColumnElement[bool]:
    claimed = select(WORK.c.id).where(WORK.c.arxiv_id == HUB_LISTING.c.arxiv_id)
    return (HUB_LISTING.c.seen_at < before) & ~claimed.exists()


def _superseded(before: datetime) -> ColumnElement[bool]:
    newer = SCAN.alias("newer")
    # Read, not only asked: how far a source was read decides which links a paper has dropped since.
    read_since = select(newer.c.work).where(
        newer.c.work == SCAN.c.work,
        newer.c.source == SCAN.c.source,
        newer.c.version > SCAN.c.version,
        newer.c.outcome == "read",
    )
    return (SCAN.c.scanned_at < before) & read_since.exists()


def _thinned(store: Store, target: Table, is_old: ColumnElement[bool], go_on: Callable[[], object]) -> int:
    keys = list(target.primary_key)
    gone, last = 0, None
    while True:
        go_on()
        with store.read() as connection:
            found = _next(connection, keys, is_old, last)
        if not found:
            return gone
        with store.begin() as connection:
            for start in range(0, len(found), 200):
                # The condition again: a paper may have come between looking and deleting.
                wanted = tuple_(*keys).in_(found[start : start + 200]) & is_old
                gone += connection.execute(delete(target).where(wanted)).rowcount
        last = found[-1]


def _next(
    connection: Connection, keys: list[Any], is_old: ColumnElement[bool], last: Any
) -> list[tuple[Any, ...]]:
    asked = select(*keys).where(is_old).order_by(*keys).limit(BATCH)
    if last is not None:
        asked = asked.where(tuple_(*keys) > tuple_(*last))
    return [tuple(row) for row in connection.execute(asked)]
