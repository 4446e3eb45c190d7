"""What pages for people show beyond the items of feeds: dossiers of works, and figures over time."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, distinct, func, select, text

from tracker.domain.evidence import (
    ArtifactEvidence,
    LicenceCount,
    MentionSpan,
    MonthCount,
    OrganisationCount,
    PromiseWait,
    ScanRecord,
    WorkEvidence,
)
from tracker.domain.history import Event, Licence, Link
from tracker.domain.terms import Cause, EventKind, Fact, LicenceClass, Lifecycle, Place, Promise, Source, State
from tracker.store import histories, joined
from tracker.store import tables as t
from tracker.store.dialect import among, table
from tracker.store.engine import Store
from tracker.store.statistics import TOTAL

WORK, VERSION, SCAN, FIGURE = table(t.WorkRow), joined.VERSION, joined.SCAN, table(t.FigureRow)
ROLE, ARTIFACT, MENTION = joined.ROLE, table(t.ArtifactRow), joined.MENTION
VERDICT, EVENT, GRADING = table(t.VerdictRow), joined.EVENT, table(t.GradingRow)
_FIRST_LOOK = timedelta(days=1)
"""What was there within a day of our first reading was there before anybody looked."""
_KEPT = (EventKind.SHIPPED.value, EventKind.OPENED.value)


def load_evidence(store: Store, works: Sequence[str]) -> dict[str, WorkEvidence]:
    """All that is known of these works beyond their items; works that are not stored are left out."""
    links = {
        known.history.work: {link.reference: link for link in known.history.links}
        for known in histories.load_histories(store, works)
    }
    with store.read() as connection:
        found, exhibits = _found(connection, works), defaultdict(list)
        for row in connection.execute(
            select(ROLE, *_LOOKED)
            .join(ARTIFACT, ARTIFACT.c.id == ROLE.c.artifact)
            .where(among(ROLE.c.work, works))
            .order_by(ROLE.c.work, ROLE.c.probability.desc(), ROLE.c.reference)
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
            select(WORK, VERSION.c.comment, GRADING.c.mof, GRADING.c.osaid)
            .outerjoin(GRADING, GRADING.c.id == WORK.c.grading)
            .outerjoin(VERSION, (VERSION.c.work == WORK.c.id) & (VERSION.c.n == WORK.c.latest))
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
        select(MENTION)
        .where(among(MENTION.c.work, works))
        .order_by(MENTION.c.work, MENTION.c.first_version, MENTION.c.source, MENTION.c.place)
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
        select(EVENT)
        .where(among(EVENT.c.work, works))
        .order_by(EVENT.c.happened_at, EVENT.c.observed_at, EVENT.c.id)
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
        select(SCAN)
        .where(among(SCAN.c.work, works))
        .order_by(SCAN.c.version.desc(), SCAN.c.scanned_at, SCAN.c.source)
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


def count_by_month(store: Store, since: str) -> list[MonthCount]:
    """Papers by month of submission from `since` (`2025-07`) on and state of their code: of all, and by each of
    their categories."""
    with store.read() as connection:
        rows = connection.execute(
            select(FIGURE.c.month, FIGURE.c.category, FIGURE.c.state, FIGURE.c.papers).where(
                FIGURE.c.fact == Fact.CODE.value, FIGURE.c.month >= since, FIGURE.c.papers > 0
            )
        ).all()
    return [
        MonthCount(row.month, "" if row.category == TOTAL else row.category, State(row.state), row.papers)
        for row in rows
    ]


def count_by_organisation(store: Store) -> list[OrganisationCount]:
    """What each watched organisation holds, those with most open code first."""
    with store.read() as connection:
        rows = connection.execute(
            text(
                "SELECT name, github, huggingface, papers, open_papers, open_weights, open_data FROM organisations"
            )
        ).all()
    made = [
        OrganisationCount(
            row.name,
            tuple(
                (f"{host}/{name}", f"https://{host}/{name}")
                for host, names in (("github.com", row.github), ("huggingface.co", row.huggingface))
                for name in (json.loads(names) if isinstance(names, str) else names)
            ),
            row.papers,
            row.open_papers,
            row.open_weights,
            row.open_data,
        )
        for row in rows
    ]
    return sorted(made, key=lambda one: (-one.open_code, -one.works, one.name.casefold()))


def count_by_licence(store: Store) -> list[LicenceCount]:
    """Licences of the code that is there, most papers first."""
    spdx, papers = func.coalesce(ARTIFACT.c.licence_spdx, ""), func.count(distinct(WORK.c.id))
    class_ = func.coalesce(ARTIFACT.c.licence_class, LicenceClass.UNKNOWN.value)
    with store.read() as connection:
        rows = connection.execute(
            select(spdx, class_, papers)
            .join(VERDICT, (VERDICT.c.work == WORK.c.id) & (VERDICT.c.fact == Fact.CODE.value))
            .join(ROLE, (ROLE.c.work == WORK.c.id) & (ROLE.c.name == VERDICT.c.name))
            .join(ARTIFACT, ARTIFACT.c.id == ROLE.c.artifact)
            .where(WORK.c.latest > 0, WORK.c.code.in_([State.OPEN.value, State.AVAILABLE.value]))
            .group_by(spdx, class_)
            .order_by(papers.desc(), spdx, class_)
        ).all()
    return [LicenceCount(*row) for row in rows]


def load_waiting_times(store: Store, now: datetime) -> list[PromiseWait]:
    """Each promise of code by how long it was waited for. Left out is what had come before our first look: nobody
    knows since when it had been there."""
    with store.read() as connection:
        rows = connection.execute(
            select(
                EVENT.c.work,
                EVENT.c.kind,
                EVENT.c.cause,
                EVENT.c.happened_at,
                WORK.c.submitted_at,
                WORK.c.first_seen,
            )
            .join(WORK, WORK.c.id == EVENT.c.work)
            .where(EVENT.c.kind.in_([EventKind.PROMISED.value, *_KEPT]), WORK.c.submitted_at.is_not(None))
            .order_by(EVENT.c.happened_at)
        ).all()
    of_works: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        of_works[row.work].append(row)
    made = (_waiting(told, now) for _, told in sorted(of_works.items()))
    return [one for one in made if one is not None]


def _waiting(told: Sequence[Any], now: datetime) -> PromiseWait | None:
    first = told[0]
    came = next((row for row in told if row.kind in _KEPT), None)
    if not any(row.kind == EventKind.PROMISED.value for row in told):
        return None
    if came and came.happened_at - first.first_seen < _FIRST_LOOK:
        return None
    end = came.happened_at if came else now
    since, until = (
        max((moment - first.submitted_at).total_seconds() / 86400, 0.0) for moment in (first.first_seen, end)
    )
    return PromiseWait(since, max(since, until), came is not None)


def first_seen_at(store: Store) -> datetime | None:
    """When the first paper was read."""
    with store.read() as connection:
        found: datetime | None = connection.execute(
            select(func.min(WORK.c.first_seen, type_=WORK.c.first_seen.type)).where(WORK.c.latest > 0)
        ).scalar_one()
        return found
