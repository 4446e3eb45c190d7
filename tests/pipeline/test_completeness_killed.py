"""A real process that is killed in the middle of a window, and what `tracker gaps` prints before and after the
next one."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
import urllib.request
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.pipeline.world import World
from tracker.cli import app
from tracker.fetch.clock import MovedClock
from tracker.sandbox.server import Sandbox

DAY = "2026-06-16"
SMALL = {
    "TRACKER_HARVEST__PAGE_SIZE": "10",
    "TRACKER_HARVEST__FIRST_DAYS": "4",
    "TRACKER_HARVEST__WINDOW_DAYS": "7",
}


def test_a_process_killed_in_a_window_leaves_its_gap_visible(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ours = {world.paper(number, "We study tools.", hour=14) for number in range(1, 30)}
    with Sandbox(world.folder, clock=MovedClock(datetime(2026, 6, 17, 4, tzinfo=UTC))) as sandbox:
        environ = {f"TRACKER_UPSTREAMS__{name.upper()}": url for name, url in sandbox.upstreams.items()}
        environ |= {"TRACKER_NOW": "2026-06-17T04:00:00Z", "TRACKER_DATA_DIR": str(tmp_path / "data"), **SMALL}
        environ |= {
            "TRACKER_PACE__ARXIV": "0",
            "TRACKER_PACE__GITHUB": "0",
            "GITHUB_TOKEN": "a-token",
            **os.environ,
        }

        order = json.dumps(
            {"upstream": "arxiv_api", "kind": "hang", "times": 1, "after": 2, "seconds": 60}
        ).encode()
        urllib.request.urlopen(f"{sandbox.url}/_sandbox/misbehave", order).close()
        command = [sys.executable, "-m", "tracker", "once"]
        killed = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        stored, until = 0, time.monotonic() + 60
        while stored < 20 and time.monotonic() < until and killed.poll() is None:
            time.sleep(0.05)
            with (
                suppress(sqlite3.Error),
                closing(sqlite3.connect(f"file:{tmp_path}/data/tracker.db?mode=ro", uri=True)) as db,
            ):
                stored = db.execute("SELECT count(*) FROM papers").fetchone()[0]
        killed.kill()
        killed.wait()
        assert stored == 20
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        assert app.run(["gaps", "--json"]) == 1
        [day] = [record for record in json.loads(capsys.readouterr().out) if record["day"] == DAY]
        assert (day["announced"], day["stored"], day["scanned"], day["short"]) == (20, 20, 0, True)
        assert app.run(["once"]) == 0
        capsys.readouterr()
        assert app.run(["gaps", "--json"]) == 0
        [day] = [record for record in json.loads(capsys.readouterr().out) if record["day"] == DAY]
        assert (day["announced"], day["scanned"], day["missing"]) == (len(ours), len(ours), [])
