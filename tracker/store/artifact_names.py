"""Names of artifacts: one artifact per host's own id, whatever names it has had."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, insert, select, update

from tracker.domain.artifacts import Reference
from tracker.store.dialect import among, next_number, upsert
from tracker.store.tables.artifact import ARTIFACT, ARTIFACT_CHECK, ARTIFACT_NAME, MENTION, ROLE
from tracker.store.tables.work import WORK


class ArtifactName(NamedTuple):
    """A name's number, and the address for which it stands."""

    id: int
    url: str


def ended_names(connection: Connection, works: Collection[str]) -> dict[tuple[str, str], ArtifactName]:
    """Names that ended since these works first wrote them: who wrote one keeps the artifact that was meant."""
    rows = connection.execute(
        select(MENTION.c.work, ARTIFACT_NAME.c.folded, ARTIFACT_NAME.c.id, ARTIFACT_NAME.c.url)
        .join(ARTIFACT_NAME, ARTIFACT_NAME.c.id == MENTION.c.name)
        .where(among(MENTION.c.work, works), ARTIFACT_NAME.c.until.is_not(None))
    )
    return {(row.work, row.folded): ArtifactName(row.id, row.url) for row in rows}


def ensure_names(
    connection: Connection, references: Mapping[str, Reference], now: datetime
) -> dict[str, ArtifactName]:
    """The current name of each folded reference, made with its artifact where it is new."""
    current = select(ARTIFACT_NAME.c.folded, ARTIFACT_NAME.c.id, ARTIFACT_NAME.c.url).where(
        ARTIFACT_NAME.c.until.is_(None), among(ARTIFACT_NAME.c.folded, references)
    )
    known = {row.folded: ArtifactName(row.id, row.url) for row in connection.execute(current)}
    fresh = [references[folded] for folded in references if folded not in known]
    if not fresh:
        return known
    artifacts = list(enumerate(fresh, next_number(connection, ARTIFACT)))
    names = list(enumerate(artifacts, next_number(connection, ARTIFACT_NAME)))
    upsert(
        connection,
        ARTIFACT,
        (
            {"id": number, "reference": new.key, "host": new.host, "kind": new.kind, "url": new.url}
            for number, new in artifacts
        ),
    )
    upsert(
        connection,
        ARTIFACT_NAME,
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
    return known | {new.folded: ArtifactName(number, new.url) for number, (_, new) in names}


def replace_artifact(connection: Connection, row: Any, asked: Reference, host_id: str, now: datetime) -> int:
    """The asked name now leads to a stranger: papers that wrote it keep the artifact they meant.

    The old artifact is looked for at once under any later name of its own; without one it is lost.
    """
    connection.execute(
        update(ARTIFACT_NAME)
        .where(
            ARTIFACT_NAME.c.folded == asked.folded,
            ARTIFACT_NAME.c.artifact == row.id,
            ARTIFACT_NAME.c.until.is_(None),
        )
        .values(until=now)
    )
    stranger: int | None = connection.execute(
        select(ARTIFACT.c.id).where(
            ARTIFACT.c.host == row.host, ARTIFACT.c.kind == row.kind, ARTIFACT.c.host_id == host_id
        )
    ).scalar_one_or_none()
    if stranger is None:
        stranger = next_number(connection, ARTIFACT)
        connection.execute(
            insert(ARTIFACT).values(
                id=stranger,
                reference=asked.key,
                host=row.host,
                kind=row.kind,
                url=asked.url,
                host_id=host_id,
                holds=[],
                languages=[],
            )
        )
    _add_name(connection, stranger, asked, now, written=True)
    other = connection.execute(
        select(ARTIFACT_NAME.c.reference, ARTIFACT_NAME.c.url).where(
            ARTIFACT_NAME.c.artifact == row.id, ARTIFACT_NAME.c.until.is_(None)
        )
    ).first()
    values: dict[str, Any] = {"next_check_at": now if other else None}
    if other:
        values |= {"reference": other.reference, "url": other.url}
    connection.execute(update(ARTIFACT).where(ARTIFACT.c.id == row.id).values(**values))
    queue_linking_works(connection, row.id)
    return stranger


def identify_artifact(connection: Connection, row: Any, host_id: str) -> int:
    """The artifact's own id is learned; if another artifact has it, this name was only another name of it."""
    same: int | None = connection.execute(
        select(ARTIFACT.c.id).where(
            ARTIFACT.c.host == row.host, ARTIFACT.c.kind == row.kind, ARTIFACT.c.host_id == host_id
        )
    ).scalar_one_or_none()
    if same is None:
        connection.execute(update(ARTIFACT).where(ARTIFACT.c.id == row.id).values(host_id=host_id))
        return int(row.id)
    queue_linking_works(connection, row.id)
    connection.execute(update(ARTIFACT_NAME).where(ARTIFACT_NAME.c.artifact == row.id).values(artifact=same))
    taken = select(ROLE.c.work).where(ROLE.c.artifact == same)
    connection.execute(delete(ROLE).where(ROLE.c.artifact == row.id, ROLE.c.work.in_(taken)))
    connection.execute(update(ROLE).where(ROLE.c.artifact == row.id).values(artifact=same))
    connection.execute(delete(ARTIFACT_CHECK).where(ARTIFACT_CHECK.c.artifact == row.id))
    connection.execute(delete(ARTIFACT).where(ARTIFACT.c.id == row.id))
    return same


def save_answered_name(
    connection: Connection, key: int, answered: Reference, asked: Reference, now: datetime
) -> None:
    """Keep the name that the host answered with, beside the one that was asked."""
    connection.execute(
        update(ARTIFACT).where(ARTIFACT.c.id == key).values(reference=answered.key, url=answered.url)
    )
    if answered.folded == asked.folded:
        return
    owner = connection.execute(
        select(ARTIFACT_NAME.c.artifact).where(
            ARTIFACT_NAME.c.folded == answered.folded, ARTIFACT_NAME.c.until.is_(None)
        )
    ).scalar_one_or_none()
    if owner is None:
        _add_name(connection, key, answered, now, written=False)
    elif owner != key:
        _merge_named(connection, key, owner)


def _merge_named(connection: Connection, key: int, owner: int) -> None:
    """Another paper wrote the new name before it was asked: that unasked artifact is this one."""
    other = connection.execute(select(ARTIFACT).where(ARTIFACT.c.id == owner)).one()
    if other.host_id is None:
        host_id = connection.execute(select(ARTIFACT.c.host_id).where(ARTIFACT.c.id == key)).scalar_one()
        identify_artifact(connection, other, host_id)


def _add_name(connection: Connection, key: int, reference: Reference, now: datetime, *, written: bool) -> None:
    old = connection.execute(
        select(ARTIFACT_NAME.c.until).where(
            ARTIFACT_NAME.c.folded == reference.folded, ARTIFACT_NAME.c.artifact == key
        )
    ).one_or_none()
    if old is not None:
        connection.execute(
            update(ARTIFACT_NAME)
            .where(ARTIFACT_NAME.c.folded == reference.folded, ARTIFACT_NAME.c.artifact == key)
            .values(until=None)
        )
        return
    connection.execute(
        insert(ARTIFACT_NAME).values(
            id=next_number(connection, ARTIFACT_NAME),
            folded=reference.folded,
            artifact=key,
            reference=reference.key,
            url=reference.url,
            written=written,
            since=now,
        )
    )


def queue_linking_works(connection: Connection, key: int, *, roles_too: bool = False) -> None:
    """Mark the works that link it for judging, and for deciding roles where it says something new of papers."""
    works = select(ROLE.c.work).where(ROLE.c.artifact == key)
    due = {"judge_due": True} | ({"scan_due": True} if roles_too else {})
    connection.execute(update(WORK).where(WORK.c.id.in_(works)).values(**due))
