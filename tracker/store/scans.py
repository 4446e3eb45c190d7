"""What was read of a paper's texts: which source of which version, and the mentions found in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from tracker.domain.mentions import Mention
from tracker.domain.reading import TEXT_SOURCES
from tracker.domain.terms import Promise, Source
from tracker.store.artifact_names import ArtifactName, ended_names, ensure_names
from tracker.store.dialect import among, upsert
from tracker.store.engine import Store
from tracker.store.keys import work_key
from tracker.store.reading_queue import update_reading
from tracker.store.shared_texts import save_shared_texts, shared_text_id, shorten_before
from tracker.store.tables.artifact import MENTION
from tracker.store.tables.work import SCAN, WORK

_NOTHING = Promise.NONE.value
_FURTHER_SOURCES = (Source.PAGE, *TEXT_SOURCES)
"""What is read beyond the metadata and may speak of a release; the text counts before the project page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanResult:
    """What reading one source of one version gave: its mentions, and what a text of the paper says of its release."""

    work: str
    version: int
    source: Source
    mentions: tuple[Mention, ...] = ()
    promise: Promise | None = None
    promise_evidence: str = ""
    outcome: str = "read"
    reason: str = ""


def save_scans(store: Store, scans: Sequence[ScanResult], rules: str, now: datetime) -> None:
    """Store what scans found, in one transaction.

    A reference that is new becomes an artifact. Works with mentions wait for their roles to be decided, and so do
    those whose full text or project page announces a release: with the metadata they are read anew.
    """
    with store.begin() as connection:
        add_scans(connection, scans, rules, now)


def add_scans(connection: Connection, scans: Sequence[ScanResult], rules: str, now: datetime) -> None:
    """The same, in the caller's transaction."""
    with_mentions = [work_key(scan.work) for scan in scans if scan.mentions]
    waiting = {*with_mentions, *_load_announcing(connection, scans)}
    _save_mentions(connection, scans, with_mentions, now)
    save_shared_texts(connection, ([scan.reason] for scan in scans if scan.reason))
    upsert(
        connection,
        SCAN,
        (
            {
                "work": work_key(scan.work),
                "version": scan.version,
                "source": scan.source.value,
                "outcome": scan.outcome,
                "shared_text": shared_text_id([scan.reason]) if scan.reason else None,
                "scanned_at": now,
                "rules": rules,
                **_body_promise(scan),
            }
            for scan in scans
        ),
        ("outcome", "shared_text", "scanned_at", "rules", "promise", "promise_evidence"),
    )
    _save_promises(connection, scans)
    connection.execute(update(WORK).where(among(WORK.c.id, waiting), ~WORK.c.scan_due).values(scan_due=True))
    update_reading(connection, {work_key(scan.work) for scan in scans})


def _save_mentions(
    connection: Connection, scans: Sequence[ScanResult], works: Sequence[int], now: datetime
) -> None:
    references = {mention.reference.target: mention.reference for scan in scans for mention in scan.mentions}
    current, ended = ensure_names(connection, references, now), ended_names(connection, works)
    upsert(
        connection,
        MENTION,
        (
            _mention_row(scan, mention, ended.get((work_key(scan.work), target)) or current[target], now)
            for scan in scans
            for mention in scan.mentions
            for target in (mention.reference.target,)
        ),
        ("url", "evidence", "before", "last_version"),
    )


def _mention_row(scan: ScanResult, mention: Mention, name: ArtifactName, now: datetime) -> dict[str, Any]:
    return {
        "work": work_key(scan.work),
        "name": name.id,
        "source": mention.source.value,
        "place": mention.place.value,
        "url": mention.url if mention.url != name.url else None,
        "evidence": mention.evidence,
        "before": shorten_before(mention.before, mention.evidence, mention.url),
        "first_version": scan.version,
        "last_version": scan.version,
        "found_at": now,
    }


def _body_promise(scan: ScanResult) -> dict[str, str | None]:
    if scan.source not in _FURTHER_SOURCES or scan.promise is None:
        return {"promise": None, "promise_evidence": None}
    return {"promise": scan.promise.value, "promise_evidence": scan.promise_evidence or None}


def _load_announcing(connection: Connection, scans: Sequence[ScanResult]) -> set[int]:
    """The works among these whose full text or project page says something of a release, now or when it was last read."""
    read = {
        work_key(scan.work): scan.promise for scan in scans if scan.source in _FURTHER_SOURCES and scan.promise
    }
    said = {work for work, (promise, _) in _load_body_promises(connection, read).items() if promise != _NOTHING}
    return said | {work for work, promise in read.items() if promise is not Promise.NONE}


def _load_body_promises(connection: Connection, works: Iterable[int]) -> dict[int, tuple[str, str]]:
    """(promise, sentence) of full text or page of the newest version that was read for it, by work."""
    columns = (SCAN.c.work, SCAN.c.version, SCAN.c.source, SCAN.c.promise, SCAN.c.promise_evidence)
    rows = connection.execute(select(*columns).where(among(SCAN.c.work, works), SCAN.c.promise.is_not(None))).all()

    def rank(row: Any) -> tuple[int, bool, int]:
        return row.version, row.promise != _NOTHING, _FURTHER_SOURCES.index(Source(row.source))

    return {row.work: (row.promise, row.promise_evidence or "") for row in sorted(rows, key=rank)}


def _save_promises(connection: Connection, scans: Iterable[ScanResult]) -> None:
    """Store what each paper promises now, where that differs from what is stored.

    What the full text, or else the project page, says counts where title, abstract and comment say nothing.
    """
    promises = {
        work_key(scan.work): (scan.promise.value, scan.promise_evidence)
        for scan in scans
        if scan.promise is not None and scan.source is Source.METADATA
    }
    silent = [work for work, (promise, _) in promises.items() if promise == _NOTHING]
    promises |= _load_body_promises(connection, silent)
    stored = {
        row.id: (row.promise, row.promise_evidence)
        for row in connection.execute(
            select(WORK.c.id, WORK.c.promise, WORK.c.promise_evidence).where(
                WORK.c.promise != Promise.NONE.value, among(WORK.c.id, promises)
            )
        )
    }
    changed = [
        {"key": key, "new_promise": promise, "new_evidence": evidence}
        for key, (promise, evidence) in promises.items()
        if stored.get(key, (Promise.NONE.value, "")) != (promise, evidence)
    ]
    if changed:
        connection.execute(
            update(WORK)
            .where(WORK.c.id == bindparam("key"))
            .values(promise=bindparam("new_promise"), promise_evidence=bindparam("new_evidence")),
            changed,
        )
