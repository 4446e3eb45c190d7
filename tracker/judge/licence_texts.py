"""Find the standard texts that are wholly in a licence text, word by word; pure and linear in the text's length."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass

from tracker.judge.licence_differences import NEAR, ComparedText, Differences, resembles
from tracker.judge.licence_standards import GRAM, LicenceText, StandardText, StandardTexts

MAX_MATCHES = 8
"""Licences searched for in one file."""
RUN = 12
"""Words in a row that distinguish the beginning of a licence from a sentence that names it."""
PLACES = 8
"""Occurrences of the same few words that are tried as the beginning."""
_BLOCK = 64
"""Words of both texts that are compared at once."""


@dataclass(frozen=True, slots=True)
class TextMatch:
    """A standard text found in tokens[start:end]; `differing` has the words that are missing or added, and
    `inserted` the ranges of tokens that stand between parts of it which may be missing."""

    standard: StandardText
    start: int
    end: int
    agreeing: int
    differing: tuple[str, ...]
    inserted: tuple[tuple[int, int], ...] = ()

    @property
    def resembles(self) -> bool:
        """Whether the differences are few, and none of them touches a grant or a condition."""
        return resembles(self.standard, self.differing)


def _best_match(text: LicenceText, start: int, end: int, standards: StandardTexts) -> TextMatch | None:
    words = tuple(token.word for token in text.tokens[start:end])
    index: dict[tuple[str, ...], list[int]] = {}
    for at, gram in enumerate(zip(*(words[shift:] for shift in range(GRAM)), strict=False)):
        index.setdefault(gram, []).append(at)
    best: TextMatch | None = None
    for standard in standards.worth_comparing(index):
        alike = best is not None and best.resembles
        found = Differences(standard, words, ComparedText(text, start))
        match = _align(found, index, start, give_up=alike)
        if match is not None and (best is None or _rank(match) > _rank(best)):
            best = match
    return best


@dataclass(frozen=True, slots=True)
class TextMatches:
    """The standard texts in a text."""

    whole: tuple[TextMatch, ...]
    """Those that are wholly in it, in their order, at most MAX_MATCHES."""
    near: TextMatch | None
    """The first one that it resembles without holding it."""
    nearest: TextMatch | None
    """The most similar one to the text as a whole, however little it is."""
    unmatched: tuple[tuple[int, int], ...]
    """The ranges of tokens outside of `whole` and `near`."""


def match_texts(text: LicenceText, standards: StandardTexts) -> TextMatches:
    """Find the standard texts in a text."""
    whole: list[TextMatch] = []
    near: TextMatch | None = None
    nearest: TextMatch | None = None
    unmatched: list[tuple[int, int]] = []
    runs = [(0, len(text.tokens))]
    while runs:
        start, end = runs.pop()
        match = (
            _best_match(text, start, end, standards) if end - start > GRAM and len(whole) < MAX_MATCHES else None
        )
        nearest = match if (start, end) == (0, len(text.tokens)) else nearest
        if match is None or (match.differing and (near is not None or not match.resembles)):
            unmatched.append((start, end))
            continue
        if match.differing:
            near = match
        else:
            whole.append(match)
        unmatched += match.inserted
        runs += [(match.end, end), (start, match.start)]
    return TextMatches(
        tuple(sorted(whole, key=lambda match: match.start)),
        near,
        nearest,
        tuple(sorted((start, end) for start, end in unmatched if end > start)),
    )


def _rank(match: TextMatch) -> tuple[bool, int, bool, int, int, str]:
    whole = not match.differing
    alike = match.agreeing - 2 * len(match.differing)
    return whole or match.resembles, alike, whole, -len(match.inserted), -match.standard.fixed, match.standard.spdx


def _align(
    found: Differences, index: Mapping[tuple[str, ...], list[int]], offset: int, *, give_up: bool
) -> TextMatch | None:
    """Read both texts in step, and find the way back into step after each difference; neither is read twice.

    None where they never agree, and as soon as the text cannot resemble the standard one if `give_up`.
    """
    model, words = found.standard.words, found.words
    here, there = _start(model, words, index)
    if there < 0:
        return None
    start, agreeing = found.head(here, there), 0
    while True:
        if give_up and not resembles(found.standard, found.differing):
            return None
        length = _common_length(model, here, words, there)
        agreeing += found.standard.loose.count(0, here, here + length)
        here, there = here + length, there + length
        if here == len(model):
            break
        next_here, next_there = _in_step(model, here, there, index)
        if next_there < 0:
            there = found.tail(here, there)
            break
        found.between(here, next_here, there, next_there)
        here, there = next_here, next_there
    inserted = tuple((offset + begin, offset + end) for begin, end in found.inserted)
    return TextMatch(found.standard, offset + start, offset + there, agreeing, tuple(found.differing), inserted)


def _common_length(model: tuple[str, ...], here: int, words: tuple[str, ...], there: int) -> int:
    """The number of words in a row that agree from both places on; many at once are compared first."""
    most, length = min(len(model) - here, len(words) - there), 0
    while model[here + length : here + length + _BLOCK] == words[there + length : there + length + _BLOCK]:
        length += _BLOCK
        if length >= most:
            return most
    while length < most and model[here + length] == words[there + length]:
        length += 1
    return length


def _start(
    model: tuple[str, ...], words: tuple[str, ...], index: Mapping[tuple[str, ...], list[int]]
) -> tuple[int, int]:
    """The places in both texts at which they first agree over RUN words, else over GRAM words; (_, -1) if nowhere."""
    first = (0, -1)
    for here in range(len(model) - GRAM + 1):
        length = min(RUN, len(model) - here)
        for there in index.get(model[here : here + GRAM], ())[:PLACES]:
            if words[there : there + length] == model[here : here + length]:
                return here, there
            if first[1] < 0:
                first = (here, there)
    return first


def _in_step(
    model: tuple[str, ...], here: int, there: int, index: Mapping[tuple[str, ...], list[int]]
) -> tuple[int, int]:
    """The places in both texts from which GRAM words agree again, with the fewest words skipped.

    (_, -1) if there are none. Beyond NEAR words the first place is taken, so that the search stays linear.
    """
    best, fewest = (len(model), -1), len(model) + 1_000_000
    for at in range(here, len(model) - GRAM + 1):
        if at - here >= fewest or (at - here > NEAR and best[1] >= 0):
            break
        places = index.get(model[at : at + GRAM], ())
        number = bisect_left(places, there)
        if number < len(places) and at - here + places[number] - there < fewest:
            best, fewest = (at, places[number]), at - here + places[number] - there
    return best
