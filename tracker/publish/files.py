"""Writing what was built: whole files or nothing, nothing that did not change, each compressed once for all readers."""

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
# Each coder's level at which more time gains little: on a feed of 300 kB 18, 30 and 7 ms.
COMPRESSORS: Mapping[str, Callable[[bytes], bytes]] = {
    ".gz": lambda content: gzip.compress(content, compresslevel=9, mtime=0),
    ".br": lambda content: bytes(brotli.compress(content, quality=9)),
    ".zst": lambda content: zstandard.ZstdCompressor(level=12).compress(content),
}
"""The packed forms by the ending of their file. RFC 1952 (gzip), 7932 (brotli), 8878 (Zstandard)."""


def write_files(folder: Path, files: Mapping[str, bytes]) -> list[str]:
    """Write files below `folder`; returns the names of those that changed.

    Raises TrackerError when the folder cannot be written, ValueError for an empty file: an empty build never
    replaces a good one.
    """
    if empty := [name for name, content in files.items() if not content]:
        raise ValueError(f"refusing to publish empty files: {', '.join(empty)}")
    try:
        return [name for name, content in files.items() if write_file(folder, name, content)]
    except OSError as error:
        raise TrackerError(
            f"{folder}: the site cannot be written ({error.strerror}); free space or set "
            "TRACKER_DATA_DIR to a folder this user may write."
        ) from None


def prune_files(folder: Path, below: str, keep: Container[str]) -> int:
    """Remove the files under `folder/below` that are not among `keep` (names relative to `folder`), each with its packed
    forms; returns how many names went. What cannot be removed stays: the next publish tries again."""
    gone = 0
    for path in sorted((folder / below).rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.suffix in COMPRESSORS or path.name.startswith(".") or name in keep or not path.is_file():
            continue
        with suppress(OSError):
            path.unlink()
            gone += 1
            for ending in COMPRESSORS:
                path.with_name(path.name + ending).unlink(missing_ok=True)
    return gone


def write_file(folder: Path, name: str, content: bytes) -> bool:
    """Write one file and its packed forms beside it, each atomically; False if the same bytes are there already.

    A packed form carries the time of its file to the nanosecond, and so tells that it is that of these bytes:
    they are replaced one after the other, and a publisher may be killed between.
    """
    path = folder / name
    if _is_there(path, content):
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    stamp = time.time_ns()
    # Before the plain file, whose time tells a reader that all are new.
    for ending, pack in COMPRESSORS.items():
        beside = path.with_name(path.name + ending)
        if len(content) > SMALL:
            _replace(beside, pack(content), stamp)
        else:
            beside.unlink(missing_ok=True)
    _replace(path, content, stamp, keep=True)
    return True


def _is_there(path: Path, content: bytes) -> bool:
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
        # Emptied by a crash: packed forms are not forced to disk.
        if packed is not None and (packed.st_mtime_ns != plain.st_mtime_ns or not packed.st_size):
            return False
    return True


def _replace(path: Path, content: bytes, stamp: int, *, keep: bool = False) -> None:
    """Put `content` in the place of a file at once, with its time in nanoseconds; `keep` forces it to disk."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(content)
            handle.flush()
            if keep:
                os.fsync(handle.fileno())
        os.utime(temporary, ns=(stamp, stamp))
        temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
