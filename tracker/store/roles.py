"""What each artifact is to a work: what deciding reads, and what was decided."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from tracker.domain.artifacts import Reference
from tracker.domain.mentions import ArtifactContext, Mention, RoleDecision
from tracker.domain.papers import title_key
from tracker.domain.terms import (
    Place,
    Role,
    Source,
)
from tracker.store import search_index, shared_texts
from tracker.store.artifact_queue import queue_artifacts
from tracker.store.dialect import among, upsert
from tracker.store.engine import Store
from tracker.store.joined import MENTIONS, VERSIONS
from tracker.store.tables.artifact import ARTIFACT, HUB_LISTING, ROLE
from tracker.store.tables.work import WORK


def save_roles(
    store: Store,
    decisions: Mapping[str, Sequence[RoleDecision]],
    rules: str,
    checkable: Collection[tuple[str, str]],
    now: datetime,
) -> None:
    """Replace the roles of works; own artifacts on (host, kind) pairs that can be asked become due, and
    repositories that may be own: what their README says may settle it.

    Where two names of one work lead to one artifact, the likelier decision stands.
    """
    with store.begin() as connection:
        works = list(decisions)
        rows: dict[tuple[str, int], dict[str, Any]] = {}
        names = {
            (row.work, row.folded): row
            for row in connection.execute(
                select(MENTIONS.c.work, MENTIONS.c.folded, MENTIONS.c.artifact, MENTIONS.c.name).where(
                    among(MENTIONS.c.work, works)
                )
            )
        }
        for work, decided in decisions.items():
            for one in sorted(decided, key=lambda decision: decision.probability):
                named = names[work, one.reference.folded]
                rows[work, named.artifact] = {
                    "work": work,
                    "artifact": named.artifact,
                    "name": named.name,
                    "source": one.source.value,
                    "place": one.place.value,
                    "role": one.role.value,
                    "probability": one.probability,
                    "wording": shared_texts.shared_text_id(one.reasons),
                    "rules": rules,
                }
        connection.execute(delete(ROLE).where(among(ROLE.c.work, works)))
        connection.execute(update(WORK).where(among(WORK.c.id, works)).values(scan_due=False, judge_due=True))
        shared_texts.save_shared_texts(
            connection, (one.reasons for decided in decisions.values() for one in decided)
        )
        upsert(connection, ROLE, rows.values())
        search_index.index_repositories(connection, works)
        worth_a_look = [
            names[work, one.reference.folded].artifact
            for work, decided in decisions.items()
            for one in decided
            if one.role is Role.OWN or one.unsettled
        ]
        queue_artifacts(connection, worth_a_look, checkable, now)


def load_mentions(store: Store, works: Collection[str]) -> dict[str, list[Mention]]:
    """All mentions of these works, from every source and version."""
    found: dict[str, list[Mention]] = {work: [] for work in works}
    with store.read() as connection:
        for row in connection.execute(
            select(MENTIONS, ARTIFACT.c.host, ARTIFACT.c.kind)
            .join(ARTIFACT, ARTIFACT.c.id == MENTIONS.c.artifact)
            .where(among(MENTIONS.c.work, works))
            .order_by(MENTIONS.c.work, MENTIONS.c.folded, MENTIONS.c.place)
        ):
            found[row.work].append(
                Mention(
                    reference=Reference(row.reference, row.host, row.kind, row.canonical),
                    url=row.url,
                    place=Place(row.place),
                    source=Source(row.source),
                    evidence=row.evidence,
                    before=shared_texts.restore_before(row.before, row.evidence, row.url),
                )
            )
    return found


def load_standings(store: Store, works: Collection[str]) -> dict[str, dict[str, ArtifactContext]]:
    """What is known of the artifacts that works mention, beyond the works' words: work -> folded reference ->
    standing."""
    found: dict[str, dict[str, ArtifactContext]] = defaultdict(dict)
    with store.read() as connection:
        titles = _titles(connection, works)
        listed = select(HUB_LISTING).where(
            among(HUB_LISTING.c.arxiv_id, [work.partition(":")[2] for work in works])
        )
        listings = {row.reference.casefold(): row for row in connection.execute(listed)}
        rows = connection.execute(
            select(
                MENTIONS.c.work,
                MENTIONS.c.folded,
                ARTIFACT.c.names,
                ARTIFACT.c.derived_from,
                ARTIFACT.c.created_at,
                MENTIONS.c.artifact,
            )
            .join(ARTIFACT, ARTIFACT.c.id == MENTIONS.c.artifact)
            .where(among(MENTIONS.c.work, works))
        ).all()
        linking = _linking(connection, {row.artifact for row in rows})
        for row in rows:
            listing = listings.get(row.folded)
            found[row.work][row.folded] = ArtifactContext(
                names_paper=None if row.names is None else not titles[row.work].isdisjoint(row.names),
                derived=bool(row.derived_from or (listing and listing.derived_from)),
                created_at=row.created_at or (listing.created_at if listing else None),
                papers=linking[row.artifact],
            )
    return found


def _linking(connection: Connection, artifacts: Collection[int]) -> dict[int, int]:
    """How many works mention each artifact."""
    rows = connection.execute(
        select(MENTIONS.c.artifact, func.count(MENTIONS.c.work.distinct()))
        .where(among(MENTIONS.c.artifact, artifacts))
        .group_by(MENTIONS.c.artifact)
    )
    return {row[0]: row[1] for row in rows}


def _titles(connection: Connection, works: Collection[str]) -> dict[str, frozenset[str]]:
    """How others may name each paper: `arxiv:ID` and `title:KEY` of every version."""
    named: dict[str, set[str]] = {work: {work} for work in works}
    for row in connection.execute(select(VERSIONS.c.work, VERSIONS.c.title).where(among(VERSIONS.c.work, works))):
        if len(key := title_key(row.title)) >= SHORTEST_TITLE:
            named[row.work].add(f"title:{key}")
    return {work: frozenset(names) for work, names in named.items()}


SHORTEST_TITLE = 12
"""Letters of a title that others must write alike to name the paper: shorter ones are words of the language."""
