"""Read-only access by construction."""

from pathlib import Path

import pytest

from tracker.domain.errors import QueryError, StoreError
from tracker.store import readonly_sql
from tracker.store.engine import Store
from tracker.store.upgrade import open_store


def test_a_query_gives_names_and_rows(store: Store) -> None:
    names, rows = readonly_sql.run_query(store.url, "SELECT 1 AS one, 'x' AS two")
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
        "BEGIN IMMEDIATE",
        "VACUUM INTO 'x.db'",
        "PRAGMA journal_mode = DELETE",
        "PRAGMA query_only = OFF",
        "CREATE TEMP TABLE x (y)",
        "SELECT load_extension('x')",
        "EXPLAIN DELETE FROM work",
        "UPDATE sqlite_master SET sql = ''",
        "PRAGMA writable_schema = ON",
    ],
)
def test_sql_that_writes_or_cannot_run_is_refused_in_one_sentence(store: Store, sql: str) -> None:
    if not sql:
        assert list(readonly_sql.run_query(store.url, sql)[1]) == []
        return
    with pytest.raises(QueryError) as caught:
        list(readonly_sql.run_query(store.url, sql)[1])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("sql", ["DELETE FROM work", " create table x (y int)", "UPDATE work SET code = 1"])
def test_a_statement_that_writes_is_told_that_only_reading_is_possible(store: Store, sql: str) -> None:
    with pytest.raises(QueryError, match="Only reading is possible here"):
        readonly_sql.run_query(store.url, sql)


def test_a_mistake_within_a_query_is_named(store: Store) -> None:
    with pytest.raises(QueryError, match=r'cannot be run: .*near "papers"'):
        list(readonly_sql.run_query(store.url, "SELECT code FRM papers FRM work")[1])


READS = {
    "sqlite": (
        "PRAGMA table_info(papers)",
        "SELECT name FROM pragma_table_info('papers')",
        "PRAGMA user_version",
        "SELECT value FROM json_each('[1]')",
        "EXPLAIN QUERY PLAN SELECT * FROM papers",
    ),
    "postgresql": ("SELECT value FROM json_array_elements('[1]')", "SELECT relname FROM pg_class"),
}


def test_sql_that_only_reads_is_run(store: Store, database: str) -> None:
    counted = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 9) SELECT n FROM c"
    for sql in (counted, "VALUES (1)", *READS[database]):
        assert list(readonly_sql.run_query(store.url, sql)[1]), sql


ENDLESS = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT "


@pytest.mark.parametrize("sql", [f"{ENDLESS} count(*) FROM c", f"{ENDLESS} n FROM c WHERE n % 1000000 = 0"])
def test_a_query_that_takes_too_long_is_stopped_in_one_sentence(store: Store, sql: str) -> None:
    with pytest.raises(QueryError, match=r"0\.2 seconds.*--seconds"):
        list(readonly_sql.run_query(store.url, sql, seconds=0.2)[1])


def test_rows_are_streamed_and_the_time_of_the_reader_is_not_counted(store: Store) -> None:
    _, rows = readonly_sql.run_query(store.url, f"{ENDLESS} n FROM c")
    assert [next(rows) for _ in range(1200)][-1] == (1200,), "an endless result: it is not collected first"
    stopwatch = readonly_sql.Stopwatch(5.0)
    stopwatch._since -= 100
    stopwatch._spent = -100.0
    assert not stopwatch.is_over()


def test_a_name_with_signs_of_an_address_is_a_file_like_any_other(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a#b%20c.db'}"
    open_store(url).close()
    assert list(readonly_sql.run_query(url, "SELECT count(*) FROM papers")[1]) == [(0,)]


def test_a_missing_store_is_reported_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no store yet"):
        readonly_sql.run_query(f"sqlite:///{tmp_path / 'none.db'}", "SELECT 1")
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_does_not_answer_is_named_with_the_reason_and_without_its_password() -> None:
    with pytest.raises(
        QueryError, match=r"does not answer \(.*127\.0\.0\.1.*refused\); see that it runs"
    ) as raised:
        readonly_sql.run_query("postgresql://nobody:secret@127.0.0.1:1/none", "SELECT 1")
    assert "secret" not in str(raised.value)
