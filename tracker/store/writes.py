"""Writing papers, what their texts say, verdicts and events: one transaction a call, all replayable."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select, update

from tracker.domain import (
    Event,
    Fact,
    Mention,
    Promise,
    Reference,
    Role,
    RoleDecision,
    Source,
    State,
    Verdict,
    Version,
)
from tracker.errors import StoreError
from tracker.store import tables as t
from tracker.store.engine import Store
from tracker.store.upsert import BATCH, table, upsert

WORK, VERSION, NAME = table(t.Work), table(t.Version), table(t.ArtifactName)
ARTIFACT, MENTION, ROLE = table(t.Artifact), table(t.Mention), table(t.RoleRow)
_VERSION_TEXTS = ("title", "abstract", "comment", "authors", "categories", "primary_category", "doi", "licence",
                  "withdrawn", "updated_at")


def paper_id(arxiv_id: str) -> str:
    """The work of an arXiv paper."""
    return f"arxiv:{arxiv_id}"


def save_versions(store: Store, versions: Sequence[Version], announced: Mapping[str, datetime],
                  now: datetime) -> int:
    """Upsert paper versions; returns how many are new. Marks for scanning what is new or has other texts.

    `announced` gives each arXiv id's announcement; a paper keeps the first one that was stored.
    """
    if not versions:
        return 0
    with store.begin() as connection:
        works = [paper_id(version.arxiv_id) for version in versions]
        known = {(row.work, row.n): row for row in _chunks(connection, select(VERSION), VERSION.c.work, works)}
        latest = {row.id: row.latest for row in
                  _chunks(connection, select(WORK.c.id, WORK.c.latest), WORK.c.id, works)}
        changed = [(work, version) for work, version in zip(works, versions, strict=True)
                   if _differs(known.get((work, version.n)), version)]
        upsert(connection, t.Work, ({
            "id": work, "latest": version.n, "first_seen": now, "submitted_at": version.submitted_at,
            "announced_at": announced.get(version.arxiv_id)} for work, version in changed if work not in latest))
        upsert(connection, t.Version, ({
            "work": work, "n": version.n, "title": version.title, "abstract": version.abstract,
            "comment": version.comment, "authors": list(version.authors), "categories": list(version.categories),
            "primary_category": version.primary_category, "doi": version.doi, "licence": version.licence,
            "withdrawn": version.withdrawn, "submitted_at": version.submitted_at,
            "updated_at": version.updated_at, "seen_at": now} for work, version in changed), _VERSION_TEXTS)
        newest = [(work, version) for work, version in changed if version.n >= latest.get(work, 0)]
        if newest:
            connection.execute(
                update(WORK).where(WORK.c.id == bindparam("key")).values(
                    latest=bindparam("n"), withdrawn=bindparam("gone"), scan_due=True, judge_due=True),
                [{"key": work, "n": version.n, "gone": version.withdrawn} for work, version in newest])
            _categories(connection, newest)
        return sum((work, version.n) not in known for work, version in changed)


def _differs(row: Any, version: Version) -> bool:
    return row is None or any(
        getattr(row, name) != (list(value) if isinstance(value := getattr(version, name), tuple) else value)
        for name in _VERSION_TEXTS)


def _categories(connection: Connection, papers: Sequence[tuple[str, Version]]) -> None:
    category = table(t.WorkCategory)
    for start in range(0, len(papers), BATCH):
        connection.execute(delete(category).where(category.c.work.in_([work for work, _ in papers[start:start + BATCH]])))
    upsert(connection, t.WorkCategory, ({"category": name, "work": work}
                                        for work, version in papers for name in dict.fromkeys(version.categories)))


def _chunks(connection: Connection, query: Any, column: Any, keys: Iterable[str]) -> Iterable[Any]:
    distinct = list(dict.fromkeys(keys))
    for start in range(0, len(distinct), BATCH):
        yield from connection.execute(query.where(column.in_(distinct[start:start + BATCH])))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """One source of one version read: what it mentions, and where it is the metadata, the promise."""

    work: str
    version: int
    source: Source
    mentions: tuple[Mention, ...] = ()
    promise: Promise | None = None
    promise_evidence: str = ""
    outcome: str = "read"
    reason: str = ""


def save_scans(store: Store, scans: Sequence[Scanned], rules: str, now: datetime) -> None:
    """Store what scans found. Names become artifacts where they are new; works wait for their roles."""
    with store.begin() as connection:
        references = {mention.reference.folded: mention.reference for scan in scans for mention in scan.mentions}
        owners = _artifacts_of(connection, references, now)
        upsert(connection, t.Mention, (
            {"work": scan.work, "folded": mention.reference.folded, "source": mention.source.value,
             "place": mention.place.value, "artifact": owners[mention.reference.folded],
             "reference": mention.reference.key, "url": mention.url, "evidence": mention.evidence,
             "before": mention.before, "first_version": scan.version, "last_version": scan.version, "found_at": now}
            for scan in scans for mention in scan.mentions), ("url", "evidence", "before", "last_version"))
        upsert(connection, t.Scan, (
            {"work": scan.work, "version": scan.version, "source": scan.source.value, "outcome": scan.outcome,
             "reason": scan.reason, "scanned_at": now, "rules": rules} for scan in scans),
            ("outcome", "reason", "scanned_at", "rules"))
        promises = [{"key": scan.work, "said": scan.promise.value, "sentence": scan.promise_evidence}
                    for scan in scans if scan.promise is not None]
        if promises:
            connection.execute(update(WORK).where(WORK.c.id == bindparam("key")).values(
                promise=bindparam("said"), promise_evidence=bindparam("sentence")), promises)
        told = [{"key": scan.work} for scan in scans if scan.mentions]
        if told:
            connection.execute(update(WORK).where(WORK.c.id == bindparam("key")).values(scan_due=True), told)


def _artifacts_of(connection: Connection, references: Mapping[str, Reference], now: datetime) -> dict[str, str]:
    """Which artifact each folded name points to now, made where the name is new."""
    owners = {row.folded: row.artifact for row in _chunks(
        connection, select(NAME.c.folded, NAME.c.artifact).where(NAME.c.until.is_(None)), NAME.c.folded, references)}
    fresh = [references[folded] for folded in references if folded not in owners]
    upsert(connection, t.Artifact, ({"key": new.folded, "reference": new.key, "host": new.host, "kind": new.kind,
                                     "url": new.url} for new in fresh))
    upsert(connection, t.ArtifactName, ({"folded": new.folded, "artifact": new.folded, "reference": new.key,
                                         "url": new.url, "since": now} for new in fresh))
    return owners | {new.folded: new.folded for new in fresh}


def save_roles(store: Store, decisions: Mapping[str, Sequence[RoleDecision]], rules: str,
               checkable: Collection[tuple[str, str]], now: datetime) -> None:
    """Replace the roles of works; own artifacts on (host, kind) pairs that can be asked become due.

    Where two names of one work lead to one artifact, the likelier decision stands.
    """
    with store.begin() as connection:
        works = list(decisions)
        rows: dict[tuple[str, str], dict[str, Any]] = {}
        owners = {(row.work, row.folded): row.artifact for row in _chunks(
            connection, select(MENTION.c.work, MENTION.c.folded, MENTION.c.artifact), MENTION.c.work, works)}
        for work, decided in decisions.items():
            for one in sorted(decided, key=lambda decision: decision.probability):
                artifact = owners[work, one.reference.folded]
                rows[work, artifact] = {
                    "work": work, "artifact": artifact, "role": one.role.value, "probability": one.probability,
                    "reference": one.reference.key, "url": one.url, "place": one.place.value,
                    "evidence": one.evidence, "reasons": list(one.reasons), "rules": rules}
        for start in range(0, len(works), BATCH):
            connection.execute(delete(ROLE).where(ROLE.c.work.in_(works[start:start + BATCH])))
        upsert(connection, t.RoleRow, rows.values())
        own = [artifact for (_, artifact), row in rows.items() if row["role"] == Role.OWN.value]
        _make_due(connection, own, checkable, now)
        if works:
            connection.execute(update(WORK).where(WORK.c.id == bindparam("key")).values(scan_due=False, judge_due=True),
                               [{"key": work} for work in works])


def save_release(store: Store, reference: Reference, name: str, now: datetime) -> str:
    """A release without a paper, known from the operator's watch list; returns its work."""
    work = f"release:{reference.key}"
    with store.begin() as connection:
        upsert(connection, t.Work, [{"id": work, "name": name, "first_seen": now}], ("name",))
    return work


