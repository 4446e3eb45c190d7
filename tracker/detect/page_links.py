"""The links of a web page with their labels, the words around them and the headings above; pure, in linear time.

lxml reads the page: libxml2 from 2.14 on tokenizes as the HTML standard does. One pass over its tree writes down the
words of the page without those of its links and buttons, so that the label of one button is never read as the words
before the next.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from lxml import etree, html

from tracker.detect.links.link_context import collapse_spaces
from tracker.detect.links.urls import find_links
from tracker.detect.page_addresses import element_address, find_base, redirection_target
from tracker.detect.page_labels import is_button, picture_words, says_something
from tracker.detect.page_scripts import find_script_links

_MAX_BEFORE, _MAX_AFTER, _MAX_ROW, _MAX_HEADING = 480, 160, 120, 100
_MAX_CLIMB = 4
_MAX_LINE = 300
_MAX_TEXT_LINKS = 200
_MAX_DEPTH = 200
"""Open blocks, headings and buttons that are kept; a page that nests more is not for readers."""


class PageLink(NamedTuple):
    """One link of a page. `label`, `before` and `after` may be empty."""

    address: str
    """Absolute, with http or https."""
    label: str
    """The words of the link or button, else those of its picture, else the words below a picture."""
    before: str
    """The words before it in its own block; in its row, where the block holds nothing else and the label says nothing."""
    after: str
    """The words that follow it in its own block."""
    headings: tuple[str, ...] = ()
    """The headings above it, the highest first."""


class PageLine(NamedTuple):
    """The words of one block of a page, or of one button with the words behind it."""

    words: str
    button: bool
    headings: tuple[str, ...]


_Headings = tuple[tuple[int, str], ...]


@dataclass(slots=True)
class _Block:
    start: int
    piece: int
    headings: _Headings
    parent: _Block | None = None
    end: int = -1
    bold: int = 0
    """Characters in bold type, without spaces."""


@dataclass(slots=True)
class _Button:
    element: html.HtmlElement
    address: str
    at: int
    edge: int
    block: _Block
    headings: _Headings
    edges: int
    """How many edges of blocks were passed when it was closed."""
    words: list[str] = field(default_factory=list)
    picture: str = ""


_BLOCK_NAMES = """address article aside blockquote body center dd details div dl dt fieldset figcaption figure footer form
    h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody td tfoot th thead tr ul"""
_BLOCKS = frozenset(_BLOCK_NAMES.split())
# Their end is also the end of what the headings in them are about.
_REGIONS = frozenset({"article", "aside", "details", "li", "section", "td"})
_LISTS = frozenset({"ul", "ol"})
_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6, "summary": 6}
_TITLE_LEVEL, _BOLD_LEVEL = 3, 7
_TITLE_CLASS = re.compile(r"(?:^|[\s_-])(?:title|heading|headline)(?:$|[\s_-])", re.IGNORECASE)
_BOLD = frozenset({"b", "strong", "big"})
_UNSEEN = frozenset({"script", "style", "template", "head", "title", "object", "select", "datalist", "noframes"})
_HIDDEN = re.compile(r"\bdisplay\s{0,3}:\s{0,3}none\b", re.IGNORECASE)
_ICON_FONT = re.compile(r"\bmaterial-(?:icons|symbols)", re.IGNORECASE)
# A line of a page that breaks its lines by hand is a title or a list of names, unless it goes on as a sentence does.
_GOES_ON = re.compile(
    r"[:,]\s*$|\b(?:thank\w*|acknowledge\w*|credits?|grateful|we|our|this (?:page|web ?site|site|work|project))\b",
    re.IGNORECASE,
)


def find_page_links(text: str, page_url: str) -> Iterator[PageLink]:
    """The links of a page of HTML in its order, then addresses in its text, then those that its scripts hold as data.

    Links are anchors, areas of image maps, buttons and other elements that lead elsewhere by a script or a data
    attribute, forms with an address, and redirections of the page. What a page does not show (comments, templates,
    hidden elements) is left out. Never raises.
    """
    reader = _read_page(text, page_url)
    if reader is not None:
        yield from reader.links()


def find_page_lines(text: str, page_url: str) -> Iterator[PageLine]:
    """The buttons of a page of HTML, also those that lead nowhere, then its blocks of words. Never raises."""
    reader = _read_page(text, page_url)
    if reader is not None:
        yield from reader.lines()


def _read_page(text: str, page_url: str) -> _PageReader | None:
    parser = html.HTMLParser(
        encoding="utf-8", no_network=True, huge_tree=True, remove_comments=True, remove_pis=True
    )
    try:
        root = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError):
        return None
    reader = _PageReader(find_base(root, page_url))
    reader.read(root)
    return reader


class _PageReader:
    """Walks the tree of one page once."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._pieces: list[str] = []
        self._length = 0
        self._edges: list[int] = [0]
        self._edge_piece = 0
        self._block = _Block(0, 0, ())
        self._depth = 0
        self._headings: _Headings = ()
        self._heading_log: list[tuple[int, _Headings]] = [(0, ())]
        self._buttons: list[_Button] = []
        self._open: list[_Button] = []
        self._bold = 0
        self._form = ""
        self._scripts: list[str] = []
        self._redirections: list[str] = []

    def read(self, root: html.HtmlElement) -> None:
        """Follow all elements and words of the page."""
        unseen: html.HtmlElement | None = None
        for event, element in etree.iterwalk(root, events=("start", "end")):
            if not isinstance(element.tag, str):
                continue
            if event == "start":
                self._note_data(element)
                if unseen is None and _is_unseen(element):
                    unseen = element
                elif unseen is None:
                    self._enter(element)
                continue
            if unseen is None:
                self._leave(element)
            elif unseen is element:
                unseen = None
            if unseen is None:
                self._put(element.tail)

    def _note_data(self, element: html.HtmlElement) -> None:
        """Keep the scripts and redirections of the page, wherever they are."""
        if element.tag == "script":
            if not element.get("src") and element.text:
                self._scripts.append(element.text)
        elif element.tag == "meta" and (target := redirection_target(element, self._base)):
            self._redirections.append(target)

    def _enter(self, element: html.HtmlElement) -> None:
        name = element.tag
        if name in _BLOCKS:
            if name in _LISTS:
                self._name_list()
            self._begin_block()
        elif name == "br":
            self._break_line()
        elif _is_bold(element):
            self._bold += 1
        address = element_address(element, self._base)
        if name == "form":
            self._form, address = address, ""
        elif not address and self._form and _submits(element):
            address = self._form
        if address or is_button(element):
            self._begin_button(element, address)
        if self._open and not self._open[-1].picture:
            self._open[-1].picture = picture_words(element)
        if name == "input" and is_button(element):
            self._put(element.get("value"))
        if not _ICON_FONT.search(element.get("class", "")[:400]):
            self._put(element.text)

    def _leave(self, element: html.HtmlElement) -> None:
        if self._open and self._open[-1].element is element:
            self._open.pop().edges = len(self._edges)
        if element.tag == "form":
            self._form = ""
        if element.tag in _BLOCKS:
            self._end_block(element)
        elif _is_bold(element):
            self._bold -= 1

    def _begin_button(self, element: html.HtmlElement, address: str) -> None:
        button = _Button(
            element, address, self._length, self._edges[-1], self._block, self._headings, len(self._edges)
        )
        self._buttons.append(button)
        if len(self._open) < _MAX_DEPTH:
            self._open.append(button)

    def _begin_block(self) -> None:
        self._mark_edge()
        self._depth += 1
        if self._depth <= _MAX_DEPTH:
            self._block = _Block(self._length, len(self._pieces), self._headings, self._block)

    def _name_list(self) -> None:
        """The words of a list item before a list inside it are the heading of that list."""
        words = collapse_spaces("".join(self._pieces[self._edge_piece :]))
        if words and len(words) <= _MAX_HEADING:
            self._set_headings(
                (*(heading for heading in self._headings if heading[0] < _BOLD_LEVEL), (_BOLD_LEVEL, words))
            )

    def _end_block(self, element: html.HtmlElement) -> None:
        self._depth -= 1
        if self._depth >= _MAX_DEPTH or self._block.parent is None:
            return
        block, self._block = self._block, self._block.parent
        block.end = self._length
        if element.tag in _REGIONS:
            self._set_headings(block.headings)
        elif (level := self._heading_level(element, block)) and (words := self._heading_words(element, block)):
            above = tuple(heading for heading in self._headings if heading[0] < level)
            self._set_headings((*above, (level, words[:_MAX_HEADING])))
        self._mark_edge()

    def _heading_level(self, element: html.HtmlElement, block: _Block) -> int:
        if level := _HEADINGS.get(element.tag, 0):
            return level
        if not 0 < block.end - block.start <= 2 * _MAX_HEADING:
            return 0
        if _TITLE_CLASS.search(element.get("class", "")[:400]):
            return _TITLE_LEVEL
        words = "".join("".join(self._pieces[block.piece :]).split())
        return _BOLD_LEVEL if words and (block.bold >= len(words) or words[-1] in ":\uff1a") else 0

    def _heading_words(self, element: html.HtmlElement, block: _Block) -> str:
        if block.end - block.start > 4 * _MAX_HEADING:
            return ""
        words = collapse_spaces("".join(self._pieces[block.piece :]))
        # A heading that is a link: its words are the label.
        return words or collapse_spaces("".join(islice(element.itertext(), 40)))

    def _set_headings(self, headings: _Headings) -> None:
        if headings != self._headings:
            self._headings = headings
            self._heading_log.append((self._length, headings))

    def _mark_edge(self) -> None:
        self._space()
        self._edges.append(self._length)
        self._edge_piece = len(self._pieces)

    def _break_line(self) -> None:
        self._space()
        line = "".join(self._pieces[self._edge_piece :])
        if len(line) > _MAX_LINE or (line.strip() and not _GOES_ON.search(line)):
            self._mark_edge()

    def _space(self) -> None:
        if self._open:
            self._open[-1].words.append(" ")
        elif self._pieces and self._pieces[-1] != " ":
            self._pieces.append(" ")
            self._length += 1

    def _put(self, words: str | None) -> None:
        if not words:
            return
        if self._open:
            self._open[-1].words.append(words)
            return
        if self._bold:
            self._block.bold += len("".join(words[: 4 * _MAX_HEADING].split()))
        self._pieces.append(words)
        self._length += len(words)

    def links(self) -> Iterator[PageLink]:
        """The links of the page that was read."""
        text = "".join(self._pieces)
        for target in self._redirections:
            yield PageLink(target, "", "The project page leads to", "")
        for button in self._buttons:
            if button.address:
                yield self._link_of(button, text)
        for link in islice(find_links(text, "text"), _MAX_TEXT_LINKS):
            edge = self._edges[bisect_right(self._edges, link.start) - 1]
            before = text[max(edge, link.start - _MAX_BEFORE) : link.start]
            at = bisect_right(self._heading_log, link.start, key=lambda entry: entry[0]) - 1
            yield PageLink(link.url, "", collapse_spaces(before), "", _names(self._heading_log[at][1]))
        for script in self._scripts:
            for address, label in find_script_links(script):
                yield PageLink(address, label, "", "")

    def lines(self) -> Iterator[PageLine]:
        """The buttons of the page that was read, then its blocks of words."""
        text = "".join(self._pieces)
        for button in self._buttons:
            end = self._edges[button.edges] if button.edges < len(self._edges) else len(text)
            name = button.element.get("title") or button.element.get("data-tooltip") or ""
            parts = ("".join(button.words), name, text[button.at : min(end, button.at + _MAX_HEADING)])
            yield PageLine(collapse_spaces(" ".join(parts)), True, _names(button.headings))
        for start, end in zip(self._edges, [*self._edges[1:], len(text)], strict=True):
            if end - start > 1:
                at = bisect_right(self._heading_log, start, key=lambda entry: entry[0]) - 1
                yield PageLine(collapse_spaces(text[start:end]), False, _names(self._heading_log[at][1]))

    def _link_of(self, button: _Button, text: str) -> PageLink:
        label = collapse_spaces("".join(button.words)[: 4 * _MAX_AFTER])
        label = label if says_something(label) else button.picture or label
        end = self._edges[button.edges] if button.edges < len(self._edges) else len(text)
        before = collapse_spaces(text[max(button.edge, button.at - _MAX_BEFORE) : button.at])
        after = collapse_spaces(text[button.at : min(end, button.at + _MAX_AFTER)])
        if not label and not says_something(before):
            label, after = after, ""
        block: _Block | None = button.block
        for _ in range(_MAX_CLIMB):
            if block is None or says_something(label) or says_something(before):
                break
            before = collapse_spaces(text[max(block.start, button.at - _MAX_ROW) : button.at])
            block = block.parent
        return PageLink(button.address, label, before, after, _names(button.headings))


def _names(headings: _Headings) -> tuple[str, ...]:
    return tuple(words for _, words in headings)


def _is_unseen(element: html.HtmlElement) -> bool:
    return (
        element.tag in _UNSEEN
        or "hidden" in element.attrib
        or _HIDDEN.search(element.get("style", "")[:1_000]) is not None
    )


def _is_bold(element: html.HtmlElement) -> bool:
    size = str(element.get("size", "")) if element.tag == "font" else ""
    return element.tag in _BOLD or size.startswith("+") or size in ("4", "5", "6", "7")


def _submits(element: html.HtmlElement) -> bool:
    return element.tag == "button" or (element.tag == "input" and str(element.get("type", "")).lower() == "submit")
