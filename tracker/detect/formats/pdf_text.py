"""The place of a position in a text without markup: PDF text, plain text, Markdown.

Headings, marks of footnotes and beginnings of captions show it. All patterns are bounded.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import islice

from tracker.domain.terms import Place

MAX_FRONT = 12_000
"""Characters in which the heading "Introduction" is searched for."""
FIRST_PAGE = 6_000
"""Characters of a title page with its footnotes."""
MIN_WHOLE_PAPER = 24_000
"""Characters from which a text is a whole paper even without a heading for its abstract or introduction."""
MAX_TITLE_FOOTNOTE = 4
"""The highest number of a footnote on a title page."""
MAX_TITLE_PART = 3_000
"""Characters that contain the word "Abstract" in a whole paper."""

_NUMBER = r"(?:(?:\d{1,2}|[IVXLC]{1,6}|[A-Z])(?:\.\d{1,2})?[.)]?[ \t]{1,4})?"
_EDGE = r"[ \t#*_>]{0,12}"


def _heading(words: str) -> re.Pattern[str]:
    """A line that consists of one of `words`, numbered or not, in spaced capitals or not."""
    spaced = "|".join(r"[ \t]?".join(word) if word.isalpha() else word for word in words.split("|"))
    return re.compile(
        rf"^{_EDGE}(?:\d{{1,3}}[ \t]{{2,20}})?{_NUMBER}(?:{spaced})[ \t]?[:.]?{_EDGE}\d{{0,3}}[ \t]{{0,4}}\r?$",
        re.IGNORECASE | re.MULTILINE,
    )


_REFERENCES = _heading(
    r"references|bibliography|references[ \t]and[ \t]notes|literature[ \t]cited|works[ \t]cited|literature|cited[ \t]references"
)
_INTRODUCTION = _heading(r"introduction|background|motivation|overview")
_ABSTRACT = re.compile(r"\ba[ \t]?b[ \t]?s[ \t]?t[ \t]?r[ \t]?a[ \t]?c[ \t]?t\b", re.IGNORECASE)
# What follows the references: a named part, or the first lettered heading (which has no initials of authors).
_AFTER = re.compile(
    rf"^{_EDGE}(?:(?:technical[ \t]|online[ \t])?a[ \t]?p[ \t]?p[ \t]?e[ \t]?n[ \t]?d[ \t]?i[ \t]?(?:x|c[ \t]?e[ \t]?s)\b[^\n.,]{{0,60}}"
    r"|supplement(?:ary|al)[ \t](?:materials?|information)[^\n.,]{0,40}|(?:neurips[ \t])?(?:paper|reproducibility)[ \t]checklist"
    r"|acknowledge?ments?|broader[ \t]impacts?|checklist)[ \t*]{0,4}\r?$",
    re.IGNORECASE | re.MULTILINE,
)
_LETTERED = re.compile(
    r"^[ \t#*]{0,8}(?-i:(?:Appendix[ \t]{1,3})?A)[.:]?(?:[ \t]{1,4})(?-i:[A-Z])[A-Za-z \t:&/'\u2019-]{3,70}\r?$",
    re.MULTILINE,
)
_NEXT_LETTER = re.compile(
    r"^[ \t#*]{0,8}(?:A\.1\.?[ \t]|B[.:]?[ \t]{1,4}[A-Z][A-Za-z \t:&/'\u2019-]{3,70}\r?$)", re.MULTILINE
)
_ENTRY = re.compile(r"\b(?:19|20)\d\d[a-z]?\b|\barXiv\b|\bdoi\b|\bpp\.|\bet al\b", re.IGNORECASE)
_MARK = r"(?:\d{1,2}|[*\u2020\u2021\u00a7\u2217\u00b6])"
_FOOTNOTE = re.compile(
    rf"(?:^|\n)[ \t]{{0,6}}(?P<mark>{_MARK})(?:[ \t]?[^\n]{{0,70}}|(?=[A-Z])[^\n]{{10,160}}\n[^\n]{{0,60}})\Z"
)
_CAPTION = re.compile(
    r"(?:^|\n)[ \t*]{0,6}(?:Figure|Fig\.|FIGURE|Table|TABLE|Algorithm|Listing)[ \t]?[A-Z]?\.?\d{1,3}\*{0,2}[.:|][^\n]{0,300}"
    r"(?:\n[^\n]{1,200}){0,3}\Z"
)
_MIN_BEFORE_REFERENCES = 0.25
"""The least share of a text that precedes its references."""
_MAX_HEADINGS = 50


def front_end(text: str) -> int:
    """Where title, authors and abstract end: at the heading of the introduction, or without one at the end of a
    usual abstract."""
    introduction = _INTRODUCTION.search(text, 0, MAX_FRONT)
    return introduction.start() if introduction else MAX_TITLE_PART


class TextPlaces:
    """The places of one text, by position."""

    def __init__(self, text: str) -> None:
        self._text = text
        introduction = _INTRODUCTION.search(text, 0, MAX_FRONT)
        self._front = introduction.start() if introduction else 0
        abstract = _ABSTRACT.search(text, 0, self._front)
        self._abstract = abstract.start() if abstract else 0
        # An excerpt has no title page, so its first footnotes are ordinary ones.
        whole = (
            introduction is not None or len(text) >= MIN_WHOLE_PAPER or _ABSTRACT.search(text, 0, MAX_TITLE_PART)
        )
        self._first_page = max(self._front, FIRST_PAGE) if whole else 0
        lists = find_bibliographies(text)
        self._starts = [start for start, _ in lists]
        self._ends = [end for _, end in lists]

    def place_at(self, position: int) -> Place:
        """The place of `position`."""
        index = bisect_right(self._starts, position) - 1
        if index >= 0 and position < self._ends[index]:
            return Place.BIBLIOGRAPHY
        near = self._text[max(0, position - 700) : position]
        if (footnote := _FOOTNOTE.search(near[-260:])) is not None:
            early = position < self._first_page and _is_title_footnote(footnote.group("mark"))
            return Place.TITLE_FOOTNOTE if early else Place.FOOTNOTE
        if position < self._front:
            return Place.TITLE_FOOTNOTE if position < self._abstract else Place.ABSTRACT
        return Place.CAPTION if _CAPTION.search(near) else Place.SECTION


def _is_title_footnote(mark: str) -> bool:
    """Whether a footnote's mark is one of a title page: a symbol, or one of the first numbers."""
    return not mark.isdigit() or int(mark) <= MAX_TITLE_FOOTNOTE


def find_bibliographies(text: str) -> list[tuple[int, int]]:
    """(start, end) of each list of references: from its heading to an appendix, or to the end of the text."""
    headings = [
        heading.end()
        for heading in islice(_REFERENCES.finditer(text, int(len(text) * _MIN_BEFORE_REFERENCES)), _MAX_HEADINGS)
    ]
    # No entries follow a line of a table of contents or a running title.
    starts = [start for start in headings if _ENTRY.search(text, start, start + 1_500)] or headings[:1]
    spans: list[tuple[int, int]] = []
    for start in starts:
        if not spans or start >= spans[-1][1]:
            spans.append((start, _bibliography_end(text, start)))
    return spans


def _bibliography_end(text: str, start: int) -> int:
    ends = [len(text)]
    after = _AFTER.search(text, start)
    if after is not None:
        ends.append(after.start())
    lettered = _LETTERED.search(text, start)
    if lettered is not None and _NEXT_LETTER.search(text, lettered.end()):
        ends.append(lettered.start())
    return min(ends)
