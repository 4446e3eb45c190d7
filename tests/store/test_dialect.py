"""Many keys in one condition, and upserts in batches."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from tracker.store.dialect import BATCH, among, fetch_stored, upsert
from tracker.store.engine import Store
from tracker.store.keys import work_key
from tracker.store.tables.artifact import ARTIFACT, ARTIFACT_NAME
from tracker.store.tables.work import WORK, WORK_CATEGORY
from tracker.store.upgrade import open_store

SEEN = datetime(2026, 6, 16, 12, tzinfo=UTC)
ODD = ["arxiv:'; DROP TABLE work; --", 'arxiv:"quoted"', "arxiv:Ünïcode", "arxiv:\\n"]


@pytest.mark.parametrize("count", [0, 1, BATCH * 5])
def test_among_finds_just_the_keys_however_many(tmp_path: Path, count: int) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'tracker.db'}")
    keys = [work_key(work) for work in [*(f"arxiv:{number}" for number in range(count)), *ODD]]
    with store.begin() as connection:
        upsert(connection, WORK, ({"id": key, "first_seen": SEEN} for key in [*keys, work_key("arxiv:other")]))
    with store.read() as connection:
        matches = connection.execute(select(WORK.c.id).where(among(WORK.c.id, keys))).scalars().all()
        no_matches = connection.execute(select(WORK.c.id).where(among(WORK.c.id, []))).scalars().all()
    store.close()
    assert sorted(matches) == sorted(keys)
    assert no_matches == []


def test_among_uses_the_key_and_never_reads_the_whole_table(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'tracker.db'}")
    query = select(WORK.c.id, WORK.c.latest).where(among(WORK.c.id, map(work_key, ODD)))
    sql = str(query.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}))
    with store.read() as connection:
        plan = [row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}")]
    store.close()
    assert plan[0].startswith("SEARCH work USING INTEGER PRIMARY KEY")


def test_among_in_the_dialect_of_postgresql() -> None:
    categories = (
        select(WORK_CATEGORY.c.work)
        .where(among(WORK_CATEGORY.c.category, ["a"]))
        .compile(dialect=postgresql.dialect())
    )
    assert "IN (SELECT json_array_elements_text(CAST(" in str(categories)
    assert list(categories.params.values()) == ['["a"]']
    numbers = (
        select(ARTIFACT_NAME.c.id).where(among(ARTIFACT_NAME.c.id, [1])).compile(dialect=postgresql.dialect())
    )
    assert "IN (SELECT CAST(json_array_elements_text(CAST(" in str(numbers)
    assert list(numbers.params.values()) == ["[1]"]


def test_a_missing_list_is_null_and_not_the_word(store: Store, now: datetime) -> None:
    row = {
        "id": 1,
        "reference": "github:a/b",
        "host": "github",
        "kind": "repository",
        "url": "https://github.com/a/b",
    }
    with store.begin() as connection:
        upsert(connection, ARTIFACT, [{**row, "names": None, "created_at": now}])
        (found,) = fetch_stored(connection, "SELECT names, holds FROM artifact")
    assert tuple(found) == (None, "[]")


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_every_text_column_on_a_server_compares_bytes(store: Store, database: str) -> None:
    # The order is null where it is the database's own (PostgreSQL's manual, "The Information Schema", columns).
    query = """SELECT c.table_name || '.' || c.column_name, c.collation_name FROM information_schema.columns c
        JOIN information_schema.tables t USING (table_schema, table_name)
        WHERE t.table_schema = current_schema() AND t.table_type = 'BASE TABLE'
            AND c.data_type IN ('text', 'character varying')"""
    with store.read() as connection:
        orders = {row[0]: row[1] for row in connection.exec_driver_sql(query)}
    assert len(orders) > 50
    assert {name for name, order in orders.items() if order != "C"} == set()
