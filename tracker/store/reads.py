"""Reading what is due, what is known of a work over time, and how the installation is doing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from tracker.domain import Content, Fact, LicenceClass, Mention, Outcome, Place, Promise, Reference, Role, Source
from tracker.history import History, Link, Sighting
from tracker.store import tables as t
from tracker.store.dialect import among, table
from tracker.store.engine import Store

WORK, VERSION, SCAN, NAME = table(t.Work), table(t.Version), table(t.Scan), table(t.ArtifactName)
ARTIFACT, MENTION, ROLE = table(t.Artifact), table(t.Mention), table(t.RoleRow)
SIGHTING, LISTING = table(t.SightingRow), table(t.HubListing)


def mentions(store: Store, works: Collection[str]) -> dict[str, list[Mention]]:
    """All mentions of these works, from every source and version."""
    found: dict[str, list[Mention]] = {work: [] for work in works}
    with store.read() as connection:
        for row in connection.execute(
            select(MENTION, NAME.c.url.label("canonical"), ARTIFACT.c.host, ARTIFACT.c.kind)
            .join(ARTIFACT, ARTIFACT.c.key == MENTION.c.artifact)
            .join(NAME, (NAME.c.folded == MENTION.c.folded) & (NAME.c.artifact == MENTION.c.artifact))
            .where(among(MENTION.c.work, works))
            .order_by(MENTION.c.work, MENTION.c.folded, MENTION.c.place)
        ):
            found[row.work].append(
                Mention(
                    reference=Reference(row.reference, row.host, row.kind, row.canonical),
                    url=row.url,
                    place=Place(row.place),
                    source=Source(row.source),
                    evidence=row.evidence,
                    before=row.before,
                )
            )
    return found


@dataclass(frozen=True, slots=True)
class JudgedHistory:
    """A history, with when and by which rules it was last judged."""

    history: History
    judged_at: datetime | None
    judged_rules: str | None


def histories(store: Store, works: Sequence[str]) -> list[JudgedHistory]:
    """All that is known of these works over time."""
    with store.read() as connection:
        roles = defaultdict(list)
        found: dict[tuple[str, str], tuple[datetime, str, int]] = {}
        for row in connection.execute(
            select(ROLE, ARTIFACT.c.kind)
            .join(ARTIFACT, ARTIFACT.c.key == ROLE.c.artifact)
            .where(among(ROLE.c.work, works))
            .order_by(ROLE.c.work, ROLE.c.probability.desc(), ROLE.c.artifact)
        ):
            roles[row.work].append(row)
        for row in connection.execute(
            select(
                MENTION.c.work,
                MENTION.c.artifact,
                func.min(MENTION.c.found_at).label("at"),
                func.min(MENTION.c.source).label("source"),
                func.min(MENTION.c.first_version).label("version"),
            )
            .where(among(MENTION.c.work, works))
            .group_by(MENTION.c.work, MENTION.c.artifact)
        ):
            found[row.work, row.artifact] = (row.at, row.source, row.version)
        taken, lost = _lost_names(connection, {row.artifact for rows in roles.values() for row in rows})
        seen = _sightings(connection, {row.artifact for rows in roles.values() for row in rows})
        rows = list(connection.execute(select(WORK).where(among(WORK.c.id, works)).order_by(WORK.c.id)))
    made = []
    for row in rows:
        links = tuple(
            Link(
                reference=role.reference,
                kind=role.kind,
                role=Role(role.role),
                probability=role.probability,
                source=Source(found[row.id, role.artifact][1]),
                found_at=found[row.id, role.artifact][0],
                first_version=found[row.id, role.artifact][2],
                replaced_at=taken.get((role.artifact, role.reference.casefold())),
                lost_at=lost.get(role.artifact),
                sightings=tuple(seen.get(role.artifact, ())),
            )
            for role in roles[row.id]
        )
        made.append(
            JudgedHistory(
                History(
                    work=row.id,
                    first_seen=row.first_seen,
                    announced_at=row.announced_at or row.submitted_at,
                    promise=Promise(row.promise),
                    promise_evidence=row.promise_evidence or "",
                    withdrawn=row.withdrawn,
                    links=links,
                ),
                row.judged_at,
                row.judged_rules,
            )
        )
    return made


def _lost_names(
    connection: Connection, artifacts: Collection[str]
) -> tuple[dict[tuple[str, str], datetime], dict[str, datetime]]:
    """When names of artifacts ended, and when the last name of an artifact did."""
    ended: dict[tuple[str, str], datetime] = {}
    until: dict[str, list[datetime | None]] = defaultdict(list)
    for row in connection.execute(
        select(NAME.c.folded, NAME.c.artifact, NAME.c.until).where(among(NAME.c.artifact, artifacts))
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


def _sightings(connection: Connection, artifacts: Collection[str]) -> Mapping[str, list[Sighting]]:
    seen: dict[str, list[Sighting]] = defaultdict(list)
    for row in connection.execute(
        select(SIGHTING)
        .where(among(SIGHTING.c.artifact, artifacts))
        .order_by(SIGHTING.c.artifact, SIGHTING.c.first_seen)
    ):
        seen[row.artifact].append(
            Sighting(
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
                first_seen=row.first_seen,
                last_seen=row.last_seen,
                times=row.times,
            )
        )
    return seen
