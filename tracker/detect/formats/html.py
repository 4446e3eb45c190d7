"""A paper's HTML (LaTeXML's, as arXiv and ar5iv show it) or a project page, as plain text with its places.

Class names are those of LaTeXML's own schema and style sheets (dlmf.nist.gov/LaTeXML). What the site adds to a
paper is outside `<article class="ltx_document">`. One pass over the tags; no tree is built.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape
from itertools import islice
from typing import Any

from tracker.detect.formats.html_classes import NOTHING, SECTIONS, Meaning, read_classes
from tracker.detect.formats.plain_text import PlainText, PlainTextWriter, spells
from tracker.detect.links import urls
from tracker.domain.terms import Place

_PAPER = re.compile(r"<article\b[^<>]{0,2000}\bltx_document\b[^<>]{0,2000}>", re.IGNORECASE)
_BODY = re.compile(r"<body\b[^<>]{0,2000}>", re.IGNORECASE)
_HIDDEN = re.compile(
    r"<(?=[smhtnb!])(?:(?P<name>script|style|math|svg|head|template|noscript|button)(?=[\s>/])(?P<rest>[^<>]*)>|(?P<comment>!--))",
    re.IGNORECASE,
)
# Characters of an address that were typeset as formulas.
_SIGN = re.compile(r"""alttext=["']\\(sim|_)["']""")
_SIGNS = {"sim": "~", "_": "_"}
# (closing, name, attributes, classes in the position where LaTeXML writes them).
_TAG = re.compile(
    r"<(/?)([A-Za-z][A-Za-z0-9]*+)"
    r'((?: id="[^"<>]*")?(?: href="[^"<>]*")?(?: title="[^"<>]*")?(?: class="([^"<>]{1,400})")?[^<>]*+)>'
)
# Tags that only shape words: they make no place, no link and no gap.
_SHAPES = re.compile(r"</?(?:em|strong|b|i|u|tt|cite|code|small|wbr|font|sub)(?=[\s>/])[^<>]*>")
_HREF = re.compile(r"""\bhref\s?=\s?(?:"([^"]{1,2000})"|'([^']{1,2000})'|([^\s"'<>]{1,2000}))""", re.IGNORECASE)
_CLASS = re.compile(r"""\bclass\s?=\s?(?:"([^"]{1,400})"|'([^']{1,400})')""", re.IGNORECASE)
# The paper's own sections, figures and references, which arXiv links by their full address.
_OWN_PARTS = re.compile(
    r"https?://(?:www\.)?(?:arxiv\.org/html/|ar5iv\.(?:labs\.arxiv\.)?org/)[^#]{0,100}#", re.IGNORECASE
)
_SPELT_ADDRESS = re.compile(r"\s*(?:https?:|www\.|[\w-]{1,60}(?:\.[\w-]{1,60}){1,5}/)\S*\s*", re.IGNORECASE)
_MOST_SPELT = 3_000
_BLOCKS_TEXT = """p div section article li ul ol dl dt dd h1 h2 h3 h4 h5 h6 tr table figure figcaption caption td th
    header footer nav main aside blockquote pre form address"""
_GAPS = dict.fromkeys(_BLOCKS_TEXT.split(), "\n\n") | {"br": "\n"}
_CAPTIONS = frozenset({"figcaption", "caption"})
_VOID_TEXT = "br img hr meta link input area base col embed source track wbr"
_VOID = frozenset(_VOID_TEXT.split())

_MAX_CLASSES = 5_000
_MAX_CLASS = 400


def to_plain_text(text: str) -> PlainText:
    """The words of a page, with the address of each link after its words or in their place.

    Scripts, formulas, what the site adds to a paper and links to the paper's own parts are left out.
    Never raises; linear in the text.
    """
    body, is_paper = _find_body(text)
    walk = _HtmlReader(is_paper and any(name in body for name in SECTIONS))
    pieces = _TAG.split(_SHAPES.sub("", _without_hidden(body, is_paper)))
    walk.words(pieces[0])
    walk.read(pieces)
    walk.end_link()
    return walk.out.finish()


def _find_body(text: str) -> tuple[str, bool]:
    """(the part of the text that is the paper or the page, whether it is a paper made by LaTeXML)."""
    paper = _PAPER.search(text)
    if paper is not None:
        end = text.rfind("</article>", paper.end())
        return text[paper.end() : end if end >= 0 else len(text)], True
    body = _BODY.search(text)
    return text[body.end() :] if body else text, False


def _without_hidden(text: str, is_paper: bool) -> str:
    """`text` without elements that are not words; of one whose end is missing only the tag is removed."""
    pieces: list[str] = []
    at = 0
    endless: set[str] = set()
    while (tag := _HIDDEN.search(text, at)) is not None:
        written, rest, comment = tag.groups()
        name = "--" if comment else written.lower()
        start, end = tag.span()
        if name == "button" and not is_paper:
            # On a project page a button is often the link itself.
            pieces.append(text[at:end])
            at = end
            continue
        pieces.append(text[at:start])
        at = end
        if name in endless or (rest and rest[-1] == "/"):
            continue
        end = _end_of(text, name, at)
        if end < 0:
            endless.add(name)
            continue
        sign = _SIGN.search(rest) if name == "math" and "alttext=" in rest else None
        pieces.append(_SIGNS[sign[1]] if sign else " ")
        at = end
    pieces.append(text[at:])
    return "".join(pieces)


def _end_of(text: str, name: str, at: int) -> int:
    if name == "--":
        end = text.find("-->", at)
        return end + 3 if end >= 0 else -1
    end = text.find(f"</{name}>", at)
    if end >= 0:
        return end + len(name) + 3
    close = re.compile(rf"</{name}\s{{0,9}}>", re.IGNORECASE).search(text, at)
    return close.end() if close else -1


class _HtmlReader:
    """Follows the tags of one page: inside which elements with a place or hidden ones it is, and inside which link.

    Of all other elements only those are counted whose name is that of an open element that matters, so that
    markup that was never closed does no harm.
    """

    def __init__(self, has_front: bool) -> None:
        self.out = PlainTextWriter()
        self._front = has_front
        self._before_abstract = has_front
        self._depths: dict[str, int] = {}
        self._frames: list[tuple[str, int, Place | None, bool]] = []
        self._index: dict[tuple[str, int], int] = {}
        self._place: Place | None = Place.TITLE_FOOTNOTE if has_front else None
        self._hidden = False
        self._classes: dict[str | None, Meaning | None] = {}
        self._href = ""
        self._mark = (0, 0)
        self._unknown_command = False
        self.out.enter(self._place)

    def read(self, pieces: Sequence[Any]) -> None:
        """Follow the tags of a page that was split at them, and the words after each."""
        out, depths, meanings = self.out, self._depths, self._classes
        put = out.pieces.append
        tags = islice(pieces, 1, None)
        for closing, name, attributes, classes, words in zip(tags, tags, tags, tags, tags, strict=True):
            if not name.islower():
                name = name.lower()  # noqa: PLW2901  folded once, here
            if name == "a":
                if self._href:
                    self.end_link()
                if not closing and 'href="#' not in attributes:
                    self._begin_link(attributes)
            elif name in _GAPS and not self._hidden and (name != "br" or not closing):
                put(_GAPS[name])
            if closing:
                if name in depths:
                    self._close(name)
            elif name in depths or name in _CAPTIONS or meanings.get(classes, NOTHING) is not None:
                self._open(name, attributes, classes)
            if words and not self._hidden:
                if "&" in words or out.after_link:
                    self.words(words)
                else:
                    put(words)

    def words(self, words: str) -> None:
        """Write the words between two tags."""
        if self._hidden:
            return
        if "&" in words:
            words = unescape(words)
        if self._unknown_command:
            words = self._link_of_unknown_command(words)
        if words and self.out.after_link and (words[0].isalnum() or words[0] in "/-_("):
            self.out.put(" ")
        self.out.put(words)

    def _open(self, name: str, attributes: str, classes: str | None) -> None:
        """An element begins that may matter, or whose name is that of an open element that does."""
        if name in _VOID or attributes.endswith("/"):
            return
        depth = 0
        if name in self._depths:
            depth = self._depths[name] = self._depths[name] + 1
        meaning = self._meaning(name, attributes, classes)
        if meaning is None:
            return
        place, hidden, section = meaning
        if section and self._front:
            self._front = False
            self._leave_front()
        if place is not None or hidden:
            self._push(name, depth, place, hidden)

    def _close(self, name: str) -> None:
        """An element ends whose name is that of an open element that matters."""
        depth = self._depths[name]
        if not depth:
            return
        self._depths[name] = depth - 1
        index = self._index.get((name, depth))
        if index is None:
            return
        self.end_link()
        hidden = self._hidden
        _, _, self._place, self._hidden = self._frames[index]
        for closed, level, _, _ in self._frames[index:]:
            self._index.pop((closed, level), None)
            if level == 1:
                del self._depths[closed]
        del self._frames[index:]
        if not self._frames and (not self._front or not self._before_abstract):
            self._place = None
        self.out.enter(self._place)
        self._gap(" ")
        if hidden and name == "span":
            self._unknown_command = True
            self.out.expect_words()

    def _link_of_unknown_command(self, words: str) -> str:
        """Write the address that begins `words`; the words without it, and without another right behind it.

        LaTeXML shows a command that it does not know as an error, and its arguments without a space between them: for
        `\\href` the address, and then often the address again.
        """
        self._unknown_command = False
        links = urls.find_links(words[:_MOST_SPELT])
        if not links or links[0].start:
            return words
        self.out.link(links[0].url)
        again = len(links) > 1 and links[1].start == links[0].end
        return words[links[again].end :]

    def end_link(self) -> None:
        """Close the open link: its address replaces words that spell an address, and follows any other words."""
        href, self._href = self._href, ""
        if href:
            words = self.out.since(self._mark)
            spelt = spells(words, href) or (len(words) < _MOST_SPELT and _SPELT_ADDRESS.fullmatch(words))
            self.out.link(href, self._mark if spelt else None)

    def _begin_link(self, attributes: str) -> None:
        if self._hidden:
            return
        href = _HREF.search(attributes)
        written = unescape(href[1] or href[2] or href[3]).strip() if href else ""
        if written.startswith("//"):
            written = f"https:{written}"
        if written[:4].lower() == "http" and not _OWN_PARTS.match(written):
            self._href = urls.parse_address(written)
            self._mark = self.out.mark()

    def _gap(self, space: str) -> None:
        if not self._hidden:
            self.out.put(space)

    def _leave_front(self) -> None:
        if not self._frames:
            self._place = None
            self.out.enter(None)

    def _push(self, name: str, depth: int, place: Place | None, hidden: bool) -> None:
        if not depth:
            depth = self._depths[name] = 1
        self._index[name, depth] = len(self._frames)
        self._frames.append((name, depth, self._place, self._hidden))
        self._hidden = self._hidden or hidden
        if place is Place.ABSTRACT:
            self._before_abstract = False
        if place is Place.FOOTNOTE and (self._front or self._place is Place.TITLE_FOOTNOTE):
            place = Place.TITLE_FOOTNOTE
        if place is not None and self._place is not Place.BIBLIOGRAPHY:
            self._gap(" ")
            self._place = place
            self.out.enter(place)

    def _meaning(self, name: str, attributes: str, classes: str | None) -> Meaning | None:
        """What an element's classes and name mean; None where they mean nothing here."""
        if classes is None:
            attribute = _CLASS.search(attributes) if "class" in attributes or name in _CAPTIONS else None
            classes = (attribute[1] or attribute[2]) if attribute else ""
        meaning = self._classes.get(classes, NOTHING)
        if meaning is NOTHING:
            read = read_classes(classes)
            meaning = None if read == NOTHING else read
            if len(self._classes) < _MAX_CLASSES and len(classes) <= _MAX_CLASS:
                self._classes[classes] = meaning
        if name in _CAPTIONS and (meaning is None or meaning[0] is None):
            return (Place.CAPTION, *(meaning or NOTHING)[1:])
        return meaning
