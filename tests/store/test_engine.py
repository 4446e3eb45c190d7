"""Opening the store: it is made, upgraded or refused, never overwritten."""

import shutil
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlmodel import SQLModel

from tracker.domain.errors import StoreError
from tracker.store import enum_columns, items, search, views
from tracker.store.dialect import encode_json
from tracker.store.engine import Store, open_reader
from tracker.store.histories import load_histories
from tracker.store.joined import VERDICTS
from tracker.store.upgrade import MIGRATIONS, REVISIONS, open_store, upgrade_in_subprocess


def url(path: Path) -> str:
    return f"sqlite:///{path}"


def is_the_index(name: str | None, kind: str) -> bool:
    """Whether a table is one of those in which full-text search keeps itself."""
    return kind == "table" and (name or "").startswith(("paper_search", "title_search"))


def test_the_migrations_make_just_the_tables_of_the_model(store: Store) -> None:
    with store.read() as connection:
        options = {"compare_type": False, "include_name": lambda name, kind, _: not is_the_index(name, kind)}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, SQLModel.metadata) == []


def test_the_revisions_known_are_those_of_the_folder() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    scripts = ScriptDirectory.from_config(config)
    assert [script.revision for script in reversed(list(scripts.walk_revisions()))] == list(REVISIONS)


def test_a_store_is_made_in_a_process_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "data" / "tracker.db"
    upgrade_in_subprocess(url(path))
    with sqlite3.connect(path) as made:
        assert made.execute("SELECT version_num FROM alembic_version").fetchone() == (REVISIONS[-1],)
    made.close()


def test_what_cannot_be_opened_is_said_by_opening_it_and_not_before(tmp_path: Path) -> None:
    path = tmp_path / "tracker.db"
    path.write_bytes(b"not a database" * 1000)
    upgrade_in_subprocess(url(path))
    with pytest.raises(StoreError, match="no database"):
        open_store(url(path))
    assert path.read_bytes() == b"not a database" * 1000


def test_the_file_says_whose_it_is(store: Store) -> None:
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
    with pytest.raises(StoreError, match="damaged or no database"):
        open_store(url(path))
    assert path.read_bytes() == before


def test_a_truncated_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "tracker.db"
    open_store(url(path)).close()
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(StoreError, match="damaged"):
        open_store(url(path))
    assert path.read_bytes() == whole[: len(whole) // 2]


def test_another_programs_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "tracker.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE theirs (x)")
    other.close()
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


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
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


TIME, WORK, KEY = "2026-06-16T12:00:00Z", "arxiv:2606.00001", "github:a/b"
NAMED = {"reference": "github:A/b", "url": "https://github.com/A/b"}
SEEN = {"outcome": "present", "reason": "", "content": "code", "holds": '["code"]', "licence_spdx": "MIT", "licence_class": "osi",
        "licence_source": "LICENSE", "licence_note": "", "archived": 0, "gated": 0}  # fmt: skip
UNKNOWN = {"weights": "unknown", "data": "unknown", "demo": "unknown"}
ROWS = {
    "work": {"id": WORK, "latest": 1, "first_seen": TIME, "submitted_at": TIME, "scan_due": 0, "judge_due": 0, "withdrawn": 0,
             "promise": "none", "promise_evidence": "", "code": "open", "opened_at": TIME, **UNKNOWN},
    "version": {"work": WORK, "n": 1, "title": "T", "abstract": "A", "authors": '["Andr\\u00e9"]', "categories": '["cs.LG"]',
                "primary_category": "cs.LG", "withdrawn": 0, "submitted_at": TIME, "updated_at": TIME, "seen_at": TIME},
    "work_category": {"work": WORK, "category": "cs.LG"},
    "verdict": {"work": WORK, "fact": "code", "state": "open", "licence_class": "osi", "reference": "github:A/b", "reasons": "[]"},
    "scan": {"work": WORK, "version": 1, "source": "metadata", "outcome": "read", "reason": "", "scanned_at": TIME, "rules": "r1"},
    "artifact": {"key": KEY, "host": "github", "kind": "repository", "fork": 0, "languages": "[]", **NAMED, **SEEN},
    "artifact_name": {"folded": KEY, "artifact": KEY, "written": 1, "since": TIME, **NAMED},
    "mention": {"work": WORK, "folded": KEY, "source": "metadata", "place": "abstract", "artifact": KEY, "evidence": "Our code.",
                "before": "", "first_version": 1, "last_version": 1, "found_at": TIME, **NAMED},
    "role": {"work": WORK, "artifact": KEY, "role": "own", "probability": 0.99, "place": "abstract", "evidence": "Our code.",
             "reasons": "[]", "rules": "r1", **NAMED},
    "sighting": {"artifact": KEY, "first_seen": TIME, "last_seen": TIME, "times": 1, "digest": "d", **SEEN},
}  # fmt: skip
"""One paper, its link and what was seen of it, in the columns of the first revision."""


