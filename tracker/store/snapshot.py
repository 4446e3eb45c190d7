"""Snapshots of the store: files that need no program of ours. The way back: `tracker.store.restore`.

A snapshot is one SQLite file without a write-ahead log (`VACUUM INTO`, sqlite.org/lang_vacuum.html), packed with
Zstandard (RFC 8878) where its name ends in `.zst`. Beside it lie `NAME.sha256`, as `sha256sum --check` reads it, and
`NAME.json`, which states when it was made and how many rows each view has. A snapshot is checked before it replaces
the one before.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any, BinaryIO

import zstandard

from tracker.domain.errors import Cancelled, StoreError
from tracker.regular_files import read_regular, require_replaceable
from tracker.store import views
from tracker.store.engine import open_readonly, parse_url
from tracker.store.export import JUDGED_RULES
from tracker.store.times import format_utc

CHUNK = 1 << 20
STEPS = 100_000
"""Steps of SQLite's virtual machine between two checks whether to go on: some milliseconds."""
NOTICE = "Metadata of papers: arXiv, CC0 1.0 (info.arxiv.org/help/api/tou). Links, checks and verdicts: of this tracker."


@dataclass(frozen=True, slots=True)
class SnapshotManifest:
    """What a snapshot is: sizes in bytes, SHA-256 in hexadecimal digits, rows by view."""

    file: str
    made_at: str
    bytes: int
    sha256: str
    database_bytes: int
    database_sha256: str
    views_version: int
    rows: dict[str, int]
    notice: str = NOTICE
    rules: dict[str, int] = field(default_factory=dict)
    """How many works were judged by which version of the rules."""


def sidecar(file: Path, ending: str) -> Path:
    """The file beside a snapshot: `.sha256` or `.json`."""
    return file.with_name(file.name + ending)


def make_snapshot(
    url: str, file: Path, now: datetime, *, level: int = 6, go_on: Callable[[], bool] = lambda: True
) -> SnapshotManifest:
    """Write a snapshot of the store to `file`, packed if its name ends in `.zst` (`level` 1 to 19).

    The store may be written meanwhile: the snapshot is its state at the beginning. An existing file is replaced
    once the new one was read back and found complete. Raises StoreError, and Cancelled when `go_on` says no.
    """
    source = database_path(url)
    try:
        require_replaceable(file)
        file.parent.mkdir(parents=True, exist_ok=True)
        with _alone(file.parent), closing(open_readonly(source)) as connection:
            require_space(file.parent, _pages(connection), source)
            plain, packed = temporary_path(file, "db"), temporary_path(file, "zst")
            try:
                return _make(connection, plain, packed, file, now, level, go_on)
            finally:
                for left in (plain, packed, sidecar(plain, "-journal")):
                    left.unlink(missing_ok=True)
    except (OSError, sqlite3.Error, zstandard.ZstdError) as error:
        if not go_on():
            raise Cancelled("The service is stopping.") from None
        raise StoreError(
            f"{file}: the snapshot cannot be written ({system_reason(error)}); the one before is kept."
        ) from None


def _make(
    connection: sqlite3.Connection,
    plain: Path,
    packed: Path,
    file: Path,
    now: datetime,
    level: int,
    go_on: Callable[[], bool],
) -> SnapshotManifest:
    for left in (plain, packed):  # of a program that was killed
        left.unlink(missing_ok=True)
    connection.execute("PRAGMA query_only = OFF")  # it counts the copy as writing; `mode=ro` still holds
    connection.set_progress_handler(lambda: not go_on(), STEPS)
    connection.execute("VACUUM INTO ?", (str(plain),))
    rows = check_database(plain, go_on)
    database, size = file_digest(plain, go_on), plain.stat().st_size
    if file.suffix == ".zst":
        _pack(plain, packed, level, go_on)
        if _digest_unpacked(packed, go_on) != database:
            raise StoreError(
                f"{file}: the packed snapshot does not unpack to what was packed; the one before is kept."
            )
        plain.unlink()
        made = packed
    else:
        made = plain
    manifest = SnapshotManifest(
        file=file.name,
        made_at=format_utc(now),
        bytes=made.stat().st_size,
        sha256=file_digest(made, go_on) if made is packed else database,
        database_bytes=size,
        database_sha256=database,
        views_version=int(connection.execute("PRAGMA user_version").fetchone()[0]),
        rows=rows,
        rules={str(version): int(works) for version, works in connection.execute(JUDGED_RULES)},
    )
    _replace(made, file, manifest)
    return manifest


def load_manifest(file: Path) -> SnapshotManifest | None:
    """The manifest beside a snapshot; None if it is missing or cannot be read."""
    try:
        return SnapshotManifest(**json.loads(read_regular(sidecar(file, ".json"), CHUNK)))
    except (OSError, ValueError, TypeError, RecursionError):
        return None


