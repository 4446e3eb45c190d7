"""Snapshots on the timetable, and restoring one while nobody works on the store."""

from __future__ import annotations

import fcntl
from datetime import datetime, timedelta
from pathlib import Path

from tracker.domain.errors import StoreError
from tracker.pipeline.context import Cycle, close_stage
from tracker.pipeline.timing import timed
from tracker.settings import Settings
from tracker.store import restore, snapshot

STAGE = "snapshot"


def is_due(settings: Settings, now: datetime) -> bool:
    """Whether the newest snapshot, if any, is older than `snapshot.hours`. Never where that is 0, nor of a server."""
    hours = settings.snapshot.hours
    if not hours or not settings.store_url.startswith("sqlite"):
        return False
    made = snapshot.load_manifest(settings.snapshot_file)
    return made is None or datetime.fromisoformat(made.made_at) + timedelta(hours=hours) <= now


@timed("snapshot")
def make_due(cycle: Cycle) -> None:
    """Make a snapshot when one is due. A failure is noted, for `/health` and the page, and it is tried again next time.

    The store is read alone, so work may go on beside it.
    """
    if not is_due(cycle.settings, cycle.now):
        return
    reason, next_try = "", None
    try:
        snapshot.make_snapshot(
            cycle.settings.store_url,
            cycle.settings.snapshot_file,
            cycle.now,
            level=cycle.settings.snapshot.level,
            go_on=lambda: not cycle.cancel.is_set(),
        )
    except StoreError as error:
        reason, next_try = str(error), cycle.now + timedelta(minutes=cycle.settings.schedule.check_minutes)
    close_stage(cycle, STAGE, reason, next_try)


def put_back(
    settings: Settings, file: Path, now: datetime, *, force: bool = False
) -> tuple[dict[str, int], Path | None]:
    """Restore a snapshot as `tracker.store.restore` does, holding the worker's lock. StoreError while a worker holds it."""
    lock = settings.data_dir / "worker.lock"
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        handle = lock.open("a")
    except OSError as error:
        raise StoreError(
            f"{lock}: cannot be written ({error.strerror}); restore as the user who runs it."
        ) from None
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreError(f"{settings.data_dir}: a worker is at work on this store; stop it first.") from None
        return restore.restore_snapshot(file, settings.store_url, now, force=force)
