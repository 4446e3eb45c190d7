"""The work list is the database: what waits to be read, asked, looked at and judged, in which order."""

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
from tracker.store.tables.artifact import ARTIFACT, ARTIFACT_NAME, ROLE
from tracker.store.tables.work import SCAN, WORK


@dataclass(frozen=True, slots=True)
class PaperToRead:
    """A paper's newest version, for link finding and role rules."""

    work: str
    version: int
    paper: Paper


TO_READ = (WORK.c.scan_due, WORK.c.latest > 0)
"""A release has no text: what woke it is for its judging alone."""


def papers_to_scan(store: Store, limit: int) -> list[PaperToRead]:
    """Papers whose newest texts were not read yet, newest first."""
    with store.read() as connection:
        return _papers(
            connection,
            select(WORK.c.id).where(*TO_READ).order_by(WORK.c.submitted_at.desc(), WORK.c.id).limit(limit),
        )


def _papers(connection: Connection, works: Any) -> list[PaperToRead]:
    rows = connection.execute(
        select(VERSIONS)
        .join(WORK, (WORK.c.id == VERSIONS.c.work) & (WORK.c.latest == VERSIONS.c.n))
        .where(VERSIONS.c.work.in_(works))
        .order_by(VERSIONS.c.submitted_at.desc(), VERSIONS.c.work)
    )
    return [
        PaperToRead(
            row.work,
            row.n,
            Paper(
                arxiv_id=row.work.partition(":")[2],
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
    """Papers that show no code of their own and were not asked of the Hub, newest first; where a release is promised,
    those that were last asked a month ago as well."""
    again = (WORK.c.promise == Promise.PROMISED.value) & (SCAN.c.scanned_at <= now - _RECORD_AGAIN)
    asked = select(SCAN.c.work).where(
        SCAN.c.work == WORK.c.id, SCAN.c.source == Source.HUB_RECORD.value, ~(again & _still_waited_for(now))
    )
    with store.read() as connection:
        return _papers(connection, _unsettled(asked).limit(limit))


def works_to_watch(store: Store, limit: int, now: datetime) -> list[PaperToRead]:
    """Papers that promise a release and show none, not looked for under watched owners in the last days."""
    asked = select(SCAN.c.work).where(
        SCAN.c.work == WORK.c.id, SCAN.c.source == Source.WATCH.value, SCAN.c.scanned_at > now - _WATCH_AGAIN
    )
    waiting = _unsettled(asked).where(WORK.c.promise == Promise.PROMISED.value, _still_waited_for(now))
    with store.read() as connection:
        return _papers(connection, waiting.limit(limit))


def _still_waited_for(now: datetime) -> Any:
    return WORK.c.first_seen > now - _WAIT


_RECORD_AGAIN, _WATCH_AGAIN, _WAIT = timedelta(days=30), timedelta(days=7), timedelta(days=730)


def works_for_full_text(store: Store, limit: int, now: datetime) -> list[PaperToRead]:
    """Papers that show no code of their own and whose newest version's text was not read, newest first.

    `limit` counts those read in the last minutes, so that a cycle repeated after a kill reads the same papers.
    """
    with store.read() as connection:
        left = limit - _scans_since(connection, _TEXTS, now)
        return _papers(connection, _unsettled(_asked(_TEXTS, now)).limit(left)) if left > 0 else []


def works_with_pages(store: Store, limit: int, now: datetime) -> list[tuple[PaperToRead, list[Reference]]]:
    """Papers that show no code of their own, with their own project pages where those were not read; newest
    first. `limit` counts as for full texts."""
    own_pages = (
        select(ROLE.c.work, ARTIFACT_NAME.c.reference, ARTIFACT.c.host, ARTIFACT.c.kind, ARTIFACT_NAME.c.url)
        .join(ARTIFACT, ARTIFACT.c.id == ROLE.c.artifact)
        .join(ARTIFACT_NAME, (ARTIFACT_NAME.c.artifact == ARTIFACT.c.id) & ARTIFACT_NAME.c.until.is_(None))
        .where(ROLE.c.role == Role.OWN_PAGE.value, ARTIFACT.c.kind == "page")
    )
    paged = own_pages.with_only_columns(ROLE.c.work).where(ROLE.c.work == WORK.c.id).correlate(WORK)
    with store.read() as connection:
        left = limit - _scans_since(connection, _PAGES, now)
        if left <= 0:
            return []
        found = _papers(connection, _unsettled(_asked(_PAGES, now)).where(paged.exists()).limit(left))
        links = defaultdict(list)
        for row in connection.execute(
            own_pages.where(among(ROLE.c.work, [one.work for one in found])).order_by(
                ROLE.c.probability.desc(), ARTIFACT_NAME.c.reference
            )
        ):
            links[row.work].append(Reference(row.reference, row.host, row.kind, row.url))
    return [(one, links[one.work]) for one in found]


_TEXTS = (Source.HTML.value, Source.TEX.value, Source.PDF.value)
_PAGES = (Source.PAGE.value,)
_ASK_AGAIN, _ASK_WITHIN = timedelta(days=1), timedelta(days=30)
_SAME_CYCLE = timedelta(minutes=5)


def _unsettled(asked: Any) -> Any:
    """Works whose metadata were read and show no repository of their own, but for those `asked` already."""
    own = (
        select(ROLE.c.work)
        .join(ARTIFACT, ARTIFACT.c.id == ROLE.c.artifact)
        .where(ROLE.c.work == WORK.c.id, ROLE.c.role == Role.OWN.value, ARTIFACT.c.kind == "repository")
    )
    return (
        select(WORK.c.id)
        .where(WORK.c.latest > 0, WORK.c.scan_due.is_(False), ~own.exists(), ~asked.exists())
        .order_by(WORK.c.submitted_at.desc(), WORK.c.id)
    )


def _asked(sources: Sequence[str], now: datetime) -> Any:
    """Scans of the newest version that need no repeating: what could not be had is tried again each day, for a
    month after the paper was first seen."""
    again = (
        (SCAN.c.outcome == "unknown")
        & (SCAN.c.scanned_at <= now - _ASK_AGAIN)
        & (WORK.c.first_seen > now - _ASK_WITHIN)
    )
    return select(SCAN.c.work).where(
        SCAN.c.work == WORK.c.id, SCAN.c.version == WORK.c.latest, SCAN.c.source.in_(sources), ~again
    )


def _scans_since(connection: Connection, sources: Sequence[str], now: datetime) -> int:
    count = (
        select(func.count())
        .select_from(SCAN)
        .where(SCAN.c.source.in_(sources), SCAN.c.scanned_at > now - _SAME_CYCLE)
    )
    return int(connection.execute(count).scalar_one())
