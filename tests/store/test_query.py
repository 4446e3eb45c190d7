"""Read-only access by construction."""

from pathlib import Path

import pytest

from tracker.errors import QueryError, StoreError
from tracker.store import query
from tracker.store.engine import Store


def test_a_query_gives_names_and_rows(store: Store) -> None:
    names, rows = query.query(store.url, "SELECT 1 AS one, 'x' AS two")
    assert (names, list(rows)) == (["one", "two"], [(1, "x")])


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM work",
        "DROP VIEW papers",
        "CREATE TABLE x (y)",
        "PRAGMA user_version = 5; SELECT 1",
        "SELECT * FROM nothing",
        "",
        "ATTACH 'x.db' AS y",
        "SELECT 1; DROP TABLE work",
    ],
)
def test_what_would_write_or_cannot_run_is_one_sentence(store: Store, sql: str) -> None:
    if not sql:
        assert list(query.query(store.url, sql)[1]) == []
        return
    with pytest.raises(QueryError) as caught:
        list(query.query(store.url, sql)[1])
    assert "\n" not in str(caught.value)


def test_a_store_that_is_not_there_yet_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no store yet"):
        query.query(f"sqlite:///{tmp_path / 'none.db'}", "SELECT 1")
    assert list(tmp_path.iterdir()) == []