def wake_changed_rules(store: Store, detect_rules: str, judge_rules: str) -> None:
    """Mark what was read or judged by other rules than today's."""
    scan = table(t.Scan)
    with store.begin() as connection:
        old = select(scan.c.work).where(scan.c.source == Source.METADATA.value, scan.c.rules != detect_rules)
        connection.execute(update(WORK).where(WORK.c.id.in_(old)).values(scan_due=True))
        connection.execute(update(WORK).where(WORK.c.judged_rules != judge_rules).values(judge_due=True))


def judge_everything(store: Store) -> None:
    """Mark every work for judging."""
    with store.begin() as connection:
        connection.execute(update(WORK).values(judge_due=True))


def make_due(store: Store, references: Sequence[str], now: datetime) -> None:
    """Make the artifacts behind these references due now. StoreError for a reference nobody linked."""
    with store.begin() as connection:
        for reference in references:
            key = connection.execute(select(NAME.c.artifact).where(
                NAME.c.folded == reference.casefold(), NAME.c.until.is_(None))).scalar_one_or_none()
            if key is None:
                raise StoreError(f"{reference}: no stored paper links it; references are written like github:owner/name.")
            connection.execute(update(ARTIFACT).where(ARTIFACT.c.key == key).values(next_check_at=now))


def _make_due(connection: Connection, artifacts: Sequence[str], checkable: Collection[tuple[str, str]],
              now: datetime) -> None:
    """Own artifacts are looked at at once when they never were; new papers' artifacts come first."""
    for start in range(0, len(artifacts), BATCH):
        part = artifacts[start:start + BATCH]
        newest = (select(func.max(WORK.c.submitted_at)).join(ROLE, ROLE.c.work == WORK.c.id)
                  .where(ROLE.c.artifact == ARTIFACT.c.key).scalar_subquery())
        connection.execute(update(ARTIFACT).where(ARTIFACT.c.key.in_(part)).values(newest_at=newest))
        for host, kind in checkable:
            connection.execute(update(ARTIFACT).where(
                ARTIFACT.c.key.in_(part), ARTIFACT.c.host == host, ARTIFACT.c.kind == kind,
                ARTIFACT.c.next_check_at.is_(None)).values(next_check_at=now))


