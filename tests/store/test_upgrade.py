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
from tracker.store.engine import Store, read_write_engine
from tracker.store.papers import save_versions
from tracker.store.tables import artifact, judgement, operator, service, work  # noqa: F401 # all tables of the model
from tracker.store.upgrade import open_store, revisions, upgrade_in_subprocess


def url(path: Path) -> str:
    return f"sqlite:///{path}"


OF_THE_INDEX = {
    "column": ("search", "title_search"),
    "index": ("paper_text_search", "paper_text_title_search", "work_category_works"),
    "foreign_key_constraint": ("paper_text_id_version_fkey",),
}
"""What the full-text index adds to the tables of the model on PostgreSQL."""


def is_the_index(name: str | None, kind: str) -> bool:
    """Return whether a table, or a part of one, belongs to the full-text index."""
    if kind == "table":
        return (name or "").startswith(("paper_search", "title_search"))
    return name in OF_THE_INDEX.get(kind, ())


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


def test_the_file_names_its_program_and_version(tmp_path: Path) -> None:
    path = tmp_path / "tracker.db"
    open_store(url(path)).close()
    assert rows_of(path, "PRAGMA application_id") == [(views.APPLICATION_ID,)]
    assert rows_of(path, "PRAGMA user_version") == [(views.VERSION,)]
    assert rows_of(path, "PRAGMA journal_mode") == [("wal",)]
    assert rows_of(path, "PRAGMA foreign_key_check") == []
    assert rows_of(path, "PRAGMA integrity_check") == [("ok",)]


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


def make_first_store(path: Path, migrations: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty store of the first revision, without its views and index."""
    engine = read_write_engine(url(path))
    with monkeypatch.context() as first, Store(engine, "").begin() as connection:
        first.setattr(upgrade, "MIGRATIONS", migrations)
        upgrade._migrate(connection)
        connection.exec_driver_sql(f"PRAGMA application_id = {views.APPLICATION_ID}")
        connection.exec_driver_sql(f"PRAGMA user_version = {views.VERSION}")
    engine.dispose()


def insert(connection: sqlite3.Connection, table: str, **values: object) -> None:
    """Insert a row; columns that must have a value and are not given get an empty one."""
    empty = {"INTEGER": 0, "BIGINT": 0, "SMALLINT": 0, "BOOLEAN": 0, "FLOAT": 0.0, "JSON": "[]"}
    for _, name, kind, not_null, default, key in connection.execute(f"PRAGMA table_info({table})"):
        if not_null and default is None and not key:
            values.setdefault(name, empty.get(kind, ""))
    marks = ", ".join("?" * len(values))
    connection.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", list(values.values()))


METADATA, HTML, RECORD, PAGE = 4, 0, 2, 5
READ, ABSENT, UNKNOWN = 0, 2, 4
FIRST, LATER_ON = "2026-06-16T05:00:00Z", "2026-06-17T05:00:00Z"


@pytest.mark.parametrize(
    ("role", "scans", "expected"),
    [
        ("own", {}, ("metadata", FIRST, None, None, None)),
        ("mention", {}, ("metadata", FIRST, FIRST, FIRST, None)),
        ("mention", {RECORD: ABSENT}, ("record", LATER_ON, None, FIRST, None)),
        ("mention", {RECORD: ABSENT, HTML: READ}, ("text", LATER_ON, None, None, None)),
        ("mention", {RECORD: ABSENT, HTML: UNKNOWN}, ("record", LATER_ON, None, FIRST, None)),
        ("own-page", {RECORD: ABSENT, HTML: ABSENT}, ("record", LATER_ON, None, None, FIRST)),
        ("own-page", {RECORD: ABSENT, HTML: READ, PAGE: READ}, ("page", LATER_ON, None, None, None)),
    ],
)
def test_a_store_of_the_first_revision_is_upgraded(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, role: str,
    scans: dict[int, int], expected: tuple[object, ...],
) -> None:  # fmt: skip
    path = tmp_path / "tracker.db"
    make_first_store(path, make_first(tmp_path_factory.mktemp("first")), monkeypatch)
    with closing(sqlite3.connect(path)) as connection:
        insert(connection, "work", id=1, arxiv_id="2606.00001", latest=1, first_seen=FIRST, submitted_at=FIRST,
               code="unknown", weights="unknown", data="unknown", demo="unknown", promise="none")  # fmt: skip
        insert(connection, "version", work=1, n=1, title="Sparse models")
        insert(connection, "shared_text", id=1)
        kind = "page" if role == "own-page" else "repository"
        insert(connection, "artifact", id=1, reference="x:1", host="x", kind=kind)
        insert(connection, "artifact_name", id=1, artifact=1, folded="x:1", reference="x:1", since=FIRST)
        insert(connection, "mention", work=1, name=1, source=1, place=1, found_at=FIRST)
        insert(connection, "role", work=1, artifact=1, name=1, source=1, place=1, role=role, shared_text=1)
        for source, outcome in {METADATA: READ, **scans}.items():
            at = FIRST if source == METADATA else LATER_ON
            insert(connection, "scan", work=1, version=1, source=source, outcome=outcome, scanned_at=at)
        connection.commit()
    open_store(url(path)).close()
    assert rows_of(path, "SELECT version_num FROM alembic_version") == [(NEWEST,)]
    assert rows_of(path, "SELECT role, claim, account FROM role") == [(role, 0, None)]
    due = "SELECT record_due_at, text_due_at, page_due_at FROM work"
    assert rows_of(path, "SELECT read_depth, read_at FROM papers") == [expected[:2]]
    assert rows_of(path, due) == [expected[2:]]
    assert rows_of(path, "PRAGMA foreign_key_check") == []


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


def test_a_store_that_may_not_be_written_names_its_folder() -> None:
    error = sqlite3.OperationalError("unable to open database file")
    assert upgrade._explain("sqlite:////no-such-mount/tracker.db", error).endswith(" /no-such-mount.")
