"""Snapshots on the timetable, and what must not meet a worker: restoring one, and copying the store elsewhere."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from shutil import rmtree

from tracker.domain.errors import StoreError
from tracker.domain.protocols import Progress
from tracker.pipeline.context import Cycle
from tracker.pipeline.worker_lock import hold_service_lock, take_worker_lock
from tracker.settings import Settings
from tracker.store import database_copy, restore, snapshot


def is_due(settings: Settings, now: datetime) -> bool:
    """Whether the newest snapshot, if any, is older than `snapshot.hours`. Never where that is 0, nor of a
    server."""
    hours = settings.snapshot.hours
    if not hours or not settings.store_url.startswith("sqlite"):
        return False
    made = snapshot.load_manifest(settings.snapshot_file)
    return made is None or datetime.fromisoformat(made.made_at) + timedelta(hours=hours) <= now


def make_due_snapshot(cycle: Cycle) -> None:
    """Make a snapshot when one is due. A failure is noted, for `/health` and the page, and it is tried again next
    time.

    The store is only read, so other work may go on beside it.
    """
    if not is_due(cycle.settings, cycle.now):
        return
    next_check = cycle.now + timedelta(minutes=cycle.settings.schedule.check_minutes)
    with cycle.stage("snapshot", retry_at=next_check) as stage:
        try:
            snapshot.make_snapshot(
                cycle.settings.store_url,
                cycle.settings.snapshot_file,
                cycle.now,
                level=cycle.settings.snapshot.level,
                go_on=lambda: not cycle.cancel.is_set(),
            )
        except StoreError as error:
            stage.fail(str(error))


def restore_snapshot(
    settings: Settings, file: Path, now: datetime, *, force: bool = False
) -> tuple[dict[str, int], Path | None]:
    """Restore a snapshot as `tracker.store.restore` does, while no service uses the store and no worker is at work
    on it; StoreError otherwise. What a backfill brought since the snapshot is read again when it is repeated."""
    with hold_service_lock(settings.data_dir), take_worker_lock(settings):
        restored = restore.restore_snapshot(file, settings.store_url, now, force=force)
        for markers in (settings.data_dir / "backfill").glob("oai_*"):
            rmtree(markers, ignore_errors=True)
        return restored


def copy_store(settings: Settings, target: str, progress: Progress) -> dict[str, database_copy.ViewDigest]:
    """Copy the store into the database at `target` as `tracker.store.database_copy` does, holding the worker's lock.

    StoreError while a worker holds it."""
    with take_worker_lock(settings):
        return database_copy.copy_store(settings.store_url, target, progress.step)
