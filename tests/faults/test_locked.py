"""A database in use by others: readers do not hinder, a short lock is waited for, a lasting one is one error."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest

from tests.faults.playing import LONG, Installation
from tests.new_store import open_new_store

NewInstallation = Callable[[str], Installation]
LOCK_SECONDS = 60.0 if LONG else 2.0
HOLDER = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute(sys.argv[2])
connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
print("locked", flush=True)
time.sleep(float(sys.argv[3]))
"""


@contextmanager
def hold_database(broken: Installation, begin: str, seconds: float) -> Iterator[subprocess.Popen[str]]:
    """Another process holds the database, until its seconds or the context are over."""
    command = [sys.executable, "-c", HOLDER, str(broken.data / "tracker.db"), begin, str(seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "locked\n"
        try:
            yield process
        finally:
            process.kill()


def test_a_reader_who_stays_hinders_nobody_and_a_lock_of_a_minute_is_waited_for(
    new: NewInstallation, undisturbed: Installation
) -> None:
    broken = new("held")
    open_new_store(f"sqlite:///{broken.data / 'tracker.db'}").close()
    with hold_database(broken, "BEGIN", 300):
        broken.once()
        assert broken.views() == undisturbed.views()
    broken.assert_sound()
    with closing(sqlite3.connect(broken.data / "tracker.db")) as connection:
        assert connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
    begun = time.monotonic()
    with hold_database(broken, "BEGIN EXCLUSIVE", LOCK_SECONDS):
        assert broken.run("judge", "--all").code == 0
    assert time.monotonic() - begun >= LOCK_SECONDS
    broken.assert_sound(undisturbed.feed())
    assert broken.views() == undisturbed.views()


@pytest.mark.parametrize("command", ["once", "judge", "publish"] if LONG else ["judge"])
def test_a_lock_that_stays_is_one_sentence(new: NewInstallation, undisturbed: Installation, command: str) -> None:
    broken = new("stuck")
    shutil.copytree(undisturbed.data, broken.data)
    with hold_database(broken, "BEGIN IMMEDIATE", 300):
        process = broken.begin(command, FAULT_BUSY_SECONDS="0.2")
        assert process.wait(120) == 1
    output = broken.output.read_text()
    assert "locked" in output
    assert "unexpected" not in output
    assert "Traceback" not in output
    assert broken.run(command).code == 0
    broken.assert_sound(undisturbed.feed())
    assert broken.views() == undisturbed.views()