def save_judgements(store: Store, judged: Mapping[str, tuple[Sequence[Verdict], Sequence[Event]]], rules: str,
                    now: datetime) -> int:
    """Store verdicts and events of works; returns how many events are new."""
    with store.begin() as connection:
        event = table(t.EventRow)
        before = connection.execute(select(func.count()).select_from(event)).scalar_one()
        upsert(connection, t.VerdictRow, (
            {"work": work, "fact": verdict.fact.value, "state": verdict.state.value,
             "licence_class": verdict.licence_class.value, "reference": verdict.reference,
             "reasons": list(verdict.reasons)} for work, (verdicts, _) in judged.items() for verdict in verdicts),
            ("state", "licence_class", "reference", "reasons"))
        upsert(connection, t.EventRow, (
            {"id": event_id(one), "work": work, "reference": one.reference, "kind": one.kind.value,
             "cause": one.cause.value, "happened_at": one.happened_at, "observed_at": one.observed_at,
             "detail": one.detail} for work, (_, events) in judged.items() for one in events))
        states = []
        for work, (verdicts, events) in judged.items():
            facts = {verdict.fact: verdict.state.value for verdict in verdicts}
            opened = min((one.observed_at for one in events if one.kind.value == "opened"), default=None)
            states.append({"key": work, "opened": opened, "at": now, "by": rules,
                           **{f"is_{fact.value}": facts.get(fact, State.UNKNOWN.value) for fact in Fact}})
        if states:
            connection.execute(update(WORK).where(WORK.c.id == bindparam("key")).values(
                judge_due=False, opened_at=func.coalesce(WORK.c.opened_at, bindparam("opened", type_=WORK.c.opened_at.type)),
                judged_at=bindparam("at"), judged_rules=bindparam("by"),
                **{fact.value: bindparam(f"is_{fact.value}") for fact in Fact}), states)
        return int(connection.execute(select(func.count()).select_from(event)).scalar_one() - before)


def event_id(event: Event) -> str:
    """A name made of what happened to what and when: the same history gives the same names."""
    parts = (event.work, (event.reference or "").casefold(), event.kind.value, f"{event.happened_at:%Y-%m-%dT%H:%M:%SZ}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
