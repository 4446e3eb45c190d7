"""DuckDB reads the store as the documents say. It runs the views itself over the declared tables: syntax that only SQLite
knows, or a column with values of two types, breaks it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tracker.store import views

duckdb = pytest.importorskip("duckdb")
extension = pytest.importorskip("duckdb_extension_sqlite_scanner", reason="DuckDB's SQLite extension, from PyPI")


@pytest.fixture(scope="module")
def attached(seeded: Path) -> Iterator[Any]:
    (file,) = Path(extension.__file__).parent.rglob("*.duckdb_extension")
    with closing(duckdb.connect()) as connection:
        connection.execute(f"LOAD '{file}'")
        connection.execute(f"ATTACH '{seeded}' AS tracker (TYPE sqlite, READ_ONLY)")
        yield connection


@pytest.mark.parametrize("view", [*views.VIEWS, "searchable"])
def test_a_view_has_the_same_rows_in_duckdb(attached: Any, seeded: Path, view: str) -> None:
    with closing(sqlite3.connect(f"file:{seeded}?mode=ro", uri=True)) as plain:
        expected = plain.execute(f"SELECT * FROM {view}").fetchall()
    rows = attached.execute(f"SELECT * FROM tracker.{view}").fetchall()
    assert _sorted(rows) == _sorted(expected)


def _sorted(rows: list[tuple[Any, ...]]) -> list[str]:
    # DuckDB returns counts as another numeric type.
    return sorted(str([str(value) if isinstance(value, int) else value for value in row]) for row in rows)
