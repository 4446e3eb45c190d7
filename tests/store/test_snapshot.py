"""A snapshot is complete, can be read without this program, and is restored unchanged."""

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import zstandard
from sqlalchemy import text

from tracker.domain.errors import Cancelled, StoreError
from tracker.domain.papers import Version
from tracker.store import papers, restore, snapshot
from tracker.store.engine import Store
from tracker.store.upgrade import open_store

pytestmark = pytest.mark.sqlite_only("a snapshot is a SQLite file")


def add(store: Store, number: int, now: datetime) -> None:
    paper = Version(
        arxiv_id=f"2606.{number:05}",
        n=1,
        title=f"Paper {number}",
        abstract="We release our code. " * 50,
        authors=("Ann Author",),
        categories=("cs.LG",),
        primary_category="cs.LG",
        comment=None,
        submitted_at=now,
        updated_at=now,
    )
    papers.save_versions(store, [paper], {paper.arxiv_id: now}, now)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "snapshots" / "tracker.db.zst"


def unpack(file: Path, to: Path) -> Path:
    with file.open("rb") as packed, to.open("wb") as plain:
        zstandard.ZstdDecompressor().copy_stream(packed, plain)
    return to


def titles(file: Path) -> list[str]:
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as connection:
        return [title for (title,) in connection.execute("SELECT title FROM papers ORDER BY title")]


