"""What pages for people show beyond the items of feeds: dossiers of works, and figures over time."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import distinct, func, select, text

from tracker.domain.evidence import (
    LicenceCount,
    MonthCount,
    OrganisationCount,
    PromiseWait,
)
from tracker.domain.terms import EventKind, Fact, LicenceClass, State
from tracker.store.engine import Store
from tracker.store.joined import EVENTS, ROLES
from tracker.store.statistics import TOTAL
from tracker.store.tables.artifact import ARTIFACT
from tracker.store.tables.judgement import VERDICT
from tracker.store.tables.work import PAPER_COUNT, WORK

_FIRST_LOOK = timedelta(days=1)
"""What was there within a day of our first reading was there before anybody looked."""
_KEPT = (EventKind.SHIPPED.value, EventKind.OPENED.value)


def count_by_month(store: Store, since: str) -> list[MonthCount]:
    """Papers by month of submission from `since` (`2025-07`) on and state of their code: of all, and by each of
    their categories."""
    with store.read() as connection:
        rows = connection.execute(
            select(PAPER_COUNT.c.month, PAPER_COUNT.c.category, PAPER_COUNT.c.state, PAPER_COUNT.c.papers).where(
                PAPER_COUNT.c.fact == Fact.CODE.value, PAPER_COUNT.c.month >= since, PAPER_COUNT.c.papers > 0
            )
        ).all()
    return [
        MonthCount(row.month, "" if row.category == TOTAL else row.category, State(row.state), row.papers)
        for row in rows
    ]


def count_by_organisation(store: Store) -> list[OrganisationCount]:
    """What each watched organisation holds, those with most open code first."""
    with store.read() as connection:
        rows = connection.execute(
            text(
                "SELECT name, github, huggingface, papers, open_papers, open_weights, open_data FROM organisations"
            )
        ).all()
    made = [
        OrganisationCount(
            row.name,
            tuple(
                (f"{host}/{name}", f"https://{host}/{name}")
                for host, names in (("github.com", row.github), ("huggingface.co", row.huggingface))
                for name in (json.loads(names) if isinstance(names, str) else names)
            ),
            row.papers,
            row.open_papers,
            row.open_weights,
            row.open_data,
        )
        for row in rows
    ]
    return sorted(made, key=lambda one: (-one.open_code, -one.works, one.name.casefold()))


def count_by_licence(store: Store) -> list[LicenceCount]:
    """Licences of the code that is there, most papers first."""
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


def load_waiting_times(store: Store, now: datetime) -> list[PromiseWait]:
    """Each promise of code by how long it was waited for. Left out is what had come before our first look: nobody
    knows since when it had been there."""
    with store.read() as connection:
        rows = connection.execute(
            select(
                EVENTS.c.work,
                EVENTS.c.kind,
                EVENTS.c.cause,
                EVENTS.c.happened_at,
                WORK.c.submitted_at,
                WORK.c.first_seen,
            )
            .join(WORK, WORK.c.id == EVENTS.c.work)
            .where(EVENTS.c.kind.in_([EventKind.PROMISED.value, *_KEPT]), WORK.c.submitted_at.is_not(None))
            .order_by(EVENTS.c.happened_at)
        ).all()
    of_works: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        of_works[row.work].append(row)
    made = (_waiting(told, now) for _, told in sorted(of_works.items()))
    return [one for one in made if one is not None]


def _waiting(told: Sequence[Any], now: datetime) -> PromiseWait | None:
    first = told[0]
    came = next((row for row in told if row.kind in _KEPT), None)
    if not any(row.kind == EventKind.PROMISED.value for row in told):
        return None
    if came and came.happened_at - first.first_seen < _FIRST_LOOK:
        return None
    end = came.happened_at if came else now
    since, until = (
        max((moment - first.submitted_at).total_seconds() / 86400, 0.0) for moment in (first.first_seen, end)
    )
    return PromiseWait(since, max(since, until), came is not None)


def first_seen_at(store: Store) -> datetime | None:
    """When the first paper was read."""
    with store.read() as connection:
        found: datetime | None = connection.execute(
            select(func.min(WORK.c.first_seen, type_=WORK.c.first_seen.type)).where(WORK.c.latest > 0)
        ).scalar_one()
        return found
