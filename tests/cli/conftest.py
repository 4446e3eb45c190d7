"""Fixtures of the commands' tests: a command as a process of its own, and as a call in this one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.new_store import PASSWORD, open_new_store, store_address, store_variables
from tracker.cli import app

Process = Callable[..., subprocess.CompletedProcess[str]]
Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def process() -> Process:
    """Run `tracker` with arguments, standard input (`given`) and environment variables."""

    def run(*arguments: str, given: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "tracker", *arguments],
            env={**os.environ, **variables},
            input=given,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert PASSWORD not in done.stdout + done.stderr
        return done

    return run


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    """Run a command line here: exit code, standard output, standard error."""

    def run(*arguments: str) -> tuple[int, str, str]:
        code = app.run(arguments)
        out, err = capsys.readouterr()
        assert PASSWORD not in out + err
        return code, out, err

    return run


@pytest.fixture
def data(tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with an empty store, or the folder of an installation whose store is on a server, which every
    command here takes."""
    folder = tmp_path / "data"
    open_new_store(store_address(folder / "tracker.db")).close()
    for name, value in {"TRACKER_DATA_DIR": str(folder), **store_variables(folder)}.items():
        monkeypatch.setenv(name, value)
    return folder
