"""Artifacts that wait for a check, in the order in which they are checked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, case, func, select, update

from tracker.domain.artifacts import Reference
from tracker.domain.errors import StoreError
from tracker.domain.terms import Content, Outcome
from tracker.store.dialect import among
from tracker.store.engine import Store
from tracker.store.tables.artifact import ARTIFACT, ARTIFACT_NAME, ROLE
from tracker.store.tables.work import WORK


def make_artifacts_due(store: Store, references: Sequence[str], now: datetime) -> None:
    """Make the artifacts behind these references due now. StoreError for a reference nobody linked."""
    with store.begin() as connection:
        for reference in references:
            number = connection.execute(
                select(ARTIFACT_NAME.c.artifact).where(
                    ARTIFACT_NAME.c.folded == reference.casefold(), ARTIFACT_NAME.c.until.is_(None)
                )
            ).scalar_one_or_none()
            if number is None:
                raise StoreError(
                    f"{reference}: no stored paper links it; references are written like github:owner/name."
                )
            connection.execute(update(ARTIFACT).where(ARTIFACT.c.id == number).values(next_check_at=now))


def queue_artifacts(
    connection: Connection, artifacts: Sequence[int], checkable: Collection[tuple[str, str]], now: datetime
) -> None:
    """Own artifacts are looked at at once when they never were; new papers' artifacts come first."""
    newest = (
        select(func.max(WORK.c.submitted_at))
        .join(ROLE, ROLE.c.work == WORK.c.id)
        .where(ROLE.c.artifact == ARTIFACT.c.id)
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
    """An artifact to be asked for by one of its names."""

    artifact: int
    reference: Reference
    host_id: str | None = None
    """The host's own id of it, where it was ever seen."""
    commit: str | None = None
    """The commit at which it was last read whole by today's rules; None where it must be read."""


def due_artifacts(store: Store, host: str, now: datetime, limit: int, read_rules: str = "") -> list[DueArtifact]:
    """Artifacts whose look is due at one host: new ones first, those of the newest papers before others, then what
    is promised or pending, then what has settled.

    `read_rules` are today's rules of reading: what was read whole by them need not be read again while its commit
    stands.

    An artifact is asked for by every name that a paper wrote and that still holds, since each is a link
    that readers follow; where none holds any more, by what the host last called it.
    """
    with store.read() as connection:
        # The order is found in an index that holds all it needs; the rows are looked at once they are chosen.
        keys = list(
            connection.execute(
                select(ARTIFACT.c.id)
                .where(ARTIFACT.c.host == host, ARTIFACT.c.next_check_at <= now)
                .order_by(_TURN, ARTIFACT.c.newest_at.desc(), ARTIFACT.c.id)
                .limit(limit)
            ).scalars()
        )
        names = defaultdict(list)
        for row in connection.execute(
            select(
                ARTIFACT_NAME.c.artifact,
                ARTIFACT_NAME.c.reference,
                ARTIFACT_NAME.c.url,
                ARTIFACT_NAME.c.written,
                ARTIFACT.c.kind,
                ARTIFACT.c.host_id,
                ARTIFACT.c.commit_id,
                ARTIFACT.c.outcome,
                ARTIFACT.c.read_rules,
            )
            .join(ARTIFACT, ARTIFACT.c.id == ARTIFACT_NAME.c.artifact)
            .where(among(ARTIFACT_NAME.c.artifact, keys), ARTIFACT_NAME.c.until.is_(None))
            .order_by(ARTIFACT_NAME.c.since, ARTIFACT_NAME.c.folded)
        ):
            names[row.artifact].append(row)
    due = []
    for key in keys:
        asked = [row for row in names[key] if row.written] or names[key][:1]
        for row in asked:
            read = row.outcome == "present" and row.read_rules == read_rules != ""
            named = Reference(row.reference, host, row.kind, row.url)
            due.append(DueArtifact(key, named, row.host_id, row.commit_id if read else None))
    return due


_TURN = case(
    (ARTIFACT.c.first_checked_at.is_(None), 0),
    (ARTIFACT.c.content.in_([Content.PLACEHOLDER.value, Content.EMPTY.value, Content.README_ONLY.value]), 1),
    (ARTIFACT.c.outcome == Outcome.ABSENT.value, 1),
    else_=2,
)
"""A budget is spent on new papers first, then on promises, then on what has settled."""
