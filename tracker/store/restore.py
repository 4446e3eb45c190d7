"""The way back from a snapshot to a store."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import zstandard

from tracker.domain.errors import StoreError
from tracker.regular_files import open_regular, read_regular
from tracker.store import views
from tracker.store.lost_store import HEADER_BYTES
from tracker.store.snapshot import (
    CHUNK,
    check_database,
    database_path,
    file_digest,
    fsync_file,
    fsync_folder,
    open_plain,
    require_space,
    sidecar,
    system_reason,
    temporary_path,
)
from tracker.store.upgrade import refuse_revision

MAGIC = b"SQLite format 3\0"
"""The first bytes of a database. Bytes 68 to 71 hold its application_id (sqlite.org/fileformat2.html, 1.3)."""


def restore_snapshot(
    file: Path, url: str, now: datetime, *, force: bool = False
) -> tuple[dict[str, int], Path | None]:
    """Put a snapshot in place of the store; returns the rows by view, and where the old store is kept.

    The caller holds the worker's lock. A checksum beside `file` must be right; a packed file's own is
    always compared. Raises StoreError, with the store as it was, when the snapshot is damaged or written by a newer
    program, when a store exists and `force` is not given, or when a program has it open.
    """
    target = database_path(url)
    _require_readable(file)
    if target.exists() and not force:
        raise StoreError(f"{target}: a store exists already; --force moves it aside and keeps it.")
    try:
        size = _require_ours(file)
        _compare(file)
        target.parent.mkdir(parents=True, exist_ok=True)
        require_space(target.parent, size, file)
        fresh = temporary_path(target, "db")
        fresh.unlink(missing_ok=True)
        try:
            with open_plain(file) as plain, fresh.open("wb") as out:
                _unpack(plain, out, file, size)
            rows = check_database(fresh, lambda: True)
            _refuse_foreign(fresh, file)
            _journal(fresh, "wal")  # as every store: readers and the writer do not wait for each other
            kept = _put_aside(target, now)
            fresh.replace(target)
            fsync_folder(target.parent)
        finally:
            for left in (fresh, sidecar(fresh, "-wal"), sidecar(fresh, "-shm")):
                left.unlink(missing_ok=True)
    except zstandard.ZstdError as error:
        raise StoreError(f"{file}: is damaged ({error}); take another snapshot.") from None
    except (OSError, EOFError) as error:
        raise StoreError(
            f"{target}: cannot be restored ({system_reason(error)}); the store is as it was."
        ) from None
    return rows, kept


def _require_readable(file: Path) -> None:
    try:
        os.close(open_regular(file))
    except FileNotFoundError:
        raise StoreError(f"{file}: the file does not exist.") from None
    except OSError as error:
        raise StoreError(f"{file}: cannot be read ({error.strerror}); name a snapshot.") from None


def _require_ours(file: Path) -> int:
    """The bytes that a snapshot of ours states to hold. Raises StoreError for any other file, by its first bytes."""
    size = _stated_size(file)
    with open_plain(file) as plain:
        head = plain.read(HEADER_BYTES)
    if size is None or not head.startswith(MAGIC) or int.from_bytes(head[68:72]) != views.APPLICATION_ID:
        raise StoreError(
            f"{file}: is a file of another program; name a snapshot that `tracker snapshot` has written."
        )
    return size


def _unpack(plain: BinaryIO, out: BinaryIO, file: Path, size: int) -> None:
    """Write the database that a snapshot holds, never more bytes than it states. Raises StoreError where it holds
    fewer."""
    left = size
    while left > 0 and (chunk := plain.read(min(CHUNK, left))):
        out.write(chunk)
        left -= len(chunk)
    fsync_file(out)
    if left > 0:  # the unpacker takes an early end for the end
        raise StoreError(f"{file}: is damaged (it ends too early); take another snapshot.")


def _stated_size(file: Path) -> int | None:
    """Bytes of a snapshot once unpacked; None where it does not say, which a snapshot of ours always does."""
    if file.suffix != ".zst":
        return file.stat().st_size
    with file.open("rb") as stream:
        size = zstandard.get_frame_parameters(stream.read(18)).content_size
    return None if size in (zstandard.CONTENTSIZE_UNKNOWN, zstandard.CONTENTSIZE_ERROR) else int(size)


def _refuse_foreign(fresh: Path, file: Path) -> None:
    """Refuse a snapshot that is not a store of this program, or of a revision that it cannot upgrade. StoreError."""
    with closing(sqlite3.connect(fresh)) as connection:
        application, version = (
            connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")
        )
        try:
            revision = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        except sqlite3.Error:
            revision = None
    if application != views.APPLICATION_ID or revision is None:
        raise StoreError(f"{file}: is a database of another program.")
    refuse_revision(str(file), revision[0], version)


def _journal(file: Path, mode: str) -> None:
    with closing(sqlite3.connect(file, timeout=1)) as connection:
        connection.execute(f"PRAGMA journal_mode = {mode}")


def _put_aside(target: Path, now: datetime) -> Path | None:
    """Give the old store a second name, if it exists, and return that. StoreError while a program has it open.

    Whatever it leaves beside itself moves away too: SQLite would play an old log into the restored file.
    """
    kept = sidecar(target, f".{now:%Y%m%dT%H%M%SZ}")
    exists = target.exists()
    if exists and kept.exists():
        raise StoreError(f"{kept}: exists already; move it away first.")
    if exists:
        try:
            # Without its log it is one file, and SQLite allows this only where nobody else has it open.
            _journal(target, "delete")
        except sqlite3.OperationalError as error:
            raise StoreError(f"{target}: a program has it open ({error}); stop the service first.") from None
        except sqlite3.DatabaseError:
            pass  # a damaged store is a reason to restore; what is left of it is kept
    for ending in ("-wal", "-shm", "-journal"):
        with suppress(FileNotFoundError):
            sidecar(target, ending).replace(sidecar(kept, ending))
    if exists:
        try:
            os.link(target, kept)
        except OSError:  # not every file system has links
            target.replace(kept)
    return kept if exists else None


def _compare(file: Path) -> None:
    """Compare with the checksum beside the file, if it exists."""
    try:
        expected = read_regular(sidecar(file, ".sha256"), CHUNK).decode("ascii").split()[0]
    except (FileNotFoundError, IndexError):
        return
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(f"{sidecar(file, '.sha256')}: cannot be read ({error}).") from None
    try:
        got = file_digest(file, lambda: True)
    except OSError as error:
        raise StoreError(f"{file}: cannot be read ({error.strerror}).") from None
    if got != expected:
        raise StoreError(f"{file}: does not match its checksum; fetch or make it again, with its .sha256.")
