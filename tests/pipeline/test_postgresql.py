"""A whole cycle on a real PostgreSQL server: its views return what those of SQLite return."""

from __future__ import annotations

import io
import json
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import feedparser
import pytest
from sqlalchemy import create_engine, inspect

from tests.new_store import Server
from tests.pipeline.run import StartRun
from tests.store.later_revision import NEWEST, make_later
from tests.store.test_upgrade import assert_upgraded, fill
from tests.store.test_upgrade_killed import end_everywhere, upgrade_twice_at_once
from tracker.domain.errors import QueryError, StoreError
from tracker.hosts.resolve import resolve_url
from tracker.pipeline import completeness, cycle, site
from tracker.pipeline.prepare import CHECKED_KINDS
from tracker.store import database_copy, evidence_file, foreign_reports, readonly_sql, search, upgrade

VIEWS = (
    "papers", "links", "artifacts", "checks", "events", "open_papers", "open_by_category", "openness_by_month", "promises",
    "organisations", "affiliations", "readings", "releases",
)  # fmt: skip


@pytest.fixture
def server(postgresql_server: Server, request: pytest.FixtureRequest) -> str:
    """The address of an empty database of the test's own."""
    return postgresql_server.create_database(f"of_{request.node.originalname[:50]}")


def load_view(run: Any, view: str) -> list[str]:
    """The rows of a view in a form that both databases share: lists parsed, flags as numbers."""

    def plain(value: Any) -> Any:
        if isinstance(value, bool):
            return int(value)
        if isinstance(value, str) and value.startswith("["):
            with suppress(ValueError):
                return json.loads(value)
        return float(value) if view == "openness_by_month" and not isinstance(value, str) else value

    return sorted(
        json.dumps([plain(value) for value in row], ensure_ascii=False)
        for row in run.rows(f"SELECT * FROM {view}")
    )


def write_evidence(run: Any) -> tuple[bytes, list[tuple[str, str, str]]]:
    """The file of evidence of a store, and what it says of each link, without its times."""
    file = io.BytesIO()
    evidence_file.write_evidence(run.worker.store, file, resolve_url, program="0", now=run.worker.now())
    records = [json.loads(line) for line in file.getvalue().splitlines()[1:-1]]
    return file.getvalue(), sorted((record["arxiv_id"], record["url"], record["role"]) for record in records)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_cycle_on_a_server_ends_as_on_sqlite(start_run: StartRun, expected: dict[str, str], server: str) -> None:
    with start_run("sqlite") as run:
        cycle.run_cycle(run.worker)
        views = {view: load_view(run, view) for view in VIEWS}
        days = completeness.list_announcement_days(run.worker.store, run.worker.settings, run.worker.now())
        arxiv_ids = search.find_papers(run.worker.store, "study", 100)
        feed = feedparser.parse((run.worker.settings.public_dir / "feed.xml").read_bytes())
        content, evidence = write_evidence(run)
    assert views["open_papers"]
    assert len(arxiv_ids) > 5
    assert days[-1].announced > 5
    assert not days[-1].short
    with start_run("server", TRACKER_DATABASE_URL=server) as run:
        summary = cycle.run_cycle(run.worker)
        assert summary.troubles == []
        assert {view: load_view(run, view) for view in VIEWS} == views
        assert completeness.list_announcement_days(run.worker.store, run.worker.settings, run.worker.now()) == days
        second = cycle.run_cycle(run.worker)
        assert (second.counts.new_papers, second.counts.checked, second.counts.judged, second.counts.entered) == (
            0,
            0,
            0,
            0,
        )
        assert {view: load_view(run, view) for view in VIEWS} == views
        assert search.find_papers(run.worker.store, "study", 100) == arxiv_ids
        assert search.find_papers(run.worker.store, "stud", 100) == arxiv_ids
        assert search.find_papers(run.worker.store, f"arXiv:{arxiv_ids[3]}", 100)[0] == arxiv_ids[3]
        assert search.find_papers(run.worker.store, "study ' & | ! (", 100) == arxiv_ids
        assert b"<h1" in site.build_search_page(run.worker.store, run.worker.settings, "study & (", 1)
        feeds = Path(run.worker.settings.public_dir)
        assert [entry.id for entry in feedparser.parse((feeds / "feed.xml").read_bytes()).entries] == [
            entry.id for entry in feed.entries
        ]
        assert write_evidence(run)[1] == evidence
        other = content.replace(b"github.com/ann/open-mit", b"github.com/ann/another")
        for count in (len(evidence), 0):
            done = foreign_reports.import_evidence(
                run.worker.store,
                io.BytesIO(other),
                resolve_url,
                CHECKED_KINDS,
                source="a",
                rules="1",
                now=run.worker.now(),
            )
            assert (done.reported, done.proposed) == (count, int(count > 0))
    names, rows = readonly_sql.run_query(server, "SELECT arxiv_id FROM open_papers ORDER BY 1")
    assert names == ["arxiv_id"]
    assert len(list(rows)) == len(views["open_papers"])
    assert list(readonly_sql.run_query(server, "SELECT '10:30', 7 % 4")[1]) == [("10:30", 3)]
    with pytest.raises(QueryError, match="cannot insert multiple commands"):
        readonly_sql.run_query(server, "SELECT 1; DELETE FROM event")
    for statement in ("DELETE FROM event", "WITH g AS (DELETE FROM event RETURNING 1) SELECT * FROM g", "COMMIT"):
        with pytest.raises(QueryError, match=r"Only reading is possible|data-modifying"):
            readonly_sql.run_query(server, statement)
    with pytest.raises(QueryError, match="read-only"):
        list(readonly_sql.run_query(server, "SELECT lo_create(0)")[1])


