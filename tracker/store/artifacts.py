"""Artifacts as their hosts showed them: the results of checks, and archived copies of what is gone."""

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
from tracker.store import claims
from tracker.store.artifact_names import (
    identify_artifact,
    queue_linking_works,
    replace_artifact,
    save_current_name,
)
from tracker.store.engine import Store
from tracker.store.tables.artifact import ARTIFACT, ARTIFACT_CHECK, ROLE

NextCheck = Callable[[str, Check, Content, datetime, datetime, int], datetime | None]
"""(folded reference, check, content, first checked, now, times the outcome was seen in a row) -> time of the next check,
None for never."""
COPY_RETRY = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """What a check of one name of one artifact gave."""

    artifact: int
    requested: Reference
    check: Check
    licence: Licence
    licences_beside: tuple[tuple[Fact, Licence], ...] = ()
    rules: str = ""
    """By which rules it was read."""
    whole: bool = False
    """Whether all its files were read that matter."""


def save_checks(store: Store, results: Sequence[CheckResult], next_check: NextCheck, now: datetime) -> None:
    """Store the results of checks in one transaction, and queue every linking work for judging.

    Where a check says `unchanged`, what was read of the artifact before stays.
    """
    with store.begin() as connection:
        for result in results:
            _save_check(connection, result, next_check, now)


def _save_check(connection: Connection, result: CheckResult, next_check: NextCheck, now: datetime) -> None:
    row = connection.execute(select(ARTIFACT).where(ARTIFACT.c.id == result.artifact)).one_or_none()
    if row is None:  # merged into another by an earlier result of the same batch
        return
    check = result.check
    artifact: int = row.id
    if check.host_id is not None and row.host_id is not None and row.host_id != check.host_id:
        artifact = replace_artifact(connection, row, result.requested, check.host_id, now)
    elif check.host_id is not None and row.host_id is None:
        artifact = identify_artifact(connection, row, check.host_id)
    if check.reference is not None:
        save_current_name(connection, artifact, check.reference, result.requested, now)
    _update_artifact(connection, artifact, result, next_check, now)


def _update_artifact(
    connection: Connection, artifact: int, result: CheckResult, next_check: NextCheck, now: datetime
) -> None:
    check, this = result.check, ARTIFACT.c.id == artifact
    row = connection.execute(select(ARTIFACT).where(this)).one()
    first, content = row.first_checked_at or now, Content(row.content or "unknown")
    folded = row.reference.casefold()
    if check.outcome is Outcome.UNKNOWN and row.outcome is not None:
        # A failed check shows nothing new: what was last seen stays, with its own date.
        again = next_check(folded, check, content, first, now, 1)
        connection.execute(update(ARTIFACT).where(this).values(reason=check.reason, next_check_at=again))
        return
    values = {
        "outcome": check.outcome.value,
        "reason": check.reason,
        "archived": bool(check.archived),
        "gated": bool(check.gated),
        "commit_id": check.commit,
        **({name: getattr(row, name) for name in _READ} if check.unchanged else _read_columns(result)),
    }
    by_rule = _is_by_rule(row, result, values)
    reference = check.reference.key if check.reference else None
    times = _save_history(connection, artifact, values, reference, now, by_rule=by_rule, rewritten=check.rewritten)
    facts: dict[str, Any] = {}
    if check.outcome is Outcome.PRESENT:
        facts |= {"fork": bool(check.fork), "created_at": check.created_at, "pushed_at": check.pushed_at}
    if check.outcome is Outcome.PRESENT and not check.unchanged:
        facts |= {
            "languages": list(check.languages),
            "derived_from": list(check.derived_from),
            "readiness": None if check.readiness is None else [list(seen) for seen in check.readiness],
            "read_rules": result.rules if result.whole else "",
            "rules": result.rules,
        }
    next_at = next_check(folded, check, Content(values["content"]), first, now, times)
    connection.execute(
        update(ARTIFACT)
        .where(this)
        .values(**values, **facts, first_checked_at=first, checked_at=now, next_check_at=next_at)
    )
    names_changed = values["names"] != row.names
    origin_changed = facts.get("derived_from", row.derived_from) != row.derived_from
    # What is there proves its account for later papers of the same authors.
    appeared = check.outcome is Outcome.PRESENT and row.outcome != Outcome.PRESENT.value
    queue_linking_works(connection, artifact, roles_too=names_changed or origin_changed or appeared)
    for branch in claims.load_branches(connection, [artifact])[artifact] - {artifact} if appeared else ():
        # Only now is it known to be the same repository: claims on either concern the other.
        queue_linking_works(connection, branch, roles_too=True)


_READ = (
    "content", "holds", "licence_claimed", "licence_spdx", "licence_class", "licence_source", "licence_note",
    "licences_beside", "names",
)  # fmt: skip
"""The columns of what was read of an artifact."""


