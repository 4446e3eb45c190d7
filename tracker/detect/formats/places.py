"""Full texts of any format as plain text, and the place of the paper in which a position is."""

from __future__ import annotations

import re

from tracker.detect.formats import html, pdf_footnotes, pdf_text, tex
from tracker.detect.formats.plain_text import PlainText
from tracker.domain.terms import Place

_HTML_SIGN = re.compile(r"<(?:!doctype html|html|head|body|div|p|article|section|span|a)\b", re.IGNORECASE)
_TEX_SIGN = re.compile(
    r"\\(?:documentclass|documentstyle|begin\s?\{|(?:sub)?section\*?\{|usepackage|maketitle|cite[pt]?\{|bibitem|footnote\{)"
)
_HEAD = 20_000


def guess_format(text: str) -> str:
    """`html`, `tex` or `pdf-text`, judged by the first part of the text."""
    head = text[:_HEAD]
    tag, command = _HTML_SIGN.search(head), _TEX_SIGN.search(head)
    if tag and command:
        # Sources show tags in listings, pages show commands in formulas: the first of the two is the format.
        return "html" if tag.start() < command.start() else "tex"
    if tag:
        return "html"
    return "tex" if command else "pdf-text"


def to_plain_text(text: str, kind: str) -> PlainText:
    """`text` without its markup, with the links and places that the markup gives; `kind` is the format."""
    if kind == "html":
        return html.to_plain_text(text)
    return (
        tex.to_plain_text(text) if kind == "tex" else pdf_footnotes.join_footnotes(text, pdf_text.front_end(text))
    )


class PlaceFinder:
    """Finds the place of a position of a plain text, by its markup or by its words."""

    def __init__(self, plain: PlainText, kind: str) -> None:
        self._plain = plain
        self._words = pdf_text.TextPlaces(plain.text) if kind in ("pdf-text", "text") else None

    def place_at(self, position: int) -> Place:
        """The innermost place around `position`."""
        place = self._plain.place_at(position)
        if place is None and self._words is not None:
            place = self._words.place_at(position)
        return place or Place.SECTION
