"""The filters of feeds: which items of the main feed have a category, fact, licence, owner, author or phrase; pure.

A new filter is a function here, an entry of `_MATCHERS`, its values in `feed_query`, and its words in `feed_titles`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from tracker.config_files import Organisation
from tracker.domain.folding import fold_words
from tracker.domain.items import Item
from tracker.domain.terms import Fact, LicenceClass, Mark, State
from tracker.publish.readable_text import readable_text

Organisations = Mapping[str, Organisation]
"""Organisations of the watch list by their name."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition of a feed: an item has any of `values` (of `has` and `ready`: all of them) and none of `without`."""

    key: str
    values: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


def deciding_licence(item: Item, fact: Fact = Fact.CODE) -> tuple[str | None, LicenceClass]:
    """SPDX id and class of the licence of the artifact that decides a fact; (None, unknown) if it is not judged."""
    verdict = item.verdict(fact)
    if verdict is None:
        return None, LicenceClass.UNKNOWN
    deciding = next((link for link in item.own_artifacts() if link.reference == verdict.reference), None)
    return (deciding.licence_spdx if deciding else None), verdict.licence_class


def belongs_to(item: Item, organisation: Organisation) -> bool:
    """Whether an organisation has the account of one of the authors' own artifacts, or an affiliation names it."""
    if any(organisation.name == name for name, _ in item.affiliations):
        return True
    accounts = organisation.accounts
    for link in item.own_artifacts():
        owner = link.reference.partition(":")[2].partition("/")[0].casefold()
        if (link.host, owner) in accounts:
            return True
    return False


def is_open(item: Item, fact: Fact) -> bool:
    """Whether a fact of an item is open."""
    verdict = item.verdict(fact)
    return verdict is not None and verdict.state is State.OPEN


def is_at_host(item: Item, host: str) -> bool:
    """Whether one of the authors' own artifacts is at a host, named as in the view `artifacts`."""
    return any(link.host == host for link in item.own_artifacts())


def has_kind(item: Item, kind: str) -> bool:
    """Whether one of the authors' own artifacts is of a kind, named as in the view `artifacts`."""
    return any(link.kind == kind for link in item.own_artifacts())


def is_ready(item: Item, mark: Mark) -> bool:
    """Whether one of the authors' own artifacts shows a mark of readiness."""
    return any(mark in link.ready for link in item.own_artifacts())


def is_written_by(item: Item, author: str) -> bool:
    """Whether the paper has this author."""
    return any(is_same_author(name, author) for name in item.authors)


def is_same_author(name: str, author: str) -> bool:
    """Whether two names have the same words in order, without case, accents and TeX. `Last, First` of `author` is read
    as `First Last`."""
    words = _join_words(name)
    last, comma, first = author.partition(",")
    return words == _join_words(author) or bool(comma and words == _join_words(f"{first} {last}"))


def mentions_phrase(item: Item, phrase: str) -> bool:
    """Whether title or abstract hold the words of a phrase one after the other, without case, accents and TeX.

    A hyphen is a space or nothing: `pre-training` finds `pre training` and `pretraining`.
    """
    text = _searched_text(item.title, item.abstract)
    words = fold_words(phrase)
    return f" {' '.join(words)} " in text or ("-" in phrase and f" {''.join(words)} " in text)


def fold_name(name: str) -> str:
    """A name as addresses write it: case-folded, its TeX readable, and its white space collapsed."""
    return " ".join((readable_text(name) if "\\" in name else name).casefold().split())


@lru_cache(maxsize=8192)
def _join_words(name: str) -> str:
    return " ".join(fold_words(name))


@lru_cache(maxsize=2048)
def _searched_text(title: str, abstract: str) -> str:
    """Both texts as folded words with a space around each; no phrase reaches from one into the other."""
    return " | ".join(f" {' '.join(fold_words(text))} " for text in (title, abstract))


_MATCHERS: dict[str, Callable[[Item, str, Organisations], bool]] = {
    "cat": lambda item, category, _: category in item.categories,
    "has": lambda item, fact, _: is_open(item, Fact(fact)),
    "licence": lambda item, licence, _: licence in _licence_terms(item),
    "org": lambda item, name, organisations: belongs_to(item, organisations[name]),
    "author": lambda item, author, _: is_written_by(item, author),
    "keyword": lambda item, phrase, _: mentions_phrase(item, phrase),
    "host": lambda item, host, _: is_at_host(item, host),
    "kind": lambda item, kind, _: has_kind(item, kind),
    "ready": lambda item, mark, _: is_ready(item, Mark(mark)),
}
ALL_REQUIRED = frozenset({"has", "ready"})
"""The keys of which an item must have all values."""
FILTER_KEYS = tuple(_MATCHERS)
"""The keys of a query, in their canonical order."""


def matches(item: Item, clauses: Sequence[Clause], organisations: Organisations) -> bool:
    """Whether an item meets every clause."""

    def has(key: str, values: Iterable[str]) -> Iterable[bool]:
        return (_MATCHERS[key](item, value, organisations) for value in values)

    return all(
        (not clause.values or (all if clause.key in ALL_REQUIRED else any)(has(clause.key, clause.values)))
        and not any(has(clause.key, clause.without))
        for clause in clauses
    )


def clear_cache() -> None:
    """Free the folded texts and names of the items of one publish."""
    _searched_text.cache_clear()
    _join_words.cache_clear()


def _licence_terms(item: Item) -> tuple[str | None, str]:
    spdx, class_ = deciding_licence(item)
    return spdx, class_.value
