"""The standard texts of licences and the texts of strangers, as words with their places; pure.

A standard text is a file of `config/licences`, the SPDX text of one licence. The words between `{{` and `}}` may
be missing; a few of them may also be replaced by a name (replaceable or omittable text in the SPDX matching guidelines,
spdx.github.io/spdx-spec, annex "SPDX License List matching guidelines and templates"). All other words are the licence.
`licence_words` says which words count.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from operator import attrgetter

from tracker.judge.licence_copyrights import copyright_spans
from tracker.judge.licence_words import Token, normalise_text, tokenise

GRAM = 4
"""Words that must agree in a row before two texts count as in step again."""
SAMPLES = 40
"""Places of a standard text that are searched for to decide whether it is worth comparing."""
WORTH = 0.5
"""Share of those places that must be found."""
SLOT_WORDS = 16
"""The longest place between marks that a name may fill; a longer one is a part that may be missing."""

_place = attrgetter("start")
_MARK = re.compile(r"\{\{|\}\}")
_ADDRESS_SIGN = re.compile(r"://|www\.|@", re.IGNORECASE)
"""In each address of `licence_words.URL` and `EMAIL`, which hold no white space."""
GRANT_WORDS = frozenset(
    "not non no nor only solely except unless without may must shall cannot can never use used using copy modify merge publish "  # noqa: SIM905 - words read better so
    "distribute redistribute sublicense sell commercial commercially noncommercial noncommercially academic research "
    "education educational personal private internal evaluation free charge fee royalty permission permitted permits "
    "permit grant granted prohibited prohibit forbidden restricted restriction restrictions unrestricted limited "
    "purpose purposes condition conditions provided any all person persons users military nonprofit".split()
)
"""Words of grants and conditions: a difference in one of them always matters."""


@dataclass(frozen=True, slots=True)
class StandardText:
    """A standard text: its words, and for each of them whether it must be there (0), may be missing (1), or may be
    missing or replaced by a name (2)."""

    spdx: str
    words: tuple[str, ...]
    loose: bytes
    samples: tuple[tuple[str, ...], ...]
    title: frozenset[str]
    """Words of the licence's name, which may occur more or less often than in the standard text."""

    @property
    def fixed(self) -> int:
        """How many words a text under this licence must have."""
        return self.loose.count(0)


@dataclass(frozen=True)
class StandardTexts:
    """All standard texts, with the samples by which those that are worth comparing are found."""

    texts: tuple[StandardText, ...]

    @cached_property
    def by_sample(self) -> Mapping[tuple[str, ...], tuple[int, ...]]:
        """For each sample, the numbers of the texts that have it."""
        found: dict[tuple[str, ...], tuple[int, ...]] = {}
        for number, standard in enumerate(self.texts):
            for sample in standard.samples:
                found[sample] = (*found.get(sample, ()), number)
        return found

    def worth_comparing(self, index: Mapping[tuple[str, ...], Sequence[int]]) -> list[StandardText]:
        """The texts of which enough samples are among the words of `index`, those with the most first."""
        hits = Counter(
            number for sample in self.by_sample.keys() & index.keys() for number in self.by_sample[sample]
        )
        shares = {number: hits[number] / len(self.texts[number].samples) for number in hits}
        numbers = sorted(shares, key=lambda number: (-shares[number], number))
        return [self.texts[number] for number in numbers if shares[number] >= WORTH]


@dataclass(frozen=True, slots=True)
class LicenceText:
    """A text to compare: normalised, with its tokens outside of copyright statements, whose places are kept apart."""

    text: str
    tokens: tuple[Token, ...]
    copyrights: tuple[tuple[int, int], ...]


def parse_text(text: str, known_addresses: Collection[str] = ()) -> LicenceText:
    """Read a text of strangers. `known_addresses` are addresses, and sites as `gnu.org/`, that say nothing there."""
    text = normalise_text(text)
    spans = copyright_spans(text)
    tokens = tokenise(text)
    for start, end in reversed(spans):
        del tokens[bisect_left(tokens, start, key=_place) : bisect_left(tokens, end, key=_place)]
    known = [
        at
        for at, token in enumerate(tokens)
        if token.kind == "url"
        and (token.word in known_addresses or f"{token.word.partition('/')[0]}/" in known_addresses)
    ]
    for at in reversed(known):
        del tokens[at]
    return LicenceText(text, tuple(tokens), tuple(spans))


@lru_cache(maxsize=512)
def parse_standard(spdx: str, text: str, title: str = "") -> StandardText:
    """Read a standard text with its `{{ }}` marks; `title` is the licence's full name."""
    words: list[str] = []
    loose = bytearray()
    for number, piece in enumerate(_MARK.split(_without_statements(text))):
        found = [token.word for token in tokenise(normalise_text(piece)) if token.kind == "word"]
        words += found
        kind = 0 if number % 2 == 0 else 2 if len(found) <= SLOT_WORDS else 1
        loose += bytes([kind]) * len(found)
    fixed = [at for at in range(len(words) - GRAM + 1) if not any(loose[at : at + GRAM])]
    step = max(1, len(fixed) // SAMPLES)
    samples = tuple(dict.fromkeys(tuple(words[at : at + GRAM]) for at in fixed[::step]))
    named = frozenset(token.word for token in tokenise(normalise_text(title))) - GRANT_WORDS
    return StandardText(spdx, tuple(words), bytes(loose), samples, named)


def _without_statements(text: str) -> str:
    """A standard text without its copyright statements, as `parse_text` leaves them out."""
    text = normalise_text(text)
    for start, end in reversed(copyright_spans(text)):
        kept = "".join(_MARK.findall(text[start:end]))
        text = f"{text[:start]} {kept} {text[end:]}"
    return text


def addresses_in(text: str) -> set[str]:
    """The addresses in a standard text, folded for comparison."""
    shown = " ".join(piece for piece in normalise_text(text).split() if _ADDRESS_SIGN.search(piece))
    return {token.word for token in tokenise(shown) if token.kind != "word"}
