"""`kill -9` at any moment, then `once` again: the public views of an undisturbed run, and a valid feed."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import feedparser
import pytest

from tracker.sandbox.server import Sandbox
from tracker.settings import config_dir

World = Any
MIT = (config_dir() / "licences" / "MIT.txt").read_text()
WORDS = "<p>Words and more words of a paper, as many as it takes to be one.</p>" * 40
COMMAND = [sys.executable, "-m", "tracker", "once"]
VIEWS = {
    "papers": "*",
    "links": "*",
    "events": "*",
    "open_papers": "*",
    "checks": "*",
    "artifacts": "reference, host, kind, outcome, content, licence_spdx, licence_class, archived, gated, created_at",
}


def views(data: Path) -> dict[str, list[tuple[Any, ...]]]:
    connection = sqlite3.connect(f"file:{data / 'tracker.db'}?mode=ro", uri=True)
    told = {
        view: sorted(connection.execute(f"SELECT {columns} FROM {view}"), key=repr)
        for view, columns in VIEWS.items()
    }
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()
    return told


def environment(sandbox: Sandbox, data: Path) -> dict[str, str]:
    upstreams = {f"TRACKER_UPSTREAMS__{name.upper()}": url for name, url in sandbox.upstreams.items()}
    return {
        **os.environ,
        **upstreams,
        "TRACKER_NOW": "2026-06-17T05:00:00Z",
        "TRACKER_DATA_DIR": str(data),
        "TRACKER_PACE__ARXIV": "0",
        "TRACKER_PACE__GITHUB": "0",
        "GITHUB_TOKEN": "x",
        "TRACKER_LOG_FORMAT": "plain",
    }


@pytest.mark.parametrize("seed", range(int(os.environ.get("KILLS", "4"))))
def test_a_killed_cycle_is_done_again(world: World, expected: dict[str, str], tmp_path: Path, seed: int) -> None:
    for number in range(100, 220):
        world.paper(
            number, f"We study number {number}. Our code is available at https://github.com/eve/tool{number}."
        )
        world.repository(f"eve/tool{number}", {"train.py": "x"})
    deep = [world.paper(number, "We say nothing of it here.", hour=23) for number in range(300, 306)]
    for paper in deep:
        name = f"eve/deep{paper[-3:]}"
        world.repository(name, {"train.py": "x", "LICENSE": MIT})
        world.html(paper, WORDS + f"<p>Our code is available at https://github.com/{name}.</p>")
    paged = world.paper(310, "We show it. Project page: https://eve.github.io/paged/", hour=23)
    world.page("eve.github.io", "paged", '<p><a href="https://github.com/eve/paged">Code</a></p>')
    world.repository("eve/paged", {"train.py": "x", "LICENSE": MIT})
    with Sandbox(world.folder) as sandbox:
        begun = time.monotonic()
        whole = subprocess.run(
            COMMAND, env=environment(sandbox, tmp_path / "whole"), capture_output=True, text=True, check=False
        )
        took = time.monotonic() - begun
        assert whole.returncode == 0, whole.stderr
        chance, broken, killed = random.Random(seed), tmp_path / "broken", 0
        for _ in range(3):
            process = subprocess.Popen(
                COMMAND, env=environment(sandbox, broken), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            try:
                process.wait(chance.uniform(0.1, 0.6) * took)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                killed += 1
        again = subprocess.run(
            COMMAND, env=environment(sandbox, broken), capture_output=True, text=True, check=False
        )
        assert again.returncode == 0, again.stderr
        assert views(broken) == views(tmp_path / "whole")
        feed = feedparser.parse((broken / "public" / "feed.xml").read_bytes())
        assert not feed.bozo
        assert {item.id for item in feed.entries} == {
            f"arxiv-code-tracker:arxiv:{key}"
            for key in [*(key for key, state in expected.items() if state == "open"), *deep, paged]
        }
        assert killed or took < 1
