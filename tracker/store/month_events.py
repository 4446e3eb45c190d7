"""What happened in each month: papers by what was announced, opened, promised, kept and lost.

All events of the months that are asked for are read: seconds for a large store. The publisher keeps the counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, String, func, select, type_coerce

from tracker.domain.month_report import KINDS, LATE_DAYS, LISTED, MonthEvent, MonthReport
from tracker.domain.terms import Cause, EventKind
from tracker.store.dialect import among
from tracker.store.engine import Store
from tracker.store.kept_promises import load_promises
from tracker.store.tables.artifact import ARTIFACT_NAME
from tracker.store.tables.judgement import EVENT
from tracker.store.tables.work import VERSION, WORK

MOST_LISTED = 100
"""Events of one month and figure that are listed: the first ones."""
_AT_ONCE = 5000
_Happened = tuple[str, int, str | None, str]
"""(time, work, reference, detail)"""


def count_month_events(store: Store, since: str) -> list[MonthReport]:
    """The reports of the months from `since` (`2025-07`) on in which something was announced or happened."""
    works: dict[tuple[str, str], set[int]] = defaultdict(set)
    listed: dict[tuple[str, str], list[_Happened]] = defaultdict(list)

    def add(figure: str, happened: _Happened) -> None:
        month = happened[0][:7]
        works[month, figure].add(happened[1])
        if figure in LISTED:
            listed[month, figure].append(happened)

    with store.read() as connection:
        announced = _count_announced(connection, since)
        for kind, announced_at, happened in _events(connection, since):
            add(kind, happened)
            if kind == EventKind.OPENED.value and announced_at and _is_late(announced_at, happened[0]):
                add("opened_late", happened)
        for promise in load_promises(connection):
            if promise.is_seen and promise.kept_at >= since:
                add("kept", (promise.kept_at, promise.work, promise.reference, promise.detail))
        events = _load_listed(connection, listed)
    months = sorted({*announced, *(month for month, _ in works)})
    return [
        MonthReport(
            month,
            {
                "announced": announced.get(month, 0),
                **{figure: len(keys) for (of, figure), keys in works.items() if of == month},
            },
            tuple(events.get(month, ())),
        )
        for month in months
    ]


def _count_announced(connection: Connection, since: str) -> dict[str, int]:
    at = type_coerce(WORK.c.announced_at, String)
    month = func.substr(at, 1, 7)
    rows = connection.execute(select(month, func.count()).where(WORK.c.latest > 0, at >= since).group_by(month))
    return {name: papers for name, papers in rows}  # noqa: C416 # rows, not pairs


def _events(connection: Connection, since: str) -> Iterable[tuple[str, str | None, _Happened]]:
    """(kind, announcement of the paper, what happened) of each event of the world."""
    at = type_coerce(EVENT.c.happened_at, String)
    statement = (
        select(
            EVENT.c.kind, type_coerce(WORK.c.announced_at, String), at, EVENT.c.work, _reference(), EVENT.c.detail
        )
        .join(WORK, WORK.c.id == EVENT.c.work)
        .outerjoin(ARTIFACT_NAME, ARTIFACT_NAME.c.id == EVENT.c.name)
        .where(EVENT.c.kind.in_([kind.value for kind in KINDS]), EVENT.c.cause == Cause.WORLD.value)
        .where(at >= since, WORK.c.latest > 0)
    )
    rows = connection.execution_options(yield_per=_AT_ONCE).execute(statement)
    for kind, announced_at, moment, work, reference, detail in rows:
        yield kind, announced_at, (moment, work, reference, detail)


def _reference() -> Any:
    return func.coalesce(ARTIFACT_NAME.c.reference, EVENT.c.reference)


def _load_listed(
    connection: Connection, listed: Mapping[tuple[str, str], list[_Happened]]
) -> dict[str, list[MonthEvent]]:
    chosen = {key: sorted(happened, key=_order)[:MOST_LISTED] for key, happened in listed.items()}
    keys = {work for happened in chosen.values() for _, work, *_ in happened}
    statement = select(WORK.c.id, WORK.c.arxiv_id, VERSION.c.title).join(
        VERSION, (VERSION.c.work == WORK.c.id) & (VERSION.c.n == WORK.c.latest)
    )
    papers = {row.id: row for row in connection.execute(statement.where(among(WORK.c.id, keys)))}
    events: dict[str, list[MonthEvent]] = defaultdict(list)
    for month, figure in sorted(chosen, key=lambda key: (key[0], LISTED.index(key[1]))):
        for at, work, reference, detail in chosen[month, figure]:
            if work in papers:
                paper = papers[work]
                events[month].append(
                    MonthEvent(figure, _time(at), paper.arxiv_id, paper.title, reference or "", detail)
                )
    return events


def _order(happened: _Happened) -> tuple[str, int, str]:
    return happened[0], happened[1], happened[2] or ""


def _is_late(announced_at: str, at: str) -> bool:
    return _time(at) - _time(announced_at) >= timedelta(days=LATE_DAYS)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
