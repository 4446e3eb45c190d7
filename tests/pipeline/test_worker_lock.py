"""One service and one worker at a time for each data folder."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tracker.domain.errors import StoreError
from tracker.pipeline.snapshot import restore_snapshot
from tracker.pipeline.worker_lock import hold_service_lock, take_worker_lock
from tracker.regular_files import how_to_own
from tracker.settings import load_settings


def test_a_second_service_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with hold_service_lock(tmp_path):
        with pytest.raises(StoreError, match="a service uses this data folder; stop it first"):
            hold_service_lock(tmp_path).__enter__()
        with take_worker_lock(load_settings(environ={"TRACKER_DATA_DIR": str(tmp_path)})):
            pass  # its own cycles, and other commands, go on
    with hold_service_lock(tmp_path):
        pass  # the kernel released the lock


def test_a_restore_is_refused_while_a_service_waits_for_its_next_cycle(tmp_path: Path) -> None:
    settings = load_settings(environ={"TRACKER_DATA_DIR": str(tmp_path)})
    with hold_service_lock(tmp_path), pytest.raises(StoreError, match="a service uses this data folder"):
        restore_snapshot(settings, tmp_path / "x.db.zst", datetime(2026, 6, 17, tzinfo=UTC), force=True)


def test_a_folder_of_somebody_else_names_the_command_that_gives_it() -> None:
    assert f"chown -R {os.getuid()}:{os.getgid()} /data" in how_to_own("/data")
