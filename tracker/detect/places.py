"""Full texts as plain text, and in which part of the paper a position stands; by simple means."""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from dataclasses import dataclass

from tracker.domain import Place

_HTML_SIGN = re.compile(r"<(?:!doctype html|html|head|body|div|p|article|section|span|a)\b", re.IGNORECASE)
_TEX_SIGN = re.compile(r"\\(?:documentclass|begin\{|section\*?\{|usepackage|maketitle|cite[pt]?\{)")
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,20})([^<>]{0,4000})>|<!--(?:[^-]|-(?!->)){0,20000}-->")
_HREF = re.compile(r"""\bhref\s?=\s?(?:"([^"]{1,2000})"|'([^']{1,2000})')""", re.IGNORECASE)
_CLASS = re.compile(r"""\bclass\s?=\s?["']([^"']{1,400})["']""", re.IGNORECASE)
_BLOCKS_TEXT = (
    "p div section article li ul ol h1 h2 h3 h4 h5 h6 tr table figure figcaption br td th header footer cite"
)
_BLOCKS = frozenset(_BLOCKS_TEXT.split())
_HIDDEN = frozenset({"script", "style", "head", "math", "svg"})
_VOID_TEXT = "br img hr meta link input area base col embed source track wbr"
_VOID = frozenset(_VOID_TEXT.split())

_TEX_COMMENT = re.compile(r"(?<!\\)%[^\n]*")
_TEX_OPEN = re.compile(
    r"\\(footnotetext|footnote|thanks|caption|captionof|icmlfootnote)\b\*?(?:\[[^\]]{0,40}\])?(?:\{[a-z]{1,12}\})?\{"
)
_TEX_BIB = re.compile(
    r"\\begin\{thebibliography\}|\\bibitem\b|@(?:article|inproceedings|misc|book|online|software)\s?\{",
    re.IGNORECASE,
)
_TEX_BIB_END = re.compile(r"\\end\{thebibliography\}")
_TEX_FRONT_END = re.compile(r"\\(?:maketitle|section)\b")

_REFERENCES = re.compile(r"^[ \t]{0,12}(?:\d{1,2}\.?[ \t]{1,3}|[IVX]{1,5}\.[ \t]{1,3})?(?:references|bibliography|literature cited)[ \t:.]{0,4}$",
                         re.IGNORECASE | re.MULTILINE)  # fmt: skip
_APPENDIX = re.compile(
    r"^[ \t]{0,12}(?:[A-Z]\.?[ \t]{1,3}[A-Z][^\n]{2,60}|appendi(?:x|ces)\b[^\n]{0,60}|supplementary material[^\n]{0,40})$",
    re.IGNORECASE | re.MULTILINE,
)
_FOOTNOTE_LINE = re.compile(r"(?:^|\n)[ \t]{0,6}(?:\d{1,2}|[*\u2020\u2021\u00a7\u2217\u00b6])[ \t]?[^\n]{0,60}\Z")
_CAPTION_LINE = re.compile(
    r"(?:^|\n)[ \t]{0,6}(?:Figure|Fig\.|Table|Algorithm|Listing)[ \t]?\d{1,3}[.:|][^\n]{0,300}(?:\n[^\n]{1,200}){0,3}\Z"
)
_INTRODUCTION = re.compile(
    r"^[ \t#]{0,12}(?:1|I)?[.:]?[ \t]{0,3}(?:introduction|I NTRODUCTION)[ \t:.]{0,4}$",
    re.IGNORECASE | re.MULTILINE,
)
_TEX_FIRST_SECTION = re.compile(r"\\section\b")
_ABSTRACT = re.compile(r"\babstract\b", re.IGNORECASE)
_MOST_FRONT = 12_000
_FRONT = 6_000
"""Characters in which the title's footnotes of a text without structure stand."""


@dataclass(frozen=True, slots=True)
class Plain:
    """A text without its markup, and the spans (ascending by start, may nest) whose place the markup told."""

    text: str
    spans: tuple[tuple[int, int, Place], ...] = ()


def guess_format(text: str) -> str:
    """`html`, `tex` or `pdf-text`, by what stands in the first part of the text."""
    head = text[:20_000]
    if _HTML_SIGN.search(head):
        return "html"
    return "tex" if _TEX_SIGN.search(head) else "pdf-text"


def plain(text: str, kind: str) -> Plain:
    """`text` without the markup of its format; the address of a link stands behind the words that it underlies."""
    if kind == "html":
        return _plain_html(text)
    if kind == "tex":
        return _plain_tex(text)
    return Plain(text)


class Places:
    """Answers in which place a position of a plain text stands."""

    def __init__(self, plain: Plain, kind: str) -> None:
        self._spans = plain.spans
        self._starts = [start for start, _, _ in plain.spans]
        self._text = plain.text
        self._kind = kind
        head = plain.text[:_MOST_FRONT]
        introduction = (_TEX_FIRST_SECTION if kind == "tex" else _INTRODUCTION).search(head)
        self._front = introduction.start() if introduction else 0
        abstract = _ABSTRACT.search(head)
        self._abstract = abstract.start() if abstract else 0
        self._bibliography = _bibliography(plain.text) if kind in ("pdf-text", "text") else (-1, -1)

    def at(self, position: int) -> Place:
        """The innermost place around `position`."""
        last = bisect_right(self._starts, position)
        for start, end, place in reversed(self._spans[max(0, last - 40) : last]):
            if start <= position < end:
                return place
        if self._kind == "html":
            return Place.SECTION
        if position < self._front:
            return (
                Place.TITLE_FOOTNOTE
                if self._is_footnote(position) or position < self._abstract
                else Place.ABSTRACT
            )
        if self._kind == "tex":
            return Place.SECTION
        begin, end = self._bibliography
        if begin <= position < end:
            return Place.BIBLIOGRAPHY
        if self._is_footnote(position):
            return Place.TITLE_FOOTNOTE if position < _FRONT else Place.FOOTNOTE
        return (
            Place.CAPTION if _CAPTION_LINE.search(self._text[max(0, position - 700) : position]) else Place.SECTION
        )

    def _is_footnote(self, position: int) -> bool:
        return (
            self._kind != "tex" and _FOOTNOTE_LINE.search(self._text[max(0, position - 90) : position]) is not None
        )


