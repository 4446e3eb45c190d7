"""Artifacts that wait for a check, in the order in which they are checked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, literal, select, update

from tracker.domain.artifacts import Reference
from tracker.domain.errors import StoreError
from tracker.domain.terms import Content, Outcome
from tracker.store.dialect import among
from tracker.store.engine import Store
from tracker.store.tables.artifact import ARTIFACT, ARTIFACT_CHECK, ARTIFACT_NAME, ROLE
from tracker.store.tables.work import WORK


def make_artifacts_due(store: Store, references: Sequence[str], now: datetime) -> None:
    """Make the artifacts behind these references due now. StoreError for a reference that no paper links."""
    with store.begin() as connection:
        for reference in references:
            found = list(
                connection.execute(
                    select(ARTIFACT_NAME.c.artifact).where(
                        ARTIFACT_NAME.c.folded == reference.casefold(), ARTIFACT_NAME.c.until.is_(None)
                    )
                ).scalars()
            )
            if not found:
                raise StoreError(
                    f"{reference}: no stored paper links it; paste the address of a repository that one does, or "
                    "write it like github:owner/name."
                )
            # What an operator asks for does not wait behind what a backfill brought.
            newest = ARTIFACT.c.newest_at
            urgent = {"next_check_at": now, "newest_at": func.coalesce(newest, literal(now, newest.type))}
            connection.execute(update(ARTIFACT).where(among(ARTIFACT.c.id, found)).values(**urgent))


@dataclass(frozen=True, slots=True)
class NamedArtifact:
    """What is stored of an artifact that an operator named."""

    reference: str
    host: str
    outcome: str | None
    reason: str
    content: str | None
    licence_spdx: str | None
    licence_class: str | None
    checked_at: datetime | None


def load_named_artifacts(store: Store, references: Sequence[str]) -> list[NamedArtifact]:
    """The artifacts behind these references, in the order in which they were found."""
    folded = [reference.casefold() for reference in references]
    columns = [ARTIFACT.c[field.name] for field in fields(NamedArtifact)]
    named = select(ARTIFACT_NAME.c.artifact).where(
        among(ARTIFACT_NAME.c.folded, folded), ARTIFACT_NAME.c.until.is_(None)
    )
    with store.read() as connection:
        rows = connection.execute(select(*columns).where(ARTIFACT.c.id.in_(named)).order_by(ARTIFACT.c.id))
        return [NamedArtifact(*row) for row in rows]


def count_due(store: Store, host: str, now: datetime, *, backfilled: bool) -> int:
    """How many checks are due at a host: an artifact is checked under each name by which papers link it.

    `backfilled` counts the artifacts that only backfilled papers link, else the others are counted.
    """
    due = select(ARTIFACT.c.id).where(
        ARTIFACT.c.host == host, ARTIFACT.c.next_check_at <= now, _is_backfilled(backfilled)
    )
    names = (
        select(func.count())
        .select_from(ARTIFACT_NAME)
        .where(ARTIFACT_NAME.c.artifact.in_(due), ARTIFACT_NAME.c.until.is_(None))
        .where(ARTIFACT_NAME.c.written)
        .group_by(ARTIFACT_NAME.c.artifact)
        .subquery()
    )
    with store.read() as connection:
        artifacts = connection.execute(select(func.count()).select_from(due.subquery())).scalar_one()
        if not artifacts:
            return 0
        written = connection.execute(
            select(func.count(), func.coalesce(func.sum(names.c[0]), 0)).select_from(names)
        ).one()
    return int(artifacts - written[0] + written[1])


def _is_backfilled(backfilled: bool) -> ColumnElement[bool]:
    """Whether only backfilled papers link an artifact; with False, whether any other work does."""
    return ARTIFACT.c.newest_at.is_(None) if backfilled else ARTIFACT.c.newest_at.is_not(None)


def queue_artifacts(
    connection: Connection, artifacts: Sequence[int], checkable: Collection[tuple[str, str]], now: datetime
) -> None:
    """Make artifacts due at `now` that were never checked, where their (host, kind) is `checkable`; and note the newest work
    that links each, since artifacts of new papers come first. Papers that a backfill brought do not count there."""
    newest = (
        select(func.max(func.coalesce(WORK.c.submitted_at, WORK.c.first_seen), type_=WORK.c.first_seen.type))
        .join(ROLE, ROLE.c.work == WORK.c.id)
        .where(ROLE.c.artifact == ARTIFACT.c.id)
        .where(WORK.c.backfilled.is_(None) | (WORK.c.backfilled < WORK.c.latest))
        .scalar_subquery()
    )
    connection.execute(update(ARTIFACT).where(among(ARTIFACT.c.id, artifacts)).values(newest_at=newest))
    connection.execute(
        update(ARTIFACT)
        .where(
            among(ARTIFACT.c.id, artifacts),
            among(ARTIFACT.c.host + " " + ARTIFACT.c.kind, [f"{host} {kind}" for host, kind in checkable]),
            ARTIFACT.c.next_check_at.is_(None),
        )
        .values(next_check_at=now)
    )


@dataclass(frozen=True, slots=True)
class DueArtifact:
    """An artifact to be checked under one of its names."""

    artifact: int
    reference: Reference
    host_id: str | None = None
    """The host's own id of it, where it was seen before."""
    commit: str | None = None
    """The commit at which all its files were last read by today's rules; None where they must be read."""
    published: str | None = None
    """The commit at which code or data were first seen there, since its history was last rewritten if it was."""


