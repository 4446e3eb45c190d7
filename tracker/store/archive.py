"""The archive of papers with open code, by day and by selection."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, case, func, literal, select, type_coerce, union_all

from tracker.domain.archive import ArchiveDay, Order, Selection
from tracker.domain.feeds import MAIN_FEED
from tracker.domain.items import Item
from tracker.domain.terms import Fact, State
from tracker.store.dialect import among
from tracker.store.engine import Store
from tracker.store.items import items_by_key
from tracker.store.joined import ROLES
from tracker.store.statistics import TOTAL
from tracker.store.tables.artifact import ARTIFACT
from tracker.store.tables.judgement import FEED_ENTRY, VERDICT
from tracker.store.tables.work import PAPER_COUNT, WORK, WORK_CATEGORY

_OPEN = State.OPEN.value


def load_days(store: Store) -> list[ArchiveDay]:
    """All days of the archive, the newest first."""
    papers = _papers()
    facts = [
        func.sum(case(((papers.c.code == _OPEN) & (papers.c[fact.value] == _OPEN), 1), else_=0)) for fact in Fact
    ]
    rows = (
        select(
            papers.c.day,
            func.count(),
            func.max(type_coerce(papers.c.judged_at, String)),
            func.sum(papers.c.id),
            func.sum(papers.c.latest),
            *facts,
        )
        .group_by(papers.c.day)
        .order_by(papers.c.day.desc())
    )
    days = []
    with store.read() as connection:
        for day, count, judged_at, ids, versions, *opened in connection.execute(rows):
            by_fact = {fact: int(number) for fact, number in zip(Fact, opened, strict=True)}
            days.append(
                ArchiveDay(
                    day=day,
                    papers=by_fact[Fact.CODE],
                    closed=count - by_fact[Fact.CODE],
                    opened=by_fact,
                    digest=f"{count} {judged_at} {ids} {versions} {by_fact}",
                )
            )
    return days


def load_items_by_day(store: Store, days: Collection[str]) -> dict[str, list[Item]]:
    """The papers of these days, each day's newest first; those whose code is no longer open are among them."""
    papers = _papers()
    rows = (
        select(papers.c.day, papers.c.id, papers.c.entered_at)
        .where(among(papers.c.day, days))
        .order_by(papers.c.day.desc(), papers.c.entered_at.desc(), papers.c.id.desc())
    )
    keys: dict[str, list[int]] = defaultdict(list)
    entered: dict[int, datetime | None] = {}
    with store.read() as connection:
        for day, key, at in connection.execute(rows):
            keys[day].append(key)
            entered[key] = at
        items = items_by_key(connection, entered)
    return {day: [items[key] for key in of_day if key in items] for day, of_day in keys.items()}


def count_selected(store: Store, selection: Selection) -> int:
    """How many papers a selection has."""
    with store.read() as connection:
        return int(connection.execute(_selected(selection, func.count())).scalar_one())


def load_selected(store: Store, selection: Selection, per_page: int) -> list[Item]:
    """One page of a selection, in its order."""
    feed = MAIN_FEED if Fact.CODE in selection.facts else selection.facts[0].value
    # A paper enters a feed once (`feed_entries`), so the join adds no rows.
    rows = _selected(selection, WORK.c.id, FEED_ENTRY.c.entered_at).outerjoin(
        FEED_ENTRY, (FEED_ENTRY.c.work == WORK.c.id) & (FEED_ENTRY.c.feed == feed)
    )
    at = func.coalesce(FEED_ENTRY.c.entered_at, WORK.c.submitted_at)
    order = WORK.c.submitted_at if selection.order is Order.SUBMITTED else at
    rows = rows.order_by(order.desc(), WORK.c.id.desc()).limit(per_page).offset((selection.page - 1) * per_page)
    with store.read() as connection:
        entered = {row.id: row.entered_at for row in connection.execute(rows)}
        return list(items_by_key(connection, entered).values())


def count_open_by_category(store: Store) -> dict[tuple[str, Fact], int]:
    """Papers with each fact open, by category; the category is empty for all papers."""
    counts = (
        select(PAPER_COUNT.c.category, PAPER_COUNT.c.fact, func.sum(PAPER_COUNT.c.papers))
        .where(PAPER_COUNT.c.state == _OPEN)
        .group_by(PAPER_COUNT.c.category, PAPER_COUNT.c.fact)
    )
    with store.read() as connection:
        rows = connection.execute(counts).all()
    return {("" if category == TOTAL else category, Fact(fact)): int(papers) for category, fact, papers in rows}


def _papers() -> Any:
    """Papers whose code is open, and those that were open when they entered the main feed, with their day."""
    entered = type_coerce(FEED_ENTRY.c.entered_at, String)
    day = func.substr(func.coalesce(entered, type_coerce(WORK.c.submitted_at, String)), 1, 10).label("day")
    columns = [WORK.c.id, WORK.c.latest, WORK.c.judged_at, *(WORK.c[fact.value] for fact in Fact)]
    in_feed = (FEED_ENTRY.c.work == WORK.c.id) & (FEED_ENTRY.c.feed == MAIN_FEED)
    # Two halves, each by an index of its own: one condition of both would read all works.
    opened = (
        select(*columns, day, FEED_ENTRY.c.entered_at)
        .outerjoin(FEED_ENTRY, in_feed)
        .where(WORK.c.code == _OPEN, WORK.c.latest > 0)
    )
    closed = (
        select(*columns, day, FEED_ENTRY.c.entered_at)
        .join(FEED_ENTRY, in_feed)
        .where(WORK.c.code != _OPEN, WORK.c.latest > 0)
    )
    return union_all(opened, closed).subquery("papers")


def _selected(selection: Selection, *columns: Any) -> Any:
    conditions: list[ColumnElement[bool]] = [
        WORK.c.latest > 0,
        *(WORK.c[fact.value] == _OPEN for fact in selection.facts),
    ]
    if selection.categories:
        of_work = (WORK_CATEGORY.c.work == WORK.c.id) & among(WORK_CATEGORY.c.category, selection.categories)
        conditions.append(select(literal(1)).select_from(WORK_CATEGORY).where(of_work).exists())
    if selection.licences:
        deciding = (
            select(literal(1))
            .select_from(VERDICT)
            .join(ROLES, (ROLES.c.work == VERDICT.c.work) & (ROLES.c.name == VERDICT.c.name))
            .join(ARTIFACT, ARTIFACT.c.id == ROLES.c.artifact)
            .where(
                VERDICT.c.work == WORK.c.id,
                VERDICT.c.fact == selection.facts[0].value,
                among(func.lower(ARTIFACT.c.licence_spdx, type_=String), selection.licences)
                | among(VERDICT.c.licence_class, selection.licences),
            )
        )
        conditions.append(deciding.exists())
    return select(*columns).select_from(WORK).where(*conditions)
