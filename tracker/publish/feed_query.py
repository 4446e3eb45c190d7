"""What an address of a feed asks for: from its query to clauses, and from clauses to the one canonical query; pure.

`cat=cs.CL,cs.LG&has=weights&keyword=diffusion,-medical`: values of one key are alternatives (all are required of
`has` and `ready`), `-` excludes, and `keyword` may stand several times, where each must be met.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, urlencode

from tracker.config_files import Organisation
from tracker.domain.folding import fold_words
from tracker.domain.items import Item
from tracker.domain.terms import ARTIFACT_KINDS, HOSTS, Fact, LicenceClass, Mark
from tracker.publish.feed_filters import FILTER_KEYS, Clause, deciding_licence, fold_name

MOST_QUERY, MOST_VALUES = 2_000, 30
"""Characters of an address, and values of a query: a longer address has no feed."""
SHORTEST_PHRASE = 2
MOST_SHOWN = 40
"""Values that a message lists."""
RENAMED = {"license": "licence"}
"""Other spellings of keys; they lead to the address with the key itself."""
HINTS = {
    "category": "cat", "categories": "cat", "subject": "cat", "topic": "keyword", "q": "keyword", "query": "keyword",
    "search": "keyword", "word": "keyword", "words": "keyword", "keywords": "keyword", "title": "keyword", "tag": "keyword",
    "organisation": "org", "organization": "org", "owner": "org", "authors": "author", "name": "author", "fact": "has",
    "facts": "has", "artifact": "kind", "type": "kind", "site": "host", "spdx": "licence",
}  # fmt: skip
"""What people write for a key."""
_VALUES = {
    "host": {"hf": "huggingface", "codeberg": "forgejo", "figshare": "doi", "softwareheritage": "swh"},
    "kind": {"repo": "repository", "repositories": "repository", "models": "model", "datasets": "dataset", "spaces": "space"},
}  # fmt: skip
"""What people write for a value, by key."""
_EXCLUSION = re.compile(r"\s+-(?=\w)")
_NO_PHRASE = re.compile(r"[^\w\s-]+")


class FeedQueryError(ValueError):
    """A query that no feed can meet; the message says what is wrong and what is right, for people."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The values that are known, from what the feed holds and what is configured."""

    spellings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """For each key with closed values, how each folded value is written."""


def build_vocabulary(
    items: Sequence[Item], categories: Sequence[str], watched: Sequence[Organisation]
) -> Vocabulary:
    """The values that queries over these items of the main feed may have."""
    names = {
        "cat": [*categories, *(name for item in items for name in item.categories)],
        "has": [fact.value for fact in Fact],
        "licence": [
            *dict.fromkeys(spdx for item in items if (spdx := deciding_licence(item)[0])),
            *(class_.value for class_ in LicenceClass),
        ],
        "org": [organisation.name for organisation in watched],
        "host": list(HOSTS),
        "kind": list(ARTIFACT_KINDS),
        "ready": [mark.value for mark in Mark],
    }
    return Vocabulary({key: {fold_name(name): name for name in reversed(values)} for key, values in names.items()})


def parse_query(query: str, vocabulary: Vocabulary) -> tuple[Clause, ...]:
    """The clauses of a raw query in canonical order; empty where nothing is asked for. Raises FeedQueryError."""
    return parse_pairs(split_query(query), vocabulary)


def split_query(query: str) -> list[tuple[str, str]]:
    """The names and values of a raw query. Raises FeedQueryError where it is too long."""
    if len(query) > MOST_QUERY:
        raise FeedQueryError(f"The address is longer than {MOST_QUERY:,} characters.")
    try:
        return parse_qsl(query, keep_blank_values=True, max_num_fields=MOST_VALUES)
    except ValueError:
        raise FeedQueryError(f"The address has more than {MOST_VALUES} parameters.") from None


def parse_pairs(pairs: Sequence[tuple[str, str]], vocabulary: Vocabulary) -> tuple[Clause, ...]:
    """As `parse_query`, of names and values that are not quoted."""
    found: dict[str, list[Clause]] = {}
    for name, text in pairs:
        key = RENAMED.get(name, name)
        if key not in FILTER_KEYS:
            raise FeedQueryError(_unknown_key(key))
        values = _split(key, text)
        if len(values) > MOST_VALUES:
            raise FeedQueryError(f"{key} has more than {MOST_VALUES} values.")
        for alternative in _clauses(key, values, vocabulary):
            found.setdefault(alternative.key, []).append(alternative)
    return tuple(clause for key in FILTER_KEYS for clause in _merge(key, found.get(key, ())))


