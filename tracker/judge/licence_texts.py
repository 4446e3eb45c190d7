"""Compare a licence text, word by word, with the standard texts; pure and linear in the text's length.

A standard text is a file of `config/licences`, the SPDX text of one licence. The words between `{{` and `}}` may
be missing or replaced by others, as a holder's name is (replaceable or omittable text in the SPDX matching
guidelines, spdx.github.io/spdx-spec, annex "SPDX License List matching guidelines and templates"); all other
words are the licence. `licence_words` says which words count.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from tracker.judge.licence_words import MAX_CHARACTERS, comparable_words

MAX_MATCHES = 8
"""Licences searched for in one file."""
GRAM = 4
"""Words that must agree in a row before two texts count as in step again."""
RUN = 12
"""Words in a row that distinguish the beginning of a licence from a sentence that names it."""
PLACES = 8
"""Occurrences of the same few words that are tried as the beginning."""
SAMPLES = 40
"""Places of a standard text that are searched for to decide whether it is worth comparing."""
WORTH = 0.5
"""Share of those places that must be found."""
NEAR = 150
"""Words within which the texts are expected to fall into step again after a difference."""
NAME_WORDS = 40
"""Words that may fill a replaceable place."""
NEAR_SHARE = 0.02
"""Share of words that may differ in a text that resembles a licence: GitHub's recogniser takes 98 % as equal."""

_MARK = re.compile(r"\{\{|\}\}")
_NEUTRAL = frozenset("the an of and this that such its their is are".split())  # noqa: SIM905 - as above
"""Words whose presence or absence does not change what a licence allows."""
_GRANT_WORDS = frozenset(
    "not non no nor only solely except unless without may must shall cannot can never use used using copy modify merge publish "  # noqa: SIM905 - as above
    "distribute redistribute sublicense sell commercial commercially noncommercial noncommercially academic research "
    "education educational personal private internal evaluation free charge fee royalty permission permitted permits "
    "permit grant granted prohibited prohibit forbidden restricted restriction restrictions unrestricted limited "
    "purpose purposes condition conditions provided any all person persons users military nonprofit".split()
)
"""Words of grants and conditions: a difference in one of them always matters."""
_NEVER_NAMES = frozenset(
    "not only solely except unless must shall may cannot noncommercial commercial commercially academic prohibited "  # noqa: SIM905 - as above
    "forbidden restricted permitted provided condition conditions purposes".split()
)
"""Words that are never part of a holder's or product's name, so that none of them may be in a replaceable place."""


@dataclass(frozen=True, slots=True)
class StandardText:
    """A standard text: its words, and for each whether it is in a replaceable place (1) or not (0)."""

    spdx: str
    words: tuple[str, ...]
    loose: bytes
    samples: tuple[tuple[str, ...], ...]
    title: frozenset[str]
    """Words of the licence's name, which may occur more or less often than in the standard text."""

    @property
    def fixed(self) -> int:
        """How many words a text under this licence must have."""
        return len(self.loose) - sum(self.loose)


@dataclass(frozen=True, slots=True)
class TextMatch:
    """A standard text found in words[start:end]; `differing` has the words that are missing or added."""

    standard: StandardText
    start: int
    end: int
    agreeing: int
    differing: tuple[str, ...]

    @property
    def resembles(self) -> bool:
        """Whether the differences are few, and none of them touches a grant or a condition."""
        few = max(1, int(self.standard.fixed * NEAR_SHARE))
        return len(self.differing) <= few and not _GRANT_WORDS.intersection(self.differing)


