"""Full-text search: papers by words that a person types, in the indexes of `tracker.store.search_index`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from contextlib import closing
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from tracker.domain.errors import StoreError
from tracker.domain.folding import fold_words
from tracker.domain.terms import Fact
from tracker.store.dialect import fetch_stored
from tracker.store.engine import Store, open_reader
from tracker.store.organisations import account_prefixes
from tracker.store.search_index import INDEX, NEWEST, TITLES, matching, prefer_indexes, syntax_of
from tracker.store.search_words import Accounts, SearchWords, any_expression, match_expression, parse_search

MOST_READ = 20_000
"""The newest papers with the words of which those with an open fact are chosen on SQLite: nobody reads more."""
_WORD = re.compile(r"[^\W_]+")


class SearchOrder(StrEnum):
    """The order of what a search finds, below the paper and the artifacts that were named."""

    OPEN = "open"
    """Papers whose code is open first; then as by relevance."""
    RELEVANCE = "relevance"
    """All words in the title first; then the newest."""
    DATE = "date"
    """The newest submission first."""


def find_papers(
    store: Store,
    words: str,
    limit: int = 20,
    *,
    order: SearchOrder = SearchOrder.OPEN,
    fact: Fact | None = None,
    category: str = "",
) -> list[str]:
    """arXiv ids of the papers that hold every word in title, abstract, authors or the names of their own artifacts.

    `words` is what a person typed: any text is allowed; `-word` leaves out, and no other character is an operator. Case,
    accents and TeX do not matter. The last word may be the beginning of a word, where whole words find too few papers. A
    word of the name of an organisation also finds its accounts. An arXiv id or address finds its paper, and a repository's
    name or address the papers whose own it is, then those that mention it. `fact` restricts to papers of which it is
    open, `category` to those of a category.
    """
    wanted = parse_search(words)
    if not wanted.terms or limit < 1:
        return []
    with store.read() as connection:
        return _find(connection, wanted, limit, order, fact, category)


def _accounts_of(terms: Sequence[str], rows: Iterable[Sequence[Any]]) -> Accounts:
    """The accounts of the organisations that each word names, from rows of (name, accounts on GitHub, on the Hub) with the
    lists in JSON."""
    named = set(terms)
    accounts: dict[str, list[list[str]]] = {}
    for name, *lists in rows:
        for term in named.intersection(fold_words(str(name))):
            github, hub = map(json.loads, lists)
            accounts.setdefault(term, []).extend(
                _WORD.findall(account) for account in account_prefixes(github, hub)
            )
    return accounts


_ORGANISATIONS = "SELECT name, github, huggingface FROM organisation"
_NAMED = """
SELECT w.arxiv_id FROM artifact_name n JOIN role r ON r.artifact = n.artifact JOIN work w ON w.id = r.work
WHERE n.folded IN :names AND n.until IS NULL AND w.arxiv_id IS NOT NULL{narrowed}
GROUP BY w.id, w.arxiv_id ORDER BY max(CASE WHEN r.role = 'own' THEN 1 ELSE 0 END) DESC, w.id DESC LIMIT :limit
"""
_IN_CATEGORY = " AND EXISTS (SELECT 1 FROM work_category c WHERE c.work = w.id AND c.category = :category)"


def _find(
    connection: Connection, wanted: SearchWords, limit: int, order: SearchOrder, fact: Fact | None, category: str
) -> list[str]:
    ids: dict[str, None] = {}
    shared = {"limit": limit, **({"category": category} if category else {})}

    def add(query: str, **values: object) -> None:
        ids.update((row[0], None) for row in fetch_stored(connection, query, values))

    if wanted.number >= 0:
        add("SELECT arxiv_id FROM work WHERE id = :id", id=wanted.number)
    narrowed = (f" AND w.{fact.value} = 'open'" if fact else "") + (_IN_CATEGORY if category else "")
    if wanted.references:
        add(_NAMED.format(narrowed=narrowed), names=wanted.references, **shared)
    accounts = _accounts_of(wanted.terms, fetch_stored(connection, _ORGANISATIONS))
    prefer_indexes(connection)
    # FTS5 gives rows by number, newest first, and stops at the limit; ranking by relevance would read the text of all
    # that match, which are a million for a common word. Whole words first: their lists are read from the newest paper
    # on, as far as needed. For a prefix the index merges the lists of all words that begin with it, whatever the limit.
    for is_open in (True, False) if order is SearchOrder.OPEN and fact is not Fact.CODE else (False,):
        opened = f"{narrowed} AND w.code = 'open'" if is_open else narrowed
        for prefix, index in _steps(order):
            if len(ids) >= limit:
                break
            query, values = _matches(connection, wanted, accounts, opened, prefix=prefix, index=index)
            add(query, **values, **shared)
    return list(ids)[:limit]


def _matches(
    connection: Connection, wanted: SearchWords, accounts: Accounts, narrowed: str, *, prefix: bool, index: str
) -> tuple[str, dict[str, object]]:
    """SQL for the newest papers whose text in an index has the words, and its values but `limit` and `category`."""
    syntax = syntax_of(connection)
    # What a title lacks may stand in the abstract.
    of_title = index is TITLES
    values: dict[str, object] = {
        "words": match_expression(
            wanted.terms,
            {} if of_title else accounts,
            syntax=syntax,
            excluded=() if of_title else wanted.excluded,
            prefix=prefix,
        )
    }
    without = ""
    if of_title and wanted.excluded:
        without = f" AND NOT EXISTS ({matching(connection, INDEX, 'excluded', ' AND {key} = w.id')})"
        values["excluded"] = any_expression(wanted.excluded, syntax)
    order, newest = NEWEST[connection.dialect.name], ""
    if not (narrowed or without):
        newest = f" ORDER BY {order} LIMIT :limit"
    elif connection.dialect.name == "sqlite":  # PostgreSQL knows which of two conditions fewer papers meet
        newest = f" ORDER BY {order} LIMIT :read"
        values["read"] = MOST_READ
    query = (
        f"SELECT w.arxiv_id FROM work w WHERE w.id IN ({matching(connection, index, 'words', newest)})"  # noqa: S608 # constants
        f"{without}{narrowed} ORDER BY {order.format(key='w.id')} LIMIT :limit"
    )
    return query, values


def _steps(order: SearchOrder) -> tuple[tuple[bool, str], ...]:
    """The questions to the indexes in order, as (whether the last word may be a beginning, index)."""
    if order is SearchOrder.DATE:
        return (False, INDEX), (True, INDEX)
    return (False, TITLES), (False, INDEX), (True, TITLES), (True, INDEX)


_NAMES = ("arxiv_id", "title", "code", "weights", "data", "primary_category", "submitted_at")
_PAPERS = """
SELECT w.arxiv_id, v.title, w.code, w.weights, w.data, v.primary_category, w.submitted_at
FROM work w JOIN version v ON v.work = w.id AND v.n = w.latest WHERE w.arxiv_id IN :ids
"""


def search_papers(url: str, words: str, limit: int) -> tuple[list[str], list[Sequence[Any]]]:
    """The papers that `find_papers` finds, in its order: column names and rows. StoreError."""
    with closing(open_reader(url)) as store:
        try:
            ids = find_papers(store, words, limit)
            with store.read() as connection:
                rows = {row[0]: row for row in fetch_stored(connection, _PAPERS, {"ids": ids})}
        except DatabaseError as error:
            raise StoreError(
                f"The store cannot be searched ({error.orig}); `tracker run` or `once` upgrades it."
            ) from None
    return list(_NAMES), [rows[arxiv_id] for arxiv_id in ids]
