"""Everything stored of a work, for its page and for `tracker explain`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, select

from tracker.domain.evidence import (
    ArtifactEvidence,
    MentionSpan,
    ScanRecord,
    WorkEvidence,
)
from tracker.domain.history import Event, Licence, Link
from tracker.domain.terms import Cause, EventKind, Fact, LicenceClass, Lifecycle, Place, Promise, Source
from tracker.store import histories, verdicts
from tracker.store.dialect import among
from tracker.store.engine import Store
from tracker.store.joined import EVENTS, MENTIONS, ROLES, SCANS, VERDICTS, VERSIONS
from tracker.store.tables.artifact import ARTIFACT, ARTIFACT_CHECK
from tracker.store.tables.judgement import FEED_ENTRY
from tracker.store.tables.work import GRADING, WORK


def load_evidence(store: Store, works: Sequence[str]) -> dict[str, WorkEvidence]:
    """All that is known of these works beyond their items; works that are not stored are left out."""
    links = {
        known.history.work: {link.reference: link for link in known.history.links}
        for known in histories.load_histories(store, works)
    }
    with store.read() as connection:
        found, exhibits = _found(connection, works), defaultdict(list)
        for row in connection.execute(
            select(ROLES, *_LOOKED)
            .join(ARTIFACT, ARTIFACT.c.id == ROLES.c.artifact)
            .where(among(ROLES.c.work, works))
            .order_by(ROLES.c.work, ROLES.c.probability.desc(), ROLES.c.reference)
        ):
            # A role written between the two reads has no history yet: the next build shows it.
            if link := links.get(row.work, {}).get(row.reference):
                exhibits[row.work].append(_exhibit(row, link, found[row.work, row.artifact]))
        events, readings, versions = (
            _events(connection, works),
            _readings(connection, works),
            histories._versions(connection, works),
        )
        rows = connection.execute(
            select(WORK, VERSIONS.c.comment, GRADING.c.mof, GRADING.c.osaid)
            .outerjoin(GRADING, GRADING.c.id == WORK.c.grading)
            .outerjoin(VERSIONS, (VERSIONS.c.work == WORK.c.id) & (VERSIONS.c.n == WORK.c.latest))
            .where(among(WORK.c.id, works))
        ).all()
    return {
        row.id: WorkEvidence(
            promise=Promise(row.promise),
            promise_evidence=row.promise_evidence or "",
            comment=row.comment or "",
            versions=tuple(versions[row.id]),
            artifacts=tuple(exhibits[row.id]),
            scans=tuple(readings[row.id]),
            events=tuple(events[row.id]),
            mof=row.mof or "",
            osaid=row.osaid or "",
            judged_at=row.judged_at,
            next_check_at=row.next_look_at,
        )
        for row in rows
    }


_LOOKED = (
    ARTIFACT.c.reference.label("now_called"),
    ARTIFACT.c.licence_claimed,
    ARTIFACT.c.licence_source,
    ARTIFACT.c.licences_beside,
    ARTIFACT.c.names,
    ARTIFACT.c.reason,
    ARTIFACT.c.checked_at,
    ARTIFACT.c.next_check_at,
)


def _exhibit(row: Any, link: Link, found: Sequence[MentionSpan]) -> ArtifactEvidence:
    return ArtifactEvidence(
        reference=row.reference,
        current_name=row.now_called,
        reasons=tuple(row.reasons),
        lifecycle=Lifecycle(row.lifecycle) if row.lifecycle else None,
        mentions=tuple(found),
        checks=link.checks,
        corrections=link.corrections,
        licence_claimed=row.licence_claimed,
        licence_source=row.licence_source or "",
        licences_by_fact=tuple(
            (Fact(fact), Licence(spdx=spdx, class_=LicenceClass(class_), source=source, note=note))
            for fact, spdx, class_, source, note in row.licences_beside
        ),
        papers_named=None if row.names is None else tuple(row.names),
        reason=row.reason or "",
        checked_at=row.checked_at,
        next_check_at=row.next_check_at,
    )


def _found(connection: Connection, works: Sequence[str]) -> dict[tuple[str, int], list[MentionSpan]]:
    found: dict[tuple[str, int], list[MentionSpan]] = defaultdict(list)
    for row in connection.execute(
        select(MENTIONS)
        .where(among(MENTIONS.c.work, works))
        .order_by(MENTIONS.c.work, MENTIONS.c.first_version, MENTIONS.c.source, MENTIONS.c.place)
    ):
        found[row.work, row.artifact].append(
            MentionSpan(
                place=Place(row.place),
                source=Source(row.source),
                evidence=row.evidence,
                first_version=row.first_version,
                last_version=row.last_version,
            )
        )
    return found


def _events(connection: Connection, works: Sequence[str]) -> dict[str, list[Event]]:
    events: dict[str, list[Event]] = defaultdict(list)
    for row in connection.execute(
        select(EVENTS)
        .where(among(EVENTS.c.work, works))
        .order_by(EVENTS.c.happened_at, EVENTS.c.observed_at, EVENTS.c.id)
    ):
        events[row.work].append(
            Event(
                work=row.work,
                reference=row.reference,
                kind=EventKind(row.kind),
                cause=Cause(row.cause),
                happened_at=row.happened_at,
                observed_at=row.observed_at,
                detail=row.detail or "",
            )
        )
    return events


def _readings(connection: Connection, works: Sequence[str]) -> dict[str, list[ScanRecord]]:
    readings: dict[str, list[ScanRecord]] = defaultdict(list)
    for row in connection.execute(
        select(SCANS)
        .where(among(SCANS.c.work, works))
        .order_by(SCANS.c.version.desc(), SCANS.c.scanned_at, SCANS.c.source)
    ):
        readings[row.work].append(
            ScanRecord(
                source=Source(row.source),
                version=row.version,
                outcome=row.outcome,
                reason=" ".join(row.words or ()),
                at=row.scanned_at,
            )
        )
    return readings


def load_stored_rows(store: Store, work: str) -> dict[str, list[dict[str, Any]]]:
    """Everything stored of one work, table by table, for `tracker explain`."""
    found: dict[str, list[dict[str, Any]]] = {}
    with store.read() as connection:
        for name, target, order in (
            ("work", WORK, "id"),
            ("versions", VERSIONS, "n"),
            ("scans", SCANS, "source"),
            ("mentions", MENTIONS, "folded"),
            ("roles", ROLES, "artifact"),
            ("verdicts", VERDICTS, "fact"),
            ("events", EVENTS, "happened_at"),
            ("entries", FEED_ENTRY, "entered_at"),
        ):
            key = target.c.id if name == "work" else target.c.work
            rows: Sequence[Any] = connection.execute(
                select(target).where(key == work).order_by(target.c[order])
            ).all()
            found[name] = [dict(row._mapping) for row in rows]
            if name == "verdicts" and found["work"] and found["work"][0]["judged_at"]:
                found[name] = [
                    asdict(one) for one in sorted(verdicts.complete_verdicts(rows), key=lambda one: one.fact)
                ]
        by_id = select(GRADING).where(GRADING.c.id.in_([row["grading"] for row in found["work"]]))
        found["gradings"] = [dict(row._mapping) for row in connection.execute(by_id)]
        artifacts = sorted(
            {row["artifact"] for row in found["roles"]} | {row["artifact"] for row in found["mentions"]}
        )
        for name, target, column in (
            ("artifacts", ARTIFACT, "id"),
            ("checks", ARTIFACT_CHECK, "artifact"),
        ):
            rows = connection.execute(
                select(target).where(among(target.c[column], artifacts)).order_by(target.c[column])
            ).all()
            found[name] = [dict(row._mapping) for row in rows]
    return found
