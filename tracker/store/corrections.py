"""The operator's corrections: kept with the times in which they were in force, so that history stays true."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
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
_ABOUT_IT = or_(CORRECTION.c.work == literal(PAPER).concat(WORK.c.arxiv_id), CORRECTION.c.work == EVERY_WORK)


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionStatement:
    """One correction as the operator wrote it. `work` is `arxiv:ID` or `*`, `folded` the folded reference."""

    work: str
    folded: str
    field: str
    value: str
    reason: str
    source: str


def sync_corrections(store: Store, wanted: Collection[CorrectionStatement], now: datetime) -> int:
    """Make these the corrections in force; returns how many began or ended. Works whose links they touch are
    decided and judged anew."""
    with store.begin() as connection:
        rows = connection.execute(select(CORRECTION).where(CORRECTION.c.until.is_(None))).all()
        stored = {
            CorrectionStatement(
                work=row.work,
                folded=row.folded,
                field=row.field,
                value=row.value,
                reason=row.reason,
                source=row.source,
            ): row
            for row in rows
        }
        begun = [said for said in dict.fromkeys(wanted) if said not in stored]
        ended = [said for said in stored if said not in set(wanted)]
        for said in ended:
            _end(connection, said, stored[said].since, now)
        upsert(
            connection,
            CORRECTION,
            (
                {
                    "work": said.work,
                    "folded": said.folded,
                    "field": said.field,
                    "since": now,
                    "until": None,
                    "value": said.value,
                    "reason": said.reason,
                    "source": said.source,
                }
                for said in begun
            ),
            ("until", "value", "reason", "source"),
        )
        for said in (*begun, *ended):
            _wake(connection, said)
        return len(begun) + len(ended)


def _end(connection: Connection, said: CorrectionStatement, since: datetime, now: datetime) -> None:
    """A correction that was never in force for a second leaves nothing behind."""
    this = (
        (CORRECTION.c.work == said.work)
        & (CORRECTION.c.folded == said.folded)
        & (CORRECTION.c.field == said.field)
        & (CORRECTION.c.since == since)
    )
    if since == now:
        connection.execute(delete(CORRECTION).where(this))
    else:
        connection.execute(update(CORRECTION).where(this).values(until=now))


def _wake(connection: Connection, said: CorrectionStatement) -> None:
    works = select(MENTIONS.c.work).where(MENTIONS.c.artifact.in_(_artifacts(said.folded)))
    if said.work != EVERY_WORK:
        works = works.where(MENTIONS.c.work == work_key(said.work))
    connection.execute(update(WORK).where(WORK.c.id.in_(works)).values(scan_due=True, judge_due=True))


def _artifacts(folded: str) -> Any:
    return select(ARTIFACT_NAME.c.artifact).where(ARTIFACT_NAME.c.folded == folded)


def load_corrected_roles(store: Store, works: Collection[str]) -> dict[str, dict[str, tuple[Role, str]]]:
    """The roles that corrections in force give, as work -> folded reference -> (role, the operator's words)."""
    found: dict[str, dict[str, tuple[Role, str]]] = defaultdict(dict)
    keys = keys_of(works)
    with store.read() as connection:
        if connection.execute(select(CORRECTION.c.work).limit(1)).first() is None:
            return found
        rows = connection.execute(
            select(MENTIONS.c.work, MENTIONS.c.folded, CORRECTION)
            .join(ARTIFACT_NAME, ARTIFACT_NAME.c.artifact == MENTIONS.c.artifact)
            .join(CORRECTION, CORRECTION.c.folded == ARTIFACT_NAME.c.folded)
            .join(WORK, WORK.c.id == MENTIONS.c.work)
            .where(
                among(MENTIONS.c.work, keys),
                _ABOUT_IT,
                CORRECTION.c.field == "role",
                CORRECTION.c.until.is_(None),
            )
            .order_by(
                CORRECTION.c.work, CORRECTION.c.since
            )  # `*` sorts before `arxiv:`: the paper's own word wins
        )
        for row in rows:
            said = f"the operator's correction: {row.reason} ({row.source})"
            found[keys[row[0]]][row[1]] = (Role(row.value), said)
    return found


def load_corrections(connection: Connection, keys: Collection[int]) -> dict[tuple[int, int], list[Correction]]:
    """All corrections, also past ones, by (work, artifact) that they are about, in time order."""
    found: dict[tuple[int, int], list[Correction]] = defaultdict(list)
    if connection.execute(select(CORRECTION.c.work).limit(1)).first() is None:
        return found
    rows = connection.execute(
        select(MENTIONS.c.work.label("on"), MENTIONS.c.artifact, CORRECTION)
        .join(ARTIFACT_NAME, ARTIFACT_NAME.c.artifact == MENTIONS.c.artifact)
        .join(CORRECTION, CORRECTION.c.folded == ARTIFACT_NAME.c.folded)
        .join(WORK, WORK.c.id == MENTIONS.c.work)
        .where(
            among(MENTIONS.c.work, keys),
            _ABOUT_IT,
        )
        .order_by(CORRECTION.c.since, CORRECTION.c.field)
        .distinct()
    )
    for row in rows:
        found[row.on, row.artifact].append(
            Correction(
                field=row.field,
                value=row.value,
                reason=row.reason,
                source=row.source,
                since=row.since,
                until=row.until,
            )
        )
    return found
