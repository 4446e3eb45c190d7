"""What each artifact is to a work: what is known for deciding it, and what was decided."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from tracker.domain.artifacts import Reference
from tracker.domain.mentions import ArtifactContext, Mention, RoleDecision
from tracker.domain.papers import title_key
from tracker.domain.terms import Place, Role, Source
from tracker.store.artifact_names import target_of
from tracker.store.artifact_queue import queue_artifacts
from tracker.store.dialect import among, upsert
from tracker.store.engine import Store
from tracker.store.joined import MENTIONS, VERSIONS
from tracker.store.keys import keys_of, work_key
from tracker.store.search_index import index_repositories
from tracker.store.shared_texts import restore_before, save_shared_texts, shared_text_id
from tracker.store.tables.artifact import ARTIFACT, HUB_LISTING, ROLE
from tracker.store.tables.work import WORK

SHORTEST_TITLE = 12
"""Letters of a title that others must write alike to name the paper: shorter titles are words of the language."""


def load_mentions(store: Store, works: Collection[str]) -> dict[str, list[Mention]]:
    """All mentions of these works, from every source and version."""
    keys = keys_of(works)
    mentions: dict[str, list[Mention]] = {work: [] for work in works}
    with store.read() as connection:
        for row in connection.execute(
            select(MENTIONS, ARTIFACT.c.host, ARTIFACT.c.kind)
            .join(ARTIFACT, ARTIFACT.c.id == MENTIONS.c.artifact)
            .where(among(MENTIONS.c.work, keys))
            .order_by(MENTIONS.c.work, MENTIONS.c.folded, MENTIONS.c.place)
        ):
            mentions[keys[row.work]].append(
                Mention(
                    reference=Reference(row.reference, row.host, row.kind, row.canonical, row.path),
                    url=row.url,
                    place=Place(row.place),
                    source=Source(row.source),
                    evidence=row.evidence,
                    before=restore_before(row.before, row.evidence, row.url),
                )
            )
    return mentions


def load_artifact_contexts(store: Store, works: Collection[str]) -> dict[str, dict[str, ArtifactContext]]:
    """What is known of the artifacts that works mention, beyond the works' own words, as work -> folded reference ->
    context."""
    keys = keys_of(works)
    standings: dict[str, dict[str, ArtifactContext]] = defaultdict(dict)
    with store.read() as connection:
        names = _names_of_papers(connection, keys)
        listings = {
            row.reference.casefold(): row
            for row in connection.execute(
                select(HUB_LISTING).where(
                    among(HUB_LISTING.c.arxiv_id, [work.partition(":")[2] for work in works])
                )
            )
        }
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
            .where(among(MENTIONS.c.work, keys))
        ).all()
        linking = _count_linking_works(connection, {row.artifact for row in rows})
    for row in rows:
        listing = listings.get(row.folded)
        # Where a paper links several folders of a repository, any of their READMEs may name it.
        before = standings[keys[row.work]].get(row.folded, ArtifactContext())
        here = None if row.names is None else not names[row.work].isdisjoint(row.names)
        standings[keys[row.work]][row.folded] = ArtifactContext(
            names_paper=before.names_paper if here is None else bool(here or before.names_paper),
            derived=bool(before.derived or row.derived_from or (listing and listing.derived_from)),
            created_at=before.created_at or row.created_at or (listing.created_at if listing else None),
            papers=max(before.papers, linking[row.artifact]),
        )
    return standings


def _count_linking_works(connection: Connection, artifacts: Collection[int]) -> dict[int, int]:
    """How many works mention each artifact."""
    rows = connection.execute(
        select(MENTIONS.c.artifact, func.count(MENTIONS.c.work.distinct()))
        .where(among(MENTIONS.c.artifact, artifacts))
        .group_by(MENTIONS.c.artifact)
    )
    return {artifact: works for artifact, works in rows}  # noqa: C416 # rows are no tuples to mypy


def _names_of_papers(connection: Connection, keys: Mapping[int, str]) -> dict[int, frozenset[str]]:
    """How others may name each paper: `arxiv:ID` and `title:KEY` of every version."""
    names: dict[int, set[str]] = {key: {work} for key, work in keys.items()}
    for row in connection.execute(select(VERSIONS.c.work, VERSIONS.c.title).where(among(VERSIONS.c.work, keys))):
        if len(title := title_key(row.title)) >= SHORTEST_TITLE:
            names[row.work].add(f"title:{title}")
    return {key: frozenset(of_paper) for key, of_paper in names.items()}


def save_roles(
    store: Store,
    decisions: Mapping[str, Sequence[RoleDecision]],
    rules: str,
    checkable: Collection[tuple[str, str]],
    now: datetime,
) -> None:
    """Replace the roles of works, in one transaction.

    Own artifacts become due for a check where their (host, kind) is `checkable`, and so do repositories that may be
    own: their README may settle it. Where two names of one work lead to one artifact, the likelier decision counts.
    """
    keys = {work: work_key(work) for work in decisions}
    decided = [(keys[work], decision) for work, of_work in decisions.items() for decision in of_work]
    with store.begin() as connection:
        names = {
            (row.work, target_of(row.folded, row.path)): row
            for row in connection.execute(
                select(
                    MENTIONS.c.work, MENTIONS.c.folded, MENTIONS.c.path, MENTIONS.c.artifact, MENTIONS.c.name
                ).where(among(MENTIONS.c.work, keys.values()))
            )
        }
        rows: dict[tuple[int, int], dict[str, Any]] = {}
        for key, decision in sorted(decided, key=lambda pair: pair[1].probability):
            name = names[key, decision.reference.target]
            rows[key, name.artifact] = _role_row(name, decision, rules)
        connection.execute(delete(ROLE).where(among(ROLE.c.work, keys.values())))
        connection.execute(
            update(WORK).where(among(WORK.c.id, keys.values())).values(scan_due=False, judge_due=True)
        )
        save_shared_texts(connection, (decision.reasons for _, decision in decided))
        upsert(connection, ROLE, rows.values())
        index_repositories(connection, keys.values())
        to_check = [
            names[key, decision.reference.target].artifact
            for key, decision in decided
            if decision.role is Role.OWN or decision.unsettled
        ]
        queue_artifacts(connection, to_check, checkable, now)


def _role_row(name: Any, decision: RoleDecision, rules: str) -> dict[str, Any]:
    return {
        "work": name.work,
        "artifact": name.artifact,
        "name": name.name,
        "source": decision.source.value,
        "place": decision.place.value,
        "role": decision.role.value,
        "probability": decision.probability,
        "shared_text": shared_text_id(decision.reasons),
        "rules": rules,
    }
