"""Reads arXiv's source archives: the manifest that lists them, and the tars of papers' source files.

Source: info.arxiv.org/help/bulk_data_s3. `arXiv_src_manifest.xml` (root `arXivSRC`) has a `file` for each tar, with filename,
md5sum, yymm, timestamp, size and the items that it holds. A tar holds `yymm/ID.gz` (a gzipped tar or one gzipped file) and
`yymm/ID.pdf`, without versions in the names; an id from before April 2007 is written as `astro-ph0001001`. A tar is read
from its start to its end; nothing is unpacked to disk.
"""

from __future__ import annotations

import hashlib
import re
import tarfile
from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BufferedReader
from typing import IO

from lxml import etree

from tracker.domain.id_months import month_of_yymm
from tracker.domain.paper_ids import parse_plain_id

MANIFEST = "arXiv_src_manifest.xml"
MOST_MANIFEST = 256 * 1024 * 1024
"""Bytes of a manifest; that of all of arXiv has a fiftieth of it."""
MOST_MEMBER = 256 * 1024 * 1024
"""Bytes of one paper's file, packed; arXiv takes 50 MB without asking."""
MOST_MEMBERS = 1_000_000
"""Members of one tar; arXiv's hold some thousands."""
_NAME = re.compile(r"(?:[\w.-]{1,100}/){0,5}([A-Za-z0-9][\w.-]{0,200}\.tar)", re.ASCII)
_MEMBER = re.compile(
    r"\d{4}/(?:(\d{4}\.\d{4,5})|([a-z]{1,10}(?:-[a-z]{1,10})?)(?:\.[A-Z]{2})?(\d{7}))\.(gz|pdf)", re.ASCII
)
_MD5 = re.compile(r"[0-9a-f]{32}", re.ASCII)
_SIZE = re.compile(r"\d{1,15}", re.ASCII)


@dataclass(frozen=True, slots=True)
class SourceArchive:
    """One tar as the manifest describes it."""

    key: str
    """Its name as the manifest has it, with a folder, which is its key in arXiv's bucket."""
    name: str
    """Its name without a folder."""
    md5: str
    size: int
    month: date
    """The month of the ids of its papers."""
    made_at: datetime | None
    """When it was made: what it holds is as new as that. None where the manifest does not say."""


@dataclass(frozen=True, slots=True)
class SourceMember:
    """One paper's file in a tar."""

    name: str
    arxiv_id: str
    is_pdf: bool
    body: bytes


def parse_manifest(body: bytes) -> tuple[list[SourceArchive], list[str]]:
    """The archives of a manifest in the order of its lines, and a clause for each entry that cannot be read.

    Raises ValueError, with a clause for people, where the whole is no manifest.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.LxmlError, ValueError):
        raise ValueError("is not complete XML") from None
    if root.getroottree().docinfo.internalDTD is not None or root.tag != "arXivSRC":
        raise ValueError("is not a manifest of arXiv's sources, whose root is arXivSRC")
    archives, broken = [], []
    for number, node in enumerate(root.iterchildren("file"), 1):
        archive = _parse_entry(node)
        if archive is None:
            broken.append(f"entry {number} names no .tar file with its md5sum, yymm and size; skipped")
        else:
            archives.append(archive)
    return archives, broken


def _parse_entry(node: etree._Element) -> SourceArchive | None:
    field = {
        name: (node.findtext(name) or "").strip() for name in ("filename", "md5sum", "yymm", "size", "timestamp")
    }
    name, month, md5 = _NAME.fullmatch(field["filename"]), month_of_yymm(field["yymm"]), field["md5sum"].lower()
    if name is None or month is None or not _MD5.fullmatch(md5) or not _SIZE.fullmatch(field["size"]):
        return None
    return SourceArchive(
        field["filename"], name[1], md5, int(field["size"]), month, _parse_time(field["timestamp"])
    )


def _parse_time(text: str) -> datetime | None:
    """A time such as `2010-12-23 00:13:59`. Its zone is not stated: UTC is at most hours before what is meant."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def md5_of(file: BufferedReader) -> str:
    """The checksum of an archive from where the file stands; the manifest has no other one."""
    return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def list_ids(file: IO[bytes]) -> list[str]:
    """The arXiv ids whose files a tar holds, as far as it can be read; reads its headers alone."""
    return [entry[1] for entry in _entries(file, []) if isinstance(entry, tuple)]


