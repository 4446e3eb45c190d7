"""What differs between a standard text and a text that is read in step with it, and whether it matters; pure.

Words may be missing, or replaced by a name, where the standard text says so; a mistyped word and an article more or
less do not matter. Every other difference does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from tracker.judge.licence_holders import is_name
from tracker.judge.licence_standards import GRAM, GRANT_WORDS, LicenceText, StandardText

NEAR = 150
"""Words within which the texts are expected to fall into step again after a difference."""
NEAR_SHARE = 0.02
"""Share of words that may differ in a text that resembles a licence: GitHub's recogniser takes 98 % as equal."""
MAX_TYPOS = 3
"""Mistyped words that are overlooked in one standard text."""

_NEUTRAL = frozenset(
    ("the", "an", "of", "and", "this", "that", "these", "those", "such", "its", "their", "is", "are")
)
"""Words whose presence or absence does not change what a licence allows."""


@dataclass(frozen=True, slots=True)
class ComparedText:
    """Where the compared words stand in the text, so that names can be read with their capitals."""

    text: LicenceText
    offset: int

    def shown(self, start: int, end: int) -> str:
        """The words from `start` to `end` (exclusive) as they stand in the text."""
        tokens = self.text.tokens
        return self.text.text[tokens[self.offset + start].start : tokens[self.offset + end - 1].end]


def resembles(standard: StandardText, differing: Sequence[str]) -> bool:
    """Whether the words that differ are few, and none of them is one of a grant or a condition."""
    few = max(1, int(standard.fixed * NEAR_SHARE))
    return len(differing) <= few and not GRANT_WORDS.intersection(differing)


_SELF = re.compile(r"(?:this|the|its)\s+(?:software|project|library|package|program|toolkit|work)", re.IGNORECASE)
"""How a text names the work itself in the place of its holder: "neither the name of this project nor …"."""


class Differences:
    """Collects what differs between a standard text and a text that is read in step with it."""

    def __init__(self, standard: StandardText, words: tuple[str, ...], source: ComparedText) -> None:
        self.standard, self.words, self.source = standard, words, source
        self.differing: list[str] = []
        self.inserted: list[tuple[int, int]] = []
        self.typos = 0

    def between(self, here: int, next_here: int, there: int, next_there: int) -> None:
        """Compare the words between two places where the texts are in step."""
        missing, loose = self.standard.words[here:next_here], self.standard.loose[here:next_here]
        if next_there - there + len(missing) > 2 * NEAR:
            self._differ(here, next_here, there, next_there)
            return
        extra = self.words[there:next_there]
        harmless = self.standard.title | _NEUTRAL
        if harmless.issuperset(extra) and all(
            free or word in harmless for word, free in zip(missing, loose, strict=True)
        ):
            return
        codes = SequenceMatcher(None, missing, extra, autojunk=False).get_opcodes()
        for kind, i, j, k, n in codes:
            if kind != "equal":
                self._differ(here + i, here + j, there + k, there + n)

    def head(self, here: int, there: int) -> int:
        """Compare the words before the first place in step; returns where the standard text begins in the text.

        A title before the first words that must be there counts only where it stands directly before them.
        """
        if here > 2 * NEAR:
            self._differ(0, here, there, there)
            return there
        start = self._head_from(0, here, there)
        title = next((at for at, kind in enumerate(self.standard.loose) if not kind), 0)
        if (self.differing or self.inserted) and 0 < title <= here:
            self.differing, self.inserted, self.typos = [], [], 0
            start = self._head_from(title, here, there)
        return start

    def _head_from(self, first: int, here: int, there: int) -> int:
        missing = self.standard.words[first:here]
        lowest = max(0, there - len(missing) - GRAM)
        codes = SequenceMatcher(None, missing, self.words[lowest:there], autojunk=False).get_opcodes()
        begin = min((k for kind, _, _, k, _ in codes if kind == "equal"), default=there - lowest)
        for kind, i, j, k, n in codes:
            if kind != "equal":
                self._differ(first + i, first + j, lowest + max(k, begin), lowest + max(n, begin))
        return lowest + begin

    def tail(self, here: int, there: int) -> int:
        """Compare the end of the standard text with what follows in the text; returns where it ends there."""
        missing = self.standard.words[here:]
        if len(missing) > 2 * NEAR:
            self._differ(here, len(self.standard.words), there, there)
            return there
        rest = self.words[there : there + len(missing) + GRAM]
        codes = SequenceMatcher(None, missing, rest, autojunk=False).get_opcodes()
        last = max((n for kind, _, _, _, n in codes if kind == "equal"), default=0)
        for kind, i, j, k, n in codes:
            if kind != "equal":
                self._differ(here + i, here + j, there + min(k, last), there + min(n, last))
        return there + last

    def _differ(self, here: int, next_here: int, there: int, next_there: int) -> None:
        """Judge one difference: words of the standard text that are missing, and others in their place."""
        loose = self.standard.loose[max(0, here - 1) : next_here + 1]
        missing = [
            word
            for word, free in zip(
                self.standard.words[here:next_here], self.standard.loose[here:next_here], strict=True
            )
            if not free
        ]
        extra = list(self.words[there:next_there])
        shown = self.source.shown(there, next_there) if extra and 2 in loose else ""
        if shown and (_NEUTRAL.issuperset(extra) or _SELF.fullmatch(shown) or is_name(shown)):
            extra = []
        elif extra and not missing and loose and all(loose):
            self.inserted.append((there, next_there))
            extra = []
        if "".join(missing) == "".join(extra) or self._mistyped(missing, extra):
            return
        self.differing += [word for word in (*missing, *extra) if word not in _NEUTRAL and not word.isdigit()]

    def _mistyped(self, missing: Sequence[str], extra: Sequence[str]) -> bool:
        """Whether each word is the standard one but for a letter or two, as `merchantibility` is."""
        if len(missing) != len(extra) or not all(map(_is_typo, missing, extra)):
            return False
        self.typos += len(missing)
        return self.typos <= MAX_TYPOS


def _is_typo(word: str, other: str) -> bool:
    if word == other:
        return True
    if not (word.isascii() and other.isascii()) or GRANT_WORDS.intersection((word, other)) or len(word) > 40:
        return False
    if min(len(word), len(other)) < 4 or word[:2] != other[:2] or abs(len(word) - len(other)) > 2:
        return False
    same = sum(block.size for block in SequenceMatcher(None, word, other, autojunk=False).get_matching_blocks())
    return max(len(word), len(other)) - same <= (2 if len(word) >= 9 else 1)
