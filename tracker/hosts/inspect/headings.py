"""The headings of a README in Markdown, reStructuredText or HTML; pure, in time linear in its length."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MOST_TEXT = 100_000
"""Characters of a text that are read."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a README, in the lines from `start` to `end` (exclusive). Level 1 is the highest, 7 a line in bold."""

    start: int
    end: int
    level: int
    text: str
    rest: str = ""
    """The words that follow the heading on its own line."""


_ATX = re.compile(r" {0,3}(#{1,6})(?!#)[ \t]*(.*)$")
_HTML_HEADING = re.compile(r"\s{0,20}<h([1-6])\b([^<>]{0,300})>(.*)$", re.IGNORECASE)
_HTML_END = re.compile(r"</h[1-6]\s{0,3}>", re.IGNORECASE)
_BOLD = re.compile(r"\s{0,8}(?:\*\*|__)([^*_\n]{1,80})(?:\*\*|__)[ \t]{0,8}(:?)(.*)$")
_UNDERLINE = re.compile(r"([=\-~^\"'`*+#.:])\1{2,}[ \t]*$")
_FENCE = re.compile(r" {0,3}(```|~~~)")
TAG = re.compile(r"<[^<>]{0,500}>")
_COMMENT_START, _COMMENT_END = "<!--", "-->"
_MOST_LINES = 20_000
_MOST_COMMENTS = 400
_MOST_LINE = 2_000
_HTML_LINES = 8


def find_headings(lines: Sequence[str]) -> Iterator[Heading]:
    """The headings of a README, in order. `lines` come from `split_lines`; lines between code fences are not headings."""
    fence, place = "", 0
    while place < len(lines):
        line = lines[place]
        if fence or (opened := _FENCE.match(line)):
            fence = "" if fence and line.lstrip().startswith(fence) else fence or (opened[1] if opened else "")
            place += 1
            continue
        heading = _heading_at(lines, place)
        if heading is None:
            place += 1
        else:
            yield heading
            place = heading.end


def _heading_at(lines: Sequence[str], place: int) -> Heading | None:
    line = lines[place]
    if match := _ATX.match(line):
        return Heading(place, place + 1, len(match[1]), match[2].rstrip("# \t"))
    if match := _HTML_HEADING.match(line):
        return _html_heading(lines, place, match)
    if match := _BOLD.match(line):
        rest = match[3].strip()
        if not rest or match[2] or match[1].rstrip().endswith(":"):
            return Heading(place, place + 1, 7, match[1], rest)
    below = lines[place + 1] if place + 1 < len(lines) else ""
    ruled = _UNDERLINE.match(below) if line.strip() and len(line) <= 300 else None
    # A rule that is shorter than the title is none in reStructuredText; in Markdown these two open a block of code.
    fence = ruled is not None and ruled[1] in "`~" and len(below.strip()) < len(line.strip())
    if ruled is not None and not fence and not _UNDERLINE.match(line):
        return Heading(place, place + 2, {"=": 1, "-": 2}.get(ruled[1], 3), line)
    return None


def _html_heading(lines: Sequence[str], place: int, match: re.Match[str]) -> Heading:
    text, end = match[3], place + 1
    while not _HTML_END.search(text) and end < min(len(lines), place + _HTML_LINES):
        text, end = f"{text} {lines[end]}", end + 1
    closed = _HTML_END.search(text)
    rest = text[closed.end() :] if closed else ""
    return Heading(place, end, int(match[1]), text[: closed.start()] if closed else text, rest.strip())


def split_lines(readme: str) -> list[str]:
    """The lines of a README without HTML comments, bounded in number and length."""
    pieces, rest = [], readme[:MOST_TEXT].replace("\r\n", "\n")
    while (start := rest.find(_COMMENT_START)) >= 0:
        pieces.append(rest[:start])
        end = rest.find(_COMMENT_END, start + 4)
        rest = rest[end + 3 :] if end >= 0 else ""
        if len(pieces) >= _MOST_COMMENTS:
            break
    pieces.append(rest)
    return [line[:_MOST_LINE] for line in "".join(pieces).split("\n")[:_MOST_LINES]]


_IMAGE = re.compile(r"!\[[^\[\]]{0,300}\](?:\([^()]{0,1000}\)|\[[^\[\]]{0,100}\])?")
_LINK = re.compile(r"\[([^\[\]]{0,500})\](?:\([^()]{0,1000}\)|\[[^\[\]]{0,100}\])")
_EMOJI = re.compile(r":[a-z0-9_+-]{2,30}:")


def visible_text(text: str) -> str:
    """The text of a line of Markdown or HTML as a reader sees it."""
    text = _LINK.sub(r"\1", _IMAGE.sub(" ", text[:_MOST_LINE]))
    return " ".join(_EMOJI.sub(" ", TAG.sub(" ", text)).split())
