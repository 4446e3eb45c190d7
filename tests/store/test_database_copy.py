"""A copy holds what its store holds, goes on after an interruption, and touches no store that was there."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import inspect

from tracker.domain.errors import StoreError
from tracker.store import database_copy, search
from tracker.store.database_copy import copy_store
from tracker.store.dialect import fetch_stored
from tracker.store.engine import Store, open_reader
from tracker.store.upgrade import open_store

Add = Callable[..., str]


@pytest.fixture
def source(store: Store, add: Add) -> str:
    for number in range(1, 6):
        add(f"2606.{number:05}", title=f"On tools, part {number}", link=f"ann/tool-{number}")
    return store.url


@pytest.fixture
def target(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'copy.db'}"


def test_every_table_is_copied(source: str, target: str) -> None:
    found = copy_store(source, target)
    assert found["papers"].rows == found["open_papers"].rows == 5
    with (
        closing(open_reader(source)) as source_store,
        closing(open_reader(target)) as target_store,
        source_store.read() as origin,
        target_store.read() as copy,
    ):
        # The text that is searched is not the same on both, and FTS5 has tables of its own.
        names = {name for name in inspect(origin).get_table_names() if "_search" not in name} - {"paper_text"}
        assert names == {name for name in inspect(copy).get_table_names() if "_search" not in name} - {
            "paper_text"
        }
        for name in names:
            query = f'SELECT * FROM "{name}"'
            rows = [sorted(repr(tuple(row)) for row in fetch_stored(end, query)) for end in (origin, copy)]
            assert rows[0] == rows[1], name


def test_papers_are_found_in_a_copy_by_words_and_repository(source: str, target: str) -> None:
    copy_store(source, target)
    for words in ("tools", "ann/tool-3"):
        assert search.search_papers(target, words, 9) == search.search_papers(source, words, 9)


@pytest.mark.parametrize("batches", [1, 4, 9])
def test_an_interrupted_copy_is_refused_as_a_store_and_goes_on(
    source: str, target: str, batches: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_copy, "BATCH", 2)
    reports: list[tuple[str, int, int]] = []

    def interrupt(*report: object) -> None:
        if len(reports) == batches:
            raise KeyboardInterrupt
        reports.append(report)  # type: ignore[arg-type] # the three values of a report

    with pytest.raises(KeyboardInterrupt):
        copy_store(source, target, interrupt)
    with pytest.raises(StoreError, match="unfinished copy; run the same `tracker copy` again"):
        open_store(target)
    again: list[tuple[str, int, int]] = []
    copy_store(source, target, lambda *report: again.append(report))
    assert not {(name, done) for name, done, _ in again} & {(name, done) for name, done, _ in reports}
    assert all(done <= total for _, done, total in again), "no row is copied a second time"
    open_store(target).close()


def test_a_copy_of_a_store_that_changed_meanwhile_does_not_go_on(source: str, target: str, add: Add) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy_store(source, target, interrupt)
    add("2606.00009", title="A later paper", link="ann/late")
    with pytest.raises(StoreError, match="changed since this copy was begun"):
        copy_store(source, target)


def test_a_store_is_never_copied_over(source: str, target: str, store: Store, now: datetime) -> None:
    copy_store(source, target)
    with pytest.raises(StoreError, match="holds a store already"):
        copy_store(source, target)
    with pytest.raises(StoreError, match="is the store itself"):
        copy_store(source, source)


def test_a_copy_that_differs_is_not_done(source: str, target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def copy_less(connection: object, table: object, rows: list[object], *_: object) -> None:
        if str(table) != "role":
            upsert(connection, table, rows)  # type: ignore[arg-type] # passed on

    upsert = database_copy.upsert
    monkeypatch.setattr(database_copy, "upsert", copy_less)
    with pytest.raises(StoreError, match=r"differs from the store in .*links.*kept as unfinished"):
        copy_store(source, target)
    with pytest.raises(StoreError, match="unfinished copy"):
        open_store(target)
