"""The published files, kept in memory and read again when they change on disk."""

from __future__ import annotations

import hashlib
import os
from collections import OrderedDict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from time import monotonic

from tracker.publish.file_headers import POLLED, TYPES, content_type
from tracker.regular_files import open_regular
from tracker.web.conditional import ENDINGS
from tracker.web.responses import ANY_ORIGIN, NOSNIFF, SECURITY, VARY, HeaderList, raw

MOST_BYTES = 8 * 1024 * 1024
"""Bytes of bodies kept in memory; the file that was asked for longest ago is dropped first."""
LARGE = 4 * 1024 * 1024
"""A file of more bytes is sent from disk, and uncompressed."""
RECHECK_SECONDS = 0.001
"""Under load, many requests share one question to the disk whether a file changed."""
LONGEST_NAME = 300
WITHOUT_ADDRESS = frozenset({"404", "index"})
"""Pages that are served under no address of their own name: the error page, and the first page, which is at `/`."""


@dataclass(frozen=True, slots=True)
class Representation:
    """A file in one content coding (RFC 9110, 3.2).

    Both header lists lack Cache-Control, which depends on the time of day.
    """

    etag: bytes
    body: bytes
    headers: HeaderList
    not_modified_headers: HeaderList


@dataclass(slots=True)
class PublishedFile:
    """A published file with the representations that were asked for so far.

    A file too large for memory has an empty body here and is sent from its path.
    """

    path: Path
    suffix: str
    content_type: str
    digest: str
    """Of its content, in hexadecimal: the entity tag without the coding."""
    mtime_ns: int
    """Nanoseconds since 1970."""
    size: int
    checked_until: float = 0.0
    """When the disk is asked again whether the file changed, by the monotonic clock."""
    modified: datetime = field(init=False)
    """`mtime_ns` as Last-Modified says it: to the second, aware UTC."""
    plain: Representation = field(init=False)
    encoded: dict[str, Representation | None] = field(default_factory=dict)
    """By coding; None where the publisher wrote none that fits."""

    def __post_init__(self) -> None:
        self.modified = datetime.fromtimestamp(self.mtime_ns // 1_000_000_000, UTC)

    @property
    def is_large(self) -> bool:
        """Whether it is sent from disk."""
        return self.size > LARGE

    @property
    def bytes_in_memory(self) -> int:
        """The sum of its bodies."""
        encoded = sum(len(representation.body) for representation in self.encoded.values() if representation)
        return len(self.plain.body) + encoded

    def represent(self, body: bytes, coding: str = "") -> Representation:
        """This body of the file, in a coding or plain, with its headers."""
        etag = f'"{self.digest}-{coding}"' if coding else f'"{self.digest}"'
        validators = {
            "etag": etag,
            "last-modified": format_datetime(self.modified, usegmt=True),
            **VARY,
            **(ANY_ORIGIN if self.suffix in POLLED else {}),
        }
        headers = {
            **validators,
            "content-type": self.content_type,
            "content-length": str(len(body) or self.size),
            **(SECURITY if self.suffix in (".html", ".svg") else NOSNIFF),
            **({"content-encoding": coding} if coding else {}),
        }
        return Representation(etag.encode(), body, raw(headers), raw(validators))


class PublishedFiles:
    """The files of one folder by name; bounded in memory. Of one thread (the event loop's)."""

    def __init__(self, folder: Path, most_bytes: int = MOST_BYTES) -> None:
        self._folder, self._most_bytes, self._bytes = str(folder), most_bytes, 0
        self._files: OrderedDict[str, PublishedFile] = OrderedDict()

    def at_address(self, address: str) -> PublishedFile | None:
        """The file at a path of the site without its leading slash, None if it does not exist.

        A page has no ending in its address: `feeds` is `feeds.html`, and the empty address is `index.html`.
        """
        if address in WITHOUT_ADDRESS or address.endswith(".html"):
            return None
        if file := self.by_name(address or "index.html"):
            return file
        return self.by_name(f"{address}.html") if address else None

    def by_name(self, name: str) -> PublishedFile | None:
        """The file with this path below the folder, None if it does not exist. Nothing outside the folder is read."""
        file = self._files.get(name)
        moment = monotonic()
        if file is not None and moment < file.checked_until:
            return file
        if file is None and not is_servable(name):
            return None
        try:
            if file is not None:
                state = os.stat(f"{self._folder}/{name}")  # noqa: PTH116 # for each request: four times as fast
                if (file.mtime_ns, file.size) == (state.st_mtime_ns, state.st_size):
                    self._files.move_to_end(name)
                    file.checked_until = moment + RECHECK_SECONDS
                    return file
                self._drop(name)
            return self._read(name)
        except (OSError, ValueError):
            self._drop(name)
            return None

    def addresses(self, without: Collection[str] = ()) -> Iterator[str]:
        """The addresses of all files, sorted, but for those in the folders `without` at the top."""
        for folder, folders, names in os.walk(self._folder):
            below = os.path.relpath(folder, self._folder)
            folders[:] = sorted(name for name in folders if below != "." or name not in without)
            for name in sorted(names):
                path = name if below == "." else f"{below}/{name}"
                address = path.removesuffix(".html")
                if is_servable(path) and address not in WITHOUT_ADDRESS:
                    yield address

    def representation(self, file: PublishedFile, codings: tuple[str, ...]) -> Representation:
        """The file in the first of these codings that exists, else as it is."""
        for coding in () if file.is_large else codings:
            if coding not in file.encoded:
                file.encoded[coding] = _read_encoded(file, coding)
                self._count(file.encoded[coding])
            if representation := file.encoded[coding]:
                return representation
        return file.plain

    def _read(self, name: str) -> PublishedFile:
        path = Path(self._folder, name)
        with os.fdopen(open_regular(path), "rb") as handle:
            state = os.fstat(handle.fileno())
            content = handle.read(state.st_size) if state.st_size <= LARGE else b""
        digest = hashlib.sha256(content or f"{state.st_mtime_ns} {state.st_size}".encode()).hexdigest()[:32]
        file = PublishedFile(path, path.suffix, content_type(name), digest, state.st_mtime_ns, state.st_size)
        file.plain = file.represent(content)
        self._files[name] = file
        self._count(file.plain)
        return file

    def _count(self, representation: Representation | None) -> None:
        self._bytes += len(representation.body) if representation else 0
        while self._bytes > self._most_bytes and len(self._files) > 1:
            _, oldest = self._files.popitem(last=False)
            self._bytes -= oldest.bytes_in_memory

    def _drop(self, name: str) -> None:
        if file := self._files.pop(name, None):
            self._bytes -= file.bytes_in_memory


def is_servable(name: str) -> bool:
    """Whether a name may be that of a published file: of a known type, without hidden parts, inside the folder."""
    if len(name) > LONGEST_NAME or "\\" in name or "\0" in name:
        return False
    if any(part == "" or part[0] == "." for part in name.split("/")):
        return False
    stem, suffix = os.path.splitext(name)  # noqa: PTH122 # a path of an address, not of a disk
    # `feed.xml.zst` is a coding of `feed.xml`, not a file of its own.
    return suffix in TYPES and not (suffix == ".zst" and os.path.splitext(stem)[1] in TYPES)  # noqa: PTH122


def _read_encoded(file: PublishedFile, coding: str) -> Representation | None:
    """The compressed file beside a file. Only one with the same time holds the same content."""
    try:
        beside = file.path.with_name(file.path.name + ENDINGS[coding])
        with os.fdopen(open_regular(beside), "rb") as handle:
            if os.fstat(handle.fileno()).st_mtime_ns != file.mtime_ns:
                return None
            body = handle.read()
    except OSError:
        return None
    return file.represent(body, coding) if body else None
