"""Repositories of the Hub whose tags name an arXiv paper, stored or not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from tracker.domain.artifacts import Reference
from tracker.domain.terms import Source
from tracker.store.dialect import upsert
from tracker.store.engine import Store
from tracker.store.joined import MENTIONS
from tracker.store.keys import paper_work
from tracker.store.tables.artifact import HUB_LISTING
from tracker.store.tables.work import WORK


def save_listings(
    store: Store,
    listings: Sequence[tuple[Reference, Sequence[str], datetime | None, Sequence[str]]],
    now: datetime,
) -> None:
    """Store which Hub repositories name which papers: (repository, arXiv ids, created, what it was derived from)."""
    with store.begin() as connection:
        upsert(
            connection,
            HUB_LISTING,
            (
                {
                    "arxiv_id": arxiv_id,
                    "reference": reference.key,
                    "url": reference.url,
                    "derived_from": list(derived_from),
                    "created_at": created or now,
                    "seen_at": now,
                }
                for reference, arxiv_ids, created, derived_from in listings
                for arxiv_id in arxiv_ids
            ),
        )


def works_with_new_listings(store: Store) -> dict[tuple[str, int], list[str]]:
    """Addresses of Hub repositories whose tags name a stored paper and that are not yet among its mentions, by
    (work, newest version)."""
    mentioned = select(MENTIONS.c.work).where(
        MENTIONS.c.work == WORK.c.id,
        MENTIONS.c.source == Source.HUB_LIST.value,
        MENTIONS.c.folded == func.lower(HUB_LISTING.c.reference),
    )
    urls: dict[tuple[str, int], list[str]] = defaultdict(list)
    with store.read() as connection:
        for row in connection.execute(
            select(WORK.c.arxiv_id, WORK.c.latest, HUB_LISTING.c.url)
            .join(WORK, WORK.c.arxiv_id == HUB_LISTING.c.arxiv_id)
            .where(~mentioned.exists())
            .order_by(WORK.c.id, HUB_LISTING.c.reference)
        ):
            urls[paper_work(row.arxiv_id), row.latest].append(row.url)
    return dict(urls)