def test_a_snapshot_is_one_whole_file_with_its_checksum_and_counts(
    store: Store, file: Path, now: datetime, tmp_path: Path
) -> None:
    add(store, 1, now)
    add(store, 2, now)
    manifest = snapshot.make_snapshot(store.url, file, now)
    assert sorted(path.name for path in file.parent.iterdir()) == [
        "tracker.db.zst",
        "tracker.db.zst.json",
        "tracker.db.zst.sha256",
    ]
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    assert snapshot.sidecar(file, ".sha256").read_text() == f"{digest}  tracker.db.zst\n"
    assert snapshot.load_manifest(file) == manifest
    document = json.loads(snapshot.sidecar(file, ".json").read_text())
    assert (document["sha256"], document["bytes"], document["made_at"]) == (
        digest,
        file.stat().st_size,
        "2026-06-17T05:00:00Z",
    )
    assert document["rows"]["papers"] == 2
    plain = unpack(file, tmp_path / "plain.db")
    assert (document["database_bytes"], document["database_sha256"]) == (
        plain.stat().st_size,
        hashlib.sha256(plain.read_bytes()).hexdigest(),
    )
    with closing(sqlite3.connect(plain)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    assert plain.read_bytes()[18:20] == b"\x01\x01", (
        "the header asks for no write-ahead log (fileformat2.html 1.3)"
    )


def test_a_snapshot_taken_while_another_writes_holds_what_was_committed(
    store: Store, file: Path, now: datetime, tmp_path: Path
) -> None:
    add(store, 1, now)
    with store.begin() as connection:
        connection.execute(text("UPDATE version SET title = 'unfinished'"))
        snapshot.make_snapshot(store.url, file, now)
    assert titles(unpack(file, tmp_path / "plain.db")) == ["Paper 1"]


READ = """
import os, sqlite3, sys
if os.getuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
folder = os.path.dirname(sys.argv[1])
assert not os.access(folder, os.W_OK), "the folder must not be writable"
connection = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
print(connection.execute("SELECT title FROM papers").fetchall(), connection.execute("PRAGMA integrity_check").fetchone())
"""


@pytest.fixture
def elsewhere() -> Iterator[Path]:
    """A folder that every user may enter: pytest's own are for its user alone."""
    import tempfile  # noqa: PLC0415 # only here

    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


@pytest.mark.parametrize("name", ["tracker.db.zst", "tracker.db"])
def test_another_user_reads_a_snapshot_from_a_folder_that_cannot_be_written(
    store: Store, elsewhere: Path, now: datetime, name: str
) -> None:
    add(store, 1, now)
    umask = os.umask(0o077)
    try:
        copy = elsewhere / name
        snapshot.make_snapshot(store.url, copy, now)
    finally:
        os.umask(umask)
    if name.endswith(".zst"):
        copy = unpack(copy, elsewhere / "plain.db")
    elsewhere.chmod(0o555)
    # As root, the child becomes nobody; else the folder's rights alone are tried.
    done = subprocess.run(
        [sys.executable, "-I", "-c", READ, str(copy)], capture_output=True, text=True, check=False, cwd="/"
    )
    assert done.stdout.strip() == "[('Paper 1',)] ('ok',)", done.stderr
    assert {path.name for path in elsewhere.iterdir()} <= {name, f"{name}.json", f"{name}.sha256", "plain.db"}


def test_the_old_snapshot_stays_until_the_new_one_is_found_whole(
    store: Store, file: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(store, 1, now)
    snapshot.make_snapshot(store.url, file, now)
    before = {path.name: path.read_bytes() for path in file.parent.iterdir()}
    add(store, 2, now)
    monkeypatch.setattr(snapshot, "_digest_unpacked", lambda *_: "0" * 64)
    with pytest.raises(StoreError, match="the one before is kept"):
        snapshot.make_snapshot(store.url, file, now)
    assert {path.name: path.read_bytes() for path in file.parent.iterdir()} == before
    monkeypatch.undo()
    assert snapshot.make_snapshot(store.url, file, now).rows["papers"] == 2


def test_a_snapshot_can_be_cancelled_and_leaves_nothing(store: Store, file: Path, now: datetime) -> None:
    add(store, 1, now)
    answers = iter([True, True])
    with pytest.raises(Cancelled):
        snapshot.make_snapshot(store.url, file, now, go_on=lambda: next(answers, False))
    assert list(file.parent.iterdir()) == []


def test_leftover_files_of_a_killed_program_are_deleted(store: Store, file: Path, now: datetime) -> None:
    file.parent.mkdir()
    (file.parent / ".tracker.db.zst.new.db").write_bytes(b"half" * 1000)
    (file.parent / ".tracker.db.zst.new.zst").write_bytes(b"half")
    snapshot.make_snapshot(store.url, file, now)
    assert not [path for path in file.parent.iterdir() if path.name.startswith(".")]


def test_two_snapshots_do_not_write_one_file(store: Store, file: Path, now: datetime) -> None:
    file.parent.mkdir()
    with snapshot._alone(file.parent), pytest.raises(StoreError, match="already"):
        snapshot.make_snapshot(store.url, file, now)


def test_a_disk_that_is_too_small_is_reported_before_it_is_full(
    store: Store, file: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10, 10, 0))  # type: ignore[attr-defined]  # no other way to make one
    with pytest.raises(StoreError, match="free space"):
        snapshot.make_snapshot(store.url, file, now)
    assert list(file.parent.iterdir()) == []


def test_a_missing_store_and_a_server_are_refused(tmp_path: Path, file: Path, now: datetime) -> None:
    with pytest.raises(StoreError, match="no store yet"):
        snapshot.make_snapshot(f"sqlite:///{tmp_path / 'none.db'}", file, now)
    with pytest.raises(StoreError, match="pg_dump"):
        snapshot.make_snapshot("postgresql://host/name", file, now)


@pytest.mark.parametrize("name", ["backup.db.zst", "backup.db"])
def test_what_is_restored_is_what_was_stored(store: Store, now: datetime, tmp_path: Path, name: str) -> None:
    add(store, 1, now)
    manifest = snapshot.make_snapshot(store.url, tmp_path / name, now)
    url = f"sqlite:///{tmp_path / 'new' / 'tracker.db'}"
    rows, replaced = restore.restore_snapshot(tmp_path / name, url, now)
    assert (rows, replaced) == (manifest.rows, None)
    with (
        closing(sqlite3.connect(tmp_path / "tracker.db")) as old,
        closing(sqlite3.connect(tmp_path / "new" / "tracker.db")) as new,
    ):
        assert list(new.iterdump()) == list(old.iterdump())
    restored = open_store(url)
    add(restored, 2, now)
    with restored.read() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
        assert connection.execute(text("SELECT count(*) FROM papers")).scalar_one() == 2
    restored.close()
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["tracker.db"]


def test_an_existing_store_is_replaced_only_by_force_and_moved_aside(
    store: Store, now: datetime, tmp_path: Path
) -> None:
    add(store, 1, now)
    file, target = tmp_path / "backup.db.zst", tmp_path / "tracker.db"
    snapshot.make_snapshot(store.url, file, now)
    add(store, 2, now)
    with pytest.raises(StoreError, match="--force"):
        restore.restore_snapshot(file, store.url, now)
    with pytest.raises(StoreError, match="has it open"):
        restore.restore_snapshot(file, store.url, now, force=True)
    assert titles(target) == ["Paper 1", "Paper 2"]
    store.close()
    _, replaced = restore.restore_snapshot(file, store.url, now, force=True)
    assert replaced == tmp_path / "tracker.db.20260617T050000Z"
    assert (titles(target), titles(replaced)) == (["Paper 1"], ["Paper 1", "Paper 2"])
    with pytest.raises(StoreError, match="exists already"):
        restore.restore_snapshot(file, store.url, now, force=True)


def test_the_log_of_a_damaged_store_is_not_replayed_into_the_restored_one(
    store: Store, now: datetime, tmp_path: Path
) -> None:
    add(store, 1, now)
    file, target = tmp_path / "backup.db.zst", tmp_path / "tracker.db"
    snapshot.make_snapshot(store.url, file, now)
    add(store, 2, now)
    log = (tmp_path / "tracker.db-wal").read_bytes()
    assert log
    store.close()
    target.write_bytes(b"damaged" * 1000)
    _, replaced = restore.restore_snapshot(file, store.url, now, force=True)
    assert replaced is not None
    assert replaced.read_bytes() == b"damaged" * 1000
    assert titles(target) == ["Paper 1"]
    target.unlink()
    (tmp_path / "tracker.db-wal").write_bytes(log)
    restore.restore_snapshot(file, store.url, now + timedelta(hours=1))
    assert titles(target) == ["Paper 1"]


@pytest.mark.parametrize("with_checksum", [True, False])
@pytest.mark.parametrize("damage", ["short", "flipped", "no zstd", "empty"])
def test_a_damaged_snapshot_is_refused_and_the_store_stays(
    store: Store, now: datetime, tmp_path: Path, damage: str, with_checksum: bool
) -> None:
    add(store, 1, now)
    file, target = tmp_path / "backup.db.zst", tmp_path / "tracker.db"
    snapshot.make_snapshot(store.url, file, now)
    store.close()
    content = file.read_bytes()
    middle = len(content) // 2
    file.write_bytes(
        {
            "short": content[:-20],
            "flipped": content[:middle] + bytes([content[middle] ^ 255]) + content[middle + 1 :],
            "no zstd": b"not packed at all",
            "empty": b"",
        }[damage]
    )
    if not with_checksum:
        snapshot.sidecar(file, ".sha256").unlink()
    before = {path.name for path in tmp_path.iterdir()}
    with pytest.raises(StoreError) as caught:
        restore.restore_snapshot(file, store.url, now, force=True)
    assert "\n" not in str(caught.value)
    assert {path.name for path in tmp_path.iterdir()} == before
    assert titles(target) == ["Paper 1"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("PRAGMA user_version = 999", "newer version"),
        ("UPDATE alembic_version SET version_num = '9999'", "newer version"),
        ("PRAGMA application_id = 7", "another program"),
        ("DROP TABLE alembic_version", "another program"),
    ],
)
def test_a_file_of_another_program_or_version_is_not_restored(
    store: Store, now: datetime, tmp_path: Path, change: str, says: str
) -> None:
    file = tmp_path / "backup.db"
    snapshot.make_snapshot(store.url, file, now)
    snapshot.sidecar(file, ".sha256").unlink()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(change)
        connection.commit()
    with pytest.raises(StoreError, match=says):
        restore.restore_snapshot(file, f"sqlite:///{tmp_path / 'new.db'}", now)
    assert not (tmp_path / "new.db").exists()


def test_a_file_that_states_less_than_it_holds_fills_no_disk(store: Store, now: datetime, tmp_path: Path) -> None:
    """The size in the frame is believed, and nothing beyond it is written."""
    database = Path(store.url.removeprefix("sqlite:///"))
    head = database.read_bytes()[:4096]
    bomb = tmp_path / "bomb.db.zst"
    packer = zstandard.ZstdCompressor(write_content_size=False)
    with bomb.open("wb") as out, packer.stream_writer(out) as writer:
        writer.write(head)
        for _ in range(64):
            writer.write(bytes(1 << 20))
    target = tmp_path / "elsewhere" / "tracker.db"
    with pytest.raises(StoreError, match="another program"):
        restore.restore_snapshot(bomb, f"sqlite:///{target}", now)
    assert not target.parent.exists()
    packed = zstandard.ZstdCompressor().compress(head)
    bomb.write_bytes(packed + bomb.read_bytes())
    with pytest.raises(StoreError):
        restore.restore_snapshot(bomb, f"sqlite:///{target}", now)
    assert [path.stat().st_size for path in tmp_path.rglob("elsewhere/*")] == []
