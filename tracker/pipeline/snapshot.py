"""Snapshots on the timetable, and restoring one while nobody works on the store."""

from __future__ import annotations

import fcntl
from datetime import datetime, timedelta
from pathlib import Path

from tracker.domain.errors import StoreError
from tracker.pipeline.context import Summary, Worker, close_stage
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
def make_due(worker: Worker) -> None:
    """Make a snapshot when one is due. A failure is noted, for `/health` and the page, and it is tried again next time.

    The store is read alone, so work may go on beside it.
    """
    now = worker.now()
    if not is_due(worker.settings, now):
        return
    reason, next_try = "", None
    try:
        snapshot.make_snapshot(
            worker.settings.store_url,
            worker.settings.snapshot_file,
            now,
            level=worker.settings.snapshot.level,
            go_on=lambda: not worker.cancel.is_set(),
        )
    except StoreError as error:
        reason, next_try = str(error), now + timedelta(minutes=worker.settings.schedule.check_minutes)
    close_stage(worker, STAGE, reason, next_try, now, Summary())


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
