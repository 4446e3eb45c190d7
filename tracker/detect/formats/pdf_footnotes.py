"""Footnotes of a PDF's text, joined with the sentence that their mark is in, as TeX and HTML hold them.

In the text of a PDF the sentence ends in a number ("Our code is public1."), and the address follows at the foot of the page
("1 https://…"). Only footnotes with an address are moved. All patterns and distances are bounded.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from tracker.detect.formats.plain_text import PlainText
from tracker.domain.terms import Place

_MOST_FOOTNOTE = 500
"""Characters of a footnote that are read."""
_PAGE = 7_000
"""Characters before a footnote in which its mark is searched for: a page of text, or a little more."""
_MOST_FOOTNOTES = 300
_START = re.compile(r"\n[^\S\n]{0,4}(?P<mark>[1-9]\d?)[^\S\n]{0,2}(?=[A-Z(<]|https?:|www\.|git(?:hub|lab)\.com/)")
_END = re.compile(r"\n[^\S\n]*\n|\n[^\S\n]{0,4}[1-9]\d?[^\S\n]{0,2}(?=[A-Z(<]|https?:|www\.)")
_ADDRESS = re.compile(r"https?://|\bwww\.|\b(?:github|gitlab|huggingface|zenodo|osf|codeberg)\.\w{2,4}/")
# A sentence that begins after the address belongs to the text of the page or to the next footnote.
_LAST_LINE = re.compile(r"(?:https?://|www\.|\b\w+\.\w{2,4}/)[^\n]*(?:-\n[^\n]*|/\n[^\n]*)?")
_NOT_MARKED = re.compile(
    r"(?:table|figure|fig|section|sec|algorithm|equation|eq|appendix|line|step|page|vol|version|layer|level|part|stage)\W?\Z",
    re.IGNORECASE,
)


class _Footnote(NamedTuple):
    """A footnote by its positions: its text is `text[start:end]`, its mark in a sentence `text[mark:mark_end]`."""

    mark: int
    mark_end: int
    line: int
    start: int
    end: int


def join_footnotes(text: str, front: int) -> PlainText:
    """`text` with each footnote that has an address behind the word that its mark is at.

    A footnote whose mark is before the position `front` is one of title, authors or abstract. Where no mark is found, or two words
    could carry it, the footnote stays where it is.
    """
    moved = sorted(_footnotes(text))
    if not moved:
        return PlainText(text)
    pieces: list[str] = []
    starts: list[int] = []
    places: list[Place | None] = []
    length = 0

    def put(piece: str, place: Place | None) -> None:
        nonlocal length
        if piece:
            pieces.append(piece)
            starts.append(length)
            places.append(place)
            length += len(piece)

    cuts = sorted([(each.mark, each) for each in moved] + [(each.line, each) for each in moved])
    at = 0
    for position, footnote in cuts:
        put(text[at:position], None)
        if position == footnote.line:
            at = footnote.end
            continue
        place = Place.TITLE_FOOTNOTE if footnote.mark < front else Place.FOOTNOTE
        put(f" {text[footnote.start : footnote.end].strip()} ", place)
        at = footnote.mark_end
    put(text[at:], None)
    return PlainText("".join(pieces), tuple(starts), tuple(places))


def _footnotes(text: str) -> list[_Footnote]:
    """The footnotes with an address whose mark was found, none overlapping another."""
    found: list[_Footnote] = []
    done = 0
    for start in _START.finditer(text):
        if start.start() < done:
            continue
        stop = min(len(text), start.end() + _MOST_FOOTNOTE)
        following = _END.search(text, start.end(), stop)
        end = following.start() if following else stop
        address = _ADDRESS.search(text, start.end(), end)
        if address is None:
            continue
        last = _LAST_LINE.match(text, address.start(), end)
        end = last.end() if last else end
        mark = _find_mark(text, start["mark"], max(0, start.start() - _PAGE), start.start())
        if mark is None or any(note.line <= mark[0] < note.end for note in found):
            continue
        found.append(_Footnote(*mark, start.start(), start.end(), end))
        done = end
        if len(found) >= _MOST_FOOTNOTES:
            break
    return found


def _find_mark(text: str, number: str, low: int, high: int) -> tuple[int, int] | None:
    """(start, end) of the mark `number` after a word in `text[low:high]`; None unless there is exactly one."""
    found = [
        mark.span(1)
        for mark in re.finditer(
            rf"(?:[A-Za-z]{{3}}|[a-z][.,;:)\]\"'\u201d\u2019])({number})(?=[\s.,;:)\]]|$)", text[low:high]
        )
    ]
    marks = [(low + start, low + end) for start, end in found if not _is_name(text, low + start, low + end)]
    return marks[-1] if len(marks) == 1 else None


def _is_name(text: str, start: int, end: int) -> bool:
    """Whether the number belongs to the word before it: "Table1", or a name that the text has again."""
    head = text[max(0, start - 24) : start]
    if _NOT_MARKED.search(head):
        return True
    word = re.search(r"[\w-]+\Z", head)
    return word is not None and text.count(word[0] + text[start:end], max(0, start - 50_000), start + 50_000) > 1
