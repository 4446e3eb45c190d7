"""The public views as Parquet that may be published: without the sentences of others.

arXiv's metadata of papers are CC0, and links, checks and verdicts are ours to give. Sentences of full texts, READMEs and
cards are not: their place stays, and the SHA-256 of their text stands where they were.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from typing import IO, Any

from sqlalchemy import Connection

from tracker.store.dialect import fetch_stored
from tracker.store.export import Column, Kind, view_columns, write_parquet

WITHHELD = frozenset({("links", "evidence"), ("promises", "evidence")})
"""Columns that hold the sentences of others: they are empty, and `COLUMN_sha256` beside them has the digest."""
LINES = frozenset({("artifacts", "readiness")})
"""Columns that hold lines of READMEs, each after `README: `."""
METADATA = frozenset({"title", "abstract", "comment", "authors"})
"""Columns of arXiv's metadata, which are given as they are."""
README = "README: "
_TEXTS = (Kind.TEXT, Kind.TEXTS, Kind.NESTED)


def dataset_columns(connection: Connection, view: str) -> list[Column]:
    """The columns of a view as the data set has them. StoreError."""
    columns = view_columns(connection, view)
    return columns + [
        Column(f"{column.name}_sha256", Kind.TEXT) for column in columns if (view, column.name) in WITHHELD
    ]


def write_view(connection: Connection, view: str, file: IO[bytes]) -> int:
    """Write one view into an open file, without the sentences of others; returns how many rows. StoreError."""
    columns = view_columns(connection, view)
    rows = fetch_stored(connection, f"SELECT * FROM {view}", stream=True)  # noqa: S608 # view_columns() refuses others
    return write_parquet(dataset_columns(connection, view), _withhold(view, columns, rows), file)


def _withhold(view: str, columns: Sequence[Column], rows: Iterator[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    withheld = [place for place, column in enumerate(columns) if (view, column.name) in WITHHELD]
    quoting = [
        (place, column.kind, (view, column.name) in LINES)
        for place, column in enumerate(columns)
        if column.kind in _TEXTS and place not in withheld and column.name not in METADATA
    ]
    for row in rows:
        cells = list(row)
        digests = [digest(cells[place]) if cells[place] else None for place in withheld]
        for place in withheld:
            cells[place] = None
        for place, kind, has_lines in quoting:
            if cells[place]:
                cells[place] = _without_quotes(cells[place], kind, replace_line if has_lines else replace_quotes)
        yield [*cells, *digests]


def _without_quotes(cell: str, kind: Kind, replace: Callable[[str], str]) -> str:
    if kind is Kind.TEXT:
        return replace(cell)
    # A list or any other JSON, in which a quotation mark may be written as an escape.
    return json.dumps(_in_each(json.loads(cell), replace), ensure_ascii=False)


def _in_each(value: Any, replace: Callable[[str], str]) -> Any:
    if isinstance(value, list):
        return [_in_each(each, replace) for each in value]
    if isinstance(value, dict):
        return {name: _in_each(each, replace) for name, each in value.items()}
    return replace(value) if isinstance(value, str) else value


def replace_line(text: str) -> str:
    """Evidence of a mark of readiness with a line of a README replaced by its digest; a path stays."""
    line = text.removeprefix(README)
    return replace_quotes(text) if line == text else f"{README}sha256:{digest(line)}"


def replace_quotes(text: str) -> str:
    """A text of ours with what it quotes replaced by a digest: from the first opening mark to the last closing one, since
    what is quoted may hold such marks; to the end where none closes."""
    start = text.find("“")
    if start < 0:
        return text
    end = text.rfind("”")
    end = end if end > start else len(text)
    return f"{text[: start + 1]}sha256:{digest(text[start + 1 : end])}{text[end:]}"


def digest(text: str) -> str:
    """SHA-256 of a text in UTF-8, in hexadecimal digits."""
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()
