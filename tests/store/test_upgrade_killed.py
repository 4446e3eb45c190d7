"""An upgrade that ends at any statement leaves a store that opens, and two that start at once upgrade once.

The short form ends it at some statements, the long one (FAULTS=long) at each, and kills processes too.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from tests.store.later_revision import LATER, NEWEST, make_later
from tests.store.test_upgrade import assert_upgraded, fill, rows_of, url
from tracker.store import statistics, upgrade
from tracker.store.upgrade import open_store

LONG = os.environ.get("FAULTS") == "long"
SHORT_STEP = 17


class Killed(BaseException):
    """The end of the process, which no handler of errors sees."""


class EndAt:
    """Ends the upgrade before its n-th statement, and before the commit."""

    def __init__(self, number: int, end: Callable[[], None]) -> None:
        self.left, self._end, self.has_ended = number, end, False

    def __call__(self, *_: Any) -> None:
        if self.has_ended:
            return  # what closes the connection
        self.left -= 1
        if self.left <= 0:
            self.has_ended = True
            self._end()


def _raise() -> None:
    raise Killed


def _exit() -> None:
    os._exit(9)


@contextmanager
def ended_at(number: int, end: Callable[[], None] = _raise) -> Iterator[EndAt]:
    """Within this, an upgrade ends at its n-th statement."""
    hook = EndAt(number, end)
    for name in ("before_cursor_execute", "commit"):
        event.listen(Engine, name, hook)
    try:
        yield hook
    finally:
        for name in ("before_cursor_execute", "commit"):
            event.remove(Engine, name, hook)


def end_everywhere(address: str, assert_unchanged: Callable[[], None]) -> int:
    """End the upgrade at its first statement, at a later one, and so on until it is not ended any more; returns how
    often. Afterwards the store is upgraded."""
    number = 1
    while True:
        with ended_at(number) as hook, suppress(Killed):
            open_store(address).close()
        if not hook.has_ended:
            return number
        assert_unchanged()
        number += 1 if LONG else SHORT_STEP


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    migrations = make_later(tmp_path_factory.mktemp("later"))
    monkeypatch.setattr(upgrade, "MIGRATIONS", migrations)
    return migrations


@pytest.fixture
def filled(tmp_path: Path, now: datetime) -> Path:
    path = tmp_path / "tracker.db"
    fill(url(path), now)
    return path


def assert_as_before(path: Path) -> None:
    assert rows_of(path, "SELECT version_num FROM alembic_version") == [(NEWEST,)]
    assert rows_of(path, "SELECT title FROM papers") == [("Sparse models",)]
    assert rows_of(path, "SELECT arxiv_id FROM searchable") == [("2606.00001",)]
    assert rows_of(path, "PRAGMA integrity_check") == [("ok",)]


def test_an_upgrade_that_ends_at_any_statement_leaves_the_store_as_it_was(filled: Path, later: Path) -> None:
    ended = end_everywhere(url(filled), lambda: assert_as_before(filled))
    assert ended > 60, "statements were counted"
    assert_upgraded(url(filled))
    copy = filled.with_name(f"tracker.db.before-{LATER}")
    assert rows_of(copy, "SELECT version_num FROM alembic_version") == [(NEWEST,)]


def test_a_creation_that_ends_at_any_statement_is_begun_again(tmp_path: Path) -> None:
    path = tmp_path / "tracker.db"

    def assert_empty() -> None:
        assert rows_of(path, "SELECT * FROM sqlite_master") == []

    ended = end_everywhere(url(path), assert_empty)
    assert ended > 60
    assert rows_of(path, "SELECT version_num FROM alembic_version") == [(NEWEST,)]


def _upgrade_and_exit(address: str, migrations: str, number: int) -> None:
    upgrade.MIGRATIONS = Path(migrations)
    with ended_at(number, _exit):
        open_store(address).close()


@pytest.mark.skipif(not LONG, reason="in the long form: processes")
def test_a_process_that_is_killed_at_any_statement_leaves_a_store_that_opens(filled: Path, later: Path) -> None:
    original, number, code = filled.read_bytes(), 1, 9
    while code == 9:
        for left in filled.parent.glob("tracker.db*"):
            left.unlink()
        filled.write_bytes(original)
        process = multiprocessing.get_context("fork").Process(
            target=_upgrade_and_exit, args=(url(filled), str(later), number)
        )
        process.start()
        process.join()
        code = process.exitcode
        if code == 9:
            assert_as_before(filled)
        if number % 10 == 1:
            assert_upgraded(url(filled))
        number += 1
    assert (code, number > 60) == (0, True)


def upgrade_twice_at_once(address: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """Open a store twice at once, both seeing the old revision first; returns how often it was upgraded."""
    both, recounts, recount = threading.Barrier(2, timeout=60), [], statistics.recount
    refuse, failures = upgrade._refuse_foreign, []

    def meet(*arguments: Any) -> None:
        refuse(*arguments)
        both.wait()

    def count(connection: Any) -> None:
        recounts.append(1)
        recount(connection)

    def start() -> None:
        try:
            open_store(address).close()
        except Exception as error:  # noqa: BLE001 # raised in a thread, shown by the assertion
            failures.append(error)

    with monkeypatch.context() as patch:
        patch.setattr(upgrade, "_refuse_foreign", meet)
        patch.setattr(statistics, "recount", count)
        threads = [threading.Thread(target=start) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failures == []
    return len(recounts)


def test_two_that_start_at_once_upgrade_once(filled: Path, later: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert upgrade_twice_at_once(url(filled), monkeypatch) == 1
    copy = filled.with_name(f"tracker.db.before-{LATER}")
    assert rows_of(copy, "SELECT version_num FROM alembic_version") == [(NEWEST,)], "the copy is of the old one"
    assert_upgraded(url(filled))


def test_two_that_start_at_once_create_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert upgrade_twice_at_once(url(tmp_path / "tracker.db"), monkeypatch) == 1
