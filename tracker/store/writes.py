"""Writing papers, what their texts say, verdicts and events: one transaction a call, all replayable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Connection, bindparam, delete, or_, select, update

from tracker.domain import Mention, Promise, Reference, Source, Version
from tracker.store import figures, search
from tracker.store import tables as t
from tracker.store.dialect import among, table, upsert
from tracker.store.engine import Store

WORK, VERSION, NAME = table(t.Work), table(t.Version), table(t.ArtifactName)
ARTIFACT, MENTION, ROLE = table(t.Artifact), table(t.Mention), table(t.RoleRow)
_READ = ("title", "abstract", "comment", "authors")
"""What links and promises are found in, and roles decided by."""
_TOLD = (
    *_READ,
    "categories",
    "primary_category",
    "doi",
    "licence",
    "withdrawn",
    "submitted_at",
    "updated_at",
)


def paper_id(arxiv_id: str) -> str:
    """The work of an arXiv paper."""
    return f"arxiv:{arxiv_id}"


def save_versions(
    store: Store,
    versions: Sequence[Version],
    announced: Mapping[str, datetime],
    now: datetime,
    *,
    whole: bool = False,
) -> int:
    """Upsert paper versions; returns how many are new. Marks for scanning what is new or has other texts.

    `announced` gives each arXiv id's announcement; a paper keeps the first one that was stored. What a version leaves
    out (no licence, comment or DOI) stays as it is stored; so does a withdrawal, unless the versions are `whole`: told
    by a source that knows withdrawals, which arXiv's API does not.
    """
    if not versions:
        return 0
    with store.begin() as connection:
        works = [paper_id(version.arxiv_id) for version in versions]
        known = {
            (row.work, row.n): row
            for row in connection.execute(select(VERSION).where(among(VERSION.c.work, works)))
        }
        latest = {
            row.id: row.latest
            for row in connection.execute(select(WORK.c.id, WORK.c.latest).where(among(WORK.c.id, works)))
        }
        changed = [
            (work, version)
            for work, told in zip(works, versions, strict=True)
            if _differs(row := known.get((work, told.n)), version := _filled(row, told, whole=whole))
        ]
        with figures.kept(connection, {work for work, _ in changed}):
            upsert(
                connection,
                t.Work,
                (_work_row(work, version, announced, now) for work, version in changed if work not in latest),
            )
            upsert(
                connection,
                t.Version,
                (_version_row(work, version, now) for work, version in changed),
                _TOLD,
            )
            newest = [(work, version) for work, version in changed if version.n >= latest.get(work, 0)]
            older = [(work, version) for work, version in newest if work in latest]
            _renew(connection, older, known)
            _categories(connection, newest, [work for work, _ in older])
        search.take(connection, {work for work, _ in newest})
        return sum((work, version.n) not in known for work, version in changed)


def _work_row(work: str, version: Version, announced: Mapping[str, datetime], now: datetime) -> dict[str, Any]:
    return {
        "id": work,
        "latest": version.n,
        "first_seen": now,
        "submitted_at": version.submitted_at,
        "announced_at": announced.get(version.arxiv_id),
        "withdrawn": version.withdrawn,
        "scan_due": True,
        "judge_due": True,
    }


def _filled(row: Any, version: Version, *, whole: bool) -> Version:
    """A version with what it leaves out as it is stored."""
    if row is None:
        return version
    return replace(
        version,
        comment=version.comment or row.comment,
        doi=version.doi or row.doi,
        licence=version.licence or row.licence,
        withdrawn=version.withdrawn or (row.withdrawn and not whole),
    )


def _renew(
    connection: Connection, papers: Sequence[tuple[str, Version]], known: Mapping[tuple[str, int], Any]
) -> None:
    """Enter what is now the newest of known papers; a licence or a category alone wakes neither reading nor judging."""
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


def _version_row(work: str, version: Version, now: datetime) -> dict[str, Any]:
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
        "submitted_at": version.submitted_at,
        "updated_at": version.updated_at,
        "seen_at": now,
    }


def _differs(row: Any, version: Version, names: Sequence[str] = _TOLD) -> bool:
    return row is None or any(
        getattr(row, name) != (list(value) if isinstance(value := getattr(version, name), tuple) else value)
        for name in names
    )


def _categories(connection: Connection, papers: Sequence[tuple[str, Version]], known: Sequence[str]) -> None:
    category = table(t.WorkCategory)
    if known:
        connection.execute(delete(category).where(among(category.c.work, known)))
    upsert(
        connection,
        t.WorkCategory,
        (
            {"category": name, "work": work}
            for work, version in papers
            for name in dict.fromkeys(version.categories)
        ),
    )
    if known:
        figures.open_by_category(connection, known)


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
        upsert(
            connection,
            t.Mention,
            (
                {
                    "work": scan.work,
                    "folded": mention.reference.folded,
                    "source": mention.source.value,
                    "place": mention.place.value,
                    "artifact": owners[mention.reference.folded],
                    "reference": mention.reference.key,
                    "url": mention.url,
                    "evidence": mention.evidence,
                    "before": mention.before,
                    "first_version": scan.version,
                    "last_version": scan.version,
                    "found_at": now,
                }
                for scan in scans
                for mention in scan.mentions
            ),
            ("url", "evidence", "before", "last_version"),
        )
        upsert(
            connection,
            t.Scan,
            (
                {
                    "work": scan.work,
                    "version": scan.version,
                    "source": scan.source.value,
                    "outcome": scan.outcome,
                    "reason": scan.reason,
                    "scanned_at": now,
                    "rules": rules,
                }
                for scan in scans
            ),
            ("outcome", "reason", "scanned_at", "rules"),
        )
        _promises(connection, [scan for scan in scans if scan.promise is not None])
        told = [scan.work for scan in scans if scan.mentions]
        connection.execute(update(WORK).where(among(WORK.c.id, told), ~WORK.c.scan_due).values(scan_due=True))


def _promises(connection: Connection, scans: Sequence[Scanned]) -> None:
    """Keep what each paper says of its release now, where that differs from what is stored."""
    silent = (Promise.NONE.value, "")
    stored = {
        row.id: (row.promise, row.promise_evidence)
        for row in connection.execute(
            select(WORK.c.id, WORK.c.promise, WORK.c.promise_evidence).where(
                WORK.c.promise != Promise.NONE.value, among(WORK.c.id, [scan.work for scan in scans])
            )
        )
    }
    new = [
        {"key": scan.work, "said": scan.promise.value, "sentence": scan.promise_evidence}
        for scan in scans
        if scan.promise is not None
        and stored.get(scan.work, silent) != (scan.promise.value, scan.promise_evidence)
    ]
    if new:
        connection.execute(
            update(WORK)
            .where(WORK.c.id == bindparam("key"))
            .values(promise=bindparam("said"), promise_evidence=bindparam("sentence")),
            new,
        )


def _artifacts_of(connection: Connection, references: Mapping[str, Reference], now: datetime) -> dict[str, str]:
    """Which artifact each folded name points to now, made where the name is new."""
    owners = {
        row.folded: row.artifact
        for row in connection.execute(
            select(NAME.c.folded, NAME.c.artifact).where(NAME.c.until.is_(None), among(NAME.c.folded, references))
        )
    }
    fresh = [references[folded] for folded in references if folded not in owners]
    upsert(
        connection,
        t.Artifact,
        (
            {"key": new.folded, "reference": new.key, "host": new.host, "kind": new.kind, "url": new.url}
            for new in fresh
        ),
    )
    upsert(
        connection,
        t.ArtifactName,
        (
            {"folded": new.folded, "artifact": new.folded, "reference": new.key, "url": new.url, "since": now}
            for new in fresh
        ),
    )
    return owners | {new.folded: new.folded for new in fresh}
