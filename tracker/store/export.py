"""The public views as files: Parquet, CSV and JSON Lines, streamed in memory that does not grow with the store."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection

from tracker.domain.errors import StoreError, how_to_install
from tracker.domain.terms import State
from tracker.regular_files import require_replaceable
from tracker.store import views
from tracker.store.dialect import fetch_stored
from tracker.store.engine import open_reader
from tracker.store.enum_columns import PLACE

GROUP = 10_000
"""Rows of a Parquet row group, all that is in memory at once."""
FORMATS = ("parquet", "csv", "jsonl")
LINKS_FILE = "links-between-papers-and-code.json"


def default_format() -> str:
    """The format where none is chosen: Parquet, or JSON Lines where PyArrow is not installed."""
    return "parquet" if find_spec("pyarrow") else "jsonl"


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    FLAG = "flag"
    TIME = "time"
    """UTC, in the views as text like `2026-07-01T05:00:00Z`."""
    TEXTS = "texts"
    """A list of texts, in the views as JSON."""
    NESTED = "nested"
    """Any other JSON."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a public view."""

    name: str
    kind: Kind


_TEXT_LISTS = frozenset({"authors", "categories", "grade_reasons", "reasons", "names", "github", "huggingface"})
_DECLARED = {
    "INTEGER": Kind.INTEGER,
    "BIGINT": Kind.INTEGER,
    "FLOAT": Kind.NUMBER,
    "DOUBLE PRECISION": Kind.NUMBER,
    "BOOLEAN": Kind.FLAG,
}
_COUNTED = frozenset(
    {
        "first_version",
        "last_version",
        "links",
        "artifacts",
        "papers",
        "unread",
        "open_papers",
        "open_weights",
        "open_data",
        *(state.value for state in State),
    }
)
"""Whole numbers that a view computes, so that no table declares them. Whatever else is computed is text."""


@contextmanager
def open_consistent(url: str) -> Iterator[Connection]:
    """A connection that reads one consistent state of the whole store and cannot write. StoreError."""
    with closing(open_reader(url)) as store, store.read() as connection:
        yield connection


def view_columns(connection: Connection, view: str) -> list[Column]:
    """The columns of a public view, in order; what they hold is what the tables behind it declare. StoreError."""
    if view not in views.VIEWS:
        raise StoreError(f"{view}: is not a public view; choose one of {', '.join(views.VIEWS)}.")
    rows = fetch_stored(connection, _COLUMNS[connection.dialect.name], {"view": view})
    columns = [Column(name, _kind(name, declared.upper())) for name, declared in rows]
    if not columns:
        raise StoreError(f"The store has no view {view} yet; `tracker run` or `once` upgrades it.")
    return columns


_COLUMNS = {
    "sqlite": "SELECT name, type FROM pragma_table_info(:view)",
    "postgresql": "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute "
    "WHERE attrelid = to_regclass(:view) AND attnum > 0 ORDER BY attnum",
}


def _kind(name: str, declared: str) -> Kind:
    if declared == "JSON":
        return Kind.TEXTS if name in _TEXT_LISTS else Kind.NESTED
    if name.endswith("_at") or name in ("first_seen", "last_seen"):
        return Kind.TIME
    return _DECLARED.get(declared) or (Kind.INTEGER if name in _COUNTED else Kind.TEXT)


def json_value(kind: Kind, value: Any) -> Any:
    """A value as JSON has it: flags true or false, lists as arrays, times as text."""
    if value is None:
        return None
    if kind is Kind.FLAG:
        return bool(value)
    return json.loads(value) if kind in (Kind.TEXTS, Kind.NESTED) else value


def export_view(connection: Connection, view: str, form: str, file: IO[bytes]) -> int:
    """Write one view into an open file; returns how many rows. StoreError, also for an unknown format."""
    columns = view_columns(connection, view)
    if form not in FORMATS:
        raise StoreError(f"{form}: is not a format; choose one of {', '.join(FORMATS)}.")
    rows = fetch_stored(connection, f"SELECT * FROM {view}", stream=True)  # noqa: S608 # view_columns() refuses others
    if form == "parquet":
        return write_parquet(columns, rows, file)
    if form == "csv":
        return _csv(columns, rows, file)
    return _jsonl(columns, rows, file)


def _jsonl(columns: Sequence[Column], rows: Iterator[Sequence[Any]], file: IO[bytes]) -> int:
    number = 0
    for row in rows:
        number += 1
        record = {column.name: json_value(column.kind, value) for column, value in zip(columns, row, strict=True)}
        file.write(_line(record))
    return number


def _line(value: object) -> bytes:
    """A lone half of a surrogate pair, which a stranger's text may hold, becomes a question mark."""
    return f"{json.dumps(value, ensure_ascii=False)}\n".encode(errors="replace")


def _csv(columns: Sequence[Column], rows: Iterator[Sequence[Any]], file: IO[bytes]) -> int:
    """RFC 4180, UTF-8: nothing for what is not known, flags true or false, lists as JSON."""
    out = csv.writer(_Encoded(file))
    out.writerow([column.name for column in columns])
    flags = [place for place, column in enumerate(columns) if column.kind is Kind.FLAG]
    number = 0
    for row in rows:
        number += 1
        cells = list(row)
        for place in flags:
            cells[place] = None if cells[place] is None else str(bool(cells[place])).lower()
        out.writerow(cells)
    return number


