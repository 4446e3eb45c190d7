"""The fresh labels: full texts of other kinds and fields, and abstracts of recent months.

A full text is read whole where `WHOLE_TEXTS` names a folder that holds it as `KEY.txt`, else as its windows, which
stand where they stood, with empty lines between them. Whole texts stay outside the project.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WHOLE_TEXTS = "TRACKER_WHOLE_TEXTS"
"""Environment variable with the folder of whole texts."""
BEFORE = 600
"""Characters that a window shows before its link."""
_SEED = "roles-2026"
_PARTS = 3
_FORMATS = {"tex": "TeX", "html": "HTML", "pdf-text": "PDF", "md": "Markdown"}


@dataclass(frozen=True, slots=True)
class FreshText:
    """One full text; `roles` gives `own`, `mention` or `unscored` by folded reference."""

    key: str
    origin: str
    format_name: str
    title: str
    authors: tuple[str, ...]
    abstract: str
    text: str
    text_format: str
    roles: Mapping[str, str]

    @property
    def held_back(self) -> bool:
        """Whether its origin belongs to the third that was not read while the rules were written."""
        return is_held_back(self.origin)


@dataclass(frozen=True, slots=True)
class FreshAbstract:
    """One abstract with its comment; `promise` is None where it is not scored."""

    arxiv_id: str
    title: str
    authors: tuple[str, ...]
    abstract: str
    comment: str
    roles: Mapping[str, str]
    promise: str | None


@dataclass(frozen=True, slots=True)
class FreshLabels:
    """All fresh labels. An HTML rendering of a TeX row of the same origin is in `renderings`, not in `full_texts`."""

    full_texts: tuple[FreshText, ...] = ()
    renderings: tuple[FreshText, ...] = ()
    abstracts: tuple[FreshAbstract, ...] = ()


def is_held_back(origin: str) -> bool:
    """Whether an origin is in the held-back third, by a seeded hash of its name."""
    digest = hashlib.sha256(f"{_SEED}:{origin}".encode()).hexdigest()
    return int(digest, 16) % _PARTS == 0


def load_fresh(folder: Path) -> FreshLabels:
    """The labels in `folder`; none where it is absent. Raises OSError or ValueError on broken files."""
    if not (folder / "fulltexts.jsonl").is_file():
        return FreshLabels()
    named = os.environ.get(WHOLE_TEXTS)
    whole = Path(named) if named else None
    texts = [(_full_text(row, whole), row["made_by"]) for row in _rows(folder / "fulltexts.jsonl")]
    return FreshLabels(
        full_texts=tuple(text for text, made_by in texts if not made_by.startswith("LaTeXML")),
        renderings=tuple(text for text, made_by in texts if made_by.startswith("LaTeXML")),
        abstracts=tuple(_abstract(row) for row in _rows(folder / "abstracts.jsonl")),
    )


def lay_out(windows: list[dict[str, Any]], length: int) -> str:
    """The windows of a full text where they stood, and empty lines for what is not shown."""
    starts = [max(0, window["chars"] - BEFORE) for window in windows]
    ends = [start + len(window["text"]) for start, window in zip(starts, windows, strict=True)]
    text = ["\n"] * max([length, *ends])
    for start, end, window in zip(starts, ends, windows, strict=True):
        text[start:end] = window["text"]
    return "".join(text)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _roles(row: dict[str, Any]) -> dict[str, str]:
    return {link["reference"].casefold(): link["role"] for link in row["links"]}


def _full_text(row: dict[str, Any], whole: Path | None) -> FreshText:
    path = whole / f"{row['key']}.txt" if whole else None
    found = path is not None and path.is_file()
    text = path.read_text(encoding="utf-8") if path and found else lay_out(row["windows"], row["length"])
    return FreshText(
        key=row["key"],
        origin=row["origin"],
        format_name=_FORMATS[row["format"]],
        title=row["title"] or "",
        authors=tuple(row["authors"]),
        abstract=row["abstract"] or "",
        text=text,
        text_format="text" if row["format"] == "md" else row["format"],
        roles=_roles(row),
    )


def _abstract(row: dict[str, Any]) -> FreshAbstract:
    return FreshAbstract(
        arxiv_id=row["arxiv_id"],
        title=row["title"] or "",
        authors=tuple(row["authors"]),
        abstract=row["abstract"] or "",
        comment=row["comment"] or "",
        roles=_roles(row),
        promise=row["promise"] if row["promise_scored"] else None,
    )
