"""When each source of arXiv first showed each announcement, and how it was asked for."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select, update

from tracker.domain.appearances import Appearance
from tracker.store.dialect import upsert
from tracker.store.engine import Store
from tracker.store.tables.service import APPEARANCE


def load_appearances(store: Store, source: str, since: date, until: date) -> list[Appearance]:
    """What is known of the announcements from `since` to `until` (inclusive) at a source, in the order of the days."""
    with store.read() as connection:
        rows = connection.execute(
            select(APPEARANCE)
            .where(APPEARANCE.c.source == source, APPEARANCE.c.day.between(since, until))
            .order_by(APPEARANCE.c.day)
        )
        return [
            Appearance(row.day, row.missing_at, row.shown_at, row.probes, row.probed_at, row.refused)
            for row in rows
        ]


def load_appearance(store: Store, source: str, day: date) -> Appearance:
    """What is known of one announcement at a source."""
    return next(iter(load_appearances(store, source, day, day)), Appearance(day))


def record_reading(store: Store, source: str, day: date, now: datetime, *, is_shown: bool) -> bool:
    """Keep that a source was asked and shows an announcement, or does not yet; returns whether it shows it for the first
    time. What was seen once stays so."""
    if load_appearance(store, source, day).shown_at is not None:
        return False
    column = "shown_at" if is_shown else "missing_at"
    with store.begin() as connection:
        upsert(connection, APPEARANCE, [{"day": day, "source": source, column: now}], (column,))
    return is_shown


def begin_probe(store: Store, source: str, day: date, now: datetime) -> None:
    """Keep that a small request is about to be made, so that a killed one is not made twice."""
    probes = load_appearance(store, source, day).probes + 1
    with store.begin() as connection:
        row = {"day": day, "source": source, "probes": probes, "probed_at": now}
        upsert(connection, APPEARANCE, [row], ("probes", "probed_at"))


def record_refusal(store: Store, source: str, day: date) -> None:
    """Keep that a probe was refused or failed."""
    with store.begin() as connection:
        connection.execute(
            update(APPEARANCE).where(APPEARANCE.c.source == source, APPEARANCE.c.day == day).values(refused=True)
        )
