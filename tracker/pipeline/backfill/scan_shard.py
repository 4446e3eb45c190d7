"""Reads one archive of papers' sources to a file of what their texts show: no clock, no network, no database.

The same shard gives the same bytes in every process. The file is JSON Lines: a header, a line for each paper that was
read, a line for each trouble, and a last line, so that a file without it is not whole. It is written aside and renamed.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from tracker.detect.roles.role_rules import RoleRules
from tracker.domain.artifacts import Reference
from tracker.domain.mentions import Mention
from tracker.domain.papers import FullText, Paper
from tracker.domain.terms import Place, Promise, Source
from tracker.harvest.full_text import read_pdf, read_source
from tracker.harvest.source_archives import SourceMember, md5_of, read_members
from tracker.pipeline.text_reading import TextReading, read_paper_text
from tracker.regular_files import open_regular

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Shard:
    """An archive, and of which papers it is to be read: by arXiv id the version that it holds, and its metadata."""

    name: str
    md5: str
    papers: Mapping[str, tuple[int, Paper]]

    def header(self, rules: str) -> dict[str, Any]:
        """What a result is made of: another archive, other papers or other rules have another header."""
        known = "\n".join(f"{arxiv_id} {version}" for arxiv_id, (version, _) in sorted(self.papers.items()))
        papers = hashlib.sha256(known.encode()).hexdigest()[:16]
        return {"format": FORMAT, "archive": self.name, "md5": self.md5, "rules": rules, "papers": papers}


@dataclass(frozen=True, slots=True)
class ShardPaper:
    """What was read of one paper in an archive."""

    arxiv_id: str
    version: int
    reading: TextReading


@dataclass(frozen=True, slots=True)
class ShardTrouble:
    """Why something in an archive could not be read, as a clause that begins with its name."""

    reason: str
    is_damaged: bool = False
    """Whether the archive is not the one that the manifest describes, so that nothing of it was read."""


def scan_shard(path: Path, shard: Shard, rules: RoleRules, result: Path) -> Path:
    """Read an archive, and write what the texts of the shard's papers show to `result`, which is returned.

    Whatever the archive holds, the file is written; what could not be read is named in it. Raises OSError where the
    result cannot be written.
    """
    aside = result.with_suffix(".part")
    with aside.open("w", encoding="utf-8") as file:
        _write(file, shard.header(rules.version))
        for entry in _scan(path, shard, rules):
            if isinstance(entry, ShardTrouble):
                _write(file, {"trouble": entry.reason, "damaged": entry.is_damaged})
            else:
                _write(file, {"paper": asdict(entry)})
        _write(file, {"end": True})
        file.flush()
        os.fsync(file.fileno())
    aside.replace(result)
    return result


def read_result(path: Path, header: Mapping[str, Any]) -> Iterator[ShardPaper | ShardTrouble] | None:
    """The entries of a result with this header; None where there is none, or it is not whole."""
    try:
        with path.open(encoding="utf-8") as file:
            first = file.readline()
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - len(_END)))
            is_whole = file.read() == _END
    except (OSError, ValueError):
        return None
    return _entries(path) if is_whole and first == _line(header) else None


def _entries(path: Path) -> Iterator[ShardPaper | ShardTrouble]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            data = json.loads(line)
            if "trouble" in data:
                yield ShardTrouble(data["trouble"], data["damaged"])
            elif "paper" in data:
                yield _load_paper(data["paper"])


def _scan(path: Path, shard: Shard, rules: RoleRules) -> Iterator[ShardPaper | ShardTrouble]:
    try:
        with os.fdopen(open_regular(path), "rb") as file:
            found = md5_of(file)
            if found != shard.md5:
                yield ShardTrouble(
                    f"its checksum is {found}, and the manifest says {shard.md5}; not read", is_damaged=True
                )
                return
            file.seek(0)
            yield from _scan_members(file, shard, rules)
    except OSError as error:
        yield ShardTrouble(f"cannot be read ({error.strerror or error}); not read", is_damaged=True)


def _scan_members(file: IO[bytes], shard: Shard, rules: RoleRules) -> Iterator[ShardPaper | ShardTrouble]:
    troubles: list[str] = []
    seen: set[str] = set()
    for member in read_members(file, shard.papers, troubles):
        if member.arxiv_id not in seen:
            seen.add(member.arxiv_id)
            version, paper = shard.papers[member.arxiv_id]
            text = _read_text(member, troubles)
            if text is not None:
                yield ShardPaper(member.arxiv_id, version, read_paper_text(text, paper, rules))
        yield from map(ShardTrouble, troubles)
        troubles.clear()
    yield from map(ShardTrouble, troubles)


def _read_text(member: SourceMember, troubles: list[str]) -> FullText | None:
    """The text of one paper; what is wrong with its file is added to `troubles`."""
    inside: list[str] = []
    found = read_pdf(member.body) if member.is_pdf else read_source(member.body, inside)
    troubles += [f"{member.name}: {clause}" for clause in inside]
    if isinstance(found, FullText):
        return found
    if not found.known and not inside:
        troubles.append(f"{member.name}: {found.reason}")
    return None


def _load_paper(data: Mapping[str, Any]) -> ShardPaper:
    reading = data["reading"]
    mentions = tuple(
        Mention(
            reference=Reference(**mention["reference"]),
            url=mention["url"],
            place=Place(mention["place"]),
            source=Source(mention["source"]),
            evidence=mention["evidence"],
            before=mention["before"],
        )
        for mention in reading["mentions"]
    )
    text = TextReading(
        Source(reading["source"]), mentions, Promise(reading["promise"]), reading["promise_evidence"]
    )
    return ShardPaper(data["arxiv_id"], data["version"], text)


def _line(data: Mapping[str, Any]) -> str:
    return json.dumps(data) + "\n"


_END = _line({"end": True})


def _write(file: IO[str], data: Mapping[str, Any]) -> None:
    file.write(_line(data))
