"""Many regular expressions searched as one, quickly: most texts hold none of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

_EDGE = r"\b"
_LATIN, _ESCAPE = re.compile(r"[A-Za-z]"), re.compile(r"\\.")


@dataclass(frozen=True, slots=True)
class AnyPattern:
    """Any of several expressions. Those of other scripts alone are searched only in texts that are not ASCII."""

    plain: re.Pattern[str] | None
    foreign: re.Pattern[str] | None

    def search(self, text: str) -> re.Match[str] | None:
        """The match that begins first, None without any."""
        found = (match for pattern in self._patterns(text) if (match := pattern.search(text)) is not None)
        return min(found, key=re.Match.start, default=None)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """The matches of each kind, in order."""
        return chain.from_iterable(pattern.finditer(text) for pattern in self._patterns(text))

    def sub(self, replacement: str, text: str) -> str:
        """The text with each match replaced."""
        for pattern in self._patterns(text):
            text = pattern.sub(replacement, text)
        return text

    def _patterns(self, text: str) -> Iterator[re.Pattern[str]]:
        if self.plain is not None:
            yield self.plain
        if self.foreign is not None and not text.isascii():
            yield self.foreign


def compile_any(patterns: Iterable[str]) -> AnyPattern:
    """One pattern for any of the expressions. Raises re.error.

    Those that begin with the edge of a word (`\\b`, before a letter or digit) share one test for it: else a search
    would try each of them at every character.
    """
    ways = [way for pattern in patterns for way in _split_ways(pattern)]
    plain = [way for way in ways if way.isascii() or _LATIN.search(_ESCAPE.sub("", way))]
    edged = [way.removeprefix(_EDGE) for way in plain if way.startswith(_EDGE)]
    others = [way for way in plain if not way.startswith(_EDGE)]
    joined = [rf"(?<!\w)(?:{_join(edged)})"] if edged else []
    return AnyPattern(_compile([*joined, *others]), _compile([way for way in ways if way not in plain]))


def _compile(ways: list[str]) -> re.Pattern[str] | None:
    return re.compile(_join(ways)) if ways else None


def _join(ways: list[str]) -> str:
    return "|".join(f"(?:{way})" for way in ways)


def _split_ways(pattern: str) -> list[str]:
    """The alternatives of an expression outside of its brackets."""
    ways, depth, start, place = [], 0, 0, 0
    while place < len(pattern):
        letter = pattern[place]
        if letter == "\\":
            place += 1
        elif letter == "[" and (end := pattern.find("]", place + 2)) > 0:
            place = end
        elif letter in "()":
            depth += 1 if letter == "(" else -1
        elif letter == "|" and depth == 0:
            ways.append(pattern[start:place])
            start = place + 1
        place += 1
    return [*ways, pattern[start:]]
