"""Reads the documents: their blocks, code spans, links and tables. The tests beside this file say what must hold of each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
LANGUAGES = {"sh", "console", "python", "sql", "toml", "json", "text"}
WIDTH = 100

_CONFLICT = re.compile(r"^(?:<<<<<<<|>>>>>>>) ", re.MULTILINE)
_FENCE = re.compile(r"^( *)```([^\n`]*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+(?:\n[^`\n]+)?)`")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_CAPITALS = re.compile(r"[A-Z_]{2,}\d*")
_PLACEHOLDER = re.compile(r"\b(?:TODO|TBD|FIXME|XXX)\b|\?\?\?|lorem ipsum")


@dataclass(frozen=True)
class Block:
    """A fenced block: its document (path in the repository), the line of its fence, its language and its text."""

    document: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.document}:{self.line}"


def blocks(text: str, document: str) -> list[Block]:
    """The fenced blocks of a document, without the indentation that a list gives them."""
    return [
        Block(
            document,
            text.count("\n", 0, match.start()) + 1,
            match[2].strip(),
            re.sub(rf"^{match[1]}", "", match[3], flags=re.MULTILINE),
        )
        for match in _FENCE.finditer(text)
    ]


def every_block(*languages: str) -> list[Block]:
    """The blocks in one of these languages, of all documents."""
    return [
        block
        for path in DOCUMENTS
        for block in blocks(path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix())
        if block.language in languages
    ]


def prose(text: str) -> str:
    """A document with its blocks blanked, so that line numbers stay."""
    return _FENCE.sub(lambda match: "\n" * match[0].count("\n"), text)


def spans(text: str) -> list[str]:
    """What stands between backticks outside of blocks; a line break within becomes a space."""
    return [" ".join(match[1].split()) for match in _SPAN.finditer(prose(text))]


def broken_links(text: str, folder: Path) -> list[str]:
    """Relative links whose target is not a file."""
    targets = [target for target in _LINK.findall(prose(text)) if not re.match(r"[a-z]+:|#", target)]
    return [target for target in targets if not (folder / target.partition("#")[0]).exists()]


def wide_lines(text: str) -> list[int]:
    """Numbers of the lines over 100 characters. Rows of tables and lines with an address cannot be wrapped."""
    return [
        number
        for number, line in enumerate(text.splitlines(), 1)
        if len(line) > WIDTH and not line.lstrip().startswith("|") and "://" not in line
    ]


def placeholders(text: str) -> list[str]:
    """What waits to be replaced: TODO and its like, capitals in a column of a table that otherwise holds numbers, and the
    marks of a merge that was not settled."""
    unmeasured = (cell for rows in tables(text) for cell in _unmeasured(rows))
    return [*_PLACEHOLDER.findall(prose(text)), *unmeasured, *_CONFLICT.findall(text)]


def tables(text: str) -> list[list[list[str]]]:
    """The tables of a document: for each one its rows of cells, without the heading."""
    found: list[list[list[str]]] = [[]]
    for line in prose(text).splitlines():
        if not line.lstrip().startswith("|"):
            found.append([])
        else:
            found[-1].append([cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))])
    return [rows[2:] for rows in found if len(rows) > 2]


def _unmeasured(rows: list[list[str]]) -> list[str]:
    columns = [[row[at] for row in rows if at < len(row)] for at in range(1, max(map(len, rows)))]
    return [
        cell
        for column in columns
        if any(re.match(r"[\d.,]+", cell) for cell in column)
        for cell in column
        if _CAPITALS.fullmatch(cell)
    ]
