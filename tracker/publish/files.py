"""Writing what was built: whole files or nothing, and nothing that did not change."""

from __future__ import annotations

import gzip
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tracker.errors import TrackerError

SMALL = 256
"""Bytes below which compression gains nothing."""


def publish(folder: Path, files: Mapping[str, bytes]) -> list[str]:
    """Write files below `folder`; returns the names of those that changed.

    Raises TrackerError when the folder cannot be written, ValueError for an empty file: an empty build never
    replaces a good one.
    """
    if empty := [name for name, content in files.items() if not content]:
        raise ValueError(f"refusing to publish empty files: {', '.join(empty)}")
    try:
        return [name for name, content in files.items() if write(folder, name, content)]
    except OSError as error:
        raise TrackerError(
            f"{folder}: the site cannot be written ({error.strerror}); free space or set "
            "TRACKER_DATA_DIR to a folder this user may write."
        ) from None


def write(folder: Path, name: str, content: bytes) -> bool:
    """Write one file and its `.gz` beside it, atomically; False if the same bytes are there already."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    packed_path = path.with_name(f"{path.name}.gz")
    packed = gzip.compress(content, compresslevel=9, mtime=0) if len(content) > SMALL else None
    if _holds(packed_path, packed) and _holds(path, content):
        return False
    # Before the plain file, whose time tells a reader that both are new.
    if packed is None:
        packed_path.unlink(missing_ok=True)
    else:
        _replace(packed_path, packed)
    _replace(path, content)
    return True


def _holds(path: Path, content: bytes | None) -> bool:
    return path.read_bytes() == content if path.is_file() else content is None


def _replace(path: Path, content: bytes) -> None:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
