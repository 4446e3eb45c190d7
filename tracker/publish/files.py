"""Writes the files of the site: atomically, only those that changed, each compressed once for all readers."""

from __future__ import annotations

import gzip
import os
import tempfile
import time
from collections.abc import Callable, Container, Mapping
from contextlib import suppress
from pathlib import Path

import brotli
import zstandard

from tracker.domain.errors import TrackerError

SMALL = 256
"""Bytes below which compression gains nothing."""


def compress_brotli(content: bytes) -> bytes:
    """Brotli with a window that fits: the tables of its largest one take 4 ms to prepare, for each small page."""
    return bytes(brotli.compress(content, quality=9, lgwin=min(22, max(16, len(content).bit_length()))))


# The levels above which more time gains little: on a feed of 300 kB they take 18, 30 and 7 ms.
COMPRESSORS: Mapping[str, Callable[[bytes], bytes]] = {
    ".gz": lambda content: gzip.compress(content, compresslevel=9, mtime=0),
    ".br": compress_brotli,
    ".zst": lambda content: zstandard.ZstdCompressor(level=12).compress(content),
}
"""The compressed forms by the ending of their file. RFC 1952 (gzip), 7932 (brotli), 8878 (Zstandard)."""


Permit = Callable[[], None]
"""Called before each file is replaced; raises TrackerError where this process must not publish any more."""


def write_files(folder: Path, files: Mapping[str, bytes], permit: Permit = lambda: None) -> list[str]:
    """Write files below `folder`; returns the names of those that changed.

    Raises what `permit` raises, TrackerError if the folder cannot be written, ValueError for an empty file: an empty
    build never replaces a good one.
    """
    if empty := [name for name, content in files.items() if not content]:
        raise ValueError(f"refusing to publish empty files: {', '.join(empty)}")
    try:
        return [name for name, content in files.items() if write_file(folder, name, content, permit)]
    except OSError as error:
        raise TrackerError(
            f"{folder}: the site cannot be written ({error.strerror}); free space or set "
            "TRACKER_DATA_DIR to a folder this user may write."
        ) from None


def prune_files(folder: Path, below: str, keep: Container[str]) -> int:
    """Remove the files under `folder/below` that are not in `keep` (names relative to `folder`), with their compressed
    forms; returns how many were removed. A file that cannot be removed is tried again by the next publish."""
    removed = 0
    for path in sorted((folder / below).rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.suffix in COMPRESSORS or path.name.startswith(".") or name in keep or not path.is_file():
            continue
        with suppress(OSError):
            path.unlink()
            removed += 1
            for ending in COMPRESSORS:
                path.with_name(path.name + ending).unlink(missing_ok=True)
    return removed


def write_file(folder: Path, name: str, content: bytes, permit: Permit = lambda: None) -> bool:
    """Write one file and its compressed forms beside it, each atomically; False if the file has these bytes already.

    A compressed form has the time of its file to the nanosecond, which proves that it was made of these bytes: the
    files are replaced one after the other, and a publisher may be killed in between.
    """
    path = folder / name
    if _is_written(path, content):
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    stamp = time.time_ns()
    # Before the plain file, whose new time says that the compressed forms are new.
    for ending, compress in COMPRESSORS.items():
        compressed = path.with_name(path.name + ending)
        if len(content) > SMALL:
            _replace(compressed, compress(content), stamp, permit)
        else:
            compressed.unlink(missing_ok=True)
    _replace(path, content, stamp, permit, sync=True)
    return True


def _is_written(path: Path, content: bytes) -> bool:
    try:
        plain = path.stat()
        if plain.st_size != len(content) or path.read_bytes() != content:
            return False
    except FileNotFoundError:
        return False
    for ending in COMPRESSORS:
        try:
            packed = path.with_name(path.name + ending).stat()
        except FileNotFoundError:
            packed = None
        if (packed is not None) != (len(content) > SMALL):
            return False
        # A crash can leave a compressed form empty, since these are not forced to disk.
        if packed is not None and (packed.st_mtime_ns != plain.st_mtime_ns or not packed.st_size):
            return False
    return True


def _replace(path: Path, content: bytes, stamp: int, permit: Permit, *, sync: bool = False) -> None:
    """Replace a file atomically and set its time, in nanoseconds; `sync` forces it to disk."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(content)
            handle.flush()
            if sync:
                os.fsync(handle.fileno())
        os.utime(temporary, ns=(stamp, stamp))
        temporary.chmod(0o644)
        permit()
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