OLD, THEIRS, RELEASE = "arxiv:cs/0112017", "github:a/b#7", "release:github:x/y"
MORE = [
    ("work", {**ROWS["work"], "id": OLD, "code": "none", "opened_at": None}),
    ("version", {**ROWS["version"], "work": OLD, "licence": "http://arxiv.org/licenses/nonexclusive-distrib/1.0/"}),
    ("version", {**ROWS["version"], "work": OLD, "n": 2, "updated_at": "2026-06-18T12:00:00Z", "seen_at": "2026-06-19T12:00:00Z"}),
    ("work", {**ROWS["work"], "id": RELEASE, "latest": 0, "name": "Y", "submitted_at": None, "code": "unknown", "opened_at": None}),
    ("work", {**ROWS["work"], "id": "arxiv:2606.0001", "code": "none", "opened_at": None}),
    ("version", {**ROWS["version"], "work": "arxiv:2606.0001"}),
    ("mention", {**ROWS["mention"], "work": OLD, "reference": "github:a/B", "url": "https://github.com/a/B.git", "place": "comment"}),
    ("mention", {**ROWS["mention"], "work": OLD, "reference": "github:a/B", "url": "https://github.com/a/B", "source": "html",
                 "place": "section", "evidence": "Theirs."}),
    ("role", {**ROWS["role"], "work": OLD, "reference": "github:a/B", "url": "https://github.com/a/B", "place": "section",
              "evidence": "Theirs.", "role": "mention"}),
    ("artifact", {**ROWS["artifact"], "key": THEIRS, "reference": "github:A/b", "host_id": "7"}),
    ("event", {"id": "f00000000000000f", "work": WORK, "reference": "github:A/b", "kind": "opened", "cause": "world",
               "happened_at": TIME, "observed_at": TIME, "detail": ""}),
    ("entry", {"feed": "main", "work": WORK, "event": "f00000000000000f", "entered_at": TIME}),
]  # fmt: skip
"""An older paper in two versions, one whose id is none of arXiv's, a release, a name that a stranger took, and what entered the feed."""


FLAGS = {"scan_due", "judge_due", "withdrawn", "written", "fork", "archived", "gated"}


def at_revision(database: str, revision: str, more: Sequence[tuple[str, dict[str, object]]] = ()) -> None:
    """A store as the program of that revision left it."""
    engine = create_engine(database)
    sqlite = engine.dialect.name == "sqlite"
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        for name, row in [*ROWS.items(), *more]:
            told = {key: value if sqlite or key not in FLAGS else bool(value) for key, value in row.items()}
            marks = ", ".join(f":{column}" for column in row)
            connection.execute(text(f"INSERT INTO {name} ({', '.join(row)}) VALUES ({marks})"), told)
        if revision >= "0003":
            connection.execute(text("UPDATE version SET authors = '[\"André\"]'"))
            connection.execute(text("UPDATE work_category SET opened_at = :at"), {"at": TIME})
        elif revision == "0002":
            connection.exec_driver_sql("UPDATE artifact SET names = 'null'")
        said = ["it is open", "the code is open (MIT)", "no data"]
        if revision >= "0005":
            connection.execute(
                text("INSERT INTO grading (id, reasons, mof, osaid) VALUES (7, :said, 'at most II', 'é')"),
                {"said": encode_json(said)},
            )
            connection.exec_driver_sql("UPDATE work SET grade = 'open code', grading = 7")
        elif revision >= "0002":
            connection.execute(
                text(
                    "UPDATE work SET grade = 'open code', grade_reasons = :said, mof = 'at most II', osaid = 'é'"
                ),
                {"said": encode_json([said[0], f"{said[1]}: github:A/b", f"{said[2]}: none"])},
            )
        if sqlite:
            connection.exec_driver_sql(f"PRAGMA application_id = {views.APPLICATION_ID}")
            connection.exec_driver_sql("PRAGMA user_version = 1")
    engine.dispose()


