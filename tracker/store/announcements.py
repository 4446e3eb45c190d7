"""What arXiv announced on which day, and what of it is stored and scanned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import bindparam, func, select, update

from tracker.domain.terms import Source
from tracker.store.dialect import upsert
from tracker.store.engine import Store
from tracker.store.tables.service import ANNOUNCEMENT
from tracker.store.tables.work import SCAN, WORK

NEW, CROSS, REPLACED, WITHDRAWN = "new", "cross", "replaced", "withdrawn"


@dataclass(frozen=True, slots=True)
class Announcement:
    """A version that `source` (a name of `[upstreams]`) says was announced on that New York day."""

    arxiv_id: str
    n: int
    day: date
    kind: str
    source: str


@dataclass(frozen=True, slots=True)
class AnnouncedVersion:
    """An announced version, and whether it is stored and scanned."""

    arxiv_id: str
    n: int
    day: date
    kind: str
    source: str
    stored: bool
    scanned: bool
    waits: bool = False
    """Whether the paper's full text is still to be read."""


def save_announcements(store: Store, announcements: Sequence[Announcement]) -> None:
    """Store what was announced. What is stored already stays as the first source stated it, except that a replacement may
    turn out to be a withdrawal: not every source states these."""
    if not announcements:
        return
    withdrawn = [
        {"paper": announcement.arxiv_id, "version": announcement.n}
        for announcement in announcements
        if announcement.kind == WITHDRAWN
    ]
    with store.begin() as connection:
        upsert(connection, ANNOUNCEMENT, map(asdict, announcements))
        if withdrawn:
            connection.execute(
                update(ANNOUNCEMENT)
                .where(
                    ANNOUNCEMENT.c.arxiv_id == bindparam("paper"),
                    ANNOUNCEMENT.c.n == bindparam("version"),
                    ANNOUNCEMENT.c.kind == REPLACED,
                )
                .values(kind=WITHDRAWN),
                withdrawn,
            )


def load_announced_versions(store: Store, since: date, until: date) -> list[AnnouncedVersion]:
    """Everything announced from `since` to `until` (New York days, inclusive), by day and id."""
    scanned = (
        select(SCAN.c.work)
        .where(
            SCAN.c.work == WORK.c.id,
            SCAN.c.version >= ANNOUNCEMENT.c.n,
            SCAN.c.source == Source.METADATA.value,
        )
        .exists()
    )
    with store.read() as connection:
        return [
            AnnouncedVersion(
                row.arxiv_id,
                row.n,
                row.day,
                row.kind,
                row.source,
                stored=row.latest >= row.n,
                scanned=bool(row.scanned),
                waits=row.text_due_at is not None,
            )
            for row in connection.execute(
                select(
                    ANNOUNCEMENT,
                    func.coalesce(WORK.c.latest, 0).label("latest"),
                    scanned.label("scanned"),
                    WORK.c.text_due_at,
                )
                .select_from(ANNOUNCEMENT.outerjoin(WORK, WORK.c.arxiv_id == ANNOUNCEMENT.c.arxiv_id))
                .where(ANNOUNCEMENT.c.day >= since, ANNOUNCEMENT.c.day <= until)
                .order_by(ANNOUNCEMENT.c.day, ANNOUNCEMENT.c.arxiv_id, ANNOUNCEMENT.c.n)
            )
        ]