class _Encoded:
    """Text into a file of bytes, without a buffer that would outlive the writer."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def write(self, text: str) -> int:
        return self._file.write(text.encode(errors="replace"))


def write_parquet(columns: Sequence[Column], rows: Iterator[Sequence[Any]], file: IO[bytes]) -> int:
    """Write rows of these columns as Parquet; returns how many. StoreError where PyArrow is missing."""
    try:
        import pyarrow as pa  # noqa: PLC0415 # an optional extra, 100 MB
        from pyarrow import parquet  # noqa: PLC0415 # as above
    except ImportError:
        raise StoreError(f"Parquet needs PyArrow: {how_to_install('export')}; or choose csv or jsonl.") from None
    types = {
        Kind.TEXT: pa.string(),
        Kind.INTEGER: pa.int64(),
        Kind.NUMBER: pa.float64(),
        Kind.FLAG: pa.bool_(),
        Kind.TIME: pa.timestamp("ms", tz="UTC"),
        Kind.TEXTS: pa.list_(pa.string()),
        Kind.NESTED: pa.string(),
    }
    schema = pa.schema([(column.name, types[column.kind]) for column in columns])
    number = 0
    with parquet.ParquetWriter(file, schema, compression="zstd") as out:
        while group := list(islice(rows, GROUP)):
            cells = zip(columns, zip(*group, strict=True), strict=True)
            arrays = [
                pa.array([_arrow(column.kind, cell) for cell in values], types[column.kind])
                for column, values in cells
            ]
            out.write_table(pa.Table.from_arrays(arrays, schema=schema), row_group_size=GROUP)
            number += len(group)
    return number


def _arrow(kind: Kind, value: Any) -> Any:
    if value is None:
        return None
    if kind is Kind.TIME:
        return datetime.fromisoformat(value)
    if kind is Kind.TEXTS:
        return [_clean(text) for text in json.loads(value)]
    if kind in (Kind.TEXT, Kind.NESTED):
        return _clean(str(value))
    return bool(value) if kind is Kind.FLAG else value


def _clean(text: str) -> str:
    return text if text.isascii() else text.encode(errors="replace").decode()


def write_links_file(connection: Connection, file: IO[bytes], paper_address: str) -> int:
    """Write `links-between-papers-and-code` as Papers with Code published it: a JSON array of flat objects.

    Listed are repositories that are the authors' own (`is_official`), and re-implementations by others. What cannot
    be known from outside is described in `docs/exchange.md`. `paper_address` is the address of a paper without its id.
    """
    rows = fetch_stored(
        connection,
        f"""
        SELECT w.arxiv_id, w.latest, v.title, r.role, {PLACE.sql("r.place")}, a.names, a.url
        FROM role r JOIN artifact a ON a.id = r.artifact JOIN work w ON w.id = r.work
        JOIN version v ON v.work = w.id AND v.n = w.latest
        WHERE r.role IN ('own', 'community') AND a.kind = 'repository' AND w.arxiv_id IS NOT NULL
        """,  # noqa: S608 # constants
        stream=True,
    )
    number = 0
    file.write(b"[")
    for number, row in enumerate(rows, 1):
        made = json.dumps(_published(row, paper_address), ensure_ascii=False, indent=2).encode(errors="replace")
        file.write((b"\n" if number == 1 else b",\n") + made)
    file.write(b"\n]\n")
    return number


def _published(row: Sequence[Any], paper_address: str) -> dict[str, object]:
    arxiv_id, version, title, role, place, names, address = row
    return {
        "paper_url": f"{paper_address}{arxiv_id}",
        "paper_title": title,
        "paper_arxiv_id": arxiv_id,
        "paper_url_abs": f"https://arxiv.org/abs/{arxiv_id}v{version}",
        "paper_url_pdf": f"https://arxiv.org/pdf/{arxiv_id}v{version}.pdf",
        "repo_url": address,
        "is_official": role == "own",
        "mentioned_in_paper": place not in ("page", "hub"),
        "mentioned_in_github": f"arxiv:{arxiv_id}" in json.loads(names or "[]"),
        "framework": "none",
    }


JUDGED_RULES = "SELECT judged_rules, count(*) FROM work WHERE judged_rules IS NOT NULL GROUP BY judged_rules ORDER BY 2 DESC, 1"


def judged_rules(connection: Connection) -> dict[str, int]:
    """How many works were judged by which version of the rules."""
    return {str(version): int(works) for version, works in fetch_stored(connection, JUDGED_RULES)}


@contextmanager
def atomic_file(path: Path) -> Iterator[IO[bytes]]:
    """A file that gets its name once it is complete; after an error the earlier file stays. StoreError where it cannot be
    written."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        require_replaceable(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with beside.open("wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(
            f"{path}: cannot be written ({error.strerror or error}); make room, or name another place."
        ) from None
