"""Two databases, one suite: where the stores of tests are, and which tests PostgreSQL leaves out."""

import re
from pathlib import Path

import pytest

from tracker import settings
from tracker.store.engine import Store

TESTS = Path(__file__).parent
REASONS = {
    "a snapshot is a SQLite file",
    "an index of FTS5 is built anew by a command",
    "the queries of the method are in the SQL of SQLite",
    "the write-ahead log is a file of SQLite",
}
"""All that SQLite alone has: the reasons of `sqlite_only`."""
_MARK = re.compile(r'mark\.sqlite_only\b(?:\("([^"]*)"\))?')


def test_the_store_is_where_the_settings_find_it(store: Store, database: str, tmp_path: Path) -> None:
    assert store.engine.dialect.name == database
    assert settings.load_settings(environ={"TRACKER_DATA_DIR": str(tmp_path)}).store_url == store.url


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_the_store_of_another_file_is_another_database(store: Store, database: str, tmp_path: Path) -> None:
    other = settings.load_settings(environ={"TRACKER_DATA_DIR": str(tmp_path / "other")})
    assert other.store_url != store.url


def test_each_test_that_only_sqlite_runs_says_why() -> None:
    reasons = [
        (path.name, found[1])
        for path in TESTS.rglob("*.py")
        if path != Path(__file__)
        for found in _MARK.finditer(path.read_text())
    ]
    assert [each for each in reasons if each[1] not in REASONS] == []
    assert {reason for _, reason in reasons} == REASONS
