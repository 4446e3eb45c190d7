"""Fixtures that all tests share."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tracker.store.engine import Store
from tracker.store.upgrade import open_store

NOW = datetime(2026, 6, 17, 5, 0, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    path = tmp_path / "tracker.db"
    made = open_store(f"sqlite:///{path}")
    yield made
    made.close()
    if not path.is_file():  # moved away by the test
        return
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
