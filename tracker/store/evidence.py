"""Everything stored of a work, for its page and for `tracker explain`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, select

from tracker.domain.evidence import (
    ArtifactEvidence,
    MentionSpan,
    ScanRecord,
    WorkEvidence,
)
from tracker.domain.history import Event, Licence, Link
from tracker.domain.papers import without_prose
from tracker.domain.terms import Cause, EventKind, Fact, LicenceClass, Lifecycle, Mark, Place, Promise, Source
from tracker.store.dialect import among
from tracker.store.engine import Store
from tracker.store.foreign_reports import load_foreign_reports
from tracker.store.histories import load_histories, load_versions_seen
from tracker.store.joined import EVENTS, MENTIONS, ROLES, SCANS, VERDICTS, VERSIONS
from tracker.store.keys import keys_of, work_key
from tracker.store.tables.artifact import ARTIFACT, ARTIFACT_CHECK, FOREIGN_REPORT
from tracker.store.tables.judgement import FEED_ENTRY
from tracker.store.tables.work import GRADING, WORK
from tracker.store.verdicts import complete_verdicts


def load_evidence(store: Store, works: Sequence[str]) -> dict[str, WorkEvidence]:
    """All that is known of these works beyond their items, in the order of their keys; works that are not stored are left
    out."""
    keys = keys_of(works)
    links = {
        (known.history.work, link.reference): link
        for known in load_histories(store, works)
        for link in known.history.links
    }
    with store.read() as connection:
        mentions, artifacts = _mentions(connection, keys), defaultdict(list)
        for row in connection.execute(
            select(ROLES, *_ARTIFACT_COLUMNS)
            .join(ARTIFACT, ARTIFACT.c.id == ROLES.c.artifact)
            .where(among(ROLES.c.work, keys))
            .order_by(ROLES.c.work, ROLES.c.probability.desc(), ROLES.c.reference)
        ):
            # A role written between the two reads has no history yet: the next build shows it.
            if link := links.get((keys[row.work], row.reference)):
                artifacts[row.work].append(_artifact(row, link, mentions[row.work, row.artifact]))
        events, scans = _events(connection, keys), _scans(connection, keys)
        versions, foreign = load_versions_seen(connection, keys), load_foreign_reports(connection, keys)
        rows = connection.execute(
            select(WORK, VERSIONS.c.comment, GRADING.c.mof, GRADING.c.osaid, GRADING.c.g7)
            .outerjoin(GRADING, GRADING.c.id == WORK.c.grading)
            .outerjoin(VERSIONS, (VERSIONS.c.work == WORK.c.id) & (VERSIONS.c.n == WORK.c.latest))
            .where(among(WORK.c.id, keys))
            .order_by(WORK.c.id)
        ).all()
    return {
        keys[row.id]: WorkEvidence(
            promise=Promise(row.promise),
            promise_evidence=row.promise_evidence or "",
            comment=row.comment or "",
            versions=tuple(versions[row.id]),
            artifacts=tuple(artifacts[row.id]),
            scans=tuple(scans[row.id]),
            events=tuple(events[row.id]),
            mof=row.mof or "",
            osaid=row.osaid or "",
            g7=row.g7 or "",
            judged_at=row.judged_at,
            next_check_at=row.next_judgement_at,
            foreign=tuple(foreign[row.id]),
        )
        for row in rows
    }


_ARTIFACT_COLUMNS = (
    ARTIFACT.c.reference.label("current_name"),
    ARTIFACT.c.licence_claimed,
    ARTIFACT.c.licence_source,
    ARTIFACT.c.licences_beside,
    ARTIFACT.c.names,
    ARTIFACT.c.readiness,
    ARTIFACT.c.reason,
    ARTIFACT.c.checked_at,
    ARTIFACT.c.next_check_at,
)


def _artifact(row: Any, link: Link, mentions: Sequence[MentionSpan]) -> ArtifactEvidence:
    return ArtifactEvidence(
        reference=row.reference,
        current_name=row.current_name,
        reasons=tuple(row.reasons),
        lifecycle=Lifecycle(row.lifecycle) if row.lifecycle else None,
        mentions=tuple(mentions),
        checks=link.checks,
        corrections=link.corrections,
        licence_claimed=row.licence_claimed,
        licence_source=row.licence_source or "",
        licences_by_fact=tuple(
            (Fact(fact), Licence(spdx=spdx, class_=LicenceClass(class_), source=source, note=note))
            for fact, spdx, class_, source, note in row.licences_beside
        ),
        readiness=None if row.readiness is None else tuple((Mark(mark), seen) for mark, seen in row.readiness),
        papers_named=None if row.names is None else without_prose(row.names),
        reason=row.reason or "",
        checked_at=row.checked_at,
        next_check_at=row.next_check_at,
    )


def _mentions(connection: Connection, keys: Collection[int]) -> dict[tuple[int, int], list[MentionSpan]]:
    """Where each artifact is mentioned, by (work, artifact)."""
    mentions: dict[tuple[int, int], list[MentionSpan]] = defaultdict(list)
    for row in connection.execute(
        select(MENTIONS)
        .where(among(MENTIONS.c.work, keys))
        .order_by(MENTIONS.c.work, MENTIONS.c.first_version, MENTIONS.c.source, MENTIONS.c.place)
    ):
        mentions[row.work, row.artifact].append(
            MentionSpan(
                place=Place(row.place),
                source=Source(row.source),
                evidence=row.evidence,
                first_version=row.first_version,
                last_version=row.last_version,
            )
        )
    return mentions


def _events(connection: Connection, keys: Mapping[int, str]) -> dict[int, list[Event]]:
    events: dict[int, list[Event]] = defaultdict(list)
    for row in connection.execute(
        select(EVENTS)
        .where(among(EVENTS.c.work, keys))
        .order_by(EVENTS.c.happened_at, EVENTS.c.observed_at, EVENTS.c.id)
    ):
        events[row.work].append(
            Event(
                work=keys[row.work],
                reference=row.reference,
                kind=EventKind(row.kind),
                cause=Cause(row.cause),
                happened_at=row.happened_at,
                observed_at=row.observed_at,
                detail=row.detail or "",
            )
        )
    return events


def _scans(connection: Connection, keys: Collection[int]) -> dict[int, list[ScanRecord]]:
    scans: dict[int, list[ScanRecord]] = defaultdict(list)
    for row in connection.execute(
        select(SCANS)
        .where(among(SCANS.c.work, keys))
        .order_by(SCANS.c.version.desc(), SCANS.c.scanned_at, SCANS.c.source)
    ):
        scans[row.work].append(
            ScanRecord(
                source=Source(row.source),
                version=row.version,
                outcome=row.outcome,
                reason=" ".join(row.sentences or ()),
                at=row.scanned_at,
            )
        )
    return scans


def load_stored_rows(store: Store, work: str) -> dict[str, list[dict[str, Any]]]:
    """Everything stored of one work, table by table, for `tracker explain`."""
    stored: dict[str, list[dict[str, Any]]] = {}
    key = work_key(work)
    with store.read() as connection:

        def rows_of(source: FromClause, condition: ColumnElement[bool], order: str) -> list[dict[str, Any]]:
            rows = connection.execute(select(source).where(condition).order_by(source.c[order]))
            return [dict(row._mapping) for row in rows]

        stored["work"] = [row | {"id": work} for row in rows_of(WORK, WORK.c.id == key, "id")]
        for name, source, order in _SOURCES:
            rows = rows_of(source, source.c.work == key, order)
            stored[name] = [row | {"work": work} for row in rows]
        if any(row["judged_at"] for row in stored["work"]):
            verdicts = connection.execute(select(VERDICTS).where(VERDICTS.c.work == key)).all()
            stored["verdicts"] = sorted(map(asdict, complete_verdicts(verdicts)), key=itemgetter("fact"))
        gradings = [row["grading"] for row in stored["work"]]
        stored["gradings"] = rows_of(GRADING, GRADING.c.id.in_(gradings), "id")
        artifacts = {row["artifact"] for name in ("roles", "mentions") for row in stored[name]}
        stored["artifacts"] = rows_of(ARTIFACT, among(ARTIFACT.c.id, artifacts), "id")
        stored["checks"] = rows_of(ARTIFACT_CHECK, among(ARTIFACT_CHECK.c.artifact, artifacts), "artifact")
    return stored


_SOURCES = (
    ("versions", VERSIONS, "n"),
    ("scans", SCANS, "source"),
    ("mentions", MENTIONS, "folded"),
    ("roles", ROLES, "artifact"),
    ("verdicts", VERDICTS, "fact"),
    ("events", EVENTS, "happened_at"),
    ("entries", FEED_ENTRY, "entered_at"),
    ("foreign", FOREIGN_REPORT, "source"),
)
"""What is stored of a work: name, rows, and the column that orders them."""
