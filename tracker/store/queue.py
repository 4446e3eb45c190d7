"""The work list is the database: what waits to be read, asked, looked at and judged, in which order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, case, func, select

from tracker.domain.artifacts import Reference
from tracker.domain.papers import Paper
from tracker.domain.terms import Content, Outcome, Promise, Role, Source
from tracker.store import joined
from tracker.store import tables as t
from tracker.store.dialect import among, table
from tracker.store.engine import Store

WORK, VERSION, SCAN, NAME = table(t.WorkRow), joined.VERSION, table(t.ScanRow), table(t.ArtifactNameRow)
ARTIFACT, MENTION, ROLE = table(t.ArtifactRow), joined.MENTION, table(t.RoleRow)
LISTING = table(t.HubListingRow)


@dataclass(frozen=True, slots=True)
class PaperToRead:
    """A paper's newest version, for link finding and role rules."""

    work: str
    version: int
    paper: Paper


@dataclass(frozen=True, slots=True)
class Due:
    """An artifact to be asked for by one of its names."""

    artifact: int
    reference: Reference
    host_id: str | None = None
    """The host's own id of it, where it was ever seen."""
    commit: str | None = None
    """The commit at which it was last read whole by today's rules; None where it must be read."""


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
        select(VERSION)
        .join(WORK, (WORK.c.id == VERSION.c.work) & (WORK.c.latest == VERSION.c.n))
        .where(VERSION.c.work.in_(works))
        .order_by(VERSION.c.submitted_at.desc(), VERSION.c.work)
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
        select(ROLE.c.work, NAME.c.reference, ARTIFACT.c.host, ARTIFACT.c.kind, NAME.c.url)
        .join(ARTIFACT, ARTIFACT.c.id == ROLE.c.artifact)
        .join(NAME, (NAME.c.artifact == ARTIFACT.c.id) & NAME.c.until.is_(None))
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
                ROLE.c.probability.desc(), NAME.c.reference
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


def works_with_new_listings(store: Store) -> dict[tuple[str, int], list[str]]:
    """Addresses of Hub repositories whose tags name a stored paper that does not list them yet, by
    (work, newest version)."""
    known = select(MENTION.c.work).where(
        MENTION.c.work == WORK.c.id,
        MENTION.c.source == Source.HUB_LIST.value,
        MENTION.c.folded == func.lower(LISTING.c.reference),
    )
    found: dict[tuple[str, int], list[str]] = defaultdict(list)
    with store.read() as connection:
        for row in connection.execute(
            select(WORK.c.id, WORK.c.latest, LISTING.c.url)
            .join(WORK, WORK.c.arxiv_id == LISTING.c.arxiv_id)
            .where(~known.exists())
            .order_by(WORK.c.id, LISTING.c.reference)
        ):
            found[row.id, row.latest].append(row.url)
    return dict(found)


def due_artifacts(store: Store, host: str, now: datetime, limit: int, read_rules: str = "") -> list[Due]:
    """Artifacts whose look is due at one host: new ones first, those of the newest papers before others, then what
    is promised or pending, then what has settled.

    `read_rules` are today's rules of reading: what was read whole by them need not be read again while its commit
    stands.

    An artifact is asked for by every name that a paper wrote and that still holds, since each is a link
    that readers follow; where none holds any more, by what the host last called it.
    """
    with store.read() as connection:
        # The order is found in an index that holds all it needs; the rows are looked at once they are chosen.
        keys = list(
            connection.execute(
                select(ARTIFACT.c.id)
                .where(ARTIFACT.c.host == host, ARTIFACT.c.next_check_at <= now)
                .order_by(_TURN, ARTIFACT.c.newest_at.desc(), ARTIFACT.c.id)
                .limit(limit)
            ).scalars()
        )
        names = defaultdict(list)
        for row in connection.execute(
            select(
                NAME.c.artifact,
                NAME.c.reference,
                NAME.c.url,
                NAME.c.written,
                ARTIFACT.c.kind,
                ARTIFACT.c.host_id,
                ARTIFACT.c.commit_id,
                ARTIFACT.c.outcome,
                ARTIFACT.c.read_rules,
            )
            .join(ARTIFACT, ARTIFACT.c.id == NAME.c.artifact)
            .where(among(NAME.c.artifact, keys), NAME.c.until.is_(None))
            .order_by(NAME.c.since, NAME.c.folded)
        ):
            names[row.artifact].append(row)
    due = []
    for key in keys:
        asked = [row for row in names[key] if row.written] or names[key][:1]
        for row in asked:
            read = row.outcome == "present" and row.read_rules == read_rules != ""
            named = Reference(row.reference, host, row.kind, row.url)
            due.append(Due(key, named, row.host_id, row.commit_id if read else None))
    return due


_TURN = case(
    (ARTIFACT.c.first_checked_at.is_(None), 0),
    (ARTIFACT.c.content.in_([Content.PLACEHOLDER.value, Content.EMPTY.value, Content.README_ONLY.value]), 1),
    (ARTIFACT.c.outcome == Outcome.ABSENT.value, 1),
    else_=2,
)
"""A budget is spent on new papers first, then on promises, then on what has settled."""


def works_to_judge(store: Store, limit: int, now: datetime) -> list[str]:
    """Works whose evidence changed since they were last judged, and those for which only time has passed."""
    # Each half in the order of an index of its own: one condition of both would read all works.
    changed = select(WORK.c.id).where(WORK.c.judge_due).order_by(WORK.c.id).limit(limit)
    waited = select(WORK.c.id).where(WORK.c.next_look_at <= now).order_by(WORK.c.next_look_at).limit(limit)
    with store.read() as connection:
        due = {work for half in (changed, waited) for work in connection.execute(half).scalars()}
    return sorted(due)[:limit]