def _read_columns(result: CheckResult) -> dict[str, Any]:
    """What was read of an artifact now, in the columns of `_READ`."""
    check, licence = result.check, result.licence
    return {
        "content": check.content.value,
        "holds": [fact.value for fact in check.holds],
        "licence_claimed": check.licence_claimed,
        "licence_spdx": licence.spdx,
        "licence_class": licence.class_.value,
        "licence_source": licence.source,
        "licence_note": licence.note,
        "licences_beside": [
            [fact.value, of_fact.spdx, of_fact.class_.value, of_fact.source, of_fact.note]
            for fact, of_fact in result.licences_beside
        ],
        "names": None if check.papers_named is None else list(check.papers_named),
    }


def _is_by_rule(row: Any, result: CheckResult, values: dict[str, Any]) -> bool:
    """Whether a difference from what was read before follows from newer rules of reading and not from the world.

    It does where the same commit was read, and where the host claims the same licence as before, unless something came
    that was awaited: that is the world's. `row` is the artifact as it was.
    """
    check = result.check
    if check.unchanged or result.rules == row.rules or check.outcome is not Outcome.PRESENT:
        return False
    if row.outcome != Outcome.PRESENT.value:
        return False
    if check.commit is not None and check.commit == row.commit_id:
        return True
    came = row.content in _PENDING and values["content"] not in _PENDING
    return values["licence_claimed"] == row.licence_claimed and not came


_PENDING = frozenset({Content.EMPTY.value, Content.PLACEHOLDER.value, Content.README_ONLY.value})


def _save_history(
    connection: Connection,
    artifact: int,
    values: dict[str, Any],
    reference: str | None,
    now: datetime,
    *,
    by_rule: bool,
    rewritten: bool,
) -> int:
    """Add a row of what was seen where something changed or the history was rewritten, else extend the last row to `now`; returns that row's count of
    checks."""
    digest = _digest(values, reference)
    last = connection.execute(
        select(ARTIFACT_CHECK)
        .where(ARTIFACT_CHECK.c.artifact == artifact)
        .order_by(ARTIFACT_CHECK.c.first_seen.desc())
        .limit(1)
    ).one_or_none()
    at = (ARTIFACT_CHECK.c.artifact == artifact) & (
        ARTIFACT_CHECK.c.first_seen == (last.first_seen if last else now)
    )
    if last is not None and last.digest == digest and not rewritten:
        times = int(last.times) + (1 if last.last_seen < now else 0)
        connection.execute(update(ARTIFACT_CHECK).where(at).values(last_seen=now, times=times))
        return times
    if last is not None and last.first_seen == now:
        connection.execute(delete(ARTIFACT_CHECK).where(at))
    connection.execute(
        insert(ARTIFACT_CHECK).values(
            artifact=artifact,
            first_seen=now,
            last_seen=now,
            times=1,
            digest=digest,
            reference=reference,
            by_rule=by_rule,
            rewritten=rewritten,
            **values,
        )
    )
    return 1


def _digest(values: dict[str, Any], reference: str | None) -> str:
    """A digest of what was seen, without the commit and the wording of the reason. Names and licences beside count only
    where there are some."""
    ignored = {"commit_id", "reason", *(name for name in ("names", "licences_beside") if not values[name])}
    seen = "\n".join(str(values[name]) for name in sorted(values) if name not in ignored)
    return hashlib.sha256(f"{seen}\n{(reference or '').casefold()}".encode()).hexdigest()[:16]


def artifacts_without_copy(store: Store, now: datetime, limit: int) -> list[tuple[int, str]]:
    """(artifact, address) of own artifacts that are gone and of which no archived copy is known. Each is searched for once
    a month."""
    lately = func.coalesce(ARTIFACT.c.copy_searched_at > now - COPY_RETRY, False)  # SQL's own
    own = select(ROLE.c.work).where(ROLE.c.artifact == ARTIFACT.c.id, ROLE.c.lifecycle == Lifecycle.GONE.value)
    with store.read() as connection:
        rows = connection.execute(
            select(ARTIFACT.c.id, ARTIFACT.c.url)
            .where(
                ARTIFACT.c.copy_url.is_(None), ARTIFACT.c.outcome == Outcome.ABSENT.value, ~lately, own.exists()
            )
            .order_by(ARTIFACT.c.id)
            .limit(limit)
        )
        return [(row.id, row.url) for row in rows]


def save_archived_copy(store: Store, artifact: int, url: str | None, now: datetime) -> None:
    """Store the address of an archived copy, or that a search at `now` found none."""
    with store.begin() as connection:
        connection.execute(
            update(ARTIFACT).where(ARTIFACT.c.id == artifact).values(copy_url=url, copy_searched_at=now)
        )