def database_path(url: str) -> Path:
    """The file of a SQLite store. StoreError for a server, which has tools of its own for this."""
    parsed = parse_url(url)
    if parsed.get_backend_name() != "sqlite":
        raise StoreError("Snapshots are of SQLite stores; back a PostgreSQL server up with pg_dump.")
    return Path(str(parsed.database)).absolute()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder: the kernel lets go when a program dies, which a file as a sign would not."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreError(f"{folder}: a snapshot is being written there already; wait for its end.") from None
        yield
    finally:
        os.close(handle)


def temporary_path(file: Path, ending: str) -> Path:
    """The name of a file in the making; always the same, so that a killed program leaves one at most."""
    return file.with_name(f".{file.name}.new.{ending}")


def _pages(connection: sqlite3.Connection) -> int:
    count, size = (connection.execute(f"PRAGMA page_{name}").fetchone()[0] for name in ("count", "size"))
    return int(count) * int(size)


def require_space(folder: Path, size: int, source: Path) -> None:
    """Refuse before the disk is full: the plain copy and what it packs to lie there together, about a third more."""
    needed, free = size + size // 3, shutil.disk_usage(folder).free
    if needed > free:
        raise StoreError(
            f"{folder}: has {free // 10**6} MB free and {source.name} needs {needed // 10**6} MB; "
            "free space, or choose another place."
        )


def check_database(file: Path, go_on: Callable[[], bool]) -> dict[str, int]:
    """Check that a fresh copy is whole and needs no log beside it; the rows of each view."""
    with closing(sqlite3.connect(file)) as connection:
        connection.set_progress_handler(lambda: not go_on(), STEPS)
        try:
            mode = connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0]
            fault = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            named = connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'view' ORDER BY name"
            ).fetchall()
            rows = {name: _count(connection, name) for (name,) in named if name in views.VIEWS}
        except sqlite3.DatabaseError as error:
            if not go_on():
                raise
            raise StoreError(f"{file.name}: is not a complete database ({error}).") from None
    if fault != "ok" or mode != "delete":
        raise StoreError(f"{file.name}: is damaged ({fault}, {mode}).")
    return rows


def _count(connection: sqlite3.Connection, view: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {view}").fetchone()[0])  # noqa: S608 # a name of ours


def _pack(plain: Path, packed: Path, level: int, go_on: Callable[[], bool]) -> None:
    size = plain.stat().st_size
    packer = zstandard.ZstdCompressor(level=level, write_checksum=True)
    with plain.open("rb") as source, packed.open("wb") as out:
        with packer.stream_writer(out, size=size, closefd=False) as writer:
            for chunk in _chunks(source, go_on):
                writer.write(chunk)
        fsync_file(out)


@contextmanager
def open_plain(file: Path) -> Iterator[BinaryIO]:
    """The plain bytes of a snapshot, streamed."""
    with file.open("rb") as stream:
        if file.suffix != ".zst":
            yield stream
        else:
            with zstandard.ZstdDecompressor().stream_reader(stream) as reader:
                yield reader


def file_digest(file: Path, go_on: Callable[[], bool]) -> str:
    """SHA-256 of a file, in hexadecimal digits."""
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        for chunk in _chunks(stream, go_on):
            digest.update(chunk)
    return digest.hexdigest()


def _digest_unpacked(file: Path, go_on: Callable[[], bool]) -> str:
    digest = hashlib.sha256()
    with open_plain(file) as stream:
        for chunk in _chunks(stream, go_on):
            digest.update(chunk)
    return digest.hexdigest()


def _chunks(stream: BinaryIO, go_on: Callable[[], bool]) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK):
        if not go_on():
            raise Cancelled("The service is stopping.")
        yield chunk


def _replace(made: Path, file: Path, manifest: SnapshotManifest) -> None:
    """Put the snapshot and the files beside it in place: three renames, one after the other."""
    sidecars = {
        sidecar(file, ".sha256"): f"{manifest.sha256}  {file.name}\n",
        sidecar(file, ".json"): json.dumps(asdict(manifest), indent=2) + "\n",
    }
    for path, content in sidecars.items():
        with temporary_path(path, "tmp").open("w", encoding="ascii") as out:
            out.write(content)
            fsync_file(out)
    with made.open("rb") as stream:
        os.fsync(stream.fileno())
    for fresh, path in [(made, file), *((temporary_path(path, "tmp"), path) for path in sidecars)]:
        fresh.chmod(0o644)  # for whoever serves or reads it, whatever the umask of the service
        fresh.replace(path)
    fsync_folder(file.parent)


def fsync_file(stream: IO[Any]) -> None:
    """Put a file's bytes on the disk."""
    stream.flush()
    os.fsync(stream.fileno())


def fsync_folder(folder: Path) -> None:
    """Put the names in a folder on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def system_reason(error: Exception) -> str:
    """What the system says went wrong."""
    return getattr(error, "strerror", None) or str(error)
