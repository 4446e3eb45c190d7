"""Reading what is due, what is known of a work over time, and how the installation is doing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, literal, select

from tracker.domain.history import CheckRecord, Correction, History, Licence, Link, VersionSeen
from tracker.domain.terms import Content, Fact, LicenceClass, Outcome, Promise, Role, Source
from tracker.store import corrections
from tracker.store.dialect import among
from tracker.store.engine import Store
from tracker.store.enum_columns import SOURCE
from tracker.store.joined import MENTIONS, ROLES, VERSIONS
from tracker.store.tables.artifact import ARTIFACT, ARTIFACT_CHECK, ARTIFACT_NAME
from tracker.store.tables.work import SCAN, WORK


@dataclass(frozen=True, slots=True)
class JudgedHistory:
    """A history, with when and by which rules it was last judged."""

    history: History
    judged_at: datetime | None
    judged_rules: str | None


def load_histories(store: Store, works: Sequence[str]) -> list[JudgedHistory]:
    """All that is known of these works over time."""
    with store.read() as connection:
        roles = defaultdict(list)
        for row in connection.execute(
            select(ROLES, ARTIFACT.c.kind)
            .join(ARTIFACT, ARTIFACT.c.id == ROLES.c.artifact)
            .where(among(ROLES.c.work, works))
            .order_by(ROLES.c.work, ROLES.c.probability.desc(), func.lower(ROLES.c.reference))
        ):
            roles[row.work].append(row)
        artifacts = {row.artifact for rows in roles.values() for row in rows}
        known = _Known(
            found=_found(connection, works),
            names=_lost_names(connection, artifacts),
            sightings=_sightings(connection, artifacts),
            corrections=corrections.load_corrections(connection, works),
        )
        versions = _versions(connection, works)
        rows = list(connection.execute(select(WORK).where(among(WORK.c.id, works)).order_by(WORK.c.id)))
    return [
        JudgedHistory(
            History(
                work=row.id,
                first_seen=row.first_seen,
                announced_at=row.announced_at or row.submitted_at,
                promise=Promise(row.promise),
                promise_evidence=row.promise_evidence or "",
                withdrawn=row.withdrawn,
                links=tuple(_link(row.id, row.latest, role, known) for role in roles[row.id]),
                versions=tuple(versions[row.id]),
            ),
            row.judged_at,
            row.judged_rules,
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class _Found:
    """When and where a link of a work was found."""

    at: datetime
    source: str
    first: int
    last: int
    read_until: int
    """The newest version in which one of its sources was read."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of the links of some works."""

    found: Mapping[tuple[str, int], _Found]
    names: tuple[Mapping[tuple[int, str], datetime], Mapping[int, datetime]]
    sightings: Mapping[int, list[CheckRecord]]
    corrections: Mapping[tuple[str, int], list[Correction]]


def _link(work: str, latest: int, role: Any, known: _Known) -> Link:
    found, (taken, lost) = known.found[work, role.artifact], known.names
    said = tuple(known.corrections.get((work, role.artifact), ()))
    # What only the operator's word made the authors' own became so when it was said.
    begun = [one.since for one in said if one.field == "role" and one.value == role.role and one.until is None]
    return Link(
        reference=role.reference,
        kind=role.kind,
        role=Role(role.role),
        probability=role.probability,
        source=Source(found.source),
        found_at=max([found.at, *begun]) if role.role == Role.OWN.value else found.at,
        first_version=found.first,
        last_version=found.last if found.last < min(found.read_until, latest) else None,
        replaced_at=taken.get((role.artifact, role.reference.casefold())),
        lost_at=lost.get(role.artifact),
        corrections=said,
        checks=tuple(known.sightings.get(role.artifact, ())),
    )


