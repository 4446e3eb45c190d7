"""Fixtures of the commands' tests: a command as a process of its own, and as a call in this one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.new_store import open_new_store
from tracker.cli import app

Process = Callable[..., subprocess.CompletedProcess[str]]
Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def process() -> Process:
    """Run `tracker` with arguments, standard input (`given`) and environment variables."""

    def run(*arguments: str, given: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "tracker", *arguments],
            env={**os.environ, **variables},
            input=given,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    return run


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    """Run a command line here: exit code, standard output, standard error."""

    def run(*arguments: str) -> tuple[int, str, str]:
        code = app.run(arguments)
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with an empty store, which every command here takes."""
    folder = tmp_path / "data"
    open_new_store(f"sqlite:///{folder / 'tracker.db'}").close()
    monkeypatch.setenv("TRACKER_DATA_DIR", str(folder))
    return folder
