"""The macros that a TeX source defines, and what each use of one expands to; bounded in time and in length.

A macro may be used a million times and expand to itself, so both reading arguments and expanding have a budget for
the whole text; once a budget is spent, macros stay as they are written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tracker.detect.formats.tex_skipped import strip_comments

MAX_GROUP = 4_000
"""Characters of an argument or a definition that are read."""
MAX_EXPANDED = 300_000
"""Characters that macros may add to a text."""
_MAX_BODY = 300
"""Characters of a definition that is kept although it has no address."""

_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_BRACE_OR_COMMENT = re.compile(r"\\.|[{}]|%[^\n]*", re.DOTALL)
_TO_GROUP = re.compile(r"\s{0,3}\{")
# `\newcommand{\name}[2][default]`, and `\def\name#1#2`; the definition's braces follow.
_NEW = re.compile(
    r"\s{0,3}(?:\{\s{0,3}\\([A-Za-z@]{1,60})\s{0,3}\}|\\([A-Za-z@]{1,60}))\s{0,3}(?:\[(\d)\])?(?:\[[^\[\]]{0,200}\])?\s{0,3}(?=\{)"
)
_DEF = re.compile(r"\s{0,3}\\([A-Za-z@]{1,60})((?:\s?#\d){0,9})\s{0,3}(?=\{)")
_USE = re.compile(r"\\([A-Za-z@]+)(?:\{\}|[ \t])?")
_ADDRESS = re.compile(r"\\(?:url|nolinkurl|path|href)\s?\{([^{}]{0,2000})\}")


@dataclass(frozen=True, slots=True)
class Macro:
    """One definition: how many arguments it takes, and its body with `#1` to `#9` in their places."""

    arguments: int
    body: str


class MacroTable:
    """The macros defined so far. `length` is that of the source; names in `protected` are never redefined."""

    def __init__(self, length: int, protected: frozenset[str]) -> None:
        self._macros: dict[str, Macro] = {}
        self._protected = protected
        self._reads_left = 2 * length + 100_000
        self._left = MAX_EXPANDED

    def get(self, name: str) -> Macro | None:
        """The macro of this name, if one is defined."""
        return self._macros.get(name)

    def read_group(self, text: str, at: int, marks: re.Pattern[str] = _BRACE) -> tuple[str, int] | None:
        """(inside, end) of the braced argument at `at`; None if it is missing or does not end within bounds."""
        opening = _TO_GROUP.match(text, at)
        if opening is None or self._reads_left <= 0:
            return None
        depth, start = 1, opening.end()
        for brace in marks.finditer(text, start, start + MAX_GROUP):
            depth += {"{": 1, "}": -1}.get(brace[0], 0)
            if not depth:
                return text[start : brace.start()], brace.end()
        self._reads_left -= MAX_GROUP
        return None

    def define(self, command: str, text: str, at: int) -> int | None:
        """Keep the definition that the command ending at `at` makes; its end, None where there is no definition."""
        is_def = command.endswith("def")
        head = (_DEF if is_def else _NEW).match(text, at)
        if head is None:
            return None
        # An address may hold a `%`, so comments are looked for only where the braces do not match without them.
        group = self.read_group(text, head.end()) or self.read_group(text, head.end(), _BRACE_OR_COMMENT)
        if group is None:
            return None
        body, end = strip_comments(group[0]), group[1]
        if is_def:
            name, arguments = head[1], head[2].count("#")
        else:
            name, arguments = head[1] or head[2], int(head[3] or 0)
        if name not in self._protected and (len(body) <= _MAX_BODY or "/" in body):
            self._macros[name] = Macro(arguments, body)
        return end

    def expand(self, macro: Macro, text: str, at: int) -> tuple[str | None, int]:
        """(expansion, end) of a use whose name ends at `at`; the expansion is None where the budget is spent."""
        body = macro.body
        values: list[str] = []
        for _ in range(macro.arguments):
            group = self.read_group(text, at)
            if group is None:
                break
            values.append(group[0])
            at = group[1]
        for number, value in enumerate(values, 1):
            body = body.replace(f"#{number}", value)
            if len(body) > self._left:
                return None, at
        self._left -= len(body) + 10
        return (body if self._left > 0 else None), at

    def expand_address(self, written: str) -> str:
        """An address with the macros in it, which take no arguments, replaced by the addresses in their bodies."""
        return _USE.sub(self._address_of, written) if self._macros else written

    def _address_of(self, use: re.Match[str]) -> str:
        macro = self._macros.get(use[1])
        if macro is None or macro.arguments or self._left <= 0:
            return use[0]
        self._left -= len(macro.body)
        inner = _ADDRESS.search(macro.body)
        return inner[1] if inner else macro.body
