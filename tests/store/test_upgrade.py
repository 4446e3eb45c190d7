"""Opening the store: it is created, upgraded or refused, never overwritten."""

import shutil
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlmodel import SQLModel

from tests.store.later_revision import LATER, NEWEST, make_first, make_later
from tracker.domain.errors import StoreError
from tracker.domain.papers import Version
from tracker.store import search, upgrade, views
from tracker.store.engine import Store
from tracker.store.papers import save_versions
from tracker.store.tables import artifact, judgement, operator, service, work  # noqa: F401 # all tables of the model
from tracker.store.upgrade import open_store, revisions, upgrade_in_subprocess


def url(path: Path) -> str:
    return f"sqlite:///{path}"


def is_the_index(name: str | None, kind: str) -> bool:
    """Return whether a table belongs to the full-text index."""
    return kind == "table" and (name or "").startswith(("paper_search", "title_search"))


def test_the_migrations_create_exactly_the_tables_of_the_model(store: Store) -> None:
    with store.read() as connection:
        options = {"compare_type": False, "include_name": lambda name, kind, _: not is_the_index(name, kind)}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, SQLModel.metadata) == []


def test_a_store_is_created_in_a_separate_process(tmp_path: Path) -> None:
    path = tmp_path / "data" / "tracker.db"
    upgrade_in_subprocess(url(path))
    with sqlite3.connect(path) as created:
        assert created.execute("SELECT version_num FROM alembic_version").fetchone() == (revisions()[-1],)
    created.close()


def test_a_file_that_is_not_a_database_is_reported_when_it_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "tracker.db"
    path.write_bytes(b"not a database" * 1000)
    upgrade_in_subprocess(url(path))
    with pytest.raises(StoreError, match="not a database"):
        open_store(url(path))
    assert path.read_bytes() == b"not a database" * 1000


def test_the_file_names_its_program_and_version(store: Store) -> None:
    with store.read() as connection:
        assert connection.execute(text("PRAGMA application_id")).scalar_one() == views.APPLICATION_ID
        assert connection.execute(text("PRAGMA user_version")).scalar_one() == views.VERSION
        assert connection.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
        assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
        assert connection.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"


def test_a_damaged_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "tracker.db"
    path.write_bytes(b"this is no database" * 500)
    before = path.read_bytes()
    with pytest.raises(StoreError, match="damaged or not a database"):
        open_store(url(path))
    assert path.read_bytes() == before


def test_a_truncated_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "tracker.db"
    open_store(url(path)).close()
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(StoreError, match="damaged"):
        open_store(url(path))
    assert path.read_bytes() == content[: len(content) // 2]


def test_another_programs_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "tracker.db"
    with sqlite3.connect(path) as foreign:
        foreign.execute("CREATE TABLE theirs (x)")
    foreign.close()
    with pytest.raises(StoreError, match="another program"):
        open_store(url(path))


@pytest.mark.parametrize(
    "change", ["PRAGMA user_version = 999", "UPDATE alembic_version SET version_num = '9999'"]
)
def test_a_newer_file_is_refused_in_one_sentence(tmp_path: Path, change: str) -> None:
    path = tmp_path / "tracker.db"
    open_store(url(path)).close()
    newer = sqlite3.connect(path)
    newer.execute(change)
    newer.commit()
    newer.close()
    with pytest.raises(StoreError, match=r"newer version.*upgrade the program\.$"):
        open_store(url(path))


def test_a_folder_that_cannot_be_made_is_reported_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="TRACKER_DATA_DIR"):
        open_store(url(tmp_path / "file" / "tracker.db"))


def test_a_second_opening_finds_what_the_first_stored(tmp_path: Path) -> None:
    first = open_store(url(tmp_path / "tracker.db"))
    with first.begin() as connection:
        connection.execute(text("INSERT INTO stage (name, trouble) VALUES ('harvest', '')"))
    first.close()
    second = open_store(url(tmp_path / "tracker.db"))
    with second.read() as connection:
        assert connection.execute(text("SELECT name FROM stage")).scalar_one() == "harvest"
    second.close()


def test_a_new_store_leaves_no_copy(tmp_path: Path) -> None:
    open_store(url(tmp_path / "tracker.db")).close()
    assert [file.name for file in tmp_path.iterdir()] == ["tracker.db"]


