"""Plans that a clock made which ran ahead: they would wait for a time that is long away."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import or_, update

from tracker.store.engine import Store
from tracker.store.tables.artifact import ARTIFACT
from tracker.store.tables.work import SCAN, WORK


def bring_forward(store: Store, now: datetime, longest: timedelta) -> int:
    """Make due what waits longer than any plan allows, or was checked or read in the future; returns how many artifacts
    that are. `longest` is the longest time that a plan may wait."""
    late = now + longest
    with store.begin() as connection:
        checks = connection.execute(
            update(ARTIFACT)
            .where(ARTIFACT.c.next_check_at.is_not(None))
            .where(or_(ARTIFACT.c.next_check_at > late, ARTIFACT.c.checked_at > now))
            .values(next_check_at=now)
        )
        connection.execute(update(WORK).where(WORK.c.next_judgement_at > late).values(next_judgement_at=now))
        # What was read stays read; what could not be is tried again by the plan.
        connection.execute(update(SCAN).where(SCAN.c.scanned_at > now).values(scanned_at=now))
    return checks.rowcount
