"""Reads the snapshot of arXiv's metadata that Kaggle offers (CC0): JSON Lines, one paper a line, newest texts only.

Source: kaggle.com/datasets/Cornell-University/arxiv. A line has id, title, abstract, comments, categories, license, doi,
versions (version, created), update_date and authors_parsed. It is read line by line, plain, gzipped, or as the one file of
a ZIP archive, which is how Kaggle serves it. Any line may be broken or hostile.
"""

from __future__ import annotations

import gzip
import json
import os
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO, Any, cast

from tracker.domain.affiliations import keep_affiliations
from tracker.domain.errors import TrackerError
from tracker.domain.paper_ids import parse_plain_id
from tracker.harvest.arxiv_text import CATEGORY, clean_names, clean_text
from tracker.harvest.oai_records import OaiRecord, RecordVersion, parse_affiliations, parse_authors, parse_time
from tracker.regular_files import open_regular

MOST_LINE = 2_000_000
"""Bytes of a line; the longest papers, with thousands of authors, have a tenth of that."""
MOST_AUTHORS = 10_000
MOST_VERSIONS = 999
_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"
_SKIP = 1 << 20


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that does not describe a paper: its number, from 1 on, and why."""

    number: int
    reason: str


@contextmanager
def open_snapshot(path: Path) -> Iterator[IO[bytes]]:
    """The lines of a snapshot, decompressed. Raises TrackerError where the file cannot be read, or holds no snapshot."""
    try:
        opened = open_regular(path)
    except OSError as error:
        raise TrackerError(f"{path}: cannot be read ({error.strerror}); give a file that can be read.") from None
    try:
        with os.fdopen(opened, "rb") as plain:
            head = plain.read(len(_ZIP))
            plain.seek(0)
            if head == _ZIP:
                with zipfile.ZipFile(plain) as archive, archive.open(_only_file(path, archive)) as member:
                    yield member
            elif head.startswith(_GZIP):
                with gzip.open(plain) as packed:
                    yield cast("IO[bytes]", packed)
            else:
                yield plain
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile) as error:
        reason = getattr(error, "strerror", None) or error
        raise TrackerError(
            f"{path}: cannot be read to its end ({reason}); what was read is kept. Get the file again, and run the "
            "same command."
        ) from None


def _only_file(path: Path, archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    files = [entry for entry in archive.infolist() if entry.filename.endswith((".json", ".jsonl"))]
    if len(files) != 1 or files[0].flag_bits & 1:
        raise TrackerError(f"{path}: is an archive without exactly one readable .json file; give the file itself.")
    return files[0]


def read_snapshot(lines: IO[bytes]) -> Iterator[OaiRecord | BadLine]:
    """The papers of a snapshot, line by line; a line that describes none gives a BadLine. Empty lines are skipped."""
    number = 0
    while line := lines.readline(MOST_LINE + 1):
        number += 1
        if len(line) > MOST_LINE:
            while line and not line.endswith(b"\n"):
                line = lines.readline(_SKIP)
            yield BadLine(number, f"it is longer than {MOST_LINE:,} bytes")
        elif line.strip():
            try:
                yield parse_line(line)
            except ValueError as error:
                yield BadLine(number, str(error))


def parse_line(line: bytes) -> OaiRecord:
    """The paper of one line. Raises ValueError, with a clause for people, where it describes none."""
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError("it is not JSON") from None
    if not isinstance(data, Mapping):
        raise ValueError("it is not a JSON object")
    arxiv_id = parse_plain_id(_text(data, "id").strip())
    if arxiv_id is None:
        raise ValueError("`id` is not an arXiv id")
    versions = _versions(data.get("versions"))
    terms = dict.fromkeys(_text(data, "categories").split())
    categories = tuple(term for term in terms if CATEGORY.fullmatch(term))
    title = _one_line(_text(data, "title"))
    if not categories or not title:
        raise ValueError(f"`{'title' if categories else 'categories'}` is missing")
    return OaiRecord(
        arxiv_id=arxiv_id,
        datestamp=_day(data) or versions[-1].submitted_at.date(),
        versions=versions,
        title=title,
        abstract=clean_text(_text(data, "abstract")).strip(),
        comment=clean_text(_text(data, "comments")).strip() or None,
        authors=_authors(data),
        affiliations=_affiliations(data),
        categories=categories,
        licence=_one_line(_text(data, "license")) or None,
        doi=_one_line(_text(data, "doi")) or None,
    )


def _versions(value: object) -> tuple[RecordVersion, ...]:
    """All versions in order. ValueError where one of them cannot be read, because a gap would be taken for a fact."""
    if not isinstance(value, list) or not 0 < len(value) <= MOST_VERSIONS:
        raise ValueError("`versions` is not a list of versions")
    versions: dict[int, RecordVersion] = {}
    for entry in value:
        name, created = (entry.get("version"), entry.get("created")) if isinstance(entry, Mapping) else ("", "")
        at = parse_time(created) if isinstance(created, str) else None
        digits = name.removeprefix("v") if isinstance(name, str) else ""
        if at is None or not (digits.isascii() and digits.isdecimal() and 0 < len(digits) < 4 and int(digits)):
            raise ValueError("`versions` has an entry without a version like v1 or a time of submission")
        versions[int(digits)] = RecordVersion(int(digits), at, withdrawn=False)
    return tuple(versions[n] for n in sorted(versions))


def _authors(data: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of `authors_parsed` (family name, given names, suffix, affiliations), or else those of `authors`."""
    parsed = data.get("authors_parsed")
    if not isinstance(parsed, list):
        return parse_authors(_text(data, "authors"))
    names = []
    for entry in parsed[:MOST_AUTHORS]:
        if not isinstance(entry, list) or not all(isinstance(part, str) for part in entry[:3]):
            raise ValueError("`authors_parsed` has an entry that is not a list of names")
        family, given, suffix = (*entry[:3], "", "", "")[:3]
        name = clean_names(f"{given} {family}".strip() + (f", {suffix}" if suffix.strip() else ""))
        if name:
            names.append(name)
    return tuple(names)


def _affiliations(data: Mapping[str, Any]) -> tuple[str, ...]:
    """The affiliations of `authors_parsed`, whose entries `_authors` has checked, or else those of `authors`."""
    parsed = data.get("authors_parsed")
    if not isinstance(parsed, list):
        return parse_affiliations(_text(data, "authors"))
    return keep_affiliations(
        clean_names(part) for entry in parsed[:MOST_AUTHORS] for part in entry[3:] if isinstance(part, str)
    )


def _text(data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"`{key}` is not a text")
    # JSON may hold half a surrogate pair, which no UTF-8 can.
    return value.encode("utf-8", "replace").decode("utf-8")


def _one_line(text: str) -> str:
    return " ".join(clean_text(text).split())


def _day(data: Mapping[str, Any]) -> date | None:
    try:
        return date.fromisoformat(_text(data, "update_date")[:10])
    except ValueError:
        return None
