"""`tracker serve` as a process of its own: it serves what a worker published, and refuses another schema."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
import urllib.error
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.cli.test_service import TRACKER, free_port, wait_for
from tests.new_store import open_new_store
from tracker import settings
from tracker.fetch.clock import make_clock
from tracker.pipeline.context import begin_cycle
from tracker.pipeline.publish import write_site
from tracker.pipeline.worker import make_worker

Process = Callable[..., subprocess.CompletedProcess[str]]
PATIENCE = 120.0
"""Seconds for a new process to load and to render: a loaded machine takes a minute."""


def test_serve_shows_what_a_worker_published_and_outlives_its_upgrade(
    process: Process, database: str, tmp_path: Path
) -> None:
    loaded = settings.load_settings(
        environ={"TRACKER_DATA_DIR": str(tmp_path / "worker"), "TRACKER_CONTACT": "x@y.org"}
    )
    port = free_port()
    variables = {
        "TRACKER_DATABASE_URL": loaded.store_url,
        "TRACKER_DATA_DIR": str(tmp_path / "replica"),
        "TRACKER_WEB__PORT": port,
        "TRACKER_WEB__REFRESH_SECONDS": "0.05",
    }
    with closing(open_new_store(loaded.store_url)) as store:
        with closing(make_worker(loaded, store, make_clock(loaded))) as worker:
            write_site(begin_cycle(worker))
        replica = subprocess.Popen(
            [*TRACKER, "serve"],
            env={**os.environ, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            address = f"http://127.0.0.1:{port}"
            feed = (loaded.public_dir / "feed.xml").read_bytes()
            assert json.loads(wait_for(f"{address}/health?ready", seconds=PATIENCE))["papers"] == 0
            assert wait_for(f"{address}/feed.xml") == feed
            assert wait_until(lambda: json.loads(wait_for(f"{address}/health"))["status"] == "ok")
            assert b"arxiv_code_tracker_store_answers 1.0" in wait_for(f"{address}/metrics")
            with store.begin() as connection:
                connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
            assert wait_until(lambda: b"newer version" in wait_for(f"{address}/health?ready"))
            assert wait_for(f"{address}/feed.xml") == feed
            for path in ("search?q=word", "api/papers"):
                with pytest.raises(urllib.error.HTTPError, match="503"):
                    wait_for(f"{address}/{path}", seconds=0)
            second = process("serve", **{**variables, "TRACKER_DATA_DIR": str(tmp_path / "second")})
            assert (second.returncode, second.stderr.count("\n")) == (1, 1)
            assert "newer version" in second.stderr
        finally:
            replica.send_signal(signal.SIGTERM)
            out, err = replica.communicate(timeout=15)
    assert replica.returncode == 0, err
    assert f"{address}/" in out
    assert "Traceback" not in err
    assert sorted(path.name for path in loaded.data_dir.iterdir() if path.suffix == ".lock") == []


def wait_until(is_so: Callable[[], bool]) -> bool:
    """Whether it becomes so in time: another process's work, which no clock of ours moves."""

    until = time.monotonic() + PATIENCE
    while True:
        try:
            if is_so():
                return True
        except urllib.error.HTTPError:
            pass
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
