"""Lists of others as evidence: links between papers and code in the format of Papers with Code, or our own JSON Lines.

An imported link is never believed. It is stored as a mention whose source is the list, and judged like any other mention;
alone it never makes an artifact the authors' own (`tracker.detect.roles.decision`).
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import IO, Any

from sqlalchemy import Connection, select

from tracker.domain.artifacts import Reference
from tracker.domain.mentions import Mention
from tracker.domain.terms import Place, Source
from tracker.store.dialect import among
from tracker.store.engine import Store
from tracker.store.joined import MENTIONS
from tracker.store.keys import paper_key, paper_work
from tracker.store.scans import ScanResult, save_scans
from tracker.store.tables.work import WORK

BATCH = 1000
CHUNK = 1 << 16
LONGEST = 1 << 20
"""The most characters of one record: a longer text is not a record."""
MOST_REPORTED = 20
"""Bad records that are reported one by one; all are counted."""
LONGEST_NAME = 120
_ID = re.compile(
    r"(?:(?i:arxiv):)?((?:[0-9]{4}\.[0-9]{4,5})|(?:[a-z-]{2,20}(?:\.[A-Z]{2})?/[0-9]{7}))(?:v[0-9]{1,3})?"
)
_BETWEEN = re.compile(r"[\s,\[\]]*")
_RESUMES = re.compile(r"(?:\n|\},?)[ \t\r\n]{0,32}(?=\{)")
_MARGIN = 64
"""Characters before the end of what was read in which an error may only be that the rest is missing."""
_DECODER = json.JSONDecoder()

Resolve = Callable[[str], Reference | None]


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A record that cannot be used, with the line on which it begins and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class ListedLink:
    """One link as a list names it."""

    line: int
    arxiv_id: str
    reference: Reference
    url: str
    claim: str
    """What the list says of the link, as text."""


@dataclass(slots=True)
class ImportSummary:
    """What an import came to."""

    records: int = 0
    new: int = 0
    known: int = 0
    """Links that an import had named before."""
    unknown_papers: int = 0
    """Records of papers that are not stored, or that name no arXiv paper."""
    bad: int = 0
    bad_records: list[BadRecord] = field(default_factory=list)


def import_links(
    store: Store,
    stream: IO[bytes],
    resolve: Resolve,
    *,
    source: str,
    rules: str,
    now: datetime,
    progress: Callable[[int], None] = lambda _: None,
) -> ImportSummary:
    """Take the links of a list into the store, a batch in a transaction each; repeating it changes nothing.

    `source` names the list in the evidence of each link; `rules` is the version of the rules of roles.
    Papers that are not stored are skipped and counted: a list creates no papers.
    """
    summary = ImportSummary()
    named = clean_name(source) or "a list without a name"
    read = (_listed(line, record, resolve) for line, record in read_records(stream))
    while batch := list(islice(read, BATCH)):
        summary.records += len(batch)
        links = []
        for link in batch:
            if isinstance(link, BadRecord):
                summary.bad += 1
                if len(summary.bad_records) < MOST_REPORTED:
                    summary.bad_records.append(link)
            elif link is None:
                summary.unknown_papers += 1
            else:
                links.append(link)
        _save(store, links, named, rules, now, summary)
        progress(summary.records)
    return summary


def clean_name(source: str) -> str:
    """The name of a source on one line. That of a file need not be text: bytes that are not UTF-8 are lone surrogates."""
    clean = source.encode("utf-8", "replace").decode().replace("\0", "")
    return " ".join(clean.split())[:LONGEST_NAME]


def _save(
    store: Store, links: Sequence[ListedLink], source: str, rules: str, now: datetime, summary: ImportSummary
) -> None:
    with store.read() as connection:
        latest, stored = _stored(connection, links)
    mentions: dict[str, list[Mention]] = {}
    for link in links:
        key = paper_key(link.arxiv_id)
        if key not in latest:
            summary.unknown_papers += 1
        elif (key, link.reference.folded) in stored:
            summary.known += 1
        else:
            stored.add((key, link.reference.folded))
            summary.new += 1
            mentions.setdefault(link.arxiv_id, []).append(
                Mention(
                    reference=link.reference,
                    url=link.url,
                    place=Place.PAGE,
                    source=Source.IMPORT,
                    evidence=f"{source} (line {link.line}): {link.claim}",
                )
            )
    if mentions:
        save_scans(
            store,
            [
                ScanResult(
                    work=paper_work(arxiv_id),
                    version=latest[paper_key(arxiv_id)],
                    source=Source.IMPORT,
                    mentions=tuple(of_paper),
                )
                for arxiv_id, of_paper in mentions.items()
            ],
            rules,
            now,
        )


def _stored(connection: Connection, links: Sequence[ListedLink]) -> tuple[Mapping[int, int], set[tuple[int, str]]]:
    """Newest versions of the papers that are stored, and what imports have named of them."""
    keys = {paper_key(link.arxiv_id) for link in links}
    latest = connection.execute(select(WORK.c.id, WORK.c.latest).where(among(WORK.c.id, keys), WORK.c.latest > 0))
    named = connection.execute(
        select(MENTIONS.c.work, MENTIONS.c.folded).where(
            among(MENTIONS.c.work, keys), MENTIONS.c.source == Source.IMPORT.value
        )
    )
    return {row.id: row.latest for row in latest}, {(row.work, row.folded) for row in named}


def _listed(line: int, record: Any, resolve: Resolve) -> ListedLink | BadRecord | None:
    """A record of either format as a link; None where it names no arXiv paper."""
    if isinstance(record, BadRecord):
        return record
    theirs = "repo_url" in record
    arxiv_id, url = (
        record.get("paper_arxiv_id" if theirs else "arxiv_id"),
        record.get("repo_url" if theirs else "url"),
    )
    if theirs and arxiv_id in (None, ""):
        return None
    if not isinstance(arxiv_id, str) or not (match := _ID.fullmatch(arxiv_id.strip())):
        return BadRecord(line, "names no arXiv id")
    if not isinstance(url, str) or (found := resolve(url.strip())) is None:
        return BadRecord(line, "names no http(s) address")
    if theirs:
        claim = "named as official" if record.get("is_official") is True else "named, not as official"
    else:
        role = record.get("role")
        claim = f"named as {role}" if role in ("own", "own-page", "mention", "community") else "named"
    return ListedLink(line, match[1], found, found.url, claim)


def read_records(stream: IO[bytes]) -> Iterator[tuple[int, Any]]:
    """The objects of a JSON array or of JSON Lines, each with the line on which it begins, or a Bad in its place.

    Reads in pieces and holds little more than LONGEST characters. After an object that cannot be read it goes on
    where the next one seems to begin; what is no object is skipped to the end of its line.
    """
    decoder = codecs.getincrementaldecoder("utf-8-sig")(errors="replace")
    text, at, line, ended, lost = "", 0, 1, False, False
    while True:
        start = _after(text, at, lost=lost)
        line += text.count("\n", at, start)
        at = start
        lost = lost and at >= len(text) - _MARGIN and not text.startswith("{", at)
        found, end = (None, at) if lost else _one(text, at, ended=ended)
        if found is None and ended and (lost or at >= len(text)):
            return
        if found is None and len(text) - at < LONGEST and not ended:
            piece = stream.read(max(CHUNK, len(text) - at))
            ended = not piece
            text, at = text[at:] + decoder.decode(piece, final=ended), 0
            continue
        if found is None:
            found, end, lost = BadRecord(line, "is too long"), at + 1, True
        elif isinstance(found, BadRecord):
            lost = text.startswith("{", at)
            found = BadRecord(line, found.reason)
        yield line, found
        line += text.count("\n", at, end)
        at = end


def _after(text: str, at: int, *, lost: bool) -> int:
    """Where the next object seems to begin; where none is in sight, the end but for what may be its beginning."""
    if not lost:
        found = _BETWEEN.match(text, at)
        return found.end() if found else at
    resumed = _RESUMES.search(text, at)
    return resumed.end() if resumed else max(at, len(text) - _MARGIN)


def _one(text: str, at: int, *, ended: bool) -> tuple[Any, int]:
    """The object that begins here, and where it ends; None while its end was not read."""
    if at >= len(text):
        return None, at
    if text[at] != "{":
        end = text.find("\n", at)
        if end < 0 and not ended and len(text) - at < LONGEST:
            return None, at
        return BadRecord(0, "is no JSON object"), end if end >= 0 else len(text)
    try:
        found, end = _DECODER.raw_decode(text, at)
    except json.JSONDecodeError as error:
        if not ended and (error.pos >= len(text) - _MARGIN or error.msg.startswith("Unterminated string")):
            return None, at
        end = max(error.pos, at + 1)
        while end > at + 1 and text[end - 1].isspace():
            end -= 1  # the next object may begin right where this one breaks off
        return BadRecord(0, "is no JSON object"), end
    except (ValueError, RecursionError):
        return BadRecord(0, "cannot be read as JSON"), at + 1
    return found, end
