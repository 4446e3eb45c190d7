"""Writing papers, what their texts say, verdicts and events: one transaction a call, all replayable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Boolean, Connection, bindparam, delete, or_, select, update

from tracker.domain.artifacts import Reference
from tracker.domain.mentions import Mention
from tracker.domain.papers import Version
from tracker.domain.terms import Promise, Source
from tracker.store import joined, keys, search, shared_texts, statistics
from tracker.store import tables as t
from tracker.store.dialect import among, next_number, table, upsert
from tracker.store.engine import Store

WORK, NAME, MENTION, VERSION = table(t.WorkRow), table(t.ArtifactNameRow), table(t.MentionRow), joined.VERSION
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


def paper_work(arxiv_id: str) -> str:
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
        works = [paper_work(version.arxiv_id) for version in versions]
        keys.meet(works)
        known = {
            (row.work, row.n): row
            for row in connection.execute(select(VERSION).where(among(VERSION.c.work, works)))
        }
        columns = (WORK.c.id, WORK.c.latest, WORK.c.first_seen, WORK.c.submitted_at)
        stored = {row.id: row for row in connection.execute(select(*columns).where(among(WORK.c.id, works)))}
        latest = {work: row.latest for work, row in stored.items()}
        changed = [
            (work, version)
            for work, told in zip(works, versions, strict=True)
            if _differs(row := known.get((work, told.n)), version := _filled(row, told, whole=whole))
        ]
        with statistics.updating(connection, {work for work, _ in changed}):
            upsert(
                connection,
                t.WorkRow,
                (_work_row(work, version, announced, now) for work, version in changed if work not in latest),
            )
            upsert(
                connection,
                t.VersionRow,
                (_version_row(work, version, stored.get(work), now) for work, version in changed),
                [name for name in _TOLD if name != "submitted_at"],
            )
            newest = [(work, version) for work, version in changed if version.n >= latest.get(work, 0)]
            older = [(work, version) for work, version in newest if work in latest]
            _renew(connection, older, known)
            _categories(connection, newest, [work for work, _ in older])
        search.index_papers(connection, {work for work, _ in newest})
        return sum((work, version.n) not in known for work, version in changed)


def _work_row(work: str, version: Version, announced: Mapping[str, datetime], now: datetime) -> dict[str, Any]:
    return {
        "id": work,
        "arxiv_id": version.arxiv_id,
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


def _version_row(work: str, version: Version, stored: Any, now: datetime) -> dict[str, Any]:
    """`stored` is the paper's row, if there is one: times that are its own are not told again."""
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


def _differs(row: Any, version: Version, names: Sequence[str] = _TOLD) -> bool:
    return row is None or any(
        getattr(row, name) != (list(value) if isinstance(value := getattr(version, name), tuple) else value)
        for name in names
    )


def _categories(connection: Connection, papers: Sequence[tuple[str, Version]], known: Sequence[str]) -> None:
    category = table(t.WorkCategoryRow)
    if known:
        connection.execute(delete(category).where(among(category.c.work, known)))
    upsert(
        connection,
        t.WorkCategoryRow,
        (
            {"category": name, "work": work}
            for work, version in papers
            for name in dict.fromkeys(version.categories)
        ),
    )
    if known:
        statistics.update_open_categories(connection, known)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanResult:
    """One source of one version read: what it mentions, and where it is the metadata, the promise."""

    work: str
    version: int
    source: Source
    mentions: tuple[Mention, ...] = ()
    promise: Promise | None = None
    promise_evidence: str = ""
    outcome: str = "read"
    reason: str = ""


def save_scans(store: Store, scans: Sequence[ScanResult], rules: str, now: datetime) -> None:
    """Store what scans found. Names become artifacts where they are new; works wait for their roles."""
    with store.begin() as connection:
        references = {mention.reference.folded: mention.reference for scan in scans for mention in scan.mentions}
        current, kept = _names_of(connection, references, now), _names_kept(connection, scans)
        found = [
            (scan, mention, kept.get((scan.work, folded)) or current[folded])
            for scan in scans
            for mention in scan.mentions
            for folded in (mention.reference.folded,)
        ]
        upsert(
            connection,
            t.MentionRow,
            (
                {
                    "work": scan.work,
                    "name": name.id,
                    "source": mention.source.value,
                    "place": mention.place.value,
                    "url": mention.url if mention.url != name.url else None,
                    "evidence": mention.evidence,
                    "before": shared_texts.shorten_before(mention.before, mention.evidence, mention.url),
                    "first_version": scan.version,
                    "last_version": scan.version,
                    "found_at": now,
                }
                for scan, mention, name in found
            ),
            ("url", "evidence", "before", "last_version"),
        )
        shared_texts.save_shared_texts(connection, ([scan.reason] for scan in scans if scan.reason))
        upsert(
            connection,
            t.ScanRow,
            (
                {
                    "work": scan.work,
                    "version": scan.version,
                    "source": scan.source.value,
                    "outcome": scan.outcome,
                    "wording": shared_texts.shared_text_id([scan.reason]) if scan.reason else None,
                    "scanned_at": now,
                    "rules": rules,
                }
                for scan in scans
            ),
            ("outcome", "wording", "scanned_at", "rules"),
        )
        _promises(connection, [scan for scan in scans if scan.promise is not None])
        told = [scan.work for scan in scans if scan.mentions]
        connection.execute(update(WORK).where(among(WORK.c.id, told), ~WORK.c.scan_due).values(scan_due=True))


def _promises(connection: Connection, scans: Sequence[ScanResult]) -> None:
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


class _Name(NamedTuple):
    """A name's number, and the address for which it stands."""

    id: int
    url: str


def _names_kept(connection: Connection, scans: Sequence[ScanResult]) -> dict[tuple[str, str], _Name]:
    """Names that ended since these works first wrote them: who wrote one keeps the artifact that was meant."""
    works = [scan.work for scan in scans if scan.mentions]
    rows = connection.execute(
        select(MENTION.c.work, NAME.c.folded, NAME.c.id, NAME.c.url)
        .join(NAME, NAME.c.id == MENTION.c.name)
        .where(among(MENTION.c.work, works), NAME.c.until.is_not(None))
    )
    return {(row.work, row.folded): _Name(row.id, row.url) for row in rows}


def _names_of(connection: Connection, references: Mapping[str, Reference], now: datetime) -> dict[str, _Name]:
    """The current name of each folded reference, made with its artifact where it is new."""
    current = select(NAME.c.folded, NAME.c.id, NAME.c.url).where(
        NAME.c.until.is_(None), among(NAME.c.folded, references)
    )
    known = {row.folded: _Name(row.id, row.url) for row in connection.execute(current)}
    fresh = [references[folded] for folded in references if folded not in known]
    if not fresh:
        return known
    artifacts = list(enumerate(fresh, next_number(connection, t.ArtifactRow)))
    names = list(enumerate(artifacts, next_number(connection, t.ArtifactNameRow)))
    upsert(
        connection,
        t.ArtifactRow,
        (
            {"id": number, "reference": new.key, "host": new.host, "kind": new.kind, "url": new.url}
            for number, new in artifacts
        ),
    )
    upsert(
        connection,
        t.ArtifactNameRow,
        (
            {
                "id": number,
                "folded": new.folded,
                "artifact": of,
                "reference": new.key,
                "url": new.url,
                "since": now,
            }
            for number, (of, new) in names
        ),
    )
    return known | {new.folded: _Name(number, new.url) for number, (_, new) in names}
