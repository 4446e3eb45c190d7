"""Reading what is due, what is known of a work over time, and how the installation is doing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from tracker.domain import (
    Content,
    Fact,
    History,
    LicenceClass,
    Link,
    Mention,
    Outcome,
    Paper,
    Place,
    Promise,
    Reference,
    Role,
    Sighting,
    Source,
)
from tracker.store import tables as t
from tracker.store.dialect import BATCH, among, table
from tracker.store.engine import Store

WORK, VERSION, SCAN, NAME = table(t.Work), table(t.Version), table(t.Scan), table(t.ArtifactName)
ARTIFACT, MENTION, ROLE = table(t.Artifact), table(t.Mention), table(t.RoleRow)
SIGHTING, LISTING = table(t.SightingRow), table(t.HubListing)


@dataclass(frozen=True, slots=True)
class PaperToRead:
    """A paper's newest version, for link finding and role rules."""

    work: str
    version: int
    paper: Paper


@dataclass(frozen=True, slots=True)
class Due:
    """An artifact to be asked for by one of its names."""

    artifact: str
    reference: Reference


def papers_to_scan(store: Store, limit: int) -> list[PaperToRead]:
    """Papers whose newest texts were not read yet, newest first."""
    with store.read() as connection:
        return _papers(
            connection,
            select(WORK.c.id).where(WORK.c.scan_due).order_by(WORK.c.submitted_at.desc(), WORK.c.id).limit(limit),
        )


def papers(store: Store, works: Collection[str]) -> dict[str, PaperToRead]:
    """The newest versions of these works."""
    with store.read() as connection:
        return {one.work: one for one in _papers(connection, select(WORK.c.id).where(among(WORK.c.id, works)))}


def _papers(connection: Connection, works: Any) -> list[PaperToRead]:
    rows = connection.execute(
        select(VERSION)
        .join(WORK, (WORK.c.id == VERSION.c.work) & (WORK.c.latest == VERSION.c.n))
        .where(VERSION.c.work.in_(works))
        .order_by(VERSION.c.submitted_at.desc(), VERSION.c.work)
    )
    return [
        PaperToRead(
            row.work,
            row.n,
            Paper(
                arxiv_id=row.work.partition(":")[2],
                title=row.title,
                abstract=row.abstract,
                comment=row.comment or "",
                authors=tuple(row.authors),
            ),
        )
        for row in rows
    ]


def works_for_hub_record(store: Store, limit: int) -> list[PaperToRead]:
    """Papers that show no code of their own and were never asked of the Hub, newest first."""
    own = (
        select(ROLE.c.work)
        .join(ARTIFACT, ARTIFACT.c.key == ROLE.c.artifact)
        .where(ROLE.c.work == WORK.c.id, ROLE.c.role == Role.OWN.value, ARTIFACT.c.kind == "repository")
    )
    asked = select(SCAN.c.work).where(SCAN.c.work == WORK.c.id, SCAN.c.source == Source.HUB_RECORD.value)
    with store.read() as connection:
        return _papers(
            connection,
            select(WORK.c.id)
            .where(WORK.c.latest > 0, WORK.c.scan_due.is_(False), ~own.exists(), ~asked.exists())
            .order_by(WORK.c.submitted_at.desc(), WORK.c.id)
            .limit(limit),
        )


def works_with_new_listings(store: Store) -> dict[tuple[str, int], list[str]]:
    """Addresses of Hub repositories whose tags name a stored paper that does not list them yet, by
    (work, newest version)."""
    known = select(MENTION.c.work).where(
        MENTION.c.work == WORK.c.id,
        MENTION.c.source == Source.HUB_LIST.value,
        MENTION.c.folded == func.lower(LISTING.c.reference),
    )
    found: dict[tuple[str, int], list[str]] = defaultdict(list)
    with store.read() as connection:
        for row in connection.execute(
            select(WORK.c.id, WORK.c.latest, LISTING.c.url)
            .join(WORK, WORK.c.id == "arxiv:" + LISTING.c.arxiv_id)
            .where(~known.exists())
            .order_by(WORK.c.id, LISTING.c.reference)
        ):
            found[row.id, row.latest].append(row.url)
    return dict(found)


def due_artifacts(store: Store, host: str, now: datetime, limit: int) -> list[Due]:
    """Artifacts whose look is due at one host, those of the newest papers first.

    An artifact is asked for by every name that a paper wrote and that still holds, since each is a link
    that readers follow; where none holds any more, by what the host last called it.
    """
    with store.read() as connection:
        rows = connection.execute(
            select(ARTIFACT.c.key)
            .where(ARTIFACT.c.host == host, ARTIFACT.c.next_check_at <= now)
            .order_by(ARTIFACT.c.first_checked_at.is_not(None), ARTIFACT.c.newest_at.desc(), ARTIFACT.c.key)
            .limit(limit)
        )
        keys = [row.key for row in rows]
        names = defaultdict(list)
        for row in connection.execute(
            select(NAME, ARTIFACT.c.kind)
            .join(ARTIFACT, ARTIFACT.c.key == NAME.c.artifact)
            .where(among(NAME.c.artifact, keys), NAME.c.until.is_(None))
            .order_by(NAME.c.since, NAME.c.folded)
        ):
            names[row.artifact].append(row)
    due = []
    for key in keys:
        asked = [row for row in names[key] if row.written] or names[key][:1]
        due += [Due(key, Reference(row.reference, host, row.kind, row.url)) for row in asked]
    return due


def count_due(store: Store, now: datetime) -> int:
    """How many looks are due."""
    with store.read() as connection:
        return int(
            connection.execute(
                select(func.count()).select_from(ARTIFACT).where(ARTIFACT.c.next_check_at <= now)
            ).scalar_one()
        )


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


def works_to_judge(store: Store, limit: int) -> list[str]:
    """Works whose evidence changed since they were last judged."""
    with store.read() as connection:
        return list(
            connection.execute(
                select(WORK.c.id).where(WORK.c.judge_due).order_by(WORK.c.id).limit(limit)
            ).scalars()
        )


def all_works(store: Store) -> Iterator[list[str]]:
    """Every work, in batches."""
    last = ""
    while True:
        with store.read() as connection:
            part = list(
                connection.execute(
                    select(WORK.c.id).where(WORK.c.id > last).order_by(WORK.c.id).limit(BATCH)
                ).scalars()
            )
        if not part:
            return
        yield part
        last = part[-1]


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
