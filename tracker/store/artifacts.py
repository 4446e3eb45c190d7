"""Storing what hosts answered: one artifact per host's own id, whatever names it has had."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from tracker.domain.artifacts import Check, Reference
from tracker.domain.history import Licence
from tracker.domain.terms import Content, Fact, Lifecycle, Outcome
from tracker.store import artifact_names
from tracker.store.engine import Store
from tracker.store.tables.artifact import ARTIFACT, ARTIFACT_CHECK, ROLE

NextCheck = Callable[[str, Check, Content, datetime, datetime, int], datetime | None]
"""(folded reference, check, what is there, first checked, now, times the outcome was seen in a row) -> when to look
again, None for never."""
COPY_RETRY = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """What a host answered about one name of one artifact."""

    artifact: int
    requested: Reference
    check: Check
    licence: Licence
    licences_beside: tuple[tuple[Fact, Licence], ...] = ()
    read_rules: str = ""
    """By which rules its files were read; empty where they were not all read."""


def save_checks(store: Store, answers: Sequence[CheckResult], next_check: NextCheck, now: datetime) -> None:
    """Store answers in one transaction and mark every linking work for judging.

    Where an answer is `unchanged`, what was read of the artifact before stands.
    """
    with store.begin() as connection:
        for answer in answers:
            _save_one(connection, answer, next_check, now)


def _save_one(connection: Connection, answer: CheckResult, next_check: NextCheck, now: datetime) -> None:
    row = connection.execute(select(ARTIFACT).where(ARTIFACT.c.id == answer.artifact)).one_or_none()
    if row is None:  # merged into another by an earlier answer of the same batch
        return
    check = answer.check
    key: int = row.id
    if check.host_id is not None and row.host_id is not None and row.host_id != check.host_id:
        key = artifact_names.replace_artifact(connection, row, answer.requested, check.host_id, now)
    elif check.host_id is not None and row.host_id is None:
        key = artifact_names.identify_artifact(connection, row, check.host_id)
    if check.reference is not None:
        artifact_names.save_answered_name(connection, key, check.reference, answer.requested, now)
    _record(connection, key, answer, next_check, now)


def _record(connection: Connection, key: int, answer: CheckResult, next_check: NextCheck, now: datetime) -> None:
    check = answer.check
    row = connection.execute(select(ARTIFACT).where(ARTIFACT.c.id == key)).one()
    first, known = row.first_checked_at or now, Content(row.content or "unknown")
    folded = row.reference.casefold()
    if check.outcome is Outcome.UNKNOWN and row.outcome is not None:
        # A failed look says nothing new: what was last seen stands, with its own date.
        connection.execute(
            update(ARTIFACT)
            .where(ARTIFACT.c.id == key)
            .values(reason=check.reason, next_check_at=next_check(folded, check, known, first, now, 1))
        )
        return
    values = {
        "outcome": check.outcome.value,
        "reason": check.reason,
        "archived": bool(check.archived),
        "gated": bool(check.gated),
        "commit_id": check.commit,
        **(_as_read(row) if check.unchanged else _read(answer)),
    }
    times = _sight(connection, key, values, check.reference.key if check.reference else None, now)
    facts: dict[str, Any] = dict(values)
    if check.outcome is Outcome.PRESENT:
        facts |= {"fork": bool(check.fork), "created_at": check.created_at, "pushed_at": check.pushed_at}
    if check.outcome is Outcome.PRESENT and not check.unchanged:
        facts |= {
            "languages": list(check.languages),
            "derived_from": list(check.derived_from),
            "read_rules": answer.read_rules,
        }
    content = Content(values["content"])
    connection.execute(
        update(ARTIFACT)
        .where(ARTIFACT.c.id == key)
        .values(
            **facts,
            first_checked_at=first,
            checked_at=now,
            next_check_at=next_check(folded, check, content, first, now, times),
        )
    )
    renamed = facts["names"] != row.names or facts.get("derived_from", row.derived_from) != row.derived_from
    artifact_names.queue_linking_works(connection, key, roles_too=renamed)


_READ = (
    "content", "holds", "licence_claimed", "licence_spdx", "licence_class", "licence_source", "licence_note",
    "licences_beside", "names",
)  # fmt: skip


def _as_read(row: Any) -> dict[str, Any]:
    """What was read of an artifact before."""
    return {name: getattr(row, name) for name in _READ}


def _read(answer: CheckResult) -> dict[str, Any]:
    """What was read of it now, in the same columns."""
    check, licence = answer.check, answer.licence
    return {
        "content": check.content.value,
        "holds": [fact.value for fact in check.holds],
        "licence_claimed": check.licence_claimed,
        "licence_spdx": licence.spdx,
        "licence_class": licence.class_.value,
        "licence_source": licence.source,
        "licence_note": licence.note,
        "licences_beside": [
            [fact.value, one.spdx, one.class_.value, one.source, one.note] for fact, one in answer.licences_beside
        ],
        "names": None if check.papers_named is None else list(check.papers_named),
    }


def _sight(connection: Connection, key: int, values: dict[str, Any], reference: str | None, now: datetime) -> int:
    """Add a sighting if something changed, else move the last one's time. Returns its count."""
    # A column that came later counts only where it says something: older rows have digests without it.
    silent = {"commit_id", "reason", *(name for name in ("names", "licences_beside") if not values[name])}
    told = "\n".join(str(values[name]) for name in sorted(values) if name not in silent)
    digest = hashlib.sha256(f"{told}\n{(reference or '').casefold()}".encode()).hexdigest()[:16]
    last = connection.execute(
        select(ARTIFACT_CHECK)
        .where(ARTIFACT_CHECK.c.artifact == key)
        .order_by(ARTIFACT_CHECK.c.first_seen.desc())
        .limit(1)
    ).one_or_none()
    if last is not None and last.digest == digest:
        times = int(last.times) + (1 if last.last_seen < now else 0)
        connection.execute(
            update(ARTIFACT_CHECK)
            .where(ARTIFACT_CHECK.c.artifact == key, ARTIFACT_CHECK.c.first_seen == last.first_seen)
            .values(last_seen=now, times=times)
        )
        return times
    if last is not None and last.first_seen == now:
        connection.execute(
            delete(ARTIFACT_CHECK).where(ARTIFACT_CHECK.c.artifact == key, ARTIFACT_CHECK.c.first_seen == now)
        )
    connection.execute(
        insert(ARTIFACT_CHECK).values(
            artifact=key, first_seen=now, last_seen=now, times=1, digest=digest, reference=reference, **values
        )
    )
    return 1


def artifacts_without_copy(store: Store, now: datetime, limit: int) -> list[tuple[int, str]]:
    """(artifact, address) of own artifacts that are gone and for which no archived copy is known; each is looked for
    once a month."""
    lately = ARTIFACT.c.copy_looked_at > now - COPY_RETRY
    own = select(ROLE.c.work).where(ROLE.c.artifact == ARTIFACT.c.id, ROLE.c.lifecycle == Lifecycle.GONE.value)
    with store.read() as connection:
        rows = connection.execute(
            select(ARTIFACT.c.id, ARTIFACT.c.url)
            .where(
                ARTIFACT.c.copy_url.is_(None), ARTIFACT.c.outcome == "absent", ~func.coalesce(lately, False)
            )  # SQL's own
            .where(own.exists())
            .order_by(ARTIFACT.c.id)
            .limit(limit)
        )
        return [(row.id, row.url) for row in rows]


def save_archived_copy(store: Store, artifact: int, url: str | None, now: datetime) -> None:
    """Keep where an archived copy stands, or that none was found now."""
    with store.begin() as connection:
        connection.execute(
            update(ARTIFACT).where(ARTIFACT.c.id == artifact).values(copy_url=url, copy_looked_at=now)
        )