def test_a_store_on_a_server_is_upgraded_with_its_data(
    server: str, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(server, now)
    monkeypatch.setattr(upgrade, "MIGRATIONS", make_later(tmp_path))
    assert_upgraded(server)


def test_an_upgrade_on_a_server_that_ends_at_any_statement_leaves_it_as_it_was(
    server: str, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(server, now)
    engine = create_engine(server)

    def assert_as_before() -> None:
        with engine.connect() as connection:
            rows = connection.exec_driver_sql("SELECT version_num, title FROM alembic_version, papers").all()
            assert [tuple(row) for row in rows] == [(NEWEST, "Sparse models")]

    with monkeypatch.context() as patch:
        patch.setattr(upgrade, "MIGRATIONS", make_later(tmp_path))
        assert end_everywhere(server, assert_as_before) > 60
        assert_upgraded(server)
    engine.dispose()


def test_two_that_start_at_once_on_a_server_upgrade_once(
    server: str, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert upgrade_twice_at_once(server, monkeypatch) == 1
    fill(server, now)
    monkeypatch.setattr(upgrade, "MIGRATIONS", make_later(tmp_path))
    assert upgrade_twice_at_once(server, monkeypatch) == 1
    assert_upgraded(server)


def test_a_store_on_a_server_from_before_the_first_release_is_refused(server: str) -> None:
    engine = create_engine(server)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        connection.exec_driver_sql("INSERT INTO alembic_version VALUES ('0006')")
    with pytest.raises(StoreError, match=r"schema 0006.*move it away"):
        upgrade.open_store(server)
    with engine.begin() as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
    engine.dispose()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_store_is_copied_to_a_server_and_back(
    start_run: StartRun, expected: dict[str, str], server: str, tmp_path: Path
) -> None:
    with start_run("copied") as run:
        cycle.run_cycle(run.worker)
        source = run.worker.settings.store_url
    back = f"sqlite:///{tmp_path / 'back.db'}"
    there = database_copy.copy_store(source, server)
    assert there["open_papers"].rows == list(expected.values()).count("open")
    assert database_copy.copy_store(server, back) == there
    assert search.search_papers(back, "study", 100) == search.search_papers(source, "study", 100)
