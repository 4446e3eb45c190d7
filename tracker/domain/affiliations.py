"""Which organisations an affiliation names, by their listed names as whole words; pure.

Affiliations are texts of strangers: they say who an author claims to belong to, and prove nothing of artifacts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

MOST_AFFILIATIONS = 60
"""Different affiliations of a paper that are kept: the first ones."""
MOST_CHARACTERS = 200
"""A longer affiliation is left out: cut, it could name another organisation."""
_DROPPED = frozenset({"Cf", "Mn", "Me"})
"""Invisible characters and marks on letters: they must not end a word."""
_NEAR = 60
_NOT_NOW = re.compile(
    r"(?<!\w)(?:ex|former|formerly|previously|now|not|non|funded by|sponsored by|supported by|present address)"
    r"\W{0,3}(?:(?:at|with|of|from|a|an|the|employee|intern|researcher)\W{1,3}){0,4}\Z"
)
_NOT_THEIRS = re.compile(
    r"[\s-]{1,3}(?:scholar|funded|sponsored|(?:ph\.?d\.? )?fellowship|ph\.?d\.? fellow|(?:research )?award|chair)(?!\w)"
)
"""`ex-Google`, `now at Google` and `Google Scholar` name no affiliation of the work."""


def keep_affiliations(texts: Iterable[str]) -> tuple[str, ...]:
    """What is kept of the affiliations of all authors: each once, within the bounds, in order."""
    kept = dict.fromkeys(text for text in texts if text and len(text) <= MOST_CHARACTERS)
    return tuple(kept)[:MOST_AFFILIATIONS]


@dataclass(frozen=True, slots=True)
class AffiliationNames:
    """The listed names of organisations, compiled."""

    organisations: Mapping[str, str]
    """The organisation by its folded name."""
    pattern: re.Pattern[str] | None

    def organisations_in(self, affiliation: str) -> tuple[str, ...]:
        """The organisations that an affiliation names, each once, in order; several where it names several."""
        if self.pattern is None:
            return ()
        text = fold_affiliation(affiliation)
        named = {
            self.organisations[match[0]]: None
            for match in self.pattern.finditer(text)
            if not _NOT_NOW.search(text[max(0, match.start() - _NEAR) : match.start()])
            and not _NOT_THEIRS.match(text, match.end())
        }
        return tuple(named)


@lru_cache(maxsize=4)
def compile_names(listed: tuple[tuple[str, tuple[str, ...]], ...]) -> AffiliationNames:
    """The names of (organisation, names). Of names that begin alike the longest counts."""
    organisations = {fold_affiliation(name): organisation for organisation, names in listed for name in names}
    alternatives = "|".join(re.escape(name) for name in sorted(organisations, key=len, reverse=True) if name)
    # A name inside an address, such as `sites.google.com`, does not name an affiliation.
    pattern = re.compile(rf"(?<![\w.])(?:{alternatives})(?!\w|\.\w)") if alternatives else None
    return AffiliationNames(organisations, pattern)


def fold_affiliation(text: str) -> str:
    """A text as affiliations are compared: NFKC, without case, invisible characters and addresses, on one line."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    plain = "".join(letter for letter in folded if unicodedata.category(letter) not in _DROPPED)
    return " ".join(word for word in plain.split() if not _is_address(word))


def _is_address(word: str) -> bool:
    return "://" in word or ("@" in word and word != "@") or ("." in word and "/" in word)
