"""What became of the own links of papers, by host and age; and which papers link something that was never there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, String, and_, case, distinct, func, literal, select, type_coerce

from tracker.domain.terms import Lifecycle, Outcome, Role
from tracker.domain.trend_figures import LINK_AGES, LinkCount, NeverThere
from tracker.store.engine import Store
from tracker.store.tables.artifact import ARTIFACT, ARTIFACT_CHECK, ARTIFACT_NAME, ROLE
from tracker.store.tables.work import WORK
from tracker.store.times import format_utc

_OWN = (ROLE.c.role == Role.OWN.value) & (WORK.c.latest > 0)
_CHECKED = ARTIFACT.c.outcome.in_([Outcome.PRESENT.value, Outcome.ABSENT.value])
_THERE = ARTIFACT.c.outcome == Outcome.PRESENT.value
_GONE = and_(ROLE.c.lifecycle == Lifecycle.GONE.value, _CHECKED)


def count_links(
    store: Store, now: datetime, absences: int, span: timedelta
) -> tuple[list[LinkCount], list[NeverThere]]:
    """The own links of papers by host and age, and the papers by month of submission.

    An absence is believed after so many checks over at least `span`.
    """
    age, month = _age(now), func.substr(type_coerce(WORK.c.submitted_at, String), 1, 7)
    moved = func.lower(ARTIFACT_NAME.c.reference) != func.lower(ARTIFACT.c.reference)
    conditions = (
        _CHECKED, _GONE, and_(_GONE, ARTIFACT.c.copy_url.is_not(None)), and_(_THERE, moved), and_(_THERE, ARTIFACT.c.archived),
    )  # fmt: skip
    links = (
        select(ARTIFACT.c.host, age, func.count(), *(func.sum(case((each, 1), else_=0)) for each in conditions))
        .select_from(ROLE)
        .join(WORK, WORK.c.id == ROLE.c.work)
        .join(ARTIFACT, ARTIFACT.c.id == ROLE.c.artifact)
        .join(ARTIFACT_NAME, ARTIFACT_NAME.c.id == ROLE.c.name)
        .where(_OWN)
        .group_by(ARTIFACT.c.host, age)
    )
    papers = (
        select(month, func.count(distinct(ROLE.c.work)))
        .select_from(ROLE)
        .join(WORK, WORK.c.id == ROLE.c.work)
        .join(ARTIFACT, ARTIFACT.c.id == ROLE.c.artifact)
        .where(_OWN, _CHECKED)
        .group_by(month)
    )
    with store.read() as connection:
        never = _load_never_there(connection, age, month, absences, span)
        at = _count(never, lambda row: (row[1], row[2]))
        counts = [
            LinkCount(host, of_age, *(*map(int, numbers), at.get((host, of_age), 0)))
            for host, of_age, *numbers in connection.execute(links)
        ]
        lost = _count({(row[0], row[3]) for row in never}, lambda row: row[1])
        months = [NeverThere(row[0], row[1], lost.get(row[0], 0)) for row in connection.execute(papers)]
    order = list(LINK_AGES)
    return sorted(counts, key=lambda count: (count.host, order.index(count.age))), sorted(
        months, key=lambda count: count.month
    )


def _age(now: datetime) -> Any:
    """The name of the age of a paper, from its submission."""
    submitted = type_coerce(WORK.c.submitted_at, String)
    younger = [
        (submitted > format_utc(now - timedelta(days=days)), literal(name))
        for name, days in LINK_AGES.items()
        if days is not None
    ]
    return case(*younger, else_=literal(list(LINK_AGES)[-1]))


def _load_never_there(
    connection: Connection, age: Any, month: Any, absences: int, span: timedelta
) -> list[tuple[int, str, str, str]]:
    """(work, host, age, month) of each own link whose artifact no check ever found, and whose absence is believed."""
    checks = (
        select(
            ROLE.c.work, ROLE.c.artifact, ARTIFACT.c.host, age, month,
            ARTIFACT_CHECK.c.outcome, ARTIFACT_CHECK.c.times, ARTIFACT_CHECK.c.first_seen, ARTIFACT_CHECK.c.last_seen,
        )
        .select_from(ROLE)
        .join(WORK, WORK.c.id == ROLE.c.work)
        .join(ARTIFACT, ARTIFACT.c.id == ROLE.c.artifact)
        .join(ARTIFACT_CHECK, ARTIFACT_CHECK.c.artifact == ROLE.c.artifact)
        .where(_OWN, ARTIFACT.c.outcome == Outcome.ABSENT.value)
        .order_by(ROLE.c.work, ROLE.c.artifact)
    )  # fmt: skip
    never = []
    for (work, _), rows in groupby(connection.execute(checks), key=lambda row: (row.work, row.artifact)):
        seen = list(rows)
        is_believed = any(
            row.outcome == Outcome.ABSENT.value
            and row.times >= absences
            and row.last_seen - row.first_seen >= span
            for row in seen
        )
        if is_believed and all(row.outcome != Outcome.PRESENT.value for row in seen):
            never.append((work, seen[0][2], seen[0][3], seen[0][4]))
    return never


def _count(rows: Iterable[Any], key: Any) -> dict[Any, int]:
    counts: dict[Any, int] = defaultdict(int)
    for row in rows:
        counts[key(row)] += 1
    return counts
