"""When each stage last ended well, and what hinders it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, update

from tracker.domain.status import Trouble
from tracker.store.dialect import upsert
from tracker.store.engine import Store
from tracker.store.tables.service import STAGE


def record_stage_done(store: Store, stage: str, now: datetime) -> None:
    """A stage ended well."""
    with store.begin() as connection:
        upsert(
            connection,
            STAGE,
            [{"name": stage, "good_at": now, "trouble_since": None, "trouble": "", "next_try": None}],
            ("good_at", "trouble_since", "trouble", "next_try"),
        )


def record_stage_failed(
    store: Store,
    stage: str,
    reason: str,
    next_try: datetime | None,
    now: datetime,
    *,
    since: datetime | None = None,
) -> None:
    """A stage could not end; keeps since when, where `since` does not say it."""
    with store.begin() as connection:
        row = connection.execute(select(STAGE.c.trouble_since).where(STAGE.c.name == stage)).one_or_none()
        since = since or (row.trouble_since if row is not None and row.trouble_since else now)
        upsert(
            connection,
            STAGE,
            [{"name": stage, "trouble_since": since, "trouble": reason, "next_try": next_try}],
            ("trouble_since", "trouble", "next_try"),
        )


def forget_stage(store: Store, stage: str) -> None:
    """Drop what is known of a stage: an alarm that is over is no stage that ended well."""
    with store.begin() as connection:
        connection.execute(delete(STAGE).where(STAGE.c.name == stage))


def forget_future_times(store: Store, now: datetime) -> None:
    """Set the times of good ends that are after `now`, by a clock that ran ahead, to `now`."""
    with store.begin() as connection:
        connection.execute(update(STAGE).where(STAGE.c.good_at > now).values(good_at=now))


def load_stages(store: Store) -> tuple[dict[str, datetime | None], list[Trouble]]:
    """When each stage last ended well, and what hinders the others."""
    with store.read() as connection:
        rows = connection.execute(select(STAGE).order_by(STAGE.c.name)).all()
    troubles = [
        Trouble(row.name, row.trouble, row.trouble_since, row.next_try) for row in rows if row.trouble_since
    ]
    return {row.name: row.good_at for row in rows}, troubles
