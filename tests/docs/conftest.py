"""A folder in which what the documents show can run: a filled store, the commands, and upstreams on this machine alone."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cookbook.conftest import NOW, seeded, world
from tests.docs.documents import ROOT
from tests.hosts.conftest import play
from tracker.sandbox.server import Sandbox

__all__ = ["play", "seeded"]


@dataclass(frozen=True)
class Installation:
    """A working folder and the environment of its commands."""

    folder: Path
    environment: dict[str, str]


@pytest.fixture(scope="session")
def upstreams(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    with Sandbox(world(tmp_path_factory.mktemp("upstreams") / "world")) as sandbox:
        yield {f"TRACKER_UPSTREAMS__{name.upper()}": url for name, url in sandbox.upstreams.items()}


@pytest.fixture
def installation(tmp_path: Path, seeded: Path, upstreams: dict[str, str]) -> Installation:
    """`tracker` on the path and in `.venv/bin`, the store in `data/`, as the demo's and, as a snapshot would be, beside it."""
    data = tmp_path / "data"
    for copy in (data / "tracker.db", data / "demo" / "tracker.db", tmp_path / "tracker.db"):
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(seeded, copy)
    command = tmp_path / ".venv" / "bin" / "tracker"
    command.parent.mkdir(parents=True)
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m tracker "$@"\n')
    command.chmod(0o755)
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("TRACKER_", "GITHUB_", "HF_"))
    }
    return Installation(
        tmp_path,
        {
            **inherited,
            **upstreams,
            "PATH": f"{command.parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "TRACKER_DATA_DIR": str(tmp_path / "data"),
            "TRACKER_NOW": NOW,
            "TRACKER_PACE__ARXIV": "0",
        },
    )
