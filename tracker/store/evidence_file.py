"""The file in which one installation hands its evidence to another: JSON Lines, with a header and a last line.

What it says was written by strangers. A file is read strictly: the first thing that is wrong ends it, by line number.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import IO, Annotated, Any, Final, Literal, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, StringConstraints, ValidationError
from sqlalchemy import func, select

from tracker.domain.artifacts import Reference
from tracker.domain.errors import EvidenceError
from tracker.domain.paper_ids import parse_arxiv_id
from tracker.domain.terms import Content, Outcome, Place, Role, Source
from tracker.store.engine import Store
from tracker.store.joined import ROLES
from tracker.store.tables.artifact import ARTIFACT, ARTIFACT_CHECK, ARTIFACT_NAME
from tracker.store.tables.work import WORK

FORMAT: Final = "arxiv-code-tracker evidence"
VERSION = 1
LONGEST_LINE = 1 << 14
"""Bytes of one line. The longest that is written has an address of 2,000 characters and a sentence of 400."""
MOST_BYTES = 16 << 30
"""Bytes of a whole file, decompressed. All of arXiv's three million papers with five links each need half of that."""
ROWS = 2_000
"""Rows that are in memory at once."""
YEARS = range(1991, 2200)
AHEAD = timedelta(days=1)
"""How far the clock of another installation may be ahead of ours."""
_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]"
)
"""Control characters, overrides of the writing direction, and what no file in UTF-8 holds."""

Resolve = Callable[[str], Reference | None]


def _require_printable(text: str) -> str:
    if _UNPRINTABLE.search(text):
        raise ValueError("holds a control character")
    return text


def _require_id(text: str) -> str:
    if parse_arxiv_id(text) != text:
        raise ValueError("is not an arXiv id without a version")
    return text


def _require_year(moment: datetime) -> datetime:
    if moment.year not in YEARS:
        raise ValueError("is not a time of arXiv's")
    return moment.replace(microsecond=0)


Sentence = Annotated[str, StringConstraints(max_length=400), AfterValidator(_require_printable)]
Name = Annotated[str, StringConstraints(max_length=100), AfterValidator(_require_printable)]
WebAddress = Annotated[str, StringConstraints(max_length=2_000), AfterValidator(_require_printable)]
ArxivId = Annotated[str, StringConstraints(max_length=40), AfterValidator(_require_id)]
Moment = Annotated[AwareDatetime, AfterValidator(_require_year)]


