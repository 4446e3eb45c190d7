"""What was read of a paper's texts: which source of which version, and the mentions found in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update

from tracker.domain.mentions import Mention
from tracker.domain.terms import Promise, Source
from tracker.store import shared_texts
from tracker.store.artifact_names import ended_names, ensure_names
from tracker.store.dialect import among, upsert
from tracker.store.engine import Store
from tracker.store.tables.artifact import MENTION
from tracker.store.tables.work import SCAN, WORK


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
        current, kept = (
            ensure_names(connection, references, now),
            ended_names(connection, [scan.work for scan in scans if scan.mentions]),
        )
        found = [
            (scan, mention, kept.get((scan.work, folded)) or current[folded])
            for scan in scans
            for mention in scan.mentions
            for folded in (mention.reference.folded,)
        ]
        upsert(
            connection,
            MENTION,
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
            SCAN,
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