def due_artifacts(
    store: Store, host: str, now: datetime, limit: int, read_rules: str = "", *, backfilled: bool = False
) -> list[DueArtifact]:
    """Artifacts that are due at one host: new ones first, those of the newest papers before others, then what is promised
    or pending, then what has settled.

    `read_rules` is the version of today's rules of reading: what was read by them need not be read again while its commit
    is the same. `backfilled` gives the artifacts that only backfilled papers link, else the others are given.

    An artifact is due under every current name that a paper wrote, since each is a link that readers follow; where there is
    none, under the name by which the host last called it.
    """
    with store.read() as connection:
        # An index holds all that the order needs; the rows are read once they are chosen.
        artifacts = list(
            connection.execute(
                select(ARTIFACT.c.id)
                .where(ARTIFACT.c.host == host, ARTIFACT.c.next_check_at <= now, _is_backfilled(backfilled))
                .order_by(_PRIORITY, ARTIFACT.c.newest_at.desc(), ARTIFACT.c.id)
                .limit(limit)
            ).scalars()
        )
        names = _load_names(connection, artifacts)
        published = _published_commits(connection, artifacts)
    due = []
    for artifact in artifacts:
        for row in [row for row in names[artifact] if row.written] or names[artifact][:1]:
            is_read = row.outcome == "present" and row.read_rules == read_rules != ""
            reference = Reference(row.reference, host, row.kind, row.url, row.path)
            due.append(
                DueArtifact(
                    artifact, reference, row.host_id, row.commit_id if is_read else None, published.get(artifact)
                )
            )
    return due


def _load_names(connection: Connection, artifacts: Collection[int]) -> dict[int, list[Any]]:
    """The current names of these artifacts, the oldest first, each with what is stored of its artifact."""
    names: dict[int, list[Any]] = defaultdict(list)
    for row in connection.execute(
        select(
            ARTIFACT_NAME.c.artifact,
            ARTIFACT_NAME.c.reference,
            ARTIFACT_NAME.c.url,
            ARTIFACT_NAME.c.written,
            ARTIFACT_NAME.c.path,
            ARTIFACT.c.kind,
            ARTIFACT.c.host_id,
            ARTIFACT.c.commit_id,
            ARTIFACT.c.outcome,
            ARTIFACT.c.read_rules,
        )
        .join(ARTIFACT, ARTIFACT.c.id == ARTIFACT_NAME.c.artifact)
        .where(among(ARTIFACT_NAME.c.artifact, artifacts), ARTIFACT_NAME.c.until.is_(None))
        .order_by(ARTIFACT_NAME.c.since, ARTIFACT_NAME.c.folded)
    ):
        names[row.artifact].append(row)
    return names


def _published_commits(connection: Connection, artifacts: Collection[int]) -> dict[int, str]:
    """The `published` commit of each artifact that has one."""
    seen = ARTIFACT_CHECK.c
    statement = (
        select(seen.artifact, seen.commit_id, seen.rewritten)
        .where(among(seen.artifact, artifacts), seen.commit_id.is_not(None), seen.outcome == Outcome.PRESENT.value)
        .where(seen.content.in_([Content.CODE.value, Content.DATA_ONLY.value]))
        .order_by(seen.artifact, seen.first_seen)
    )
    commits: dict[int, str] = {}
    for artifact, commit, rewritten in connection.execute(statement):
        if rewritten or artifact not in commits:
            commits[artifact] = commit
    return commits


_PRIORITY = case(
    (ARTIFACT.c.first_checked_at.is_(None), 0),
    (ARTIFACT.c.content.in_([Content.PLACEHOLDER.value, Content.EMPTY.value, Content.README_ONLY.value]), 1),
    (ARTIFACT.c.outcome == Outcome.ABSENT.value, 1),
    else_=2,
)
"""A budget is spent on new papers first, then on promises, then on what has settled."""
