"""Names of artifacts. The id that a host gives says which artifact a name leads to: a repository that is renamed stays
the same artifact under two names, and a stranger's repository under an old name is another artifact."""

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
    """The number of a name, and the address for which it stands."""

    id: int
    url: str


def ended_names(connection: Connection, works: Collection[int]) -> dict[tuple[int, str], ArtifactName]:
    """Names that ended since these works first wrote them, by (work, target).

    A work that wrote such a name keeps the artifact that it meant.
    """
    rows = connection.execute(
        select(
            MENTION.c.work, ARTIFACT_NAME.c.folded, ARTIFACT_NAME.c.path, ARTIFACT_NAME.c.id, ARTIFACT_NAME.c.url
        )
        .join(ARTIFACT_NAME, ARTIFACT_NAME.c.id == MENTION.c.name)
        .where(among(MENTION.c.work, works), ARTIFACT_NAME.c.until.is_not(None))
    )
    return {(row.work, target_of(row.folded, row.path)): ArtifactName(row.id, row.url) for row in rows}


def target_of(folded: str, path: str) -> str:
    """What is judged, as `Reference.target` spells it."""
    return f"{folded} {path}" if path else folded


def ensure_names(
    connection: Connection, references: Mapping[str, Reference], now: datetime
) -> dict[str, ArtifactName]:
    """The current name of each reference, by its target, created with its artifact where it is new."""
    folded = {reference.folded for reference in references.values()}
    rows = connection.execute(
        select(ARTIFACT_NAME.c.folded, ARTIFACT_NAME.c.path, ARTIFACT_NAME.c.id, ARTIFACT_NAME.c.url).where(
            ARTIFACT_NAME.c.until.is_(None), among(ARTIFACT_NAME.c.folded, folded)
        )
    )
    names = {target_of(row.folded, row.path): ArtifactName(row.id, row.url) for row in rows}
    new = [reference for target, reference in references.items() if target not in names]
    if not new:
        return names
    artifacts = list(enumerate(new, next_number(connection, ARTIFACT)))
    upsert(
        connection,
        ARTIFACT,
        (
            {
                "id": number,
                "reference": reference.key,
                "host": reference.host,
                "kind": reference.kind,
                "url": reference.url,
                "path": reference.path,
            }
            for number, reference in artifacts
        ),
    )
    numbered = list(enumerate(artifacts, next_number(connection, ARTIFACT_NAME)))
    upsert(
        connection,
        ARTIFACT_NAME,
        (
            {
                "id": number,
                "folded": reference.folded,
                "path": reference.path,
                "artifact": artifact,
                "reference": reference.key,
                "url": reference.url,
                "since": now,
            }
            for number, (artifact, reference) in numbered
        ),
    )
    return names | {reference.target: ArtifactName(number, reference.url) for number, (_, reference) in numbered}


def replace_artifact(connection: Connection, row: Any, requested: Reference, host_id: str, now: datetime) -> int:
    """End the requested name of the artifact of this row, since it now leads to a stranger; returns the stranger's number.

    Papers that wrote the name keep the artifact that they meant. It is due at once under a later name of its own; without
    one it is lost.
    """
    connection.execute(
        update(ARTIFACT_NAME)
        .where(
            ARTIFACT_NAME.c.folded == requested.folded,
            ARTIFACT_NAME.c.artifact == row.id,
            ARTIFACT_NAME.c.until.is_(None),
        )
        .values(until=now)
    )
    stranger: int | None = connection.execute(select(ARTIFACT.c.id).where(_is(row, host_id))).scalar_one_or_none()
    if stranger is None:
        stranger = next_number(connection, ARTIFACT)
        connection.execute(
            insert(ARTIFACT).values(
                id=stranger,
                reference=requested.key,
                host=row.host,
                kind=row.kind,
                url=requested.url,
                path=row.path,
                host_id=host_id,
                holds=[],
                languages=[],
            )
        )
    _add_name(connection, stranger, requested, now, written=True)
    later = connection.execute(
        select(ARTIFACT_NAME.c.reference, ARTIFACT_NAME.c.url).where(
            ARTIFACT_NAME.c.artifact == row.id, ARTIFACT_NAME.c.until.is_(None)
        )
    ).first()
    values: dict[str, Any] = {"next_check_at": now if later else None}
    if later:
        values |= {"reference": later.reference, "url": later.url}
    connection.execute(update(ARTIFACT).where(ARTIFACT.c.id == row.id).values(**values))
    queue_linking_works(connection, row.id)
    return stranger


