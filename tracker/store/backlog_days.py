"""How many papers waited to be read on each of the last days, at least."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import delete, select

from tracker.store.dialect import upsert
from tracker.store.engine import Store
from tracker.store.tables.service import BACKLOG

KEPT = timedelta(days=30)


def note_day(store: Store, day: date, papers: int) -> None:
    """Note how many papers wait now; of each day the fewest are kept, for a month."""
    with store.begin() as connection:
        before = connection.execute(select(BACKLOG.c.papers).where(BACKLOG.c.day == day)).scalar_one_or_none()
        if before is None or papers < before:
            upsert(connection, BACKLOG, [{"day": day, "papers": papers}], ("papers",))
            connection.execute(delete(BACKLOG).where(BACKLOG.c.day < day - KEPT))


def load_days(store: Store, since: date) -> dict[date, int]:
    """The fewest papers that waited on each day from `since` on."""
    with store.read() as connection:
        rows = connection.execute(select(BACKLOG.c.day, BACKLOG.c.papers).where(BACKLOG.c.day >= since))
        return {row.day: row.papers for row in rows}