def _bibliography(text: str) -> tuple[int, int]:
    """(start, end) of the list of references: from its last heading in the latter part to an appendix."""
    start = -1
    for heading in _REFERENCES.finditer(text):
        if heading.start() > len(text) * 0.3:
            start = heading.end() if start < 0 else start
    if start < 0:
        return -1, -1
    appendix = _APPENDIX.search(text, start)
    return start, appendix.start() if appendix else len(text)


def _plain_html(text: str) -> Plain:
    pieces: list[str] = []
    spans: list[tuple[int, int, Place]] = []
    open_: list[tuple[str, Place | None, int]] = []
    length = 0
    end = 0
    hidden = 0
    href = ""

    def put(piece: str) -> None:
        nonlocal length
        pieces.append(piece)
        length += len(piece)

    for tag in _TAG.finditer(text):
        if not hidden and tag.start() > end:
            put(html.unescape(text[end : tag.start()]))
        end = tag.end()
        name = (tag.group(2) or "").lower()
        if not name:
            continue
        if tag.group(1):
            if name == "a" and href and not hidden:
                put(f" {href} " if href not in "".join(pieces[-3:]) else "")
                href = ""
            hidden -= name in _HIDDEN and hidden > 0
            _close(open_, spans, name, length)
        elif name not in _VOID and not tag.group(3).endswith("/"):
            hidden += name in _HIDDEN
            open_.append((name, _html_place(name, tag.group(3)), length))
            if name == "a":
                href = _address(tag.group(3))
        if name in _BLOCKS and not hidden:
            put("\n")
    if not hidden:
        put(html.unescape(text[end:]))
    while open_:
        _close(open_, spans, open_[-1][0], length)
    return Plain("".join(pieces), tuple(sorted(spans, key=lambda span: span[:2])))


def _close(
    open_: list[tuple[str, Place | None, int]], spans: list[tuple[int, int, Place]], name: str, length: int
) -> None:
    """Close the innermost element of this name; what was left open inside it ends there too."""
    for depth in range(len(open_) - 1, max(-1, len(open_) - 60), -1):
        if open_[depth][0] == name:
            for _, place, start in open_[depth:]:
                if place is not None:
                    spans.append((start, length, place))
            del open_[depth:]
            return


def _html_place(name: str, attributes: str) -> Place | None:
    found = _CLASS.search(attributes)
    classes = found.group(1) if found else ""
    if "bibliography" in classes or "ltx_bibitem" in classes or "references" in classes:
        return Place.BIBLIOGRAPHY
    if ("ltx_note" in classes and "outer" not in classes and "content" not in classes) or "footnote" in classes:
        return Place.TITLE_FOOTNOTE if "thanks" in classes or "frontmatter" in classes else Place.FOOTNOTE
    if name in {"figcaption", "caption"} or "ltx_caption" in classes:
        return Place.CAPTION
    if "ltx_authors" in classes or "ltx_title_document" in classes:
        return Place.TITLE_FOOTNOTE
    return Place.ABSTRACT if "ltx_abstract" in classes else None


def _address(attributes: str) -> str:
    found = _HREF.search(attributes)
    address = html.unescape(found.group(1) or found.group(2)).strip() if found else ""
    return address if address.lower().startswith(("http://", "https://")) else ""


def _plain_tex(text: str) -> Plain:
    text = _TEX_COMMENT.sub("", text)
    opened: dict[int, Place] = {}
    front = _TEX_FRONT_END.search(text)
    front_end = front.start() if front else 0
    for command in _TEX_OPEN.finditer(text):
        kind = command.group(1)
        if kind.startswith("caption"):
            place = Place.CAPTION
        else:
            place = Place.TITLE_FOOTNOTE if kind == "thanks" or command.start() < front_end else Place.FOOTNOTE
        opened[command.end()] = place
    spans = _arguments(text, opened)
    bibliography = _TEX_BIB.search(text)
    if bibliography is not None:
        close = _TEX_BIB_END.search(text, bibliography.start())
        spans.append((bibliography.start(), close.end() if close else len(text), Place.BIBLIOGRAPHY))
    return Plain(text, tuple(sorted(spans, key=lambda span: span[:2])))


_BRACE = re.compile(r"(?<!\\)[{}]")


def _arguments(text: str, opened: dict[int, Place]) -> list[tuple[int, int, Place]]:
    """The spans of the arguments that begin at the keys of `opened`, each to its closing brace."""
    spans: list[tuple[int, int, Place]] = []
    starts: list[int] = []
    for brace in _BRACE.finditer(text):
        if brace.group() == "{":
            starts.append(brace.end())
        elif starts and (place := opened.get(start := starts.pop())) is not None:
            spans.append((start, brace.start(), place))
    return spans
