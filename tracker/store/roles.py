"""What each artifact is to a work: what is known for deciding it, and what was decided."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update

from tracker.domain.artifacts import Reference
from tracker.domain.mentions import ArtifactContext, Mention, RoleDecision
from tracker.domain.terms import Place, Role, Source
from tracker.store import claims
from tracker.store.artifact_names import target_of
from tracker.store.artifact_queue import queue_artifacts
from tracker.store.dialect import among, upsert
from tracker.store.engine import Store
from tracker.store.joined import MENTIONS
from tracker.store.keys import keys_of, work_key
from tracker.store.reading_queue import load_own, update_reading
from tracker.store.search_index import index_repositories
from tracker.store.shared_texts import restore_before, save_shared_texts, shared_text_id
from tracker.store.tables.artifact import ARTIFACT, HUB_LISTING, ROLE
from tracker.store.tables.work import WORK


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
    with store.read() as connection:
        names = claims.load_paper_names(connection, keys)
        listings = _load_listings(connection, works)
        rows = _load_mentioned(connection, keys)
        named = {row.artifact: row.names for row in rows if row.names}
        rivals = claims.load_rivals(connection, {(row.work, row.artifact) for row in rows}, named)
        imported = _only_imported(rows)
        ascribed = _group_ascribed(rows, names, imported)
        proved = claims.load_proved_accounts(
            connection, {work: ascribed[work, False] | ascribed[work, True] for work in keys}
        )
    contexts: dict[str, dict[str, ArtifactContext]] = defaultdict(dict)
    for row in rows:
        listing = listings.get(row.folded)
        # Where a paper links several folders of a repository, any of their READMEs may name it.
        before = contexts[keys[row.work]].get(row.folded, ArtifactContext())
        here = None if row.names is None else not names[row.work].isdisjoint(row.names)
        names_paper = before.names_paper if here is None else bool(here or before.names_paper)
        names_other = before.names_other or claims.names_another_paper(row.names or (), names[row.work])
        contexts[keys[row.work]][row.folded] = ArtifactContext(
            known=True,
            names_paper=names_paper,
            names_other=names_other and not names_paper,
            derived=bool(before.derived or row.derived_from or (listing and listing.derived_from)),
            created_at=before.created_at or row.created_at or (listing.created_at if listing else None),
            proved=_account(row)
            in proved.get(row.work, frozenset()) & ascribed[row.work, (row.work, row.artifact) in imported],
            rival=before.rival or rivals.get((row.work, row.artifact)),
        )
    return contexts


def _only_imported(rows: Sequence[Any]) -> set[tuple[int, int]]:
    """The links, as (work, artifact), that nothing but another tracker's list names: what it says counts for these alone."""
    named = {(row.work, row.artifact) for row in rows if row.source != Source.IMPORT}
    return {(row.work, row.artifact) for row in rows} - named


def _group_ascribed(
    rows: Sequence[Any], names: Mapping[int, frozenset[str]], imported: Collection[tuple[int, int]]
) -> dict[tuple[int, bool], set[str]]:
    """The accounts in which others ascribe something to each work; apart (True) those that only a list names."""
    ascribed: dict[tuple[int, bool], set[str]] = defaultdict(set)
    for row in rows:
        is_imported = (row.work, row.artifact) in imported
        by_others = row.source in claims.BY_OTHERS and (is_imported or row.source != Source.IMPORT)
        if by_others or not names[row.work].isdisjoint(row.names or ()):
            ascribed[row.work, is_imported].add(_account(row))
    return ascribed


def _load_listings(connection: Connection, works: Collection[str]) -> dict[str, Any]:
    """What the Hub's lists say of the artifacts of these papers, by folded reference."""
    papers = [work.partition(":")[2] for work in works]
    query = select(HUB_LISTING).where(among(HUB_LISTING.c.arxiv_id, papers))
    return {row.reference.casefold(): row for row in connection.execute(query)}


def _load_mentioned(connection: Connection, keys: Mapping[int, str]) -> Sequence[Any]:
    """Each mention of these works with what its artifact's own record says."""
    mention = (MENTIONS.c[name] for name in ("work", "reference", "folded", "canonical", "source", "artifact"))
    artifact = (ARTIFACT.c[name] for name in ("names", "derived_from", "created_at", "host", "kind"))
    query = select(*mention, *artifact).join(ARTIFACT, ARTIFACT.c.id == MENTIONS.c.artifact)
    return connection.execute(query.where(among(MENTIONS.c.work, keys))).all()


def _account(row: Any) -> str:
    """The account of a mention's reference."""
    return Reference(row.reference, row.host, row.kind, row.canonical).account


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
        claims_before = claims.load_claims(connection, keys.values())
        own_before = load_own(connection, keys.values())
        connection.execute(delete(ROLE).where(among(ROLE.c.work, keys.values())))
        connection.execute(
            update(WORK).where(among(WORK.c.id, keys.values())).values(scan_due=False, judge_due=True)
        )
        save_shared_texts(connection, (decision.reasons for _, decision in decided))
        upsert(connection, ROLE, rows.values())
        claims.queue_dependent_works(connection, keys.values(), claims_before)
        own = load_own(connection, keys.values())
        update_reading(connection, {work for old, new in zip(own_before, own, strict=True) for work in old ^ new})
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
        "claim": decision.claim.value,
        "account": decision.reference.account or None if _has_account(decision) else None,
    }


def _has_account(decision: RoleDecision) -> bool:
    """Whether its account is stored: where it may prove something for other papers, or other papers for it."""
    return bool(decision.claim or decision.suggested or decision.source in claims.BY_OTHERS)
