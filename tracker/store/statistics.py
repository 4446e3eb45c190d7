"""Papers by month of submission, category, fact and state: counted once, and kept with every change.

Whoever changes a paper's states or categories does it inside `kept`, so that the figures change in the same
transaction. A paper counts once in each of its categories and once in the total.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import Connection, String, delete, func, literal, select, text, type_coerce, update

from tracker.domain.terms import Fact, State
from tracker.store.dialect import among
from tracker.store.tables.artifact import ARTIFACT
from tracker.store.tables.work import PAPER_COUNT, WORK, WORK_CATEGORY

if TYPE_CHECKING:
    from tracker.store.engine import Store
from datetime import datetime
from typing import Any

from tracker.store import paper_queue
from tracker.store.engine import Store

TOTAL = "all"
"""What stands for a category in the total; arXiv has none of that name."""
_Key = tuple[str, str, str, str]
_ADD = text(
    "INSERT INTO figure (category, fact, month, state, papers) VALUES (:category, :fact, :month, :state, :papers) "
    "ON CONFLICT (category, fact, month, state) DO UPDATE SET papers = figure.papers + excluded.papers"
)


@contextmanager
def updating(connection: Connection, works: Collection[str]) -> Iterator[None]:
    """Bring the figures in line with what is done to these works inside; `works` may be new ones."""
    keys = list(works)
    before = _count(connection, keys)
    yield
    change = _count(connection, keys)
    change.subtract(before)
    rows = [
        {"category": category, "fact": fact, "month": month, "state": state, "papers": papers}
        for (category, fact, month, state), papers in sorted(change.items())
        if papers
    ]
    if rows:
        connection.execute(_ADD, rows)


def count_states(store: Store) -> dict[tuple[str, str], int]:
    """Papers by (fact, state): the figures added up over all months, which costs the same at any number of papers."""
    wanted = (
        select(PAPER_COUNT.c.fact, PAPER_COUNT.c.state, func.sum(PAPER_COUNT.c.papers))
        .where(PAPER_COUNT.c.category == TOTAL)
        .group_by(PAPER_COUNT.c.fact, PAPER_COUNT.c.state)
    )
    with store.read() as connection:
        return {(fact, state): int(papers) for fact, state, papers in connection.execute(wanted)}


def recount(connection: Connection) -> None:
    """Count everything anew, inside a transaction."""
    connection.execute(delete(PAPER_COUNT))
    for fact in Fact:
        # Plain words for the database: at millions of papers nothing is to pass through Python.
        for category, source in (
            (f"'{TOTAL}'", "work w"),
            ("c.category", "work w JOIN work_category c ON c.work = w.id"),
        ):
            connection.execute(
                text(
                    "INSERT INTO figure (category, fact, month, state, papers) "  # noqa: S608 # words of ours alone
                    f"SELECT {category}, '{fact.value}', substr(w.submitted_at, 1, 7), w.{fact.value}, count(*) "
                    f"FROM {source} WHERE w.latest > 0 GROUP BY 1, 3, 4"
                )
            )


def update_open_categories(connection: Connection, works: Collection[str]) -> None:
    """Bring the feeds of the categories of these works in line with their states."""
    opened = select(WORK.c.opened_at).where(WORK.c.id == WORK_CATEGORY.c.work, WORK.c.code == State.OPEN.value)
    now_open = opened.scalar_subquery()
    connection.execute(
        update(WORK_CATEGORY)
        .where(among(WORK_CATEGORY.c.work, works), WORK_CATEGORY.c.opened_at.is_distinct_from(now_open))
        .values(opened_at=now_open)
    )


def _count(connection: Connection, works: Sequence[str]) -> Counter[_Key]:
    """What these works add to the figures, by (category, fact, month, state)."""
    month = func.substr(type_coerce(WORK.c.submitted_at, String), 1, 7)
    states = [WORK.c[fact.value] for fact in Fact]
    these = among(WORK.c.id, works) & (WORK.c.latest > 0)
    total = select(literal(TOTAL), month, *states, func.count()).where(these).group_by(month, *states)
    category = (
        select(WORK_CATEGORY.c.category, month, *states, func.count())
        .join(WORK_CATEGORY, WORK_CATEGORY.c.work == WORK.c.id)
        .where(these)
        .group_by(WORK_CATEGORY.c.category, month, *states)
    )
    found: Counter[_Key] = Counter()
    for statement in (total, category):
        for name, at, *held, papers in connection.execute(statement):
            for fact, state in zip(Fact, held, strict=True):
                found[name, fact.value, at, state] += papers
    return found


def load_counts(store: Store, now: datetime) -> dict[str, int]:
    """Figures of the status line: papers, open papers, looks and scans that wait."""
    with store.read() as connection:

        def number(statement: Any) -> int:
            return int(connection.execute(statement).scalar_one())

        return {
            "papers": number(select(func.count()).select_from(WORK).where(WORK.c.latest > 0)),
            "open_papers": number(
                select(func.count()).select_from(WORK).where(WORK.c.code == "open", WORK.c.latest > 0)
            ),
            "checks_waiting": number(
                select(func.count()).select_from(ARTIFACT).where(ARTIFACT.c.next_check_at <= now)
            ),
            "scans_waiting": number(select(func.count()).select_from(WORK).where(*paper_queue.TO_READ)),
        }