def read_members(file: IO[bytes], wanted: Container[str], troubles: list[str]) -> Iterator[SourceMember]:
    """The files of the wanted papers in a tar, one after the other.

    What cannot be read, or is not what arXiv packs, is skipped and named in `troubles`: a link, a device, a name that
    leads out of the archive, a file that is too large; and where the tar itself is cut or damaged, that it ends there.
    """
    for entry, arxiv_id, is_pdf, archive in _entries(file, troubles):
        if arxiv_id not in wanted:
            continue
        if entry.size > MOST_MEMBER:
            troubles.append(f"{_shown(entry.name)}: is larger than {MOST_MEMBER:,} bytes; skipped")
            continue
        try:
            content = archive.extractfile(entry)
            body = content.read() if content else b""
        except (tarfile.TarError, OSError, EOFError, ValueError):
            body = b""
        if len(body) < entry.size:
            troubles.append(f"{_shown(entry.name)}: is cut off; the archive ends there")
            return
        yield SourceMember(entry.name, arxiv_id, is_pdf, body)


def _entries(file: IO[bytes], troubles: list[str]) -> Iterator[tuple[tarfile.TarInfo, str, bool, tarfile.TarFile]]:
    """(header, arXiv id, whether it is a PDF, archive) of each paper's file in a tar."""
    try:
        with tarfile.open(fileobj=_BoundedReads(file), mode="r:") as archive:  # type: ignore[call-overload]
            for number in range(MOST_MEMBERS):
                if number:
                    # Python keeps every header it has read, for random access.
                    archive.members = []
                entry = archive.next()
                if entry is None:
                    file.seek(archive.offset)
                    if file.read(tarfile.BLOCKSIZE) != tarfile.NUL * tarfile.BLOCKSIZE:
                        troubles.append("ends without the mark of its end: it is damaged or cut off")
                    break
                if entry.size < 0:
                    raise ValueError("a negative size")
                found = _paper_of(entry, troubles)
                if found:
                    yield entry, *found, archive
            else:
                troubles.append(f"has more than {MOST_MEMBERS:,} members; the rest is skipped")
    except (tarfile.TarError, OSError, EOFError, ValueError) as error:
        troubles.append(f"is damaged or cut off ({_shown(str(error))}); the rest is skipped")


def _paper_of(entry: tarfile.TarInfo, troubles: list[str]) -> tuple[str, bool] | None:
    """(arXiv id, whether it is a PDF) of a member; None for a folder, and for what is named in `troubles`."""
    if entry.isdir():
        return None
    parts = entry.name.split("/")
    if entry.name.startswith("/") or ".." in parts:
        troubles.append(f"{_shown(entry.name)}: leads out of the archive; skipped")
        return None
    if not entry.isreg() or entry.issparse():
        what = "a link" if entry.issym() or entry.islnk() else "a device or a sparse file"
        troubles.append(f"{_shown(entry.name)}: is {what}, not a file; skipped")
        return None
    found = _MEMBER.fullmatch(entry.name.removeprefix("./"))
    arxiv_id = parse_plain_id(found[1] or f"{found[2]}/{found[3]}") if found else None
    if found is None or arxiv_id is None:
        troubles.append(f"{_shown(entry.name)}: is not named like a paper's source; skipped")
        return None
    return arxiv_id, found[4] == "pdf"


def _shown(name: str) -> str:
    """A stranger's name on one line of a terminal."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in name[:200])


class _BoundedReads:
    """A file whose single reads are bounded: the length of an extended header is a stranger's word."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.seek, self.tell = file.seek, file.tell

    def read(self, size: int = -1) -> bytes:
        """The next bytes. Raises ValueError for more than a member may have."""
        if not 0 <= size <= MOST_MEMBER + tarfile.BLOCKSIZE:
            raise ValueError(f"a header of {size:,} bytes")
        return self._file.read(size)