@pytest.mark.parametrize("revision", REVISIONS[:-1])
def test_a_store_of_every_earlier_revision_is_upgraded_with_its_data(tmp_path: Path, revision: str) -> None:
    path = tmp_path / "tracker.db"
    at_revision(url(path), revision)
    store = open_store(url(path))
    with store.read() as connection:
        said = ("open code", '["it is open","the code is open (MIT)","no data"]', "at most II", "é")
        assert connection.execute(
            text("SELECT arxiv_id, code, grade, grade_reasons, mof, osaid FROM papers")
        ).all() == [("2606.00001", "open", *(said if revision >= "0002" else (None, "[]", "", "")))]
        links = connection.execute(text("SELECT reference, role, first_version FROM links")).all()
        assert links == [("github:A/b", "own", 1)]
        assert connection.execute(text("SELECT content, licence_spdx FROM artifacts")).all() == [("code", "MIT")]
        assert connection.execute(text("SELECT category, arxiv_id, reference FROM open_by_category")).all() == [
            ("cs.LG", "2606.00001", "github:A/b")
        ]
        months = connection.execute(
            text("SELECT category, month, papers, open FROM openness_by_month WHERE fact = 'code'")
        )
        assert months.all() == [("all", "2026-06", 1, 1), ("cs.LG", "2026-06", 1, 1)]
        assert connection.execute(text("SELECT names FROM artifact")).scalar_one() is None
        assert connection.execute(text("SELECT authors FROM papers")).scalar_one() == '["André"]'
        assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
        assert connection.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
        assert connection.execute(select(VERDICTS.c.fact, VERDICTS.c.reference)).all() == [("code", "github:A/b")]
        assert connection.execute(text("SELECT source, scanned_at FROM scan")).all() == [
            (enum_columns.SOURCE.values.index("metadata"), TIME)
        ]
    for words in ("T", "andre", "a/b"):
        assert search.find_papers(store, words) == ["2606.00001"], words
    (known,) = load_histories(store, ["arxiv:2606.00001"])
    assert known.history.links[0].checks[0].licence_spdx == "MIT"
    assert known.history.links[0].checks[0].licences_by_fact == ()
    store.close()


@pytest.mark.parametrize("revision", ["0001", "0005"])
def test_names_versions_and_events_are_told_as_before_the_upgrade(tmp_path: Path, revision: str) -> None:
    upgraded(url(tmp_path / "tracker.db"), revision)


def upgraded(database: str, revision: str) -> None:
    """A store of that revision, with all of MORE, is upgraded and tells what it told."""
    at_revision(database, revision, MORE)
    before = create_engine(database)
    with before.begin() as connection:
        connection.execute(text("UPDATE artifact_name SET until = '2026-06-20T12:00:00Z'"))
        connection.execute(
            text(
                "INSERT INTO artifact_name (folded, artifact, reference, url, written, since) SELECT folded, :theirs, reference, url, "
                "written, until FROM artifact_name"
            ),
            {"theirs": THEIRS},
        )
    before.dispose()
    store = open_store(database)
    with store.read() as connection:

        def told(sql: str) -> list[tuple[object, ...]]:
            return [tuple(row) for row in connection.execute(text(sql))]

        assert told(
            "SELECT arxiv_id, version, licence, submitted_at, updated_at FROM papers ORDER BY arxiv_id"
        ) == [
            ("2606.00001", 1, None, TIME, TIME),
            ("2606.0001", 1, None, TIME, TIME),
            ("cs/0112017", 1, "http://arxiv.org/licenses/nonexclusive-distrib/1.0/", TIME, TIME),
        ]
        assert told("SELECT arxiv_id, url, place, evidence, role FROM links ORDER BY arxiv_id") == [
            ("2606.00001", "https://github.com/A/b", "abstract", "Our code.", "own"),
            ("cs/0112017", "https://github.com/a/B", "section", "Theirs.", "mention"),
        ]
        assert told("SELECT id, arxiv_id, reference, kind FROM events") == [
            ("f00000000000000f", "2606.00001", "github:A/b", "opened")
        ]
        assert told("SELECT reference, name FROM releases") == [("github:x/y", "Y")]
        assert told("SELECT count(*) FROM artifacts") == [(2,)]
        assert told("SELECT count(*) FROM work WHERE scan_due") == [(0,)], "all roles found their mention"
        if store.engine.dialect.name == "sqlite":
            assert told("PRAGMA foreign_key_check") == []
    histories = {one.history.work: one.history for one in load_histories(store, [WORK, OLD])}
    assert [(one.n, one.seen_at.day) for one in histories[OLD].versions] == [(1, 16), (2, 19)]
    assert histories[WORK].links[0].replaced_at == datetime(2026, 6, 20, 12, tzinfo=UTC)
    entered = items.load_feed_items(store, "main", 9)
    assert [(one.work, one.links[0].reference) for one in entered] == [(WORK, "github:A/b")]
    store.close()


