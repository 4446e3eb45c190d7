"""What a person types into a search, as words, exclusions and names; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from tracker.domain.folding import fold_words
from tracker.domain.paper_ids import parse_arxiv_id
from tracker.store.keys import arxiv_number

Accounts = Mapping[str, Sequence[Sequence[str]]]
NO_ACCOUNTS: Accounts = MappingProxyType({})
MOST_WORDS = 8
LONGEST = 100
"""Characters of one word that are searched for."""
LONGEST_REFERENCE = 300
"""Characters of a reference that can be typed."""
SCHEMES = ("github", "hf-model", "hf-dataset", "hf-space", "gitlab", "bitbucket", "gitee")
"""The schemes of references in which `owner/name` may be an artifact."""
_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,99}/[\w.-]{1,100}", re.ASCII)
_REFERENCE = re.compile(r"[a-z-]{2,12}:\S{1,300}", re.ASCII)
_ADDRESS = re.compile(
    r"(?:https?://|git@|ssh://git@)?(?:www\.)?(?:[\w-]{1,63}\.){1,4}[a-z]{2,8}[/:](\S{1,300})",
    re.ASCII | re.IGNORECASE,
)
_FOLDERS = re.compile(r"(?:models|datasets|spaces)/")
_PLAIN = re.compile(r"[a-z0-9]+", re.ASCII)
_NO_PLACE = re.compile(r"(?:\.git|/)?(?:[?#].*)?")


@dataclass(frozen=True, slots=True)
class SearchWords:
    """The words that a paper must hold, those that it must not hold, all folded, and the artifacts that were named."""

    terms: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    """Case-folded references, where a repository's name or address was typed."""
    number: int = -1
    """The number of the paper whose id was typed; negative for anything else."""


@dataclass(frozen=True, slots=True)
class Syntax:
    """How an index writes a query: a word, the beginning of one, what joins two, and what leaves a word out."""

    word: str
    beginning: str
    both: str
    either: str
    without: str


FTS5 = Syntax('"{}"', '"{}" *', " AND ", " OR ", ' NOT "{}"')
"""sqlite.org/fts5.html, 3."""
TSQUERY = Syntax("'{}'", "'{}':*", " & ", " | ", " & !'{}'")
"""The text form of PostgreSQL's type `tsquery` (its manual, 8.11.2)."""


def parse_search(words: str) -> SearchWords:
    """What a person typed. Any text is allowed; no character is an operator but a minus sign before a word."""
    # No stored text holds what cannot be written in UTF-8.
    clean = words[: 4 * MOST_WORDS * LONGEST].encode("utf-8", "ignore").decode().strip()
    arxiv_id = parse_arxiv_id(clean)
    name = _typed_name(clean)
    terms: list[str] = []
    excluded: list[str] = []
    for token in (name or clean).split():
        is_excluded = token.startswith("-") and bool(terms)
        (excluded if is_excluded else terms).extend(word[:LONGEST] for word in fold_words(token))
    return SearchWords(
        terms=tuple(terms[:MOST_WORDS]),
        excluded=tuple(excluded[:MOST_WORDS]),
        references=_references(clean, name),
        number=arxiv_number(arxiv_id) if arxiv_id else -1,
    )


def match_expression(
    terms: Sequence[str],
    accounts: Accounts = NO_ACCOUNTS,
    *,
    syntax: Syntax,
    excluded: Sequence[str] = (),
    prefix: bool = True,
) -> str:
    """The words as a query of an index: each is quoted, so that `NEAR` is a word as well; with `prefix` the last one may
    be the beginning of a word.

    `accounts` has the accounts that a word also finds, each as the words of its name: joined they are one word of the
    index.
    """
    last = len(terms) - 1
    parts = []
    for place, term in enumerate(terms):
        forms = [(syntax.beginning if prefix and place == last else syntax.word).format(term)]
        forms += [syntax.word.format("".join(account)) for account in accounts.get(term, ())]
        parts.append(f"({syntax.either.join(forms)})" if len(forms) > 1 else forms[0])
    without = "".join(syntax.without.format(word) for word in excluded)
    return f"({syntax.both.join(parts)}){without}" if without else syntax.both.join(parts)


def plain_words(name: str) -> list[str]:
    """The words of a person's name that every index holds as they are: those of ASCII letters and digits alone.

    Others are folded with the text around them.
    """
    parts = [part.lower() for part in name.split() if part.isascii()]
    words = dict.fromkeys(word for part in parts for word in _PLAIN.findall(part) if len(word) <= LONGEST)
    return list(words)[:MOST_WORDS]


def any_expression(words: Sequence[str], syntax: Syntax) -> str:
    """A query of an index for any of the words."""
    return syntax.either.join(map(syntax.word.format, words))


def _typed_name(text: str) -> str:
    """`owner/name`, of an address or as it stands; empty where the text is something else."""
    address = _ADDRESS.fullmatch(text)
    path = _FOLDERS.sub("", address[1], count=1) if address else text
    found = _NAME.match(path)
    if found is None or (not address and not _NO_PLACE.fullmatch(path[found.end() :])):
        return ""
    return found[0].removesuffix(".git").rstrip(".")


def _references(text: str, name: str) -> tuple[str, ...]:
    if name:
        return tuple(f"{scheme}:{name.casefold()}" for scheme in SCHEMES)
    return (text.casefold(),) if _REFERENCE.fullmatch(text) else ()
