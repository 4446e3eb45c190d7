"""A paper's TeX source as plain text with its places: what would be typeset, and nothing else.

Comments, definitions that nothing uses, `\\iffalse` and everything after `\\end{document}` are left out. A link in a
macro has the place where the macro is used. One pass over the commands and braces; the expansion of a macro is
read the same way, within bounds.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from tracker.detect.formats.plain_text import PlainText, PlainTextWriter, spells
from tracker.detect.formats.tex_commands import (
    ADDRESSES,
    DEFINERS,
    ENTRIES,
    ENVIRONMENTS,
    PLACE_OF,
    SHAPES,
    VERBATIM,
)
from tracker.detect.formats.tex_macros import Macro, MacroTable
from tracker.detect.formats.tex_skipped import EndFinder
from tracker.detect.links import urls
from tracker.domain.terms import Place

_TOKEN = re.compile(
    r"(?P<comment>%[^\n]*(?:\n[^\S\n]*)?)|\\(?P<command>[A-Za-z@]+)\*?|\\[^A-Za-z@]|(?P<open>\{)|(?P<close>\})"
    r"|@(?P<entry>[A-Za-z]{3,20})[ \t]{0,3}\{",
    re.DOTALL,
)
_OPTION = re.compile(r"\s{0,3}\[[^\[\]]{0,200}\]")
_TO_GROUP = re.compile(r"\s{0,3}\{")
_NAME = re.compile(r"\s{0,3}\{\s{0,3}([A-Za-z]{1,30})\*?\s{0,3}\}")
_VERB = re.compile(r"\*?([^A-Za-z\s*{}])([^\n]{0,500}?)\1")
_SECTION = re.compile(r"\\(?:section|chapter)\b")

_MAX_DEPTH = 5
"""Macros within macros that are expanded."""
_MAX_OPEN = 2_000
"""Braces and environments that may be open at once."""


@dataclass(frozen=True, slots=True)
class _Frame:
    """One open brace or environment: the place to return to, and what to write at its end."""

    environment: str
    place: Place | None
    at_end: str
    href: str = ""
    mark: tuple[int, int] = (0, 0)
    """Where the words of a link begin."""


def to_plain_text(text: str) -> PlainText:
    """The words of a TeX source, with `\\url` and `\\href` as their addresses. Never raises; linear in the text."""
    reader = _TexReader(text)
    reader.run(text, 0)
    return reader.out.finish()


class _TexReader:
    """Follows the commands and braces of one source, and writes what would be typeset."""

    def __init__(self, text: str) -> None:
        self.out = PlainTextWriter()
        self._macros = MacroTable(len(text), _PROTECTED)
        self._frames: list[_Frame] = []
        self._sectioned = _SECTION.search(text) is not None
        self._front = True
        self._place: Place | None = Place.TITLE_FOOTNOTE
        self._ends = EndFinder()
        self._ended = False
        self.out.enter(self._place)

    def run(self, text: str, depth: int) -> None:
        """Read `text`, which is the source or the expansion of a macro."""
        at = 0
        while not self._ended and (token := _TOKEN.search(text, at)) is not None:
            if token.start() > at:
                self.out.put(text[at : token.start()])
            at = token.end()
            kind = token.lastgroup
            if kind == "open":
                self._push(self._place, "", "{")
            elif kind == "close":
                self._pop("}")
            elif kind == "command":
                at = self._command(token[kind], text, at, depth)
            elif kind == "entry":
                self.out.put(token[0][:-1])
                self._push(Place.BIBLIOGRAPHY if token[kind].lower() in ENTRIES else self._place, "", "{")
            elif kind is None:
                self.out.put(token[0])
        if not self._ended and at < len(text):
            self.out.put(text[at:])

    def _command(self, name: str, text: str, at: int, depth: int) -> int:
        """Read one command, whose name ends at `at`; the position after it."""
        macro = self._macros.get(name)
        if macro is not None and depth < _MAX_DEPTH:
            return self._expand(macro, text, at, depth)
        if name in ADDRESSES or name == "href":
            return self._link(name, text, at)
        if name in DEFINERS:
            return self._define(name, text, at)
        if name in PLACE_OF:
            return self._placed(name, text, at)
        handler = _HANDLERS.get(name)
        if handler is not None:
            return handler(self, text, at)
        if name in SHAPES and (group := _TO_GROUP.match(text, at)) is not None:
            self._push(self._place, "", "")
            return group.end()
        self.out.put(text[text.rfind("\\", max(0, at - 64 - len(name)), at) : at])
        return at

    def _push(self, place: Place | None, environment: str, put: str, at_end: str = "", href: str = "") -> None:
        """Open a brace or an environment; of a nest that is too deep for a document the braces are ignored."""
        self.out.put(put)
        if len(self._frames) >= _MAX_OPEN:
            return
        self._frames.append(_Frame(environment, self._place, at_end or _ENDS.get(put, ""), href, self.out.mark()))
        if self._place is not Place.BIBLIOGRAPHY or environment:
            self._enter(place)

    def _pop(self, brace: str) -> None:
        if not self._frames or self._frames[-1].environment:
            self.out.put(brace)
            return
        frame = self._frames.pop()
        if frame.href:
            self.out.link(frame.href, frame.mark if spells(self.out.since(frame.mark), frame.href) else None)
        self.out.put(frame.at_end)
        self._enter(frame.place)

    def _enter(self, place: Place | None) -> None:
        self._place = place
        self.out.enter(place)

    def _link(self, name: str, text: str, at: int) -> int:
        option = _OPTION.match(text, at)
        group = self._macros.read_group(text, option.end() if option else at)
        if group is None:
            self.out.put(f"\\{name}")
            return at
        inside, end = group
        written = self._macros.expand_address(inside)
        if name == "doi" and "://" not in written:
            written = f"https://doi.org/{written.strip()}"
        url = urls.parse_address(written)
        words = _TO_GROUP.match(text, end) if name == "href" else None
        if words is not None:
            self._push(self._place, "", "", href=url)
            return words.end()
        if url:
            self.out.link(url)
            if text[end : end + 1].isalnum():
                self.out.put(" ")
        else:
            self.out.put(inside)
        return end

    def _define(self, name: str, text: str, at: int) -> int:
        """Keep a definition, which is not typeset itself."""
        end = self._macros.define(name, text, at)
        if end is None:
            self.out.put(f"\\{name}")
            return at
        return end

    def _expand(self, macro: Macro, text: str, at: int, depth: int) -> int:
        body, at = self._macros.expand(macro, text, at)
        if body is not None:
            self.run(body, depth + 1)
            if self.out.after_link and text[at : at + 1].isalnum():
                self.out.put(" ")
        return at

    def _placed(self, name: str, text: str, at: int) -> int:
        """A command whose argument has a place of its own."""
        if name == "captionof" and (kind := _NAME.match(text, at)):
            at = kind.end()
        option = _OPTION.match(text, at)
        group = _TO_GROUP.match(text, option.end() if option else at)
        if group is None:
            self.out.put(f"\\{name}")
            return at
        place = PLACE_OF[name]
        if place is Place.FOOTNOTE and self._front:
            place = Place.TITLE_FOOTNOTE
        self._push(place, "", " ", at_end=" ")
        return group.end()

    def _begin(self, text: str, at: int) -> int:
        braced = _NAME.match(text, at)
        if braced is None:
            self.out.put("\\begin")
            return at
        name, at = braced[1], braced.end()
        if name == "comment":
            end = self._ends.find(text, "\\end{comment}", at)
            return end if end >= 0 else at
        if name in VERBATIM:
            end = self._ends.find(text, f"\\end{{{name}}}", at)
            if end >= 0:
                self.out.put(text[at : end - len(name) - 6])
                return end
        if name in ENVIRONMENTS:
            self._push(ENVIRONMENTS[name] or self._place, name, "\n")
        return at

    def _end(self, text: str, at: int) -> int:
        braced = _NAME.match(text, at)
        if braced is None:
            self.out.put("\\end")
            return at
        if braced[1] == "document":
            self._ended = True
        elif braced[1] in ENVIRONMENTS:
            self._close(braced[1])
            if braced[1] == "abstract":
                self._enter(None)
                self._front = self._sectioned
        return braced.end()

    def _close(self, environment: str) -> None:
        """End an environment, and everything still open in it."""
        index = next((n for n, frame in enumerate(self._frames) if frame.environment == environment), None)
        if index is not None:
            place = self._frames[index].place
            del self._frames[index:]
            self._enter(place)
            self.out.put("\n")

    def _heading(self, _text: str, at: int) -> int:
        """A section begins, so no footnote or caption can still be open."""
        self._frames.clear()
        self._leave_front()
        self.out.put("\n\n")
        return at

    def _make_title(self, _text: str, at: int) -> int:
        if not self._sectioned:
            self._leave_front()
        return at

    def _leave_front(self) -> None:
        self._front = False
        self._enter(None)

    def _item(self, _text: str, at: int) -> int:
        if self._place is not Place.BIBLIOGRAPHY:
            self._frames.clear()
            self._enter(Place.BIBLIOGRAPHY)
        self.out.put("\n\n")
        return at

    def _skip_hidden(self, text: str, at: int) -> int:
        return self._ends.find_end_of_hidden(text, at)

    def _verb(self, text: str, at: int) -> int:
        verbatim = _VERB.match(text, at)
        self.out.put(verbatim[2] if verbatim else "\\verb")
        return verbatim.end() if verbatim else at

    def _space(self, _text: str, at: int) -> int:
        self.out.put(" ")
        return at


_ENDS = {"{": "}"}
_HANDLERS: dict[str, Callable[[_TexReader, str, int], int]] = {
    "begin": _TexReader._begin,
    "end": _TexReader._end,
    "section": _TexReader._heading,
    "chapter": _TexReader._heading,
    "appendix": _TexReader._heading,
    "maketitle": _TexReader._make_title,
    "bibitem": _TexReader._item,
    "iffalse": _TexReader._skip_hidden,
    "verb": _TexReader._verb,
    "xspace": _TexReader._space,
    "quad": _TexReader._space,
    "par": _TexReader._space,
}
_PROTECTED = frozenset({*_HANDLERS, *PLACE_OF, *ADDRESSES, *SHAPES})
"""Commands that a source may redefine without effect here."""
