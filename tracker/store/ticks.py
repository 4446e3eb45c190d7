"""Which ticks of the timetable were begun, so that of several services one runs each."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text

from tracker.store.engine import Store
from tracker.store.times import format_utc

# Stored times sort as text.
_CLAIM = text(
    "INSERT INTO tick (job, at) VALUES (:job, :at) "
    "ON CONFLICT (job) DO UPDATE SET at = excluded.at WHERE tick.at < excluded.at RETURNING at"
)


def claim_tick(store: Store, job: str, at: datetime) -> bool:
    """Whether nobody began this tick of a job, or a later one, before; from now on somebody has."""
    with store.begin() as connection:
        return connection.execute(_CLAIM, {"job": job, "at": format_utc(at)}).first() is not None
