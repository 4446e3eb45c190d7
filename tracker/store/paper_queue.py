"""Papers that wait to be read, in the order in which they are read. The database is the work list: nothing else is kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from tracker.domain.artifacts import Reference
from tracker.domain.papers import Paper
from tracker.domain.terms import Promise, Role, Source
from tracker.store.dialect import among
from tracker.store.engine import Store
from tracker.store.joined import VERSIONS
from tracker.store.keys import paper_work, work_key
from tracker.store.tables.artifact import ARTIFACT, ARTIFACT_NAME, ROLE
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
    with store.read() as connection:
        return _papers(
            connection,
            select(WORK.c.id).where(*TO_READ).order_by(WORK.c.submitted_at.desc(), WORK.c.id).limit(limit),
        )


def _papers(connection: Connection, works: Any) -> list[PaperToRead]:
    rows = connection.execute(
        select(VERSIONS, WORK.c.arxiv_id)
        .join(WORK, (WORK.c.id == VERSIONS.c.work) & (WORK.c.latest == VERSIONS.c.n))
        .where(VERSIONS.c.work.in_(works))
        .order_by(VERSIONS.c.submitted_at.desc(), VERSIONS.c.work)
    )
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
        for row in rows
    ]


def works_for_hub_record(store: Store, limit: int, now: datetime) -> list[PaperToRead]:
    """Papers that show no own code and for which the Hub was not asked, newest first; where a release is promised, those
    for which it was last asked a month ago as well."""
    again = (WORK.c.promise == Promise.PROMISED.value) & (SCAN.c.scanned_at <= now - _RECORD_RETRY)
    scanned = select(SCAN.c.work).where(
        SCAN.c.work == WORK.c.id, SCAN.c.source == Source.HUB_RECORD.value, ~(again & _still_waiting(now))
    )
    with store.read() as connection:
        return _papers(connection, _without_own_code(scanned).limit(limit))


def works_to_watch(store: Store, limit: int, now: datetime) -> list[PaperToRead]:
    """Papers that promise a release and show none, and that were not searched for under watched owners in the last days."""
    scanned = select(SCAN.c.work).where(
        SCAN.c.work == WORK.c.id, SCAN.c.source == Source.WATCH.value, SCAN.c.scanned_at > now - _WATCH_RETRY
    )
    waiting = _without_own_code(scanned).where(WORK.c.promise == Promise.PROMISED.value, _still_waiting(now))
    with store.read() as connection:
        return _papers(connection, waiting.limit(limit))


def _still_waiting(now: datetime) -> Any:
    return WORK.c.first_seen > now - _WAIT


_RECORD_RETRY, _WATCH_RETRY, _WAIT = timedelta(days=30), timedelta(days=7), timedelta(days=730)


def works_for_full_text(store: Store, limit: int, now: datetime) -> list[PaperToRead]:
    """Papers that show no own code and whose newest version's text was not read, newest first.

    `limit` counts those read in the last minutes, so that a cycle repeated after a kill reads the same papers.
    """
    with store.read() as connection:
        remaining = limit - _count_recent_scans(connection, _TEXTS, now)
        unread = _without_own_code(_scanned(_TEXTS, now))
        return _papers(connection, unread.limit(remaining)) if remaining > 0 else []


def works_with_pages(store: Store, limit: int, now: datetime) -> list[tuple[PaperToRead, list[Reference]]]:
    """Papers that show no own code, with their own project pages where those were not read; newest first. `limit` counts
    as for full texts."""
    own_pages = (
        select(ROLE.c.work, ARTIFACT_NAME.c.reference, ARTIFACT.c.host, ARTIFACT.c.kind, ARTIFACT_NAME.c.url)
        .join(ARTIFACT, ARTIFACT.c.id == ROLE.c.artifact)
        .join(ARTIFACT_NAME, (ARTIFACT_NAME.c.artifact == ARTIFACT.c.id) & ARTIFACT_NAME.c.until.is_(None))
        .where(ROLE.c.role == Role.OWN_PAGE.value, ARTIFACT.c.kind == "page")
    )
    has_page = own_pages.with_only_columns(ROLE.c.work).where(ROLE.c.work == WORK.c.id).correlate(WORK)
    with store.read() as connection:
        remaining = limit - _count_recent_scans(connection, _PAGES, now)
        if remaining <= 0:
            return []
        unread = _without_own_code(_scanned(_PAGES, now)).where(has_page.exists())
        papers = _papers(connection, unread.limit(remaining))
        pages = defaultdict(list)
        for row in connection.execute(
            own_pages.where(among(ROLE.c.work, [work_key(paper.work) for paper in papers])).order_by(
                ROLE.c.probability.desc(), ARTIFACT_NAME.c.reference
            )
        ):
            pages[row.work].append(Reference(row.reference, row.host, row.kind, row.url))
    return [(paper, pages[work_key(paper.work)]) for paper in papers]


_TEXTS = (Source.HTML.value, Source.TEX.value, Source.PDF.value)
_PAGES = (Source.PAGE.value,)
_RETRY, _RETRY_WITHIN = timedelta(days=1), timedelta(days=30)
_SAME_CYCLE = timedelta(minutes=5)


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


def _scanned(sources: Sequence[str], now: datetime) -> Any:
    """Scans of the newest version that need not be repeated. A text that could not be fetched is tried again each day, for
    a month after the paper was first seen."""
    again = (
        (SCAN.c.outcome == "unknown")
        & (SCAN.c.scanned_at <= now - _RETRY)
        & (WORK.c.first_seen > now - _RETRY_WITHIN)
    )
    return select(SCAN.c.work).where(
        SCAN.c.work == WORK.c.id, SCAN.c.version == WORK.c.latest, SCAN.c.source.in_(sources), ~again
    )


def _count_recent_scans(connection: Connection, sources: Sequence[str], now: datetime) -> int:
    count = (
        select(func.count())
        .select_from(SCAN)
        .where(SCAN.c.source.in_(sources), SCAN.c.scanned_at > now - _SAME_CYCLE)
    )
    return int(connection.execute(count).scalar_one())
