"""What arXiv announced on which day, and what of it is stored and read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, func, select, update

from tracker.domain.terms import Source
from tracker.store import tables as t
from tracker.store.dialect import among, table, upsert
from tracker.store.engine import Store
from tracker.store.papers import paper_work
from tracker.store.tables_service import AnnouncementRow

TOLD, WORK, SCAN = table(AnnouncementRow), table(t.WorkRow), table(t.ScanRow)
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
class StoredPaper:
    """What is stored of a paper: its newest version, its announcement, and when it was first seen."""

    latest: int
    announced_at: datetime | None
    first_seen: datetime


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


def load_stored_papers(store: Store, arxiv_ids: Iterable[str]) -> dict[str, StoredPaper]:
    """What is stored of these papers, by arXiv id; those that are not stored are left out."""
    with store.read() as connection:
        return {
            row.id.partition(":")[2]: StoredPaper(row.latest, row.announced_at, row.first_seen)
            for row in connection.execute(
                select(WORK.c.id, WORK.c.latest, WORK.c.announced_at, WORK.c.first_seen).where(
                    among(WORK.c.id, map(paper_work, arxiv_ids))
                )
            )
        }


def lowest_arxiv_id(store: Store, since: datetime) -> str | None:
    """The lowest arXiv id (of the form `2606.00001`) of the stored papers that were submitted since then."""
    with store.read() as connection:
        found: str | None = connection.execute(
            select(func.min(WORK.c.arxiv_id)).where(
                WORK.c.submitted_at >= since, WORK.c.arxiv_id.like("____._____")
            )
        ).scalar_one()
    return found


def save_announcements(store: Store, told: Sequence[Announcement]) -> None:
    """Note what was announced. What is noted already stays as it was told first, but that a replacement turns out to be
    a withdrawal: not every upstream tells these."""
    if not told:
        return
    with store.begin() as connection:
        upsert(
            connection,
            AnnouncementRow,
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
                update(TOLD)
                .where(TOLD.c.work == bindparam("key"), TOLD.c.n == bindparam("number"), TOLD.c.kind == REPLACED)
                .values(kind=WITHDRAWN),
                gone,
            )


def load_announced_versions(store: Store, since: date, until: date) -> list[AnnouncedVersion]:
    """Everything announced from `since` to `until` (New York days, inclusive), by day and id."""
    read = (
        select(SCAN.c.work)
        .where(SCAN.c.work == TOLD.c.work, SCAN.c.version >= TOLD.c.n, SCAN.c.source == Source.METADATA.value)
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
                select(TOLD, func.coalesce(WORK.c.latest, 0).label("latest"), read.label("scanned"))
                .select_from(TOLD.outerjoin(WORK, WORK.c.id == TOLD.c.work))
                .where(TOLD.c.day >= since, TOLD.c.day <= until)
                .order_by(TOLD.c.day, TOLD.c.work, TOLD.c.n)
            )
        ]
