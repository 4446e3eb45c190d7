"""What `docs/schema.md` promises of the file as a whole, on a store that a worker has filled."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tracker.store import views

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
SECRET = re.compile(
    r"gh[pousr]_\w{20,}|hf_\w{20,}|authorization:|user-agent:|x-ratelimit|set-cookie", re.IGNORECASE
)
MAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
TEXTS_OF_PAPERS = {
    "version": {"title", "abstract", "comment"},
    "mention": {"evidence", "before", "url"},
    "role": {"evidence", "url"},
    "work": {"promise_evidence"},
}
"""Texts of the papers themselves: an e-mail address in an abstract is public already."""


@pytest.fixture
def reader(seeded: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"{seeded.as_uri()}?mode=ro", uri=True)) as connection:
        yield connection


@pytest.mark.parametrize("view", views.VIEWS)
def test_times_are_utc_and_ids_have_no_version(reader: sqlite3.Connection, view: str) -> None:
    cursor = reader.execute(f"SELECT * FROM {view}")
    names = [column[0] for column in cursor.description]
    for row in cursor:
        for name, value in zip(names, row, strict=True):
            if name.endswith("_at") or name in ("first_seen", "last_seen"):
                assert value is None or TIME.fullmatch(value), (name, value)
            if name == "arxiv_id":
                assert value is None or not re.search(r"v\d+$", value), value


def test_times_in_tables_have_the_same_form_so_that_views_use_indexes(reader: sqlite3.Connection) -> None:
    checked = 0
    for table, columns in tables(reader).items():
        for column in columns:
            if column.endswith(("_at", "_seen")) or column in ("since", "until"):
                for (value,) in reader.execute(
                    f"SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL"
                ):
                    assert TIME.fullmatch(value), (table, column, value)
                    checked += 1
    assert checked > 50


def test_the_file_is_intact(reader: sqlite3.Connection) -> None:
    assert reader.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert reader.execute("PRAGMA foreign_key_check").fetchall() == []
    reader.execute("SELECT 1 FROM paper_search LIMIT 1").fetchall()


def test_no_table_holds_a_secret_an_address_or_a_header(reader: sqlite3.Connection) -> None:
    texts = 0
    for table, columns in tables(reader).items():
        for row in reader.execute(f"SELECT * FROM {table}"):
            for column, value in zip(columns, row, strict=True):
                if isinstance(value, str):
                    texts += 1
                    assert "a-secret-token" not in value, (table, column)
                    assert not SECRET.search(value), (table, column, value)
                    if column not in TEXTS_OF_PAPERS.get(table, ()):
                        assert not MAIL.search(value), (table, column, value)
    assert texts > 1000


def test_texts_are_in_a_table_with_rowid_and_the_index_has_no_copy(reader: sqlite3.Connection) -> None:
    statements = dict(reader.execute("SELECT name, sql FROM sqlite_master"))
    assert "WITHOUT ROWID" not in statements["version"].upper(), "long rows in a tree of keys make it deep"
    assert "content='searchable'" in statements["paper_search"]
    assert "paper_search_content" not in statements


def tables(reader: sqlite3.Connection) -> dict[str, list[str]]:
    """Columns by table, without the index's own."""
    names = reader.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'paper_search%'"
    ).fetchall()
    return {name: [row[1] for row in reader.execute(f"PRAGMA table_info({name})")] for (name,) in names}