def query_of_search(words: str, filters: Mapping[str, str]) -> str:
    """The query of the feed of what a search finds by its words: each must be met, and a minus sign leaves out.

    `filters` are values of other keys. Empty where no word can be a keyword.
    """
    kept = [word for word in words.split() if len("".join(fold_words(word))) >= SHORTEST_PHRASE]
    if not any(not word.startswith("-") for word in kept):
        return ""
    values = [_NO_PHRASE.sub(" ", word) for word in kept[:8]]
    return urlencode(
        [*(("keyword", value.strip()) for value in values), *((key, filters[key]) for key in filters)]
    )


def canonical_query(clauses: Sequence[Clause]) -> str:
    """The one query with these clauses, which stand in the order that `parse_query` gives them."""
    parts = []
    for clause in clauses:
        values = [*clause.values, *(f"-{value}" for value in clause.without)]
        quoted = [quote(value, safe=".+-" if clause.key != "keyword" else ".-") for value in values]
        if clause.key == "author":
            parts += [f"author={value}" for value in quoted]
        else:
            parts.append(f"{clause.key}={','.join(quoted)}")
    return "&".join(parts)


def _split(key: str, text: str) -> list[str]:
    if key == "author":
        return [text]
    values = text.split(",")
    if key == "keyword":
        return [part for value in values for part in _split_exclusions(value)]
    return values


def _split_exclusions(value: str) -> list[str]:
    """`diffusion -medical` as typed into one field: a phrase, and what is excluded."""
    first, *rest = _EXCLUSION.split(value)
    return [first, *(f"-{word}" for word in rest)]


def _clauses(key: str, texts: Sequence[str], vocabulary: Vocabulary) -> list[Clause]:
    """The values of one parameter as clauses: one of its key, and one of `has` where a kind names a fact."""
    wanted: dict[str, tuple[dict[str, None], dict[str, None]]] = {}
    for text in texts:
        value = fold_name(text)
        excluded = value.startswith("-") and len(value) > 1
        value = value.removeprefix("-").strip() if excluded else value
        if not value:
            continue
        is_fact = key == "kind" and value in {fact.value for fact in Fact} - {"code"}
        target = "has" if is_fact else key
        spelling = _phrase(value) if key == "keyword" else _spelling(target, value, vocabulary)
        wanted.setdefault(target, ({}, {}))[excluded][spelling] = None
    return [Clause(target, tuple(values), tuple(without)) for target, (values, without) in wanted.items()]


def _spelling(key: str, value: str, vocabulary: Vocabulary) -> str:
    known = vocabulary.spellings.get(key)
    if known is None:
        return value
    spelling = known.get(value) or known.get(_VALUES.get(key, {}).get(value, ""))
    if spelling is None:
        shown = sorted(set(known.values()), key=str.casefold)
        more = f" and {len(shown) - MOST_SHOWN} more" if len(shown) > MOST_SHOWN else ""
        raise FeedQueryError(f"{key} has no value {_shown(value)}; known: {', '.join(shown[:MOST_SHOWN])}{more}.")
    return spelling


def _phrase(value: str) -> str:
    phrase = " ".join(_NO_PHRASE.sub(" ", value).split()).strip("- ")
    letters = "".join(fold_words(phrase))
    if len(letters) < SHORTEST_PHRASE and letters.isascii():
        raise FeedQueryError(
            f"keyword {_shown(value)} is too short: it needs {SHORTEST_PHRASE} letters or digits."
        )
    return phrase


def _merge(key: str, clauses: Sequence[Clause]) -> list[Clause]:
    """The clauses of one key: one with all values, or for `keyword` one for each parameter; what is excluded is so
    from all."""
    without = tuple(sorted({value for clause in clauses for value in clause.without}))
    if key == "keyword":
        groups = sorted({tuple(sorted(set(clause.values))) for clause in clauses if clause.values})
        if not groups:
            return [Clause(key, (), without)] if without else []
        return [Clause(key, groups[0], without), *(Clause(key, group) for group in groups[1:])]
    values = tuple(sorted({value for clause in clauses for value in clause.values}))
    return [Clause(key, values, without)] if values or without else []


def _unknown_key(key: str) -> str:
    known = f"The filters of feeds are {', '.join(FILTER_KEYS)}: feed.xml?cat=cs.CL&has=weights&keyword=diffusion,-medical"
    hint = f" Write {HINTS[key.casefold()]}= instead." if key.casefold() in HINTS else ""
    return f"There is no filter {_shown(key)}.{hint} {known}"


def _shown(text: str) -> str:
    return f'"{text[:40]}"'
