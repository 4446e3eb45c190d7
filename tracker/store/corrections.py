"""The operator's corrections, stored with the times in which they were in force, so that history stays true."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, literal, or_, select, update

from tracker.domain.history import Correction
from tracker.domain.terms import Role
from tracker.store.dialect import among, upsert
from tracker.store.engine import Store
from tracker.store.joined import MENTIONS
from tracker.store.keys import PAPER, keys_of, work_key
from tracker.store.tables.artifact import ARTIFACT_NAME
from tracker.store.tables.operator import CORRECTION
from tracker.store.tables.work import WORK

EVERY_WORK = "*"
_CONCERNS_WORK = or_(CORRECTION.c.work == literal(PAPER).concat(WORK.c.arxiv_id), CORRECTION.c.work == EVERY_WORK)


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionStatement:
    """One correction as the operator wrote it. `work` is `arxiv:ID` or `*`, `folded` the folded reference."""

    work: str
    folded: str
    field: str
    value: str
    reason: str
    source: str


def sync_corrections(store: Store, statements: Collection[CorrectionStatement], now: datetime) -> int:
    """Make these the corrections in force; returns how many began or ended.

    Works whose links they concern are queued for deciding roles and for judging.
    """
    with store.begin() as connection:
        rows = connection.execute(select(CORRECTION).where(CORRECTION.c.until.is_(None))).all()
        stored = {
            CorrectionStatement(
                **{column.name: getattr(row, column.name) for column in fields(CorrectionStatement)}
            ): row
            for row in rows
        }
        begun = [statement for statement in dict.fromkeys(statements) if statement not in stored]
        ended = [statement for statement in stored if statement not in set(statements)]
        for statement in ended:
            _end(connection, statement, stored[statement].since, now)
        upsert(
            connection,
            CORRECTION,
            ({**asdict(statement), "since": now, "until": None} for statement in begun),
            ("until", "value", "reason", "source"),
        )
        for statement in (*begun, *ended):
            _queue_works(connection, statement)
        return len(begun) + len(ended)


def _end(connection: Connection, statement: CorrectionStatement, since: datetime, now: datetime) -> None:
    """End a correction; one that was never in force for a second is deleted."""
    this = (
        (CORRECTION.c.work == statement.work)
        & (CORRECTION.c.folded == statement.folded)
        & (CORRECTION.c.field == statement.field)
        & (CORRECTION.c.since == since)
    )
    if since == now:
        connection.execute(delete(CORRECTION).where(this))
    else:
        connection.execute(update(CORRECTION).where(this).values(until=now))


def _queue_works(connection: Connection, statement: CorrectionStatement) -> None:
    works = select(MENTIONS.c.work).where(MENTIONS.c.artifact.in_(_artifacts(statement.folded)))
    if statement.work != EVERY_WORK:
        works = works.where(MENTIONS.c.work == work_key(statement.work))
    connection.execute(update(WORK).where(WORK.c.id.in_(works)).values(scan_due=True, judge_due=True))


def _artifacts(folded: str) -> Any:
    return select(ARTIFACT_NAME.c.artifact).where(ARTIFACT_NAME.c.folded == folded)


def load_corrected_roles(store: Store, works: Collection[str]) -> dict[str, dict[str, tuple[Role, str]]]:
    """The roles that corrections in force give, as work -> folded reference -> (role, the operator's reason)."""
    roles: dict[str, dict[str, tuple[Role, str]]] = defaultdict(dict)
    keys = keys_of(works)
    with store.read() as connection:
        if connection.execute(select(CORRECTION.c.work).limit(1)).first() is None:
            return roles
        rows = connection.execute(
            select(MENTIONS.c.work, MENTIONS.c.folded, CORRECTION)
            .join(ARTIFACT_NAME, ARTIFACT_NAME.c.artifact == MENTIONS.c.artifact)
            .join(CORRECTION, CORRECTION.c.folded == ARTIFACT_NAME.c.folded)
            .join(WORK, WORK.c.id == MENTIONS.c.work)
            .where(
                among(MENTIONS.c.work, keys),
                _CONCERNS_WORK,
                CORRECTION.c.field == "role",
                CORRECTION.c.until.is_(None),
            )
            .order_by(
                CORRECTION.c.work, CORRECTION.c.since
            )  # `*` sorts before `arxiv:`: the paper's own word wins
        )
        for row in rows:
            reason = f"the operator's correction: {row.reason} ({row.source})"
            roles[keys[row[0]]][row[1]] = (Role(row.value), reason)
    return roles


def load_corrections(connection: Connection, keys: Collection[int]) -> dict[tuple[int, int], list[Correction]]:
    """All corrections, also past ones, by (work, artifact) that they are about, in time order."""
    corrections: dict[tuple[int, int], list[Correction]] = defaultdict(list)
    if connection.execute(select(CORRECTION.c.work).limit(1)).first() is None:
        return corrections
    rows = connection.execute(
        select(MENTIONS.c.work.label("on"), MENTIONS.c.artifact, CORRECTION)
        .join(ARTIFACT_NAME, ARTIFACT_NAME.c.artifact == MENTIONS.c.artifact)
        .join(CORRECTION, CORRECTION.c.folded == ARTIFACT_NAME.c.folded)
        .join(WORK, WORK.c.id == MENTIONS.c.work)
        .where(
            among(MENTIONS.c.work, keys),
            _CONCERNS_WORK,
        )
        .order_by(CORRECTION.c.since, CORRECTION.c.field)
        .distinct()
    )
    for row in rows:
        corrections[row.on, row.artifact].append(
            Correction(
                field=row.field,
                value=row.value,
                reason=row.reason,
                source=row.source,
                since=row.since,
                until=row.until,
            )
        )
    return corrections
