"""Reading what is due, what is known of a work over time, and how the installation is doing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from tracker.domain.history import CheckRecord, Correction, History, Licence, Link, VersionSeen
from tracker.domain.terms import Content, Fact, LicenceClass, Outcome, Promise, Role, Source, State
from tracker.store.corrections import load_corrections
from tracker.store.dialect import among
from tracker.store.engine import Store
from tracker.store.joined import MENTIONS, ROLES, VERSIONS
from tracker.store.keys import keys_of
from tracker.store.tables.artifact import ARTIFACT, ARTIFACT_CHECK, ARTIFACT_NAME
from tracker.store.tables.work import SCAN, WORK


@dataclass(frozen=True, slots=True)
class JudgedHistory:
    """A history, with when and by which rules it was last judged."""

    history: History
    judged_at: datetime | None
    judged_rules: str | None
    was_open: bool = False
    """Whether its code was open as last judged."""


def load_histories(store: Store, works: Sequence[str]) -> list[JudgedHistory]:
    """All that is known of these works over time, in the order of their keys."""
    keys = keys_of(works)
    with store.read() as connection:
        roles = defaultdict(list)
        for row in connection.execute(
            select(ROLES, ARTIFACT.c.kind)
            .join(ARTIFACT, ARTIFACT.c.id == ROLES.c.artifact)
            .where(among(ROLES.c.work, keys))
            .order_by(ROLES.c.work, ROLES.c.probability.desc(), func.lower(ROLES.c.reference))
        ):
            roles[row.work].append(row)
        artifacts = {row.artifact for rows in roles.values() for row in rows}
        evidence = _Evidence(
            spans=_spans(connection, keys),
            names=_ended_names(connection, artifacts),
            checks=_checks(connection, artifacts),
            corrections=load_corrections(connection, keys),
        )
        versions = load_versions_seen(connection, keys)
        rows = list(connection.execute(select(WORK).where(among(WORK.c.id, keys)).order_by(WORK.c.id)))
    return [
        JudgedHistory(
            History(
                work=keys[row.id],
                first_seen=row.first_seen,
                announced_at=row.announced_at or row.submitted_at,
                promise=Promise(row.promise),
                promise_evidence=row.promise_evidence or "",
                withdrawn=row.withdrawn,
                links=tuple(_link(row.id, row.latest, role, evidence) for role in roles[row.id]),
                versions=tuple(versions[row.id]),
                backfilled=row.backfilled,
            ),
            row.judged_at,
            row.judged_rules,
            row.code == State.OPEN.value,
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class _Span:
    """When a link of a work was found, and in which versions."""

    at: datetime
    source: str
    first: int
    last: int
    scanned_until: int
    """The newest version of which a source of the link was read."""


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What the links of some works are made of."""

    spans: Mapping[tuple[int, int], _Span]
    names: tuple[Mapping[tuple[int, str], datetime], Mapping[int, datetime]]
    checks: Mapping[int, list[CheckRecord]]
    corrections: Mapping[tuple[int, int], list[Correction]]


def _link(work: int, latest: int, role: Any, evidence: _Evidence) -> Link:
    span, (ended, lost) = evidence.spans[work, role.artifact], evidence.names
    corrections = tuple(evidence.corrections.get((work, role.artifact), ()))
    # An artifact that is the authors' own only by a correction became so when the operator made it.
    corrected = [
        correction.since
        for correction in corrections
        if correction.field == "role" and correction.value == role.role and correction.until is None
    ]
    return Link(
        reference=role.reference,
        kind=role.kind,
        role=Role(role.role),
        probability=role.probability,
        source=Source(span.source),
        found_at=max([span.at, *corrected]) if role.role == Role.OWN.value else span.at,
        first_version=span.first,
        last_version=span.last if span.last < min(span.scanned_until, latest) else None,
        replaced_at=ended.get((role.artifact, role.reference.casefold())),
        lost_at=lost.get(role.artifact),
        corrections=corrections,
        checks=tuple(evidence.checks.get(role.artifact, ())),
        reasons=tuple(role.reasons),
    )


def _spans(connection: Connection, keys: Collection[int]) -> dict[tuple[int, int], _Span]:
    scanned_until = (
        select(func.max(SCAN.c.version))
        .where(SCAN.c.work == MENTIONS.c.work, SCAN.c.source == MENTIONS.c.source, SCAN.c.outcome == "read")
        .scalar_subquery()
    )
    imported = MENTIONS.c.source == Source.IMPORT.value

    def found(of_mentions: Callable[..., Any], value: Any) -> Any:
        """A link that is both in an imported list and in the paper or on the Hub was found there, and then."""
        return func.coalesce(of_mentions(value).filter(~imported), of_mentions(value), type_=value.type)

    rows = connection.execute(
        select(
            MENTIONS.c.work,
            MENTIONS.c.artifact,
            found(func.min, MENTIONS.c.found_at).label("at"),
            found(func.min, MENTIONS.c.source).label("source"),
            found(func.min, MENTIONS.c.first_version).label("first"),
            found(func.max, MENTIONS.c.last_version).label("last"),
            found(func.max, scanned_until).label("scanned_until"),
        )
        .where(among(MENTIONS.c.work, keys))
        .group_by(MENTIONS.c.work, MENTIONS.c.artifact)
    )
    return {
        (row.work, row.artifact): _Span(row.at, row.source, row.first, row.last, row.scanned_until or row.last)
        for row in rows
    }


def load_versions_seen(connection: Connection, keys: Collection[int]) -> dict[int, list[VersionSeen]]:
    """The versions of the papers of these keys, with the times at which they were submitted and seen."""
    versions: dict[int, list[VersionSeen]] = defaultdict(list)
    columns = (VERSIONS.c.work, VERSIONS.c.n, VERSIONS.c.updated_at, VERSIONS.c.seen_at, VERSIONS.c.withdrawn)
    for row in connection.execute(
        select(*columns).where(among(VERSIONS.c.work, keys)).order_by(VERSIONS.c.work, VERSIONS.c.n)
    ):
        versions[row.work].append(
            VersionSeen(n=row.n, submitted_at=row.updated_at, seen_at=row.seen_at, withdrawn=row.withdrawn)
        )
    return versions


def _ended_names(
    connection: Connection, artifacts: Collection[int]
) -> tuple[dict[tuple[int, str], datetime], dict[int, datetime]]:
    """When each name of artifacts ended, and when artifacts lost their last name."""
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


def _checks(connection: Connection, artifacts: Collection[int]) -> Mapping[int, list[CheckRecord]]:
    """What was seen of artifacts, oldest first."""
    checks: dict[int, list[CheckRecord]] = defaultdict(list)
    for row in connection.execute(
        select(ARTIFACT_CHECK)
        .where(among(ARTIFACT_CHECK.c.artifact, artifacts))
        .order_by(ARTIFACT_CHECK.c.artifact, ARTIFACT_CHECK.c.first_seen)
    ):
        checks[row.artifact].append(
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
                by_rule=row.by_rule,
                rewritten=row.rewritten,
            )
        )
    return checks
