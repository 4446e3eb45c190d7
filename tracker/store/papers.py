"""Papers and their versions. Every write is one transaction, and repeating it changes nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Connection, bindparam, delete, func, or_, select, update

from tracker.domain.papers import Version
from tracker.store import search_index, statistics
from tracker.store.affiliations import save_affiliations
from tracker.store.dialect import among, upsert
from tracker.store.engine import Store
from tracker.store.joined import VERSIONS
from tracker.store.keys import paper_key
from tracker.store.tables.work import VERSION, WORK, WORK_CATEGORY

_READ = ("title", "abstract", "comment", "authors")
"""The columns in which links and promises are found, and by which roles are decided."""
_COLUMNS = (
    *_READ,
    "categories",
    "primary_category",
    "doi",
    "licence",
    "withdrawn",
    "submitted_at",
    "updated_at",
)


def save_versions(
    store: Store,
    versions: Sequence[Version],
    announced: Mapping[str, datetime],
    now: datetime,
    *,
    knows_withdrawals: bool = False,
    backfill: bool = False,
) -> int:
    """Upsert versions of papers; returns how many are new. Papers that are new or have other texts are queued for reading.

    `announced` gives each arXiv id's announcement; a paper keeps the first one that was stored. What a version leaves
    out (no licence, comment or DOI) stays as it is stored; so does a withdrawal, unless the source `knows_withdrawals`,
    which arXiv's API does not. With `backfill`, the versions are history: what is found in them is not news.
    """
    if not versions:
        return 0
    with store.begin() as connection:
        works = [paper_key(version.arxiv_id) for version in versions]
        stored, known = _load_known(connection, works)
        latest = {work: row.latest for work, row in stored.items()}
        changed = [
            (work, version)
            for work, given in zip(works, versions, strict=True)
            if _differs(
                row := known.get((work, given.n)),
                version := _filled(row, given, knows_withdrawals=knows_withdrawals),
            )
        ]
        with statistics.updating(connection, {work for work, _ in changed}):
            new = [(work, version) for work, version in changed if work not in latest]
            rows = (_work_row(work, version, announced, now, backfill=backfill) for work, version in new)
            upsert(connection, WORK, rows)
            upsert(
                connection,
                VERSION,
                (_version_row(work, version, stored.get(work), now) for work, version in changed),
                [name for name in _COLUMNS if name != "submitted_at"],
            )
            newest = [(work, version) for work, version in changed if version.n >= latest.get(work, 0)]
            older = [(work, version) for work, version in newest if work in latest]
            _renew(connection, older, known)
            if backfill:
                _mark_backfilled(connection, older)
            _categories(connection, newest, [work for work, _ in older])
        search_index.index_papers(connection, {work for work, _ in newest})
        given = zip(works, versions, strict=True)
        save_affiliations(connection, ((work, each) for work, each in given if each.n >= latest.get(work, 0)))
        return sum((work, version.n) not in known for work, version in changed)


def _load_known(
    connection: Connection, works: Collection[int]
) -> tuple[dict[int, Any], dict[tuple[int, int], Any]]:
    """The rows of these papers that are stored, and of their versions by paper and number."""
    columns = (WORK.c.id, WORK.c.latest, WORK.c.first_seen, WORK.c.submitted_at)
    papers = connection.execute(select(*columns).where(among(WORK.c.id, works)))
    versions = connection.execute(select(VERSIONS).where(among(VERSIONS.c.work, works)))
    return {row.id: row for row in papers}, {(row.work, row.n): row for row in versions}


def _mark_backfilled(connection: Connection, papers: Sequence[tuple[int, Version]]) -> None:
    """Note that a backfill brought these newest versions of known papers."""
    rows = [{"key": work, "n": version.n} for work, version in papers]
    if rows:
        connection.execute(
            update(WORK).where(WORK.c.id == bindparam("key")).values(backfilled=bindparam("n")), rows
        )


def _work_row(
    work: int, version: Version, announced: Mapping[str, datetime], now: datetime, *, backfill: bool
) -> dict[str, Any]:
    return {
        "id": work,
        "arxiv_id": version.arxiv_id,
        "latest": version.n,
        "first_seen": now,
        "submitted_at": version.submitted_at,
        "announced_at": announced.get(version.arxiv_id),
        "backfilled": version.n if backfill else None,
        "withdrawn": version.withdrawn,
        "scan_due": True,
        "judge_due": True,
    }


def _filled(row: Any, version: Version, *, knows_withdrawals: bool) -> Version:
    """A version, completed by what is stored of it."""
    if row is None:
        return version
    return replace(
        version,
        comment=version.comment or row.comment,
        doi=version.doi or row.doi,
        licence=version.licence or row.licence,
        withdrawn=version.withdrawn or (row.withdrawn and not knows_withdrawals),
    )


def _renew(
    connection: Connection, papers: Sequence[tuple[int, Version]], known: Mapping[tuple[int, int], Any]
) -> None:
    """Store the newest versions of known papers. A changed licence or category alone queues neither reading nor judging."""
    rows = []
    for work, version in papers:
        row = known.get((work, version.n))
        read = _differs(row, version, _READ)
        judge = row is None or read or row.withdrawn != version.withdrawn
        rows.append(
            {
                "key": work,
                "n": version.n,
                "gone": version.withdrawn,
                "read": read,
                "judge": judge,
                "first": version.submitted_at,
            }
        )
    if rows:
        connection.execute(
            update(WORK)
            .where(WORK.c.id == bindparam("key"))
            .values(
                latest=bindparam("n"),
                submitted_at=bindparam("first", type_=WORK.c.submitted_at.type),
                withdrawn=bindparam("gone"),
                scan_due=or_(WORK.c.scan_due, bindparam("read", type_=Boolean)),
                judge_due=or_(WORK.c.judge_due, bindparam("judge", type_=Boolean)),
            ),
            rows,
        )


def _version_row(work: int, version: Version, stored: Any, now: datetime) -> dict[str, Any]:
    """The row of a version. `stored` is the row of its paper, if there is one: times that the paper has are not repeated."""
    newest = stored is None or version.n >= stored.latest
    submitted, seen = (
        version.submitted_at if newest else stored.submitted_at,
        stored.first_seen if stored else now,
    )
    return {
        "work": work,
        "n": version.n,
        "title": version.title,
        "abstract": version.abstract,
        "comment": version.comment,
        "authors": list(version.authors),
        "categories": list(version.categories),
        "primary_category": version.primary_category,
        "doi": version.doi,
        "licence": version.licence,
        "withdrawn": version.withdrawn,
        "updated_at": version.updated_at if version.updated_at != submitted else None,
        "seen_at": now if now != seen else None,
    }


def _differs(row: Any, version: Version, names: Sequence[str] = _COLUMNS) -> bool:
    return row is None or any(
        getattr(row, name) != (list(value) if isinstance(value := getattr(version, name), tuple) else value)
        for name in names
    )


def _categories(connection: Connection, papers: Sequence[tuple[int, Version]], known: Sequence[int]) -> None:
    if known:
        connection.execute(delete(WORK_CATEGORY).where(among(WORK_CATEGORY.c.work, known)))
    upsert(
        connection,
        WORK_CATEGORY,
        (
            {"category": name, "work": work}
            for work, version in papers
            for name in dict.fromkeys(version.categories)
        ),
    )
    if known:
        statistics.update_open_categories(connection, known)


@dataclass(frozen=True, slots=True)
class StoredPaper:
    """What is stored of a paper: its newest version, its announcement, and when it was first seen."""

    latest: int
    announced_at: datetime | None
    first_seen: datetime
    backfilled: int | None
    """The version that a backfill brought; None for a paper that the harvest brought."""


def load_stored_papers(store: Store, arxiv_ids: Iterable[str]) -> dict[str, StoredPaper]:
    """What is stored of these papers, by arXiv id; those that are not stored are left out."""
    with store.read() as connection:
        return {
            row.arxiv_id: StoredPaper(row.latest, row.announced_at, row.first_seen, row.backfilled)
            for row in connection.execute(
                select(
                    WORK.c.arxiv_id, WORK.c.latest, WORK.c.announced_at, WORK.c.first_seen, WORK.c.backfilled
                ).where(among(WORK.c.id, map(paper_key, arxiv_ids)))
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


def load_newest_versions(store: Store, arxiv_ids: Iterable[str]) -> dict[str, Version]:
    """The newest stored version of each of these papers, by arXiv id; those that are not stored are left out."""
    with store.read() as connection:
        rows = connection.execute(
            select(VERSIONS, WORK.c.arxiv_id)
            .join(WORK, (WORK.c.id == VERSIONS.c.work) & (WORK.c.latest == VERSIONS.c.n))
            .where(among(VERSIONS.c.work, map(paper_key, arxiv_ids)))
        ).all()
    return {
        row.arxiv_id: Version(
            arxiv_id=row.arxiv_id,
            n=row.n,
            title=row.title,
            abstract=row.abstract,
            authors=tuple(row.authors),
            categories=tuple(row.categories),
            primary_category=row.primary_category,
            comment=row.comment,
            submitted_at=row.submitted_at,
            updated_at=row.updated_at,
            doi=row.doi,
            licence=row.licence,
            withdrawn=row.withdrawn,
        )
        for row in rows
    }
