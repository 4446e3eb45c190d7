"""Windows of time of a source: the proof that nothing was missed. A window is open until it was proved complete."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, or_, select

from tracker.domain.papers import WindowResult
from tracker.store.dialect import upsert
from tracker.store.engine import Store
from tracker.store.tables.service import WINDOW

OPEN, COMPLETE, EMPTY = "open", "complete", "empty"


def open_windows(store: Store, source: str) -> list[tuple[datetime, datetime]]:
    """Windows that were begun and never proved complete, oldest first."""
    with store.read() as connection:
        return [
            (row.since, row.until)
            for row in connection.execute(
                select(WINDOW.c.since, WINDOW.c.until)
                .where(WINDOW.c.source == source, WINDOW.c.state == OPEN)
                .order_by(WINDOW.c.since)
            )
        ]


def load_watermark(store: Store, source: str, now: datetime | None = None) -> datetime | None:
    """The watermark: the newest moment up to which a window was proved complete. Open windows before it are harvested again
    one by one. A window after `now` was proved by a clock that ran ahead, and does not count."""
    with store.read() as connection:
        newest: datetime | None = connection.execute(
            select(func.max(WINDOW.c.until, type_=WINDOW.c.until.type)).where(
                WINDOW.c.source == source,
                WINDOW.c.state != OPEN,
                *([WINDOW.c.until <= now] if now else []),
            )
        ).scalar_one()
        return newest


def first_asked(store: Store, source: str) -> datetime | None:
    """The oldest moment that was ever harvested, proved or not."""
    with store.read() as connection:
        oldest: datetime | None = connection.execute(
            select(func.min(WINDOW.c.since, type_=WINDOW.c.since.type)).where(WINDOW.c.source == source)
        ).scalar_one()
        return oldest


def load_spans(store: Store, prefixes: Sequence[str], now: datetime) -> dict[str, tuple[datetime, datetime]]:
    """When each source whose name begins with one of `prefixes` was first and last asked, whatever it answered. What was asked after
    `now` was asked by a clock that ran ahead, and does not count."""
    first = func.min(WINDOW.c.since, type_=WINDOW.c.since.type)
    last = func.max(WINDOW.c.asked_at, type_=WINDOW.c.asked_at.type)
    with store.read() as connection:
        rows = connection.execute(
            select(WINDOW.c.source, first.label("first"), last.label("last"))
            .where(
                or_(*(WINDOW.c.source.startswith(each, autoescape=True) for each in prefixes)),
                WINDOW.c.asked_at <= now,
            )
            .group_by(WINDOW.c.source)
        ).all()
    return {row.source: (row.first, row.last) for row in rows}


def first_asked_at(store: Store, source: str) -> datetime | None:
    """The earliest time at which a window that is still known was asked for, None where none was."""
    with store.read() as connection:
        earliest: datetime | None = connection.execute(
            select(func.min(WINDOW.c.asked_at, type_=WINDOW.c.asked_at.type)).where(WINDOW.c.source == source)
        ).scalar_one()
        return earliest


def closed_windows(store: Store, source: str) -> list[tuple[datetime, datetime, datetime]]:
    """(since, until, harvested at) of every closed window, oldest first."""
    with store.read() as connection:
        return [
            (row.since, row.until, row.asked_at)
            for row in connection.execute(
                select(WINDOW).where(WINDOW.c.source == source, WINDOW.c.state != OPEN).order_by(WINDOW.c.since)
            )
        ]


def explain_open_windows(store: Store, source: str) -> list[tuple[datetime, datetime, str]]:
    """(since, until, reason) of every open window, oldest first; the reason is empty where it was never harvested to its end."""
    with store.read() as connection:
        return [
            (row.since, row.until, row.reason)
            for row in connection.execute(
                select(WINDOW).where(WINDOW.c.source == source, WINDOW.c.state == OPEN).order_by(WINDOW.c.since)
            )
        ]


def begin_windows(store: Store, source: str, windows: Sequence[tuple[datetime, datetime]], now: datetime) -> None:
    """Store windows as open before they are harvested, so that a killed run leaves its gaps visible."""
    with store.begin() as connection:
        upsert(
            connection,
            WINDOW,
            (
                {"source": source, "since": since, "until": until, "state": OPEN, "asked_at": now}
                for since, until in windows
            ),
        )


def begin_sources(store: Store, sources: Sequence[str], now: datetime) -> None:
    """Note that sources are watched from now on, without having asked them."""
    if sources:
        with store.begin() as connection:
            upsert(
                connection,
                WINDOW,
                (
                    {"source": source, "since": now, "until": now, "state": OPEN, "asked_at": now}
                    for source in sources
                ),
            )


def close_window(store: Store, source: str, result: WindowResult, now: datetime) -> None:
    """Store what harvesting a window proved. A complete window replaces those inside it.

    A window that was complete before and fails now stays complete: a failure of today does not undo the proof.
    """
    state = OPEN if not result.complete else COMPLETE if result.got else EMPTY
    row = {
        "source": source,
        "since": result.since,
        "until": result.until,
        "expected": result.expected,
        "got": result.got,
        "state": state,
        "reason": result.reason,
        "asked_at": now,
    }
    with store.begin() as connection:
        if state == OPEN:
            done = connection.execute(
                select(WINDOW.c.state).where(
                    WINDOW.c.source == source,
                    WINDOW.c.since == result.since,
                    WINDOW.c.until == result.until,
                    WINDOW.c.state != OPEN,
                )
            ).first()
            if done is None:
                upsert(connection, WINDOW, [row], ("expected", "got", "state", "reason", "asked_at"))
            return
        connection.execute(
            delete(WINDOW).where(
                WINDOW.c.source == source, WINDOW.c.since >= result.since, WINDOW.c.until <= result.until
            )
        )
        upsert(connection, WINDOW, [row], ("expected", "got", "state", "reason", "asked_at"))