def _found(connection: Connection, works: Sequence[str]) -> dict[tuple[str, int], _Found]:
    read_until = (
        select(func.max(SCAN.c.version))
        .where(SCAN.c.work == MENTIONS.c.work, SCAN.c.source == MENTIONS.c.source, SCAN.c.outcome == "read")
        .scalar_subquery()
    )
    rows = connection.execute(
        select(
            MENTIONS.c.work,
            MENTIONS.c.artifact,
            func.min(MENTIONS.c.found_at).label("at"),
            # What another tracker's list names beside the paper itself or the Hub is theirs, not the list's.
            func.coalesce(
                func.min(MENTIONS.c.source, type_=SOURCE).filter(MENTIONS.c.source != Source.IMPORT.value),
                literal(Source.IMPORT.value, SOURCE),
                type_=SOURCE,
            ).label("source"),
            func.min(MENTIONS.c.first_version).label("first"),
            func.max(MENTIONS.c.last_version).label("last"),
            func.max(read_until).label("read_until"),
        )
        .where(among(MENTIONS.c.work, works))
        .group_by(MENTIONS.c.work, MENTIONS.c.artifact)
    )
    return {
        (row.work, row.artifact): _Found(row.at, row.source, row.first, row.last, row.read_until or row.last)
        for row in rows
    }


def _versions(connection: Connection, works: Sequence[str]) -> dict[str, list[VersionSeen]]:
    versions: dict[str, list[VersionSeen]] = defaultdict(list)
    columns = (VERSIONS.c.work, VERSIONS.c.n, VERSIONS.c.updated_at, VERSIONS.c.seen_at, VERSIONS.c.withdrawn)
    for row in connection.execute(
        select(*columns).where(among(VERSIONS.c.work, works)).order_by(VERSIONS.c.work, VERSIONS.c.n)
    ):
        versions[row.work].append(
            VersionSeen(n=row.n, submitted_at=row.updated_at, seen_at=row.seen_at, withdrawn=row.withdrawn)
        )
    return versions


def _lost_names(
    connection: Connection, artifacts: Collection[int]
) -> tuple[dict[tuple[int, str], datetime], dict[int, datetime]]:
    """When names of artifacts ended, and when the last name of an artifact did."""
    ended: dict[tuple[int, str], datetime] = {}
    until: dict[int, list[datetime | None]] = defaultdict(list)
    for row in connection.execute(
        select(ARTIFACT_NAME.c.folded, ARTIFACT_NAME.c.artifact, ARTIFACT_NAME.c.until).where(
            among(ARTIFACT_NAME.c.artifact, artifacts)
        )
    ):
        until[row.artifact].append(row.until)
        if row.until is not None:
            ended[row.artifact, row.folded] = row.until
    lost = {
        artifact: max(ends)
        for artifact, moments in until.items()
        if len(ends := [end for end in moments if end is not None]) == len(moments)
    }
    return ended, lost


def _sightings(connection: Connection, artifacts: Collection[int]) -> Mapping[int, list[CheckRecord]]:
    seen: dict[int, list[CheckRecord]] = defaultdict(list)
    for row in connection.execute(
        select(ARTIFACT_CHECK)
        .where(among(ARTIFACT_CHECK.c.artifact, artifacts))
        .order_by(ARTIFACT_CHECK.c.artifact, ARTIFACT_CHECK.c.first_seen)
    ):
        seen[row.artifact].append(
            CheckRecord(
                outcome=Outcome(row.outcome),
                reason=row.reason,
                content=Content(row.content),
                holds=tuple(Fact(fact) for fact in row.holds),
                licence_spdx=row.licence_spdx,
                licence_class=LicenceClass(row.licence_class),
                licence_note=row.licence_note,
                archived=row.archived,
                gated=row.gated,
                reference=row.reference,
                licence_source=row.licence_source,
                licences_by_fact=tuple(
                    (Fact(fact), Licence(spdx=spdx, class_=LicenceClass(class_), source=source, note=note))
                    for fact, spdx, class_, source, note in row.licences_beside
                ),
                first_seen=row.first_seen,
                last_seen=row.last_seen,
                times=row.times,
            )
        )
    return seen
