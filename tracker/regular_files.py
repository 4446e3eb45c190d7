"""Opening files at names where an operator, or a stranger, may have put something else.

To open a FIFO waits until somebody writes to it, and to read it, or a device, may never end. Every such name is opened
here: what is no file is an OSError whose `strerror` says what it is, at once.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

KINDS = {
    stat.S_IFIFO: "a FIFO",
    stat.S_IFSOCK: "a socket",
    stat.S_IFDIR: "a folder",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFLNK: "a link",
}


def open_regular(path: Path, flags: int = os.O_RDONLY) -> int:
    """The descriptor of a file, opened with these flags of `os.open`. Raises OSError, for what is no file too."""
    # Asked before as well as after: to open a device may do something, and a socket cannot be opened at all.
    try:
        _require_regular(path, path.stat().st_mode)
    except FileNotFoundError:
        if not flags & os.O_CREAT:
            raise
    descriptor = os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC, 0o644)
    try:
        _require_regular(path, os.fstat(descriptor).st_mode)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def read_regular(path: Path, most_bytes: int) -> bytes:
    """The bytes of a file. Raises OSError, for what is no file and for more than `most_bytes` too."""
    with os.fdopen(open_regular(path), "rb") as file:
        content = file.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise OSError(errno.EFBIG, f"it has more than {most_bytes:,} bytes", str(path))
    return content


def require_replaceable(path: Path) -> None:
    """Raise OSError where a file that takes this name would take the place of a device, a link or anything else but a
    file: root can rename a file over `/dev/null`."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    _require_regular(path, mode)


def _require_regular(path: Path, mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise OSError(
            errno.EINVAL, f"it is {KINDS.get(stat.S_IFMT(mode), 'something else')}, not a file", str(path)
        )


def how_to_own(folder: Path | str) -> str:
    """What lets this user write a folder, as the end of a sentence: a mount that an engine made belongs to root.

    A folder that cannot be made is named by the one above it that is there, but never by the root of all.
    """
    above = (Path(folder), *Path(folder).parents)
    # Path.exists() raises where a folder above may not be entered.
    there = next((each for each in above if os.path.exists(each)), Path(folder))  # noqa: PTH110
    owned = folder if there == Path(there.anchor) else there
    return (
        f"set TRACKER_DATA_DIR to a folder this user may write, or: chown -R {os.getuid()}:{os.getgid()} {owned}"
    )
