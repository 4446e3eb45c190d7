"""Papers that wait to be read, in the order in which they are read. The database is the work list: nothing else is kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select, update

from tracker.domain.papers import Paper
from tracker.domain.reading import WAIT
from tracker.domain.terms import Promise, Role, Source
from tracker.store.dialect import among
from tracker.store.engine import Store
from tracker.store.joined import VERSIONS
from tracker.store.keys import paper_work, work_key
from tracker.store.tables.artifact import ARTIFACT, ROLE
from tracker.store.tables.work import SCAN, WORK


@dataclass(frozen=True, slots=True)
class PaperToRead:
    """A paper's newest version, for link finding and role rules."""

    work: str
    version: int
    paper: Paper


TO_READ = (WORK.c.scan_due, WORK.c.latest > 0)
"""A release has no text to read: what queued it concerns its judging alone."""


def papers_to_scan(store: Store, limit: int) -> list[PaperToRead]:
    """Papers whose newest texts were not read yet, newest first."""
    new = select(WORK.c.id).where(*TO_READ).order_by(WORK.c.submitted_at.desc(), WORK.c.id).limit(limit)
    with store.read() as connection:
        return load_papers(connection, connection.execute(new).scalars())


def postpone_scans(store: Store, works: Iterable[str]) -> None:
    """Take papers from the queue whose reading broke off; they are judged by what was known before."""
    keys = [work_key(work) for work in works]
    with store.begin() as connection:
        connection.execute(update(WORK).where(among(WORK.c.id, keys)).values(scan_due=False, judge_due=True))


def load_papers(connection: Connection, works: Iterable[int]) -> list[PaperToRead]:
    """The newest versions of these papers, in their order."""
    keys = list(works)
    rows = {
        row.work: row
        for row in connection.execute(
            select(VERSIONS, WORK.c.arxiv_id)
            .join(WORK, (WORK.c.id == VERSIONS.c.work) & (WORK.c.latest == VERSIONS.c.n))
            .where(among(VERSIONS.c.work, keys))
        )
    }
    return [
        PaperToRead(
            paper_work(row.arxiv_id),
            row.n,
            Paper(
                arxiv_id=row.arxiv_id,
                title=row.title,
                abstract=row.abstract,
                comment=row.comment or "",
                authors=tuple(row.authors),
                submitted_at=row.submitted_at,
            ),
        )
        for row in (rows[key] for key in keys if key in rows)
    ]


def works_to_watch(store: Store, limit: int, now: datetime) -> list[PaperToRead]:
    """Papers that promise a release and show none, and that were not searched for under watched owners in the last days."""
    scanned = select(SCAN.c.work).where(
        SCAN.c.work == WORK.c.id, SCAN.c.source == Source.WATCH.value, SCAN.c.scanned_at > now - _WATCH_RETRY
    )
    waiting = _without_own_code(scanned).where(
        WORK.c.promise == Promise.PROMISED.value, WORK.c.first_seen > now - WAIT
    )
    with store.read() as connection:
        return load_papers(connection, connection.execute(waiting.limit(limit)).scalars())


_WATCH_RETRY = timedelta(days=7)


def _without_own_code(scanned: Any) -> Any:
    """Papers whose metadata were read and show no own repository, except those `scanned` already; newest first."""
    own = (
        select(ROLE.c.work)
        .join(ARTIFACT, ARTIFACT.c.id == ROLE.c.artifact)
        .where(ROLE.c.work == WORK.c.id, ROLE.c.role == Role.OWN.value, ARTIFACT.c.kind == "repository")
    )
    return (
        select(WORK.c.id)
        .where(WORK.c.latest > 0, WORK.c.scan_due.is_(False), ~own.exists(), ~scanned.exists())
        .order_by(WORK.c.submitted_at.desc(), WORK.c.id)
    )
