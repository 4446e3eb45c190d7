"""What the page of trends shows: counts over time, and how long promises are waited for."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from sqlalchemy import String, case, distinct, func, select, type_coerce

from tracker.domain.evidence import (
    LicenceCount,
    MonthCount,
    PromiseWait,
)
from tracker.domain.promise_wording import PromiseWording
from tracker.domain.terms import HUB, REPOSITORY_HOSTS, Fact, LicenceClass, Outcome, Role, State
from tracker.domain.trend_figures import PlaceCount
from tracker.store.dialect import among
from tracker.store.engine import Store
from tracker.store.joined import ROLES
from tracker.store.kept_promises import PromiseCourse, load_promises
from tracker.store.statistics import TOTAL
from tracker.store.tables.artifact import ARTIFACT, ROLE
from tracker.store.tables.judgement import VERDICT
from tracker.store.tables.work import PAPER_COUNT, WORK, WORK_CATEGORY


def count_by_month(store: Store, since: str) -> list[MonthCount]:
    """Papers by month of submission, from `since` (`2025-07`) on, and state of each fact: in total and by category."""
    with store.read() as connection:
        rows = connection.execute(
            select(
                PAPER_COUNT.c.month,
                PAPER_COUNT.c.category,
                PAPER_COUNT.c.state,
                PAPER_COUNT.c.papers,
                PAPER_COUNT.c.unread,
                PAPER_COUNT.c.fact,
            ).where(PAPER_COUNT.c.month >= since, PAPER_COUNT.c.papers > 0)
        ).all()
    return [
        MonthCount(
            row.month,
            "" if row.category == TOTAL else row.category,
            State(row.state),
            row.papers,
            row.unread,
            Fact(row.fact),
        )
        for row in rows
    ]


def count_by_licence(store: Store) -> list[LicenceCount]:
    """Papers by the licence of their code, where it is there; the most frequent licence comes first."""
    spdx, papers = func.coalesce(ARTIFACT.c.licence_spdx, ""), func.count(distinct(WORK.c.id))
    class_ = func.coalesce(ARTIFACT.c.licence_class, LicenceClass.UNKNOWN.value)
    with store.read() as connection:
        rows = connection.execute(
            select(spdx, class_, papers)
            .join(VERDICT, (VERDICT.c.work == WORK.c.id) & (VERDICT.c.fact == Fact.CODE.value))
            .join(ROLES, (ROLES.c.work == WORK.c.id) & (ROLES.c.name == VERDICT.c.name))
            .join(ARTIFACT, ARTIFACT.c.id == ROLES.c.artifact)
            .where(WORK.c.latest > 0, WORK.c.code.in_([State.OPEN.value, State.AVAILABLE.value]))
            .group_by(spdx, class_)
            .order_by(papers.desc(), spdx, class_)
        ).all()
    return [LicenceCount(*row) for row in rows]


def count_by_place(store: Store, since: str) -> list[PlaceCount]:
    """Papers with own artifacts that are there, by month of submission from `since` on, and by where these lie."""
    month = func.substr(type_coerce(WORK.c.submitted_at, String), 1, 7)
    at_repository = func.max(case((ARTIFACT.c.host.in_(REPOSITORY_HOSTS), 1), else_=0))
    on_hub = func.max(case((ARTIFACT.c.host == HUB, 1), else_=0))
    papers = (
        select(month.label("month"), at_repository.label("repository"), on_hub.label("hub"))
        .select_from(ROLE)
        .join(WORK, WORK.c.id == ROLE.c.work)
        .join(ARTIFACT, ARTIFACT.c.id == ROLE.c.artifact)
        .where(ROLE.c.role == Role.OWN.value, ARTIFACT.c.outcome == Outcome.PRESENT.value)
        .where(WORK.c.latest > 0, month >= since)
        .group_by(ROLE.c.work, month)
        .subquery()
    )
    columns = papers.c.month, papers.c.repository, papers.c.hub
    counts: dict[str, dict[tuple[int, int], int]] = defaultdict(dict)
    with store.read() as connection:
        for of_month, repository, hub, number in connection.execute(
            select(*columns, func.count()).group_by(*columns)
        ):
            counts[of_month][repository, hub] = number
    return [
        PlaceCount(of_month, *(count.get(place, 0) for place in ((1, 0), (0, 1), (1, 1), (0, 0))))
        for of_month, count in sorted(counts.items())
    ]


def load_waiting_times(store: Store, now: datetime) -> list[PromiseWait]:
    """Each promise of code with how long it was waited for. Left out is what was not seen to be kept."""
    with store.read() as connection:
        promises = [promise for promise in load_promises(connection) if promise.is_seen or not promise.kept_at]
        keys = [promise.work for promise in promises]
        submitted = {
            row.id: row.submitted_at
            for row in connection.execute(select(WORK.c.id, WORK.c.submitted_at).where(among(WORK.c.id, keys)))
        }
        categories: dict[int, list[str]] = defaultdict(list)
        for work, category in connection.execute(
            select(WORK_CATEGORY.c.work, WORK_CATEGORY.c.category)
            .where(among(WORK_CATEGORY.c.work, keys))
            .order_by(WORK_CATEGORY.c.category)
        ):
            categories[work].append(category)
    return [
        _waiting_time(promise, at, now, tuple(categories[promise.work]))
        for promise in promises
        if (at := submitted[promise.work]) is not None
    ]


def _waiting_time(
    promise: PromiseCourse, submitted_at: datetime, now: datetime, categories: tuple[str, ...]
) -> PromiseWait:
    end = datetime.fromisoformat(promise.kept_at) if promise.kept_at else now
    since, until = (
        max((moment - submitted_at).total_seconds() / 86400, 0.0)
        for moment in (datetime.fromisoformat(promise.promised_at), end)
    )
    wording = promise.wording or PromiseWording.OTHER.value
    return PromiseWait(since, max(since, until), bool(promise.kept_at), wording, categories)


def first_seen_at(store: Store) -> datetime | None:
    """When the first paper was stored; None in an empty store."""
    earliest = select(func.min(WORK.c.first_seen, type_=WORK.c.first_seen.type)).where(WORK.c.latest > 0)
    with store.read() as connection:
        first: datetime | None = connection.execute(earliest).scalar_one()
        return first