def parse_standard(spdx: str, text: str, title: str = "") -> StandardText:
    """Read a standard text with its `{{ }}` marks; `title` is the licence's full name."""
    words: list[str] = []
    loose = bytearray()
    for number, piece in enumerate(_MARK.split(text)):
        piece_words = comparable_words(piece)
        words += map(sys.intern, piece_words)
        loose += bytes([number % 2]) * len(piece_words)
    fixed = [at for at in range(len(words) - GRAM + 1) if not any(loose[at : at + GRAM])]
    step = max(1, len(fixed) // SAMPLES)
    samples = tuple(tuple(words[at : at + GRAM]) for at in fixed[::step])
    return StandardText(
        spdx, tuple(words), bytes(loose), samples, frozenset(comparable_words(title)) - _GRANT_WORDS
    )


def find_best_match(words: Sequence[str], standards: Iterable[StandardText]) -> TextMatch | None:
    """The standard text that matches the words best: one that agrees wholly, else the most similar one, if any."""
    index: dict[tuple[str, ...], list[int]] = {}
    for at in range(len(words) - GRAM + 1):
        index.setdefault(tuple(words[at : at + GRAM]), []).append(at)
    matches = [
        match
        for standard in standards
        if standard.samples
        and sum(gram in index for gram in standard.samples) >= WORTH * len(standard.samples)
        and (match := _align(standard, words, index)) is not None
    ]
    return max(matches, key=_rank, default=None)


def match_texts(
    words: Sequence[str], standards: Iterable[StandardText]
) -> tuple[list[TextMatch], TextMatch | None, list[Sequence[str]]]:
    """(whole standard texts in their order, at most MAX_MATCHES; a near match; the runs of words outside of both).

    The near match is the first text that resembles a standard text without being it.
    """
    whole: list[tuple[int, TextMatch]] = []
    near: TextMatch | None = None
    unmatched: list[Sequence[str]] = []
    runs = [(0, words)]
    while runs:
        at, run = runs.pop()
        match = find_best_match(run, standards) if len(run) > GRAM and len(whole) < MAX_MATCHES else None
        if match is None or (match.differing and (near is not None or not match.resembles)):
            unmatched.append(run)
            continue
        if match.differing:
            near = match
        else:
            whole.append((at + match.start, match))
        runs += [(at + match.end, run[match.end :]), (at, run[: match.start])]
    return [match for _, match in sorted(whole, key=lambda pair: pair[0])], near, [run for run in unmatched if run]


def _rank(match: TextMatch) -> tuple[bool, int, bool, int, str]:
    whole = not match.differing
    alike = match.agreeing - 2 * len(match.differing)
    return whole or match.resembles, alike, whole, -match.standard.fixed, match.standard.spdx


def _align(
    standard: StandardText, words: Sequence[str], index: Mapping[tuple[str, ...], list[int]]
) -> TextMatch | None:
    """Read both texts in step, and find the way back into step after each difference; neither is read twice."""
    model, loose = standard.words, standard.loose
    here, there = _start(model, words, index)
    if there < 0:
        return None
    start, agreeing = there, 0
    differing = _between(standard, 0, here, ())
    while True:
        while here < len(model) and there < len(words) and model[here] == words[there]:
            agreeing += 1 - loose[here]
            here, there = here + 1, there + 1
        if here == len(model):
            break
        next_here, next_there = _in_step(model, here, there, index)
        if next_there < 0:
            tail, there = _tail(standard, here, words, there)
            differing += tail
            break
        differing += _between(standard, here, next_here, words[there:next_there])
        here, there = next_here, next_there
    return TextMatch(standard, start, there, agreeing, tuple(differing))


def _start(
    model: Sequence[str], words: Sequence[str], index: Mapping[tuple[str, ...], list[int]]
) -> tuple[int, int]:
    """The places in both texts at which they first agree over RUN words, else over GRAM words; (_, -1) if nowhere."""
    first = (0, -1)
    for here in range(len(model) - GRAM + 1):
        for there in index.get(tuple(model[here : here + GRAM]), ())[:PLACES]:
            if tuple(words[there : there + RUN]) == tuple(model[here : here + RUN]):
                return here, there
            if first[1] < 0:
                first = (here, there)
    return first


def _in_step(
    model: Sequence[str], here: int, there: int, index: Mapping[tuple[str, ...], list[int]]
) -> tuple[int, int]:
    """The places in both texts from which GRAM words agree again, with the fewest words skipped.

    (_, -1) if there are none. Beyond NEAR words the first place is taken, so that the search stays linear.
    """
    best, fewest = (len(model), -1), len(model) + MAX_CHARACTERS
    for at in range(here, len(model) - GRAM + 1):
        if at - here >= fewest or (at - here > NEAR and best[1] >= 0):
            break
        places = index.get(tuple(model[at : at + GRAM]), ())
        number = bisect_left(places, there)
        if number < len(places) and at - here + places[number] - there < fewest:
            best, fewest = (at, places[number]), at - here + places[number] - there
    return best


def _between(standard: StandardText, here: int, end: int, extra: Sequence[str]) -> list[str]:
    """The words that differ, and may not, between two places where the texts are in step."""
    missing, loose = standard.words[here:end], standard.loose[here:end]
    harmless = standard.title | _NEUTRAL
    if harmless.issuperset(extra) and all(
        free or word in harmless for word, free in zip(missing, loose, strict=True)
    ):
        return []
    replaceable = any(standard.loose[max(0, here - 1) : end + 1])
    if max(len(missing), len(extra)) > NAME_WORDS * 2:
        return _differing(missing, loose, extra, replaceable)
    differing: list[str] = []
    for kind, i, j, k, n in SequenceMatcher(None, missing, extra, autojunk=False).get_opcodes():
        if kind != "equal":
            differing += _differing(missing[i:j], loose[i:j], extra[k:n], replaceable)
    return differing


def _tail(standard: StandardText, here: int, words: Sequence[str], there: int) -> tuple[list[str], int]:
    """The words that differ at the end of the standard text, and where it ends in `words`."""
    missing, loose = standard.words[here:], standard.loose[here:]
    if len(missing) > NAME_WORDS * 2:
        return _differing(missing, loose, (), False), there
    rest = words[there : there + len(missing) + GRAM]
    codes = SequenceMatcher(None, missing, rest, autojunk=False).get_opcodes()
    while codes and codes[-1][0] == "insert":
        codes.pop()
    if codes and codes[-1][0] == "replace":
        kind, i, j, k, _ = codes.pop()
        codes.append(("delete", i, j, k, k))
    differing: list[str] = []
    for kind, i, j, k, n in codes:
        if kind != "equal":
            differing += _differing(missing[i:j], loose[i:j], rest[k:n], any(loose[i:j]))
    return differing, there + max((n for kind, _, _, _, n in codes if kind == "equal"), default=0)


def _differing(missing: Sequence[str], loose: bytes, extra: Sequence[str], replaceable: bool) -> list[str]:
    """Those of the missing and the extra words that a text under this licence may not differ in."""
    if replaceable and len(extra) <= NAME_WORDS and not _NEVER_NAMES.intersection(extra):
        extra = ()
    missing = [word for word, free in zip(missing, loose, strict=True) if not free]
    if "".join(missing) == "".join(extra) or _misspelt(missing, extra):
        return []
    return [word for word in (*missing, *extra) if word not in _NEUTRAL and not word.isdigit()]


def _misspelt(missing: Sequence[str], extra: Sequence[str]) -> bool:
    return len(missing) == len(extra) and all(
        word == other
        or (
            word[0] == other[0]
            and min(len(word), len(other)) > 3
            and SequenceMatcher(None, word[:40], other[:40], autojunk=False).ratio() >= 0.8
        )
        for word, other in zip(missing, extra, strict=True)
    )
