"""What is stored of papers' newest versions."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from tracker.domain.papers import Version
from tracker.store import joined
from tracker.store import tables as t
from tracker.store.dialect import among, table
from tracker.store.engine import Store
from tracker.store.papers import paper_work

WORK, VERSION = table(t.WorkRow), joined.VERSION


def load_newest_versions(store: Store, arxiv_ids: Iterable[str]) -> dict[str, Version]:
    """The newest stored version of each of these papers, by arXiv id; those that are not stored are left out."""
    with store.read() as connection:
        rows = connection.execute(
            select(VERSION)
            .join(WORK, (WORK.c.id == VERSION.c.work) & (WORK.c.latest == VERSION.c.n))
            .where(among(VERSION.c.work, map(paper_work, arxiv_ids)))
        ).all()
    return {
        (arxiv_id := row.work.partition(":")[2]): Version(
            arxiv_id=arxiv_id,
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
