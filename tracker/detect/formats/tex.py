"""A paper's TeX source as plain text with its places: what would be typeset, and nothing else.

Comments, definitions that nothing uses, `\\iffalse` and all behind `\\end{document}` never reach the words.
A link in a macro stands where the macro is used. One pass over the commands and braces; what a macro stands
for is read the same way, within bounds.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from tracker.detect.formats.plain_text import PlainText, PlainTextWriter
from tracker.detect.links import urls
from tracker.domain.terms import Place

_TOKEN = re.compile(
    r"(?P<comment>%[^\n]*(?:\n[^\S\n]*)?)|\\(?P<command>[A-Za-z@]+)\*?|\\[^A-Za-z@]|(?P<open>\{)|(?P<close>\})"
    r"|@(?P<entry>[A-Za-z]{3,20})[ \t]{0,3}\{",
    re.DOTALL,
)
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_OPTION = re.compile(r"\s{0,3}\[[^\[\]]{0,200}\]")
_TO_GROUP = re.compile(r"\s{0,3}\{")
_NAME = re.compile(r"\s{0,3}\{\s{0,3}([A-Za-z]{1,30})\*?\s{0,3}\}")
_NEW = re.compile(
    r"\s{0,3}(?:\{\s{0,3}\\([A-Za-z@]{1,60})\s{0,3}\}|\\([A-Za-z@]{1,60}))\s{0,3}(?:\[(\d)\])?(?:\[[^\[\]]{0,200}\])?\s{0,3}(?=\{)"
)
_DEF = re.compile(r"\s{0,3}\\([A-Za-z@]{1,60})((?:\s?#\d){0,9})\s{0,3}(?=\{)")
_CONDITION = re.compile(r"\\(if[A-Za-z@]*|else|fi)(?![A-Za-z@])|%[^\n]*")
_NO_CONDITIONS = frozenset({"iff", "ifthenelse"})
_MACRO = re.compile(r"\\([A-Za-z@]+)(?:\{\}|[ \t])?")
_VERB = re.compile(r"\*?([^A-Za-z\s*{}])([^\n]{0,500}?)\1")
_SECTION = re.compile(r"\\(?:section|chapter)\b")

MAX_GROUP = 4_000
"""Characters of an argument or a definition that are looked at."""
MAX_EXPANDED = 300_000
"""Characters that macros may add to a text."""
_MAX_SHORT = 300
_MAX_DEPTH = 5
_MAX_OPEN = 2_000

_ADDRESSES = frozenset({"url", "nolinkurl", "path", "burl", "doi", "seeurl"})
_DEFINERS = frozenset({"newcommand", "renewcommand", "providecommand", "DeclareRobustCommand", "def", "gdef", "edef", "xdef"})  # fmt: skip
_FOOTNOTES = frozenset({"footnote", "footnotetext", "blfootnote", "tablefootnote", "icmlfootnote", "marginpar"})
_FRONT = frozenset({"title", "author", "affiliation", "affil", "institute", "thanks", "address", "titlenote", "authornote", "icmltitle", "icmlaffiliation"})  # fmt: skip
_SHAPES = frozenset({"textbf", "textit", "emph", "textsc", "textrm", "textsf", "text", "mbox", "hbox", "underline", "textsuperscript", "textnormal"})  # fmt: skip
_VERBATIM = frozenset({"verbatim", "Verbatim", "lstlisting", "minted"})
_ENTRIES = frozenset({"article", "inproceedings", "misc", "book", "online", "software", "techreport", "phdthesis", "incollection", "conference", "manual", "unpublished", "dataset", "electronic", "www"})  # fmt: skip
_PLACE_OF = (
    dict.fromkeys(_FOOTNOTES, Place.FOOTNOTE)
    | dict.fromkeys(_FRONT, Place.TITLE_FOOTNOTE)
    | {"caption": Place.CAPTION, "captionof": Place.CAPTION, "subcaption": Place.CAPTION, "abstract": Place.ABSTRACT}
)  # fmt: skip
_ENVIRONMENTS = {"abstract": Place.ABSTRACT, "thebibliography": Place.BIBLIOGRAPHY, "frontmatter": None}


@dataclass(frozen=True, slots=True)
class _Macro:
    arguments: int
    body: str


@dataclass(frozen=True, slots=True)
class _Frame:
    """One open brace or environment: the place to go back to, and what to put at its end."""

    environment: str
    place: Place | None
    at_end: str
    href: str = ""


def to_plain_text(text: str) -> PlainText:
    """The words of a TeX source, `\\url` and `\\href` as the addresses they hold. Never raises; linear."""
    reader = _TexReader(text)
    reader.run(text, 0)
    return reader.out.finish()


class _TexReader:
    def __init__(self, text: str) -> None:
        self.out = PlainTextWriter()
        self._macros: dict[str, _Macro] = {}
        self._frames: list[_Frame] = []
        self._sectioned = _SECTION.search(text) is not None
        self._front = True
        self._place: Place | None = Place.TITLE_FOOTNOTE
        self._patience = 2 * len(text) + 100_000
        self._left = MAX_EXPANDED
        self._missed: dict[str, str] = {}
        self._ended = False
        self.out.enter(self._place)

    def run(self, text: str, depth: int) -> None:
        """Read `text`, which is the source or what a macro stands for."""
        at = 0
        for_next = _TOKEN.search
        while not self._ended and (token := for_next(text, at)) is not None:
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
                self._push(Place.BIBLIOGRAPHY if token[kind].lower() in _ENTRIES else self._place, "", "{")
            elif kind is None:
                self.out.put(token[0])
        if not self._ended and at < len(text):
            self.out.put(text[at:])

    def _command(self, name: str, text: str, at: int, depth: int) -> int:
        """Read one command, whose name ends at `at`; where the text goes on."""
        if name in self._macros and depth < _MAX_DEPTH:
            return self._expand(self._macros[name], text, at, depth)
        if name in _ADDRESSES or name == "href":
            return self._link(name, text, at)
        if name in _DEFINERS:
            return self._define(name, text, at)
        if name in _PLACE_OF:
            return self._placed(name, text, at)
        handler = _HANDLERS.get(name)
        if handler is not None:
            return handler(self, text, at)
        if name in _SHAPES and (group := _TO_GROUP.match(text, at)) is not None:
            self._push(self._place, "", "")
            return group.end()
        self.out.put(text[text.rfind("\\", max(0, at - 64 - len(name)), at) : at])
        return at

    def _push(self, place: Place | None, environment: str, put: str, at_end: str = "", href: str = "") -> None:
        """Open a brace or an environment; too deep a nest is no document, and its braces are passed over."""
        self.out.put(put)
        if len(self._frames) >= _MAX_OPEN:
            return
        self._frames.append(_Frame(environment, self._place, at_end or _ENDS.get(put, ""), href))
        if self._place is not Place.BIBLIOGRAPHY or environment:
            self._enter(place)

    def _pop(self, brace: str) -> None:
        if not self._frames or self._frames[-1].environment:
            self.out.put(brace)
            return
        frame = self._frames.pop()
        if frame.href:
            self.out.link(frame.href)
        self.out.put(frame.at_end)
        self._enter(frame.place)

    def _enter(self, place: Place | None) -> None:
        self._place = place
        self.out.enter(place)

    def _group(self, text: str, at: int) -> tuple[str, int] | None:
        """(inside, end) of the braced argument at `at`, None where there is none or it never ends."""
        opening = _TO_GROUP.match(text, at)
        if opening is None or self._patience <= 0:
            return None
        depth, start = 1, opening.end()
        for brace in _BRACE.finditer(text, start, start + MAX_GROUP):
            depth += {"{": 1, "}": -1}.get(brace[0], 0)
            if not depth:
                return text[start : brace.start()], brace.end()
        self._patience -= MAX_GROUP
        return None

    def _link(self, name: str, text: str, at: int) -> int:
        option = _OPTION.match(text, at)
        group = self._group(text, option.end() if option else at)
        if group is None:
            self.out.put(f"\\{name}")
            return at
        inside, end = group
        written = _MACRO.sub(self._address_of, inside) if self._macros else inside
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

    def _address_of(self, use: re.Match[str]) -> str:
        macro = self._macros.get(use[1])
        if macro is None or macro.arguments or self._left <= 0:
            return use[0]
        self._left -= len(macro.body)
        inner = _INSIDE.search(macro.body)
        return inner[1] if inner else macro.body

    def _define(self, name: str, text: str, at: int) -> int:
        """Keep what a macro stands for; the definition itself is not typeset."""
        found = (_DEF if name.endswith("def") else _NEW).match(text, at)
        group = self._group(text, found.end()) if found else None
        if found is None or group is None:
            self.out.put(f"\\{name}")
            return at
        body, end = group
        if name.endswith("def"):
            macro, arguments = found[1], found[2].count("#")
        else:
            macro, arguments = found[1] or found[2], int(found[3] or 0)
        protected = macro in _HANDLERS or macro in _PLACE_OF or macro in _ADDRESSES or macro in _SHAPES
        if not protected and (len(body) <= _MAX_SHORT or "/" in body):
            self._macros[macro] = _Macro(arguments, body)
        return end

    def _expand(self, macro: _Macro, text: str, at: int, depth: int) -> int:
        body = macro.body
        values: list[str] = []
        for _ in range(macro.arguments):
            group = self._group(text, at)
            if group is None:
                break
            values.append(group[0])
            at = group[1]
        for number, value in enumerate(values, 1):
            body = body.replace(f"#{number}", value)
            if len(body) > self._left:
                return at
        self._left -= len(body) + 10
        if self._left > 0:
            self.run(body, depth + 1)
            if self.out.after_link and text[at : at + 1].isalnum():
                self.out.put(" ")
        return at

    def _placed(self, name: str, text: str, at: int) -> int:
        """A command whose argument stands in a place of its own."""
        if name == "captionof" and (kind := _NAME.match(text, at)):
            at = kind.end()
        option = _OPTION.match(text, at)
        group = _TO_GROUP.match(text, option.end() if option else at)
        if group is None:
            self.out.put(f"\\{name}")
            return at
        place = _PLACE_OF[name]
        if place is Place.FOOTNOTE and self._front:
            place = Place.TITLE_FOOTNOTE
        self._push(place, "", " ", at_end=" ")
        return group.end()

    def _begin(self, text: str, at: int) -> int:
        found = _NAME.match(text, at)
        if found is None:
            self.out.put("\\begin")
            return at
        name, at = found[1], found.end()
        if name == "comment":
            end = self._find(text, "\\end{comment}", at)
            return end if end >= 0 else at
        if name in _VERBATIM:
            end = self._find(text, f"\\end{{{name}}}", at)
            if end >= 0:
                self.out.put(text[at : end - len(name) - 6])
                return end
        if name in _ENVIRONMENTS:
            self._push(_ENVIRONMENTS[name] or self._place, name, "\n")
        return at

    def _find(self, text: str, mark: str, at: int) -> int:
        """End of the next `mark`, -1 without one; what was missed once is not searched again."""
        if self._missed.get(mark) is text:
            return -1
        end = text.find(mark, at)
        if end < 0:
            self._missed[mark] = text
            return -1
        return end + len(mark)

    def _end(self, text: str, at: int) -> int:
        found = _NAME.match(text, at)
        if found is None:
            self.out.put("\\end")
            return at
        if found[1] == "document":
            self._ended = True
        elif found[1] in _ENVIRONMENTS:
            self._close(found[1])
            if found[1] == "abstract":
                self._enter(None)
                self._front = self._sectioned
        return found.end()

    def _close(self, environment: str) -> None:
        """End an environment, and whatever was left open in it."""
        index = next((n for n, one in enumerate(self._frames) if one.environment == environment), None)
        if index is not None:
            place = self._frames[index].place
            del self._frames[index:]
            self._enter(place)
            self.out.put("\n")

    def _heading(self, _text: str, at: int) -> int:
        """A section begins: no footnote or caption can still be open."""
        self._frames.clear()
        self._leave_front()
        self.out.put("\n\n")
        return at

    def _made_title(self, _text: str, at: int) -> int:
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

    def _never(self, text: str, at: int) -> int:
        """Behind the `\\fi` (or `\\else`) that ends a block which is never typeset."""
        depth = 1
        for found in _CONDITION.finditer(text, at) if self._missed.get("\\fi") is not text else ():
            word = found[1]
            if word is None or word in _NO_CONDITIONS:
                continue
            if word == "else" and depth > 1:
                continue
            depth += {"fi": -1, "else": -1}.get(word, 1)
            if not depth:
                return found.end()
        self._missed["\\fi"] = text
        return at

    def _verb(self, text: str, at: int) -> int:
        found = _VERB.match(text, at)
        self.out.put(found[2] if found else "\\verb")
        return found.end() if found else at

    def _space(self, _text: str, at: int) -> int:
        self.out.put(" ")
        return at


_INSIDE = re.compile(r"\\(?:url|nolinkurl|path|href)\s?\{([^{}]{0,2000})\}")
_ENDS = {"{": "}"}
_HANDLERS: dict[str, Callable[[_TexReader, str, int], int]] = {
    "begin": _TexReader._begin,
    "end": _TexReader._end,
    "section": _TexReader._heading,
    "chapter": _TexReader._heading,
    "appendix": _TexReader._heading,
    "maketitle": _TexReader._made_title,
    "bibitem": _TexReader._item,
    "iffalse": _TexReader._never,
    "verb": _TexReader._verb,
    "xspace": _TexReader._space,
    "quad": _TexReader._space,
    "par": _TexReader._space,
}