@pytest.fixture
def later(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the program one more revision."""
    monkeypatch.setattr(upgrade, "MIGRATIONS", make_later(tmp_path_factory.mktemp("later")))


@pytest.fixture
def filled(tmp_path: Path, now: datetime) -> Path:
    """A store of the newest revision with one paper in it."""
    path = tmp_path / "tracker.db"
    fill(url(path), now)
    return path


def fill(address: str, now: datetime) -> None:
    paper = Version(
        arxiv_id="2606.00001", n=1, title="Sparse models", abstract="A", authors=("André",), categories=("cs.LG",),
        primary_category="cs.LG", comment=None, submitted_at=now, updated_at=now,
    )  # fmt: skip
    store = open_store(address)
    save_versions(store, [paper], {}, now)
    store.close()


def rows_of(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def assert_upgraded(address: str) -> None:
    """The store of `fill` has the later revision, and the views and the search show its data."""
    store = open_store(address)
    with store.read() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == LATER
        assert connection.execute(text("SELECT note FROM work")).scalars().all() == ["kept"]
        assert connection.execute(text("SELECT arxiv_id, title FROM papers")).all() == [
            ("2606.00001", "SPARSE MODELS")
        ]
        assert connection.execute(
            text("SELECT papers FROM openness_by_month WHERE fact = 'code'")
        ).scalars().all() == [1, 1]
    for words in ("sparse", "andré"):
        assert search.find_papers(store, words) == ["2606.00001"], words
    store.close()


def test_a_filled_store_is_upgraded_with_its_data(filled: Path, later: None) -> None:
    assert_upgraded(url(filled))
    assert rows_of(filled, "PRAGMA foreign_key_check") == []
    assert rows_of(filled, "PRAGMA integrity_check") == [("ok",)]
    assert rows_of(filled, "SELECT arxiv_id FROM searchable") == [("2606.00001",)]


def test_a_store_of_the_first_revision_is_upgraded(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    path = tmp_path / "tracker.db"
    with monkeypatch.context() as first:
        first.setattr(upgrade, "MIGRATIONS", make_first(tmp_path_factory.mktemp("first")))
        fill(url(path), now)
    assert rows_of(path, "SELECT version_num FROM alembic_version") == [("1001",)]
    with closing(sqlite3.connect(path)) as connection:
        work = connection.execute("SELECT id FROM work").fetchone()[0]
        connection.execute("INSERT INTO shared_text (id, sentences) VALUES (1, '[]')")
        connection.execute(
            "INSERT INTO role (work, artifact, name, source, place, role, probability, shared_text, rules)"
            " VALUES (?, 1, 1, 1, 1, 'own', 1.0, 1, 'r')",
            (work,),
        )
        connection.commit()
    open_store(url(path)).close()
    assert rows_of(path, "SELECT version_num FROM alembic_version") == [(NEWEST,)]
    assert rows_of(path, "SELECT role, claim, account FROM role") == [("own", 0, None)]
    assert rows_of(path, "SELECT arxiv_id, title FROM papers") == [("2606.00001", "Sparse models")]


def test_an_upgrade_first_copies_the_store_once(
    filled: Path, later: None, caplog: pytest.LogCaptureFixture
) -> None:
    filled.with_name("tracker.db.before-1000").write_bytes(b"of an upgrade long ago")
    open_store(url(filled)).close()
    copy = filled.with_name(f"tracker.db.before-{LATER}")
    assert sorted(path.name for path in filled.parent.glob("tracker*")) == [filled.name, copy.name]
    (message,) = [record.getMessage() for record in caplog.records if record.name == "tracker.store.upgrade"]
    assert str(copy) in message
    assert rows_of(copy, "SELECT version_num FROM alembic_version") == [(NEWEST,)]
    assert rows_of(copy, "SELECT title FROM version") == [("Sparse models",)]
    assert rows_of(copy, "PRAGMA integrity_check") == [("ok",)]
    before = copy.stat().st_mtime_ns
    open_store(url(filled)).close()
    assert copy.stat().st_mtime_ns == before, "a store that is up to date is not copied"


def test_an_upgrade_without_room_for_the_copy_changes_nothing(
    filled: Path, later: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: shutil._ntuple_diskusage(100, 99, 1))  # type: ignore[attr-defined] # its own type
    with pytest.raises(StoreError, match=r"needs \d+ MB of free disk.*make room\.$"):
        open_store(url(filled))
    assert rows_of(filled, "SELECT version_num FROM alembic_version") == [(NEWEST,)]
    assert not list(filled.parent.glob("*.before-*"))


def test_an_upgrade_that_fails_leaves_the_store_as_it_was(
    filled: Path, later: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> None:
        raise OSError("no")

    monkeypatch.setattr("tracker.store.statistics.recount", broken)
    with pytest.raises(StoreError):
        open_store(url(filled))
    assert rows_of(filled, "SELECT version_num FROM alembic_version") == [(NEWEST,)]
    assert rows_of(filled, "SELECT title FROM papers") == [("Sparse models",)]
    assert rows_of(filled, "SELECT arxiv_id FROM searchable") == [("2606.00001",)]


@pytest.mark.parametrize("revision", ["0001", "0006"])
def test_a_store_from_before_the_first_release_is_refused_and_the_way_to_convert_it_named(
    tmp_path: Path, revision: str
) -> None:
    path = tmp_path / "tracker.db"
    with closing(sqlite3.connect(path)) as old:
        old.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        old.execute("INSERT INTO alembic_version VALUES (?)", (revision,))
        old.execute("CREATE TABLE work (id VARCHAR PRIMARY KEY)")
        old.execute("INSERT INTO work VALUES ('arxiv:2606.00001')")
        old.execute(f"PRAGMA application_id = {views.APPLICATION_ID}")
        old.execute(f"PRAGMA user_version = {views.VERSION}")
        old.commit()
    before = path.read_bytes()
    with pytest.raises(
        StoreError, match=rf"schema {revision}.*move it away.*tracker export.*tracker import`\.$"
    ) as refusal:
        open_store(url(path))
    assert "\n" not in str(refusal.value)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
