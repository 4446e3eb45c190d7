"""The entries of a zip archive, from a host's listing or from the archive's own directory; pure.

Nothing is unpacked. Strangers made the archives, so every number and name in them is a claim: what is left out,
doubled, too long or leads out of the archive makes the listing incomplete, and never more.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tracker.hosts import json_fields

MOST_ENTRIES = 20_000
MOST_NAME = 1_000
"""Characters of the name of an entry."""
MOST_DIRECTORY = 1 << 20
"""Bytes of an archive that are read at most, all from its end and its directory."""
TAIL = 22 + 65_535
"""Bytes at the end of a zip in which its end record lies: the record and its longest comment (APPNOTE 4.3.16)."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class ZipListing:
    """The files of an archive with their sizes, by path; `complete` says that no other entry is in it."""

    sizes: Mapping[str, int | None]
    complete: bool


class OutsideOfWhatWasRead(Exception):
    """The directory lies where the archive was not read yet: `length` bytes from `start`."""

    def __init__(self, start: int, length: int) -> None:
        super().__init__(f"{length} bytes at {start}")
        self.start, self.length = start, length


class NotReadable(Exception):
    """The archive's directory cannot be read."""


def parse_listing(answer: object) -> ZipListing | None:
    """The listing in InvenioRDM's response to `/files/KEY/container`; None if it is not such a listing.

    Its fields are `entries` with `key` and `size`, `total`, and `truncated` (InvenioRDM 14, "ZIP and other container
    files").
    """
    fields = json_fields.as_mapping(answer)
    if not isinstance(fields.get("entries"), list):
        return None
    entries = [json_fields.as_mapping(entry) for entry in fields["entries"][: MOST_ENTRIES + 1]]
    listing = _collect((entry.get("key"), entry.get("size")) for entry in entries)
    total = fields.get("total")
    counted = not isinstance(total, int) or isinstance(total, bool) or total == len(fields["entries"])
    return ZipListing(listing.sizes, listing.complete and counted and fields.get("truncated") is not True)


def parse_directory(size: int, regions: Mapping[int, bytes]) -> ZipListing:
    """The entries in the directory of an archive of `size` bytes; `regions` are the bytes read of it, by offset.

    Raises OutsideOfWhatWasRead where more must be read, and NotReadable where that is too much or no directory.
    """
    try:
        with zipfile.ZipFile(_Regions(size, regions)) as archive:
            infos = archive.infolist()
    except OutsideOfWhatWasRead as needed:
        if needed.length > MOST_DIRECTORY:
            raise NotReadable("its directory is too long") from None
        raise
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, ValueError, OSError, OverflowError):
        raise NotReadable("it has no directory that can be read") from None
    return _collect((info.filename, info.file_size) for info in infos if not info.is_dir())


def _collect(entries: Iterable[tuple[Any, Any]]) -> ZipListing:
    sizes: dict[str, int | None] = {}
    complete = True
    for name, size in entries:
        path = name.strip() if isinstance(name, str) else ""
        if path.endswith("/"):
            continue
        if len(sizes) >= MOST_ENTRIES or path in sizes or not _is_plain(path):
            complete = False
            continue
        sizes[path] = size if isinstance(size, int) and not isinstance(size, bool) and size >= 0 else None
    return ZipListing(_without_common_folder(sizes), complete)


def _is_plain(path: str) -> bool:
    """Whether a name stays in the archive's own folder and can be shown."""
    parts = path.split("/")
    return (
        bool(path)
        and len(path) <= MOST_NAME
        and "\\" not in path
        and not _CONTROL.search(path)
        and all(part not in ("", ".", "..") for part in parts)
        and ":" not in parts[0]
    )


def _without_common_folder(sizes: Mapping[str, int | None]) -> dict[str, int | None]:
    """The paths without the one folder that holds them all, as the archives that forges make have it."""
    files = {path: size for path, size in sizes.items() if not path.startswith("__MACOSX/")}
    while len({path.partition("/")[0] for path in files}) == 1 and all("/" in path for path in files):
        files = {path.partition("/")[2]: size for path, size in files.items()}
    return files


class _Regions(io.RawIOBase):
    """An archive of which only some regions are at hand, for `zipfile`, which reads its end and its directory."""

    def __init__(self, size: int, regions: Mapping[int, bytes]) -> None:
        super().__init__()
        self._size, self._regions, self._at = size, regions, 0

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if at < 0:
            raise OSError("before the beginning")
        self._at = at
        return at

    def read(self, length: int | None = -1, /) -> bytes:
        end = self._size if length is None or length < 0 else min(self._at + length, self._size)
        if end <= self._at:
            return b""
        for start, content in self._regions.items():
            if start <= self._at and end <= start + len(content):
                piece = content[self._at - start : end - start]
                self._at = end
                return piece
        raise OutsideOfWhatWasRead(self._at, end - self._at)


def read_directory(size: int, read: Callable[[int, int], bytes]) -> ZipListing:
    """The entries of an archive of `size` bytes, of which `read(start, length)` gives a region, in at most two reads.

    Raises NotReadable; what `read` raises goes through.
    """
    if size < 22:
        raise NotReadable("it is shorter than any archive")
    start = max(0, size - TAIL)
    regions = {start: read(start, size - start)}
    try:
        return parse_directory(size, regions)
    except OutsideOfWhatWasRead as needed:
        regions[needed.start] = read(needed.start, needed.length)
    try:
        return parse_directory(size, regions)
    except OutsideOfWhatWasRead:
        raise NotReadable("its directory is in more than two places") from None
