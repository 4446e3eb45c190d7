"""Every query of `docs/cookbook.md` gives rows, and is fast over a hundred thousand papers."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tracker.store import readonly_sql, search, views

TEXT = (Path(__file__).parents[2] / "docs" / "cookbook.md").read_text(encoding="utf-8")
QUERIES: dict[str, str] = dict(
    re.findall(r"^## (.+?)\n(?:(?!^## ).)*?^```sql\n(.+?)^```", TEXT, re.DOTALL | re.MULTILINE)
)
STEPS = 30_000_000
NEWEST_STEPS = 10_000
"""Steps of SQLite's virtual machine, which are the same on every machine, where seconds are not. The slowest query takes
21 million of them and under a second; the newest papers of a category take 1,000."""


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in readonly_sql.run_query(f"sqlite:///{path}", sql)[1]]


def test_the_cookbook_has_enough_queries_over_public_views_alone() -> None:
    assert len(QUERIES) == TEXT.count("```sql") >= 12
    for sql in QUERIES.values():
        queried = (
            set(re.findall(r"\b(?:FROM|JOIN) ([a-z_]+)(?!\()\b", sql))
            - {"json_each"}
            - set(re.findall(r"(\w+) AS MATERIALIZED", sql))
        )
        assert queried <= {*views.VIEWS, "searchable", "paper_search", "title_search"}, sql


@pytest.mark.parametrize("title", QUERIES)
def test_a_query_gives_rows(seeded: Path, title: str) -> None:
    assert rows(seeded, QUERIES[title]), "the small store holds something of every kind"


@pytest.mark.parametrize("title", QUERIES)
def test_a_query_takes_few_steps_on_a_hundred_thousand_papers(large: Path, title: str) -> None:
    taken = 0

    def count() -> int:
        nonlocal taken
        taken += 1
        return 0

    with closing(readonly_sql.open_readonly(large)) as connection:
        connection.set_progress_handler(count, 1000)
        assert connection.execute(QUERIES[title]).fetchall()
    assert 1000 * taken < (NEWEST_STEPS if title.startswith("Newest open") else STEPS), sqlite3.sqlite_version


def test_the_worker_s_secrets_are_not_in_the_store(seeded: Path) -> None:
    assert b"a-secret-token" not in seeded.read_bytes()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("promise", ["2606.00002"]),
        ('"parts of a language"', ["2606.00001"]),
        ("2103.00020", ["2103.00020"]),
        ('" - *', []),
    ],
)
def test_papers_are_found_by_words(seeded: Path, words: str, expected: list[str]) -> None:
    names, rows_found = search.search_papers(f"sqlite:///{seeded}", words, 5)
    assert names[:2] == ["arxiv_id", "title"]
    assert [row[0] for row in rows_found][:1] == expected
