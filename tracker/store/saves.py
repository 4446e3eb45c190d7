"""Requests to archive repositories: which were made, and how they stand. One repository is asked for once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update

from tracker.domain.feeds import MAIN_FEED
from tracker.domain.terms import Fact, Outcome, State
from tracker.store.dialect import among, upsert
from tracker.store.engine import Store
from tracker.store.tables.artifact import ARTIFACT, ARTIFACT_NAME
from tracker.store.tables.judgement import FEED_ENTRY, VERDICT
from tracker.store.tables.service import SAVE_REQUEST


@dataclass(frozen=True, slots=True)
class SaveRequest:
    """A request for the repository of a folded reference, first made at `since`. `number` is Software Heritage's own,
    None where its answer is not known."""

    folded: str
    origin: str
    since: datetime
    number: int | None


def load_unsaved(store: Store, since: datetime, limit: int) -> list[str]:
    """References of the repositories that decide the code of papers that entered the main feed since then, is open now,
    and was never asked for; the oldest entry first."""
    with store.read() as connection:
        rows = connection.execute(
            select(ARTIFACT.c.reference, func.min(FEED_ENTRY.c.entered_at).label("at"))
            .select_from(FEED_ENTRY)
            .join(VERDICT, (VERDICT.c.work == FEED_ENTRY.c.work) & (VERDICT.c.fact == Fact.CODE.value))
            .join(ARTIFACT_NAME, ARTIFACT_NAME.c.id == VERDICT.c.name)
            .join(ARTIFACT, ARTIFACT.c.id == ARTIFACT_NAME.c.artifact)
            .where(
                FEED_ENTRY.c.feed == MAIN_FEED,
                FEED_ENTRY.c.entered_at >= since,
                VERDICT.c.state == State.OPEN.value,
                ARTIFACT.c.kind == "repository",
                ARTIFACT.c.outcome == Outcome.PRESENT.value,
            )
            .group_by(ARTIFACT.c.reference)
            .order_by("at", ARTIFACT.c.reference)
        )
        found = {row.reference.casefold(): row.reference for row in rows}
        asked = connection.execute(select(SAVE_REQUEST.c.folded).where(among(SAVE_REQUEST.c.folded, found)))
        known = set(asked.scalars())
    return [reference for folded, reference in found.items() if folded not in known][:limit]


def count_asked(store: Store, since: datetime) -> int:
    """How many requests were made after then."""
    with store.read() as connection:
        return connection.execute(
            select(func.count()).select_from(SAVE_REQUEST).where(SAVE_REQUEST.c.asked_at > since)
        ).scalar_one()


def save_asked(store: Store, folded: str, origin: str, now: datetime, next_at: datetime | None) -> None:
    """Note that a request is being made, and when Software Heritage is asked for it if its answer gets lost."""
    with store.begin() as connection:
        row = {
            "folded": folded,
            "origin": origin,
            "since": now,
            "asked_at": now,
            "state": "asked",
            "next_at": next_at,
        }
        upsert(connection, SAVE_REQUEST, [row], ("asked_at", "next_at"))


def load_due_requests(store: Store, now: datetime, limit: int) -> list[SaveRequest]:
    """The requests whose status is to be asked for now, the longest due first."""
    each = SAVE_REQUEST.c
    with store.read() as connection:
        rows = connection.execute(
            select(SAVE_REQUEST).where(each.next_at <= now).order_by(each.next_at, each.folded).limit(limit)
        )
        return [SaveRequest(row.folded, row.origin, row.since, row.number) for row in rows]


def postpone(store: Store, folded: str, next_at: datetime | None) -> None:
    """Ask later how a request stands; never, where `next_at` is None."""
    with store.begin() as connection:
        connection.execute(update(SAVE_REQUEST).where(SAVE_REQUEST.c.folded == folded).values(next_at=next_at))


def save_status(
    store: Store,
    folded: str,
    *,
    state: str,
    number: int | None,
    swhid: str,
    reason: str,
    copy_url: str | None,
    next_at: datetime | None,
    now: datetime,
) -> None:
    """Note how a request stands; where it was archived, every artifact of the repository has the copy."""
    with store.begin() as connection:
        connection.execute(
            update(SAVE_REQUEST)
            .where(SAVE_REQUEST.c.folded == folded)
            .values(
                state=state,
                number=func.coalesce(number, SAVE_REQUEST.c.number),
                swhid=swhid,
                reason=reason,
                next_at=next_at,
            )
        )
        if copy_url is not None:
            named = select(ARTIFACT_NAME.c.artifact).where(
                ARTIFACT_NAME.c.folded == folded, ARTIFACT_NAME.c.until.is_(None)
            )
            connection.execute(
                update(ARTIFACT).where(ARTIFACT.c.id.in_(named)).values(copy_url=copy_url, copy_searched_at=now)
            )