def test_a_copy_is_kept_before_a_migration_and_no_second(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "tracker.db"
    at_revision(url(path), "0002")
    old = tmp_path / "tracker.db.before-0002"
    old.write_bytes(b"of an upgrade long ago")
    open_store(url(path)).close()
    kept = tmp_path / f"tracker.db.before-{REVISIONS[-1]}"
    assert sorted(one.name for one in tmp_path.iterdir()) == [path.name, kept.name]
    (told,) = [record.getMessage() for record in caplog.records if record.name == "tracker.store.upgrade"]
    assert str(kept) in told
    copy = sqlite3.connect(kept)
    assert copy.execute("SELECT version_num FROM alembic_version").fetchone() == ("0002",)
    assert copy.execute("SELECT title FROM version").fetchall() == [("T",)]
    assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    copy.close()
    before = kept.stat().st_mtime_ns
    open_store(url(path)).close()
    assert kept.stat().st_mtime_ns == before, "a store that is up to date is not copied"


def test_a_reader_cannot_write_whatever_it_tries(tmp_path: Path) -> None:
    path = tmp_path / "tracker.db"
    open_store(url(path)).close()
    before = path.read_bytes()
    store = open_reader(url(path))
    for sql in (
        "INSERT INTO stage (name, trouble) VALUES ('x', '')",
        "UPDATE work SET code = 'open'",
        "DELETE FROM event",
        "DROP TABLE work",
        "PRAGMA user_version = 9",
        "VACUUM",
    ):
        for begin in (store.read, store.begin):
            with pytest.raises((DBAPIError, StoreError)), begin() as connection:
                connection.execute(text(sql))
        with suppress(DBAPIError, StoreError), store.read() as connection:
            connection.execute(text("PRAGMA query_only = OFF"))
            connection.execute(text(sql))
    with store.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM papers")).scalar_one() == 0
    store.close()
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "address", ["mysql://u:secret@h/d", "nonsense secret", "postgresql://u:secret@h:port/d", ""]
)
def test_an_address_that_is_none_of_ours_is_one_sentence_without_its_password(address: str) -> None:
    with pytest.raises(StoreError, match=r"^database_url .*\.$") as told:
        open_store(address)
    assert "secret" not in str(told.value)


def test_a_server_without_its_driver_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match="pip install 'arxiv-code-tracker\\[postgresql\\]'"):
        open_store("postgresql://u@h/d")


def test_a_new_store_leaves_no_copy(tmp_path: Path) -> None:
    open_store(url(tmp_path / "tracker.db")).close()
    assert [one.name for one in tmp_path.iterdir()] == ["tracker.db"]


def test_an_upgrade_without_room_for_the_copy_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "tracker.db"
    at_revision(url(path), "0002")
    monkeypatch.setattr("shutil.disk_usage", lambda _: shutil._ntuple_diskusage(100, 99, 1))  # type: ignore[attr-defined] # its own type
    with pytest.raises(StoreError, match=r"needs \d+ MB of free disk.*make room\.$"):
        open_store(url(path))
    left = sqlite3.connect(path)
    assert left.execute("SELECT version_num FROM alembic_version").fetchone() == ("0002",)
    left.close()
    assert not list(tmp_path.glob("*.before-*"))


def test_an_upgrade_that_fails_leaves_the_store_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "tracker.db"
    at_revision(url(path), "0002")

    def broken(_: object) -> None:
        raise OSError("no")

    monkeypatch.setattr("tracker.store.statistics.recount", broken)
    with pytest.raises(StoreError):
        open_store(url(path))
    left = sqlite3.connect(path)
    assert left.execute("SELECT version_num FROM alembic_version").fetchone() == ("0002",)
    assert left.execute("PRAGMA user_version").fetchone() == (1,)
    assert left.execute("SELECT title FROM version").fetchall() == [("T",)]
    left.close()


def test_a_lock_that_stays_is_one_sentence(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    other = sqlite3.connect(str(store.engine.url.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 10")
    with pytest.raises(StoreError, match=r"is locked by another program.*end it"), store.begin():
        pass
    other.close()
    with store.begin():
        pass


def test_a_full_disk_is_one_sentence_and_nothing_is_stored_by_halves(store: Store) -> None:
    def fill() -> None:
        with store.begin() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
            for number in range(1000):
                connection.exec_driver_sql(
                    "INSERT INTO organisation (name, github, huggingface) VALUES (?, '[]', '[]')",
                    (f"{number}" * 5000,),
                )

    with pytest.raises(StoreError, match=r"disk is full; make room"):
        fill()
    with store.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM organisation").scalar_one() == 0


def test_what_is_our_own_mistake_stays_one(store: Store) -> None:
    with pytest.raises(OperationalError, match="no such table"), store.read() as connection:
        connection.exec_driver_sql("SELECT * FROM nowhere")
