"""The filters of feeds: which items of the main feed have a category, fact, licence, owner, author or word; pure.

A new filter is a function here, an entry of `_MATCHERS`, and its values in `composed_feeds`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from tracker.config_files import Organisation
from tracker.domain.items import Item
from tracker.domain.terms import Fact, LicenceClass, State

Organisations = Mapping[str, Organisation]
"""Organisations of the watch list by their name."""
_WORD = re.compile(r"\w+")


def deciding_licence(item: Item, fact: Fact = Fact.CODE) -> tuple[str | None, LicenceClass]:
    """SPDX id and class of the licence of the artifact that decides a fact; (None, unknown) if it is not judged."""
    verdict = item.verdict(fact)
    if verdict is None:
        return None, LicenceClass.UNKNOWN
    deciding = next((link for link in item.own_artifacts() if link.reference == verdict.reference), None)
    return (deciding.licence_spdx if deciding else None), verdict.licence_class


def belongs_to(item: Item, organisation: Organisation) -> bool:
    """Whether an organisation has the account of one of the authors' own artifacts."""
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


def is_written_by(item: Item, author: str) -> bool:
    """Whether the paper has this author; `author` is folded by `fold_name`."""
    return any(fold_name(name) == author for name in item.authors)


def mentions_word(item: Item, word: str) -> bool:
    """Whether title or abstract hold a whole word; `word` is folded by `fold_name`."""
    return any(match == word for text in (item.title, item.abstract) for match in _WORD.findall(text.casefold()))


def fold_name(name: str) -> str:
    """A name for comparison: case-folded, with its white space collapsed."""
    return " ".join(name.casefold().split())


_MATCHERS: dict[str, Callable[[Item, str, Organisations], bool]] = {
    "cat": lambda item, category, _: category in item.categories,
    "has": lambda item, fact, _: is_open(item, Fact(fact)),
    "licence": lambda item, licence, _: licence in _licence_terms(item),
    "org": lambda item, name, organisations: belongs_to(item, organisations[name]),
    "author": lambda item, author, _: is_written_by(item, author),
    "keyword": lambda item, word, _: mentions_word(item, word),
}
FILTER_KEYS = tuple(_MATCHERS)
"""The keys of a query, in their canonical order."""


def matches(item: Item, wanted: Mapping[str, Iterable[str]], organisations: Organisations) -> bool:
    """Whether an item has at least one of the values of each key, and all values of `has`."""
    return all(
        (all if key == "has" else any)(_MATCHERS[key](item, value, organisations) for value in values)
        for key, values in wanted.items()
    )


def _licence_terms(item: Item) -> tuple[str | None, str]:
    spdx, class_ = deciding_licence(item)
    return spdx, class_.value