def identify_artifact(connection: Connection, row: Any, host_id: str) -> int:
    """Store the host's id of the artifact of this row, and return the artifact's number.

    Where another artifact has that id already, this one was only another name of it and is merged into it.
    """
    same: int | None = connection.execute(select(ARTIFACT.c.id).where(_is(row, host_id))).scalar_one_or_none()
    if same is None:
        connection.execute(update(ARTIFACT).where(ARTIFACT.c.id == row.id).values(host_id=host_id))
        return int(row.id)
    queue_linking_works(connection, row.id)
    connection.execute(update(ARTIFACT_NAME).where(ARTIFACT_NAME.c.artifact == row.id).values(artifact=same))
    has_role = select(ROLE.c.work).where(ROLE.c.artifact == same)
    connection.execute(delete(ROLE).where(ROLE.c.artifact == row.id, ROLE.c.work.in_(has_role)))
    connection.execute(update(ROLE).where(ROLE.c.artifact == row.id).values(artifact=same))
    connection.execute(delete(ARTIFACT_CHECK).where(ARTIFACT_CHECK.c.artifact == row.id))
    connection.execute(delete(ARTIFACT).where(ARTIFACT.c.id == row.id))
    return same


def _is(row: Any, host_id: str) -> Any:
    """The artifact of that id at the host of this row, with the same branch and folder."""
    at_host = (ARTIFACT.c.host == row.host) & (ARTIFACT.c.kind == row.kind)
    return at_host & (ARTIFACT.c.host_id == host_id) & (ARTIFACT.c.path == row.path)


def save_current_name(
    connection: Connection, artifact: int, current: Reference, requested: Reference, now: datetime
) -> None:
    """Store the name by which the host calls an artifact, beside the one that was requested."""
    connection.execute(
        update(ARTIFACT).where(ARTIFACT.c.id == artifact).values(reference=current.key, url=current.url)
    )
    if current.folded == requested.folded:
        return
    owner = connection.execute(
        select(ARTIFACT_NAME.c.artifact).where(
            ARTIFACT_NAME.c.folded == current.folded,
            ARTIFACT_NAME.c.path == current.path,
            ARTIFACT_NAME.c.until.is_(None),
        )
    ).scalar_one_or_none()
    if owner is None:
        _add_name(connection, artifact, current, now, written=False)
    elif owner != artifact:
        _merge_unchecked(connection, artifact, owner)


def _merge_unchecked(connection: Connection, artifact: int, owner: int) -> None:
    """Merge the owner of the current name into the artifact where it was never checked: another paper wrote the new name
    before the host was asked for it."""
    row = connection.execute(select(ARTIFACT).where(ARTIFACT.c.id == owner)).one()
    if row.host_id is None:
        host_id = connection.execute(select(ARTIFACT.c.host_id).where(ARTIFACT.c.id == artifact)).scalar_one()
        identify_artifact(connection, row, host_id)


def _add_name(
    connection: Connection, artifact: int, reference: Reference, now: datetime, *, written: bool
) -> None:
    this = (ARTIFACT_NAME.c.folded == reference.folded) & (ARTIFACT_NAME.c.artifact == artifact)
    if connection.execute(select(ARTIFACT_NAME.c.id).where(this)).one_or_none() is not None:
        connection.execute(update(ARTIFACT_NAME).where(this).values(until=None))
        return
    connection.execute(
        insert(ARTIFACT_NAME).values(
            id=next_number(connection, ARTIFACT_NAME),
            folded=reference.folded,
            path=reference.path,
            artifact=artifact,
            reference=reference.key,
            url=reference.url,
            written=written,
            since=now,
        )
    )


def queue_linking_works(connection: Connection, artifact: int, *, roles_too: bool = False) -> None:
    """Queue the works that link an artifact for judging, and with `roles_too` for deciding its roles anew."""
    works = select(ROLE.c.work).where(ROLE.c.artifact == artifact)
    due = {"judge_due": True} | ({"scan_due": True} if roles_too else {})
    connection.execute(update(WORK).where(WORK.c.id.in_(works)).values(**due))
