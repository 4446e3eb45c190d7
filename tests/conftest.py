"""Fixtures that all tests share."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.new_store import open_new_store
from tracker.store.engine import Store

NOW = datetime(2026, 6, 17, 5, 0, tzinfo=UTC)
LONGEST_FIRST = ("faults", "pipeline", "docs", "cli", "acceptance", "cookbook")
"""Folders whose files take long: they begin first, so that no process ends alone with one of them."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    rank = {name: place for place, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: rank.get(item.path.parent.name, len(rank)))


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    path = tmp_path / "tracker.db"
    made = open_new_store(f"sqlite:///{path}")
    yield made
    made.close()
    if not path.is_file():  # moved away by the test
        return
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
