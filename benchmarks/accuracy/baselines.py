"""Simpler ways of finding a paper's own links, measured beside the product on the same texts.

Each takes a text and gives folded references, in the order of the text, all of them claimed as
own. URLs are made references by the product's own `resolve`, so that only finding and choosing are compared.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Protocol

from tracker.hosts.resolve import resolve_url

Way = Callable[[str], list[str]]


class _Extractor(Protocol):
    """What is used of urlextract."""

    def find_urls(self, text: str) -> list[str]: ...


# The patterns, written anew, of RSEF's published rule (github.com/SoftwareUnderstanding/RSEF, utils/regex.py).
_GITHUB = re.compile(r"(?:https?://(?:www\.)?)?github\.com/[\w.-]+/[\w.-]+", re.ASCII)
_GITLAB = re.compile(r"(?:https?://(?:www\.)?)?gitlab\.com/[\w.-]+/[\w.-]+", re.ASCII)
_ANY = re.compile(r"https?://[^\s<>\"{}]+", re.IGNORECASE)
_RELEASE = re.compile(
    r"\b(?:code|software|implementation|repository|data(?:set)?s?|models?|resources?)\b[^.]{0,100}"
    r"\b(?:available|released?|public(?:ly)?|open[- ]?sourced?|found|accessible)\b"
    r"|\b(?:we|our)\b[^.]{0,60}\b(?:releas|open[- ]?sourc|publish|provid|shar)",
    re.IGNORECASE,
)
PHRASE_REACH, FIRST_CHARACTERS = 150, 9_000


def one_pattern(text: str) -> list[str]:
    """Every match of one GitHub pattern."""
    return _named(match.group() for match in _GITHUB.finditer(text))


def two_patterns(text: str) -> list[str]:
    """RSEF's rule for a piece of text: every match of its GitHub and GitLab patterns, line by line."""
    lines = text.split("\n")
    return _named(match for pattern in (_GITHUB, _GITLAB) for line in lines for match in pattern.findall(line))


def all_hosts(text: str) -> list[str]:
    """Every http(s) address on a host of code, data or models, trailing punctuation cut."""
    return _artifacts(_named(match.group() for match in _ANY.finditer(text)))


def url_extract(text: str) -> list[str]:
    """Every address that PyPI `urlextract` finds on such a host, with the same cleaning."""
    return _artifacts(_named(_extractor().find_urls(text)))


def has_url_extract() -> bool:
    """Whether `urlextract` is installed."""
    try:
        _extractor()
    except ImportError:
        return False
    return True


def first_link(text: str) -> list[str]:
    """The first match of the GitHub pattern."""
    return one_pattern(text)[:1]


def release_phrase(text: str) -> list[str]:
    """Matches of the GitHub pattern with words of a release in the 150 characters before."""
    return _named(
        match.group()
        for match in _GITHUB.finditer(text)
        if _RELEASE.search(" ".join(text[max(0, match.start() - PHRASE_REACH) : match.start()].split()))
    )


def first_characters(text: str) -> list[str]:
    """Matches of the GitHub pattern in the first 9,000 characters."""
    return one_pattern(text[:FIRST_CHARACTERS])


def most_frequent(text: str) -> list[str]:
    """RSEF's rule for a whole text without its language model: the most frequent candidate."""
    ranked = Counter(_all_named(match for pattern in (_GITHUB, _GITLAB) for match in pattern.findall(text)))
    return [max(ranked, key=lambda key: (ranked[key], key))] if ranked else []


SHORT: dict[str, Way] = {
    "one GitHub pattern": one_pattern,
    "all hosts, one pattern": all_hosts,
    "PyPI `urlextract`, cleaned": url_extract,
    "RSEF's two patterns": two_patterns,
}
FULL: dict[str, Way] = {
    "every GitHub link": one_pattern,
    "the first GitHub link": first_link,
    "GitHub links after a release phrase": release_phrase,
    "GitHub links of the first 9,000 characters": first_characters,
    "RSEF's ranking (most frequent)": most_frequent,
}


def _named(urls: Iterable[str]) -> list[str]:
    """Folded references, each once, in order."""
    return list(dict.fromkeys(_all_named(urls)))


def _all_named(urls: Iterable[str]) -> list[str]:
    named = []
    for url in urls:
        clean = url.rstrip(".,;:!?)]}'\"\\").removesuffix(".git")
        reference = resolve_url(clean if "://" in clean else f"https://{clean}")
        if reference is not None:
            named.append(reference.folded)
    return named


def _artifacts(keys: list[str]) -> list[str]:
    return [key for key in keys if not key.startswith(("page:", "doi:"))]


@lru_cache(maxsize=1)
def _extractor() -> _Extractor:
    from urlextract import URLExtract  # type: ignore[import-not-found,import-untyped,unused-ignore]  # noqa: PLC0415 # of the group `accuracy`, which tests do without; it ships no types

    extractor: _Extractor = URLExtract()
    return extractor
