"""The proof that nothing was missed: windows of a source, open until they are proved complete."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select

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
    """The watermark: the newest moment up to which a window was proved complete; open windows before it are
    asked again one by one. What lies after `now` was proved by a clock that ran ahead, and does not count."""
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
    """The oldest moment that was ever asked for, proved or not."""
    with store.read() as connection:
        oldest: datetime | None = connection.execute(
            select(func.min(WINDOW.c.since, type_=WINDOW.c.since.type)).where(WINDOW.c.source == source)
        ).scalar_one()
        return oldest


def closed_windows(store: Store, source: str) -> list[tuple[datetime, datetime, datetime]]:
    """(since, until, asked at) of every closed window, oldest first."""
    with store.read() as connection:
        return [
            (row.since, row.until, row.asked_at)
            for row in connection.execute(
                select(WINDOW).where(WINDOW.c.source == source, WINDOW.c.state != OPEN).order_by(WINDOW.c.since)
            )
        ]


def explain_open_windows(store: Store, source: str) -> list[tuple[datetime, datetime, str]]:
    """(since, until, why) of every window that is open, oldest first; why is empty where it was never asked to its end."""
    with store.read() as connection:
        return [
            (row.since, row.until, row.reason)
            for row in connection.execute(
                select(WINDOW).where(WINDOW.c.source == source, WINDOW.c.state == OPEN).order_by(WINDOW.c.since)
            )
        ]


def begin_windows(store: Store, source: str, windows: Sequence[tuple[datetime, datetime]], now: datetime) -> None:
    """Note windows as open before they are asked for, so that a killed run leaves its gaps visible."""
    with store.begin() as connection:
        upsert(
            connection,
            WINDOW,
            (
                {"source": source, "since": since, "until": until, "state": OPEN, "asked_at": now}
                for since, until in windows
            ),
        )


def close_window(store: Store, source: str, result: WindowResult, now: datetime) -> None:
    """Store what asking a window proved. A complete window takes in those that lie inside it.

    A window that was complete before and fails now stays complete: what was proved is not unproved by a
    failure of today.
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
