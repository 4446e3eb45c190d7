"""The models from which other models were made: what the Hub said of each. Each is asked about once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from tracker.store.dialect import upsert
from tracker.store.engine import Store
from tracker.store.tables.artifact import BASE_MODEL


@dataclass(frozen=True, slots=True)
class StoredBase:
    """The Hub's record of a model, as far as it matters for what is made from it."""

    name: str
    licence_claimed: str | None
    trouble: str
    """Why its terms are unknown; empty where they are not."""
    bases: tuple[str, ...]
    asked_at: datetime


def load_base(store: Store, name: str) -> StoredBase | None:
    """What was stored under a name, in any case; None where nobody asked."""
    with store.read() as connection:
        row = connection.execute(select(BASE_MODEL).where(BASE_MODEL.c.folded == name.casefold())).one_or_none()
    if row is None:
        return None
    return StoredBase(row.name, row.licence_claimed, row.trouble, tuple(row.bases), row.asked_at)


def save_base(store: Store, asked: str, base: StoredBase) -> None:
    """Keep what the Hub answered to a question about the name `asked`."""
    row = {
        "folded": asked.casefold(),
        "name": base.name,
        "licence_claimed": base.licence_claimed,
        "trouble": base.trouble,
        "bases": list(base.bases),
        "asked_at": base.asked_at,
    }
    with store.begin() as connection:
        upsert(connection, BASE_MODEL, [row], ("name", "licence_claimed", "trouble", "bases", "asked_at"))
