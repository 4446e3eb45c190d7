"""What arXiv announced on which day, and what of it is stored and read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, func, select, update

from tracker.domain.terms import Source
from tracker.store.dialect import upsert
from tracker.store.engine import Store
from tracker.store.keys import paper_work
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
    """What became of an announced version."""

    arxiv_id: str
    n: int
    day: date
    kind: str
    source: str
    stored: bool
    scanned: bool


def save_announcements(store: Store, told: Sequence[Announcement]) -> None:
    """Note what was announced. What is noted already stays as it was told first, but that a replacement turns out to be
    a withdrawal: not every upstream tells these."""
    if not told:
        return
    with store.begin() as connection:
        upsert(
            connection,
            ANNOUNCEMENT,
            (
                {
                    "work": paper_work(one.arxiv_id),
                    "n": one.n,
                    "day": one.day,
                    "kind": one.kind,
                    "source": one.source,
                }
                for one in told
            ),
        )
        gone = [{"key": paper_work(one.arxiv_id), "number": one.n} for one in told if one.kind == WITHDRAWN]
        if gone:
            connection.execute(
                update(ANNOUNCEMENT)
                .where(
                    ANNOUNCEMENT.c.work == bindparam("key"),
                    ANNOUNCEMENT.c.n == bindparam("number"),
                    ANNOUNCEMENT.c.kind == REPLACED,
                )
                .values(kind=WITHDRAWN),
                gone,
            )


def load_announced_versions(store: Store, since: date, until: date) -> list[AnnouncedVersion]:
    """Everything announced from `since` to `until` (New York days, inclusive), by day and id."""
    read = (
        select(SCAN.c.work)
        .where(
            SCAN.c.work == ANNOUNCEMENT.c.work,
            SCAN.c.version >= ANNOUNCEMENT.c.n,
            SCAN.c.source == Source.METADATA.value,
        )
        .exists()
    )
    with store.read() as connection:
        return [
            AnnouncedVersion(
                row.work.partition(":")[2],
                row.n,
                row.day,
                row.kind,
                row.source,
                stored=row.latest >= row.n,
                scanned=bool(row.scanned),
            )
            for row in connection.execute(
                select(ANNOUNCEMENT, func.coalesce(WORK.c.latest, 0).label("latest"), read.label("scanned"))
                .select_from(ANNOUNCEMENT.outerjoin(WORK, WORK.c.id == ANNOUNCEMENT.c.work))
                .where(ANNOUNCEMENT.c.day >= since, ANNOUNCEMENT.c.day <= until)
                .order_by(ANNOUNCEMENT.c.day, ANNOUNCEMENT.c.work, ANNOUNCEMENT.c.n)
            )
        ]
