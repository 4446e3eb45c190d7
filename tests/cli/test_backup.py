"""Snapshots and their return, as their users call them."""

from __future__ import annotations

import fcntl
from collections.abc import Callable
from pathlib import Path

import pytest

Call = Callable[..., tuple[int, str, str]]
pytestmark = pytest.mark.sqlite_only("a snapshot is a SQLite file")


def test_a_snapshot_is_made_and_restored(call: Call, data: Path) -> None:
    code, out, _ = call("snapshot")
    file = data / "snapshots" / "tracker.db.zst"
    assert code == 0
    assert str(file) in out
    code, _, err = call("restore", str(file))
    assert code == 1
    assert "--force" in err
    done = data / "backfill" / "oai_2026-05_2026-06_0" / "2026-05.done"
    done.parent.mkdir(parents=True)
    done.touch()
    code, out, _ = call("restore", "--force", str(file))
    assert code == 0
    assert "tracker.db." in out
    assert not done.exists(), "what came since the snapshot must be brought again"
    (data / "tracker.db").unlink()
    assert call("restore", str(file))[0] == 0
    assert call("query", "--csv", "SELECT count(*) AS n FROM papers")[1] == "n\n0\n"


def test_nothing_is_restored_while_a_worker_is_at_work(call: Call, data: Path) -> None:
    call("snapshot")
    with (data / "worker.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        code, _, err = call("restore", "--force", str(data / "snapshots" / "tracker.db.zst"))
    assert code == 1
    assert "at work" in err
