"""Counts of papers by month of submission, category, fact and state, updated with every change.

Whoever changes the states or categories of papers does it inside `updating`, so that the counts change in the same
transaction. A paper counts once in each of its categories and once in the total.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    String,
    case,
    delete,
    func,
    literal,
    select,
    text,
    type_coerce,
    update,
)

from tracker.domain.reading import ReadDepth
from tracker.domain.terms import Fact, State
from tracker.store.dialect import among
from tracker.store.engine import Store
from tracker.store.enum_columns import READ_DEPTH
from tracker.store.paper_queue import TO_READ
from tracker.store.tables.artifact import ARTIFACT
from tracker.store.tables.work import PAPER_COUNT, WORK, WORK_CATEGORY

TOTAL = "all"
"""Stands for a category in the total; no category of arXiv has this name."""
_Key = tuple[str, str, str, str]
_ADD = text(
    "INSERT INTO paper_count (category, fact, month, state, papers, unread) "
    "VALUES (:category, :fact, :month, :state, :papers, :unread) ON CONFLICT (category, fact, month, state) DO UPDATE "
    "SET papers = paper_count.papers + excluded.papers, unread = paper_count.unread + excluded.unread"
)
UNREAD = (
    f"(w.code <> '{State.OPEN.value}' AND (w.read_depth IS NULL OR w.text_due_at IS NOT NULL "
    f"OR (w.code = '{State.UNKNOWN.value}' AND w.read_depth < {READ_DEPTH.values.index(ReadDepth.TEXT.value)})))"
)
"""SQL for whether a work `w` is neither a yes nor a no: its code is not known to be open, and its full text is still to be
read; or nothing is known of its code, and no text was read."""


@contextmanager
def updating(connection: Connection, keys: Collection[int]) -> Iterator[None]:
    """Bring the counts in line with what the block does to the works of these keys; they may be new ones."""
    works = list(keys)
    papers_before, unread_before = _count(connection, works)
    yield
    papers, unread = _count(connection, works)
    papers.subtract(papers_before)
    unread.subtract(unread_before)
    rows = [
        dict(zip(("category", "fact", "month", "state"), key, strict=True))
        | {"papers": papers[key], "unread": unread[key]}
        for key in sorted(papers)
        if papers[key] or unread[key]
    ]
    if rows:
        connection.execute(_ADD, rows)


def count_states(store: Store) -> dict[tuple[str, str], int]:
    """Papers by (fact, state), added up over all months; takes the same time however many papers there are."""
    counts = (
        select(PAPER_COUNT.c.fact, PAPER_COUNT.c.state, func.sum(PAPER_COUNT.c.papers))
        .where(PAPER_COUNT.c.category == TOTAL)
        .group_by(PAPER_COUNT.c.fact, PAPER_COUNT.c.state)
    )
    with store.read() as connection:
        return {(fact, state): int(papers) for fact, state, papers in connection.execute(counts)}


def recount(connection: Connection) -> None:
    """Count everything anew, inside a transaction."""
    connection.execute(delete(PAPER_COUNT))
    for fact in Fact:
        # Plain SQL: millions of papers must not pass through Python.
        for category, source in (
            (f"'{TOTAL}'", "work w"),
            ("c.category", "work w JOIN work_category c ON c.work = w.id"),
        ):
            connection.execute(
                text(
                    "INSERT INTO paper_count (category, fact, month, state, papers, unread) "  # noqa: S608 # constants
                    f"SELECT {category}, '{fact.value}', substr(w.submitted_at, 1, 7), w.{fact.value}, count(*), "
                    f"sum(CASE WHEN {UNREAD} AND w.{fact.value} <> 'open' THEN 1 ELSE 0 END) "
                    f"FROM {source} WHERE w.latest > 0 GROUP BY 1, 3, 4"
                )
            )


def update_open_categories(connection: Connection, keys: Collection[int]) -> None:
    """Bring `opened_at` of the categories of these works in line with their states."""
    opened = select(WORK.c.opened_at).where(WORK.c.id == WORK_CATEGORY.c.work, WORK.c.code == State.OPEN.value)
    now_open = opened.scalar_subquery()
    connection.execute(
        update(WORK_CATEGORY)
        .where(among(WORK_CATEGORY.c.work, keys), WORK_CATEGORY.c.opened_at.is_distinct_from(now_open))
        .values(opened_at=now_open)
    )


def _count(connection: Connection, keys: Sequence[int]) -> tuple[Counter[_Key], Counter[_Key]]:
    """What these works add to the counts, by (category, fact, month, state): papers, and those of them that are
    unread and do not show the fact as open: what is seen needs no further reading."""
    month = func.substr(type_coerce(WORK.c.submitted_at, String), 1, 7)
    states = [WORK.c[fact.value] for fact in Fact]
    unread = func.sum(case((_is_unread(), 1), else_=0))
    selected = among(WORK.c.id, keys) & (WORK.c.latest > 0)
    total = select(literal(TOTAL), month, *states, func.count(), unread).where(selected).group_by(month, *states)
    category = (
        select(WORK_CATEGORY.c.category, month, *states, func.count(), unread)
        .join(WORK_CATEGORY, WORK_CATEGORY.c.work == WORK.c.id)
        .where(selected)
        .group_by(WORK_CATEGORY.c.category, month, *states)
    )
    counts, of_unread = Counter[_Key](), Counter[_Key]()
    for statement in (total, category):
        for name, submitted, *work_states, papers, not_read in connection.execute(statement):
            for fact, state in zip(Fact, work_states, strict=True):
                counts[name, fact.value, submitted, state] += papers
                of_unread[name, fact.value, submitted, state] += not_read if state != State.OPEN.value else 0
    return counts, of_unread


def _is_unread() -> ColumnElement[bool]:
    """`UNREAD` as an expression."""
    shallow = WORK.c.read_depth.in_([ReadDepth.METADATA.value, ReadDepth.RECORD.value])
    return (WORK.c.code != State.OPEN.value) & (
        WORK.c.read_depth.is_(None)
        | WORK.c.text_due_at.is_not(None)
        | ((WORK.c.code == State.UNKNOWN.value) & shallow)
    )


def load_counts(store: Store, now: datetime) -> dict[str, int]:
    """The counts of the status line: papers stored, read and open, and checks that wait.

    A paper counts as read where its own code was found, or else its full text was read.
    """
    papers = select(func.count()).select_from(WORK).where(WORK.c.latest > 0)
    unread = select(func.coalesce(func.sum(PAPER_COUNT.c.unread), 0)).where(
        PAPER_COUNT.c.category == TOTAL, PAPER_COUNT.c.fact == Fact.CODE.value
    )
    statements = {
        "papers": papers,
        "open_papers": papers.where(WORK.c.code == State.OPEN.value),
        "checks_waiting": select(func.count()).select_from(ARTIFACT).where(ARTIFACT.c.next_check_at <= now),
        "scans_waiting": select(func.count()).select_from(WORK).where(*TO_READ),
        "unread": unread,
    }
    with store.read() as connection:
        counts = {name: int(connection.execute(statement).scalar_one()) for name, statement in statements.items()}
    return counts | {"read_papers": counts["papers"] - counts.pop("unread")}
