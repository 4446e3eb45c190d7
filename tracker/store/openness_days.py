"""Counts of papers by month of announcement and by the state of their code some days after it.

All papers of the months that are asked for are read: seconds for a million. The publisher keeps the counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, String, func, select, type_coerce

from tracker.domain.openness_by_day import (
    ARRIVALS,
    DAYS,
    DayCount,
    DayState,
    OpennessEvent,
    follow_openness,
    state_on_day,
)
from tracker.domain.reading import TEXT_SOURCES
from tracker.domain.terms import Cause, EventKind, Place, State
from tracker.store.engine import Store
from tracker.store.tables.artifact import ARTIFACT_NAME, MENTION, ROLE
from tracker.store.tables.judgement import EVENT
from tracker.store.tables.work import SCAN, WORK, WORK_CATEGORY

_KINDS = frozenset(kind.value for kind in (*ARRIVALS, EventKind.CLOSED))
_ORDER = {kind: number for number, kind in enumerate(EventKind)}
_ALWAYS_THERE = frozenset({Place.PAGE.value, Place.HUB.value})
"""Places that no version dates: a link there may be as old as the paper."""
_AT_ONCE = 5000
"""Rows that are fetched at once."""


def count_by_day(store: Store, since: str, categories: Collection[str], now: datetime) -> list[DayCount]:
    """Papers announced from the month `since` (`2025-07`) on, in total and in each of these categories."""
    announced = type_coerce(WORK.c.announced_at, String)
    wanted = (WORK.c.latest > 0) & (announced >= since)
    read_at = (
        select(func.min(type_coerce(SCAN.c.scanned_at, String)))
        .where(
            SCAN.c.work == WORK.c.id,
            SCAN.c.source.in_([source.value for source in TEXT_SOURCES]),
            SCAN.c.outcome == "read",
        )
        .scalar_subquery()
    )
    papers = select(WORK.c.id, announced, WORK.c.code, read_at).where(wanted).order_by(WORK.c.id)
    counts: dict[tuple[str, str, int], list[int]] = defaultdict(lambda: [0, 0, 0])
    with store.read() as connection:
        # The keys of papers grow with their ids: what belongs to older papers is not read.
        lowest = connection.execute(select(func.min(WORK.c.id)).where(wanted)).scalar_one() or 0
        events, versions = _OfWorks(_events(connection, lowest)), _OfWorks(_first_versions(connection, lowest))
        of_paper = _OfWorks(_categories(connection, lowest))
        for work, announced_at, code, text_read_at in _stream(connection, papers):
            course = follow_openness(
                datetime.fromisoformat(announced_at),
                sorted(
                    (event for (event,) in events.take(work)), key=lambda event: (event.at, _ORDER[event.kind])
                ),
                _earliest(versions.take(work)),
                datetime.fromisoformat(text_read_at) if text_read_at else None,
                is_judged=code != State.UNKNOWN.value,
            )
            counted = ["", *(name for (name,) in of_paper.take(work) if name in categories)]
            for day in DAYS:
                state = state_on_day(course, day, now)
                if state is None:
                    break
                for category in counted:
                    count = counts[announced_at[:7], category, day]
                    count[0] += 1
                    count[1] += state is DayState.OPEN
                    count[2] += state is DayState.UNKNOWN
    return [DayCount(*key, *count) for key, count in sorted(counts.items())]


class _OfWorks:
    """Rows of many works, sorted by the key of the work, which is the first value of each."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self._rows = iter(rows)
        self._next = next(self._rows, None)

    def take(self, work: int) -> list[tuple[Any, ...]]:
        """The rest of the rows of this work; works must be asked for in their order."""
        taken = []
        while self._next is not None and self._next[0] <= work:
            if self._next[0] == work:
                taken.append(tuple(self._next[1:]))
            self._next = next(self._rows, None)
        return taken


def _stream(connection: Connection, statement: Any) -> Iterable[Any]:
    return connection.execution_options(yield_per=_AT_ONCE).execute(statement)


def _events(connection: Connection, lowest: int) -> Iterator[tuple[int, OpennessEvent]]:
    reference = func.coalesce(ARTIFACT_NAME.c.reference, EVENT.c.reference, "")
    # Texts, because reading millions of times as SQLAlchemy does takes minutes.
    statement = (
        select(EVENT.c.work, EVENT.c.kind, EVENT.c.cause, type_coerce(EVENT.c.happened_at, String), reference)
        .outerjoin(ARTIFACT_NAME, ARTIFACT_NAME.c.id == EVENT.c.name)
        .where(EVENT.c.work >= lowest)
        .order_by(EVENT.c.work)
    )
    # The kinds are chosen here: asked for them, SQLite would sort all events.
    for work, kind, cause, at, of in _stream(connection, statement):
        if kind not in _KINDS:
            continue
        yield work, OpennessEvent(EventKind(kind), Cause(cause), datetime.fromisoformat(at), of)


def _first_versions(connection: Connection, lowest: int) -> Iterable[Any]:
    """(work, reference, place, first version) of the links of papers whose code was ever open."""
    # A list, and no condition on each role: SQLite would search all openings for each.
    opened = select(EVENT.c.work).where(EVENT.c.kind == EventKind.OPENED.value, EVENT.c.work >= lowest)
    name = ARTIFACT_NAME.alias("of_mention")
    first = (
        select(func.min(MENTION.c.first_version))
        .join(name, name.c.id == MENTION.c.name)
        .where(MENTION.c.work == ROLE.c.work, name.c.artifact == ROLE.c.artifact)
        .scalar_subquery()
    )
    statement = (
        select(ROLE.c.work, ARTIFACT_NAME.c.reference, ROLE.c.place, first)
        .join(ARTIFACT_NAME, ARTIFACT_NAME.c.id == ROLE.c.name)
        .where(ROLE.c.work.in_(opened))
        .order_by(ROLE.c.work)
    )
    return _stream(connection, statement)


def _earliest(links: Iterable[tuple[Any, ...]]) -> dict[str, int]:
    versions: dict[str, int] = {}
    for reference, place, first in links:
        version = 1 if place in _ALWAYS_THERE else first
        versions[reference] = min(version, versions.get(reference, version))
    return versions


def _categories(connection: Connection, lowest: int) -> Iterable[Any]:
    statement = select(WORK_CATEGORY.c.work, WORK_CATEGORY.c.category).where(WORK_CATEGORY.c.work >= lowest)
    return _stream(connection, statement.order_by(WORK_CATEGORY.c.work))
