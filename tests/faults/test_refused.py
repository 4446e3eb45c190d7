"""What is refused with one sentence and left as it is: a damaged or newer store, and wrong settings."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.playing import LONG, SECONDS, CommandResult, Installation, end
from tests.store.later_revision import LATER, make_later

NewInstallation = Callable[[str], Installation]


def _assert_one_sentence(result: CommandResult) -> None:
    messages = [line for line in result.err.splitlines() if line.startswith("tracker: ")]
    assert result.code == 1, result.err
    assert len(messages) == 1, result.err
    assert "unexpected" not in messages[0]


def _copy_installation(new: NewInstallation, undisturbed: Installation) -> Installation:
    copy = new("copied")
    shutil.copytree(undisturbed.data, copy.data)
    return copy


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _scribble(path: Path) -> None:
    content = bytearray(path.read_bytes())
    # Page by page but for the first, which holds the schema.
    for start in range(8192, len(content), 8192):
        content[start : start + 64] = b"\xa5" * 64
    path.write_bytes(content)


def _overwrite(path: Path) -> None:
    path.write_bytes(b"This is a letter, not a database.\n" * 1000)


def _set_newer_revision(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()


@pytest.mark.parametrize(
    "harm", [_cut, _scribble, _overwrite, _set_newer_revision] if LONG else [_scribble, _set_newer_revision]
)
@pytest.mark.parametrize(
    "command", ["once"] if not LONG else ["once", "run", "judge", "publish", "harvest", "check"]
)
def test_a_damaged_or_newer_store_is_left_as_it_is(
    new: NewInstallation, undisturbed: Installation, harm: Callable[[Path], None], command: str
) -> None:
    broken = _copy_installation(new, undisturbed)
    file = broken.data / "tracker.db"
    harm(file)
    before, shown = _digest(file), broken.feed()
    _assert_one_sentence(broken.run(command, TRACKER_WEB__PORT="0"))
    assert _digest(file) == before
    assert broken.feed() == shown, "the site that was built stays"
    shutil.copy(undisturbed.data / "tracker.db", file)
    assert broken.views() == undisturbed.views()


@pytest.mark.parametrize(
    "lines",
    [
        "[harvest]\ncategorys = ['cs.CL']",
        "[harvest]\npage_size = 'seven'",
        "[feed]\nitems = -3",
        "[feed\n",
        "corrections = '/nowhere/corrections.toml'",
        "[check]\nshipped_days = 'often'",
    ][:: 1 if LONG else 6],
)
def test_wrong_settings_are_reported_and_nothing_is_touched(
    new: NewInstallation, undisturbed: Installation, tmp_path: Path, lines: str
) -> None:
    broken = _copy_installation(new, undisturbed)
    file = broken.data / "tracker.db"
    config, before = tmp_path / "own.toml", _digest(file)
    config.write_text(lines)
    result = broken.run("--config", str(config), "once")
    _assert_one_sentence(result)
    assert _digest(file) == before


@pytest.mark.skipif(not LONG, reason="in the long form; tests/test_settings.py has the sentences")
def test_a_config_that_is_not_there_is_one_sentence(new: NewInstallation) -> None:
    _assert_one_sentence(new("none").run("--config", "/nowhere/own.toml", "once"))


@pytest.mark.skipif(not LONG, reason="in the long form")
def test_a_data_folder_that_cannot_be_made_is_one_sentence(new: NewInstallation) -> None:
    _assert_one_sentence(new("none").run("once", TRACKER_DATA_DIR="/dev/null/data"))


def test_an_upgrade_that_is_killed_is_done_by_the_next_cycle(
    new: NewInstallation, undisturbed: Installation, tmp_path: Path
) -> None:
    old, migrations = new("old"), str(make_later(tmp_path))
    for attempt in range(6 if LONG else 1):
        shutil.rmtree(old.data, ignore_errors=True)
        shutil.copytree(undisturbed.data, old.data)
        process = old.begin("once", FAULT_MIGRATIONS=migrations)
        while process.poll() is None and not list(old.data.glob("*.before-*")):
            time.sleep(0.001)
        time.sleep(0.05 * attempt)
        end(process)
        assert old.begin("once", FAULT_MIGRATIONS=migrations).wait(SECONDS) == 0, old.output.read_text()
        assert old.rows("SELECT version_num FROM alembic_version") == [(LATER,)]
        old.assert_sound()
        assert old.states() == undisturbed.states()