class _Line(BaseModel):
    """A line of the file. Unknown keys are left alone, so that a later program may add some."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")


L = TypeVar("L", bound=_Line)


class Header(_Line):
    """The first line: what the file is, and when it was made by which program."""

    format: Literal["arxiv-code-tracker evidence"]
    version: int
    made_at: Moment
    program: Name


class SeenState(_Line):
    """What the newest check of a link saw, from when to when, and by which rules it was read."""

    outcome: Outcome
    content: Content
    licence: Name
    since: Moment
    until: Moment
    rules: Name


class EvidenceRecord(_Line):
    """What an installation saw of one link of one paper, and by which rules it decided what the link is."""

    arxiv_id: ArxivId
    url: WebAddress
    role: Role
    place: Place
    evidence: Sentence
    found_at: Moment
    rules: Name
    seen: SeenState | None = None


class _End(_Line):
    """The last line, without which the file was cut off."""

    records: int


def write_evidence(store: Store, file: IO[bytes], resolve: Resolve, *, program: str, now: datetime) -> int:
    """Write what this store saw itself into an open file; returns how many records.

    Links that only another tracker's list names are left out, so that nothing goes in circles.
    """
    _write(file, Header(format=FORMAT, version=VERSION, made_at=now, program=program))
    number = 0
    with store.read() as connection:
        for row in connection.execution_options(yield_per=ROWS).execute(_own_links()):
            if (record := _make_record(row, resolve)) is not None:
                _write(file, record)
                number += 1
    _write(file, _End(records=number))
    return number


def _write(file: IO[bytes], line: _Line) -> None:
    file.write(f"{json.dumps(line.model_dump(mode='json'), ensure_ascii=False)}\n".encode())


def _own_links() -> Any:
    later = ARTIFACT_CHECK.alias("later")
    newest = select(func.max(later.c.first_seen)).where(later.c.artifact == ROLES.c.artifact).scalar_subquery()
    check = (ARTIFACT_CHECK.c[name] for name in ("outcome", "content", "licence_spdx", "first_seen", "last_seen"))
    role = (ROLES.c[name] for name in ("role", "place", "evidence", "found_at", "rules", "url"))
    return (
        select(
            WORK.c.arxiv_id,
            *role,
            *check,
            ARTIFACT_NAME.c.url.label("canonical"),
            ARTIFACT.c.rules.label("read_rules"),
        )
        .join(WORK, WORK.c.id == ROLES.c.work)
        .join(ARTIFACT, ARTIFACT.c.id == ROLES.c.artifact)
        .join(ARTIFACT_NAME, ARTIFACT_NAME.c.id == ROLES.c.name)
        .outerjoin(
            ARTIFACT_CHECK,
            (ARTIFACT_CHECK.c.artifact == ROLES.c.artifact) & (ARTIFACT_CHECK.c.first_seen == newest),
        )
        .where(WORK.c.arxiv_id.is_not(None), ROLES.c.source != Source.IMPORT.value)
        .order_by(ROLES.c.work, ROLES.c.artifact)
    )


def _make_record(row: Any, resolve: Resolve) -> EvidenceRecord | None:
    """The record of a row; None where another installation could not read it."""
    url = next((url for url in (row.url, row.canonical) if resolve(url) is not None), None)
    try:
        return (
            EvidenceRecord(
                arxiv_id=row.arxiv_id,
                url=url or "",
                role=Role(row.role),
                place=Place(row.place),
                evidence=_UNPRINTABLE.sub(" ", row.evidence)[:400],
                found_at=row.found_at,
                rules=row.rules,
                seen=_seen_state(row),
            )
            if url
            else None
        )
    except ValidationError:
        return None


def _seen_state(row: Any) -> SeenState | None:
    if row.outcome is None:
        return None
    return SeenState(
        outcome=Outcome(row.outcome),
        content=Content(row.content),
        licence=row.licence_spdx or "",
        since=row.first_seen,
        until=row.last_seen,
        rules=row.read_rules,
    )


def read_evidence(
    stream: IO[bytes], resolve: Resolve, now: datetime
) -> Iterator[tuple[int, Header, EvidenceRecord, Reference]]:
    """The records of a file, each with its line, the header and the reference of its address, in memory that does not
    grow. EvidenceError for the first line that is not as it must be; the file is whole once the iterator ended."""
    lines = _read_lines(stream)
    header = _read_header(next(lines, (1, b"")), now)
    records = 0
    for number, line in lines:
        if line.startswith(b'{"records"'):
            end = _parse(_End, number, line)
            if end.records != records:
                raise _wrong(number, f"counts {end.records} records, and there are {records}")
            if (after := next(lines, None)) is not None:
                raise _wrong(after[0], "follows the last line")
            return
        record = _parse(EvidenceRecord, number, line)
        reference = resolve(record.url)
        if reference is None:
            raise _wrong(number, "has a wrong `url` (no http(s) address)")
        seen = (record.seen.since, record.seen.until) if record.seen else ()
        if max([record.found_at, *seen]) > now + AHEAD:
            raise _wrong(number, "has a time in the future")
        records += 1
        yield number, header, record, reference
    raise _wrong(records + 2, "is missing: the file was cut off")


def _read_lines(stream: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    number = size = 0
    while line := stream.readline(LONGEST_LINE + 1):
        number, size = number + 1, size + len(line)
        if len(line) > LONGEST_LINE:
            raise _wrong(number, f"is longer than {LONGEST_LINE:,} bytes")
        if size > MOST_BYTES:
            raise _wrong(number, f"is beyond the {MOST_BYTES:,} bytes that a file may have")
        yield number, line


def _read_header(first: tuple[int, bytes], now: datetime) -> Header:
    number, line = first
    try:
        version = json.loads(line)["version"] if FORMAT.encode() in line else None
    except (ValueError, TypeError, KeyError, RecursionError):
        version = None
    if version is None:
        raise _wrong(number, "is not the header of a file of `tracker export --evidence`")
    if version != VERSION:
        raise _wrong(number, f"names another version of the format than {VERSION}, which this program reads")
    header = _parse(Header, number, line)
    if header.made_at > now + AHEAD:
        raise _wrong(number, "has a time in the future")
    return header


def _parse(model: type[L], number: int, line: bytes) -> L:
    try:
        return model.model_validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        why = first["msg"].removeprefix("Value error, ")
        why = "is no JSON object" if first["type"].startswith(("json", "model")) and not key else why
        raise _wrong(number, f"has a wrong `{key}` ({why[0].lower()}{why[1:]})" if key else why) from None


def _wrong(line: int, what: str) -> EvidenceError:
    return EvidenceError(f"line {line:,} {what}; nothing was imported, ask for a new file")
