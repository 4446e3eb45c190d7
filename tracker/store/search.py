"""Full-text search: papers by words that a person types.

On SQLite two FTS5 indexes (sqlite.org/fts5.html, `tracker.store.search_index`) answer; on PostgreSQL its own functions
search the texts.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import text

from tracker.domain.errors import StoreError
from tracker.domain.folding import fold_words
from tracker.domain.terms import Fact
from tracker.store.engine import Store, parse_url
from tracker.store.organisations import account_prefixes
from tracker.store.readonly_sql import open_readonly
from tracker.store.search_index import INDEX, TITLES
from tracker.store.search_words import Accounts, SearchWords, any_expression, match_expression, parse_search

MOST_READ = 20_000
"""The newest papers with the words of which those with an open fact are chosen: nobody reads more."""
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
    store: Store | sqlite3.Connection,
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
    if isinstance(store, sqlite3.Connection):
        return _find_in_file(store, wanted, limit, order, fact, category)
    with store.read() as connection:
        if store.engine.dialect.name == "sqlite":
            return _find_in_file(connection.connection.dbapi_connection, wanted, limit, order, fact, category)
        return _find_on_server(connection, wanted, limit, order, fact, category)


def _accounts_of(terms: Sequence[str], rows: Iterable[Sequence[Any]]) -> Accounts:
    """The accounts of the organisations that each word names, from rows of (name, accounts on GitHub, on the Hub) with the
    lists in JSON."""
    named = set(terms)
    accounts: dict[str, list[list[str]]] = {}
    for name, *lists in rows:
        for term in named.intersection(fold_words(str(name))):
            github, hub = (json.loads(names) if isinstance(names, str) else names for names in lists)
            accounts.setdefault(term, []).extend(
                _WORD.findall(account) for account in account_prefixes(github, hub)
            )
    return accounts


_ORGANISATIONS = "SELECT name, github, huggingface FROM organisation"
_NAMED = """
SELECT w.arxiv_id FROM artifact_name n JOIN role r ON r.artifact = n.artifact JOIN work w ON w.id = r.work
WHERE n.folded IN ({names}) AND n.until IS NULL AND w.arxiv_id IS NOT NULL{narrowed}
GROUP BY w.id, w.arxiv_id ORDER BY max(CASE WHEN r.role = 'own' THEN 1 ELSE 0 END) DESC, w.id DESC LIMIT {limit}
"""
_EXCLUDED = f" AND NOT EXISTS (SELECT 1 FROM {INDEX} x WHERE {INDEX} MATCH ? AND x.rowid = w.id)"  # noqa: S608 # constants
_IN_CATEGORY = " AND EXISTS (SELECT 1 FROM work_category c WHERE c.work = w.id AND c.category = {})"


def _find_in_file(
    connection: Any, wanted: SearchWords, limit: int, order: SearchOrder, fact: Fact | None, category: str
) -> list[str]:
    ids: dict[str, None] = {}

    def add(query: str, *values: object) -> None:
        ids.update((row[0], None) for row in connection.execute(query, values))

    if wanted.number >= 0:
        add("SELECT arxiv_id FROM work WHERE id = ?", wanted.number)
    in_category = (_IN_CATEGORY.format("?"), [category]) if category else ("", [])
    narrowed = (f" AND w.{fact.value} = 'open'" if fact else "") + in_category[0]
    if wanted.references:
        names = ", ".join("?" * len(wanted.references))
        add(_NAMED.format(names=names, narrowed=narrowed, limit="?"), *wanted.references, *in_category[1], limit)
    accounts = _accounts_of(wanted.terms, connection.execute(_ORGANISATIONS))
    # The index gives rows by number, newest first, and stops at the limit; ranking by relevance would read all that
    # match, which are a million for a common word. Whole words first: their lists are read from the newest paper on, as
    # far as needed. For a prefix the index merges the lists of all words that begin with it, whatever the limit.
    for is_open in (True, False) if order is SearchOrder.OPEN and fact is not Fact.CODE else (False,):
        opened = f"{narrowed} AND w.code = 'open'" if is_open else narrowed
        for prefix, index in _steps(order):
            if len(ids) >= limit:
                break
            # What a title lacks may stand in the abstract.
            without = [any_expression(wanted.excluded)] if wanted.excluded and index is TITLES else []
            expression = match_expression(
                wanted.terms,
                accounts if index is INDEX else {},
                excluded=wanted.excluded if index is INDEX else (),
                prefix=prefix,
            )
            add(
                "SELECT w.arxiv_id FROM work w WHERE w.id IN "  # noqa: S608 # constants
                f"(SELECT rowid FROM {index} WHERE {index} MATCH ? ORDER BY rowid DESC LIMIT ?)"
                f"{_EXCLUDED if without else ''}{opened} ORDER BY w.id DESC LIMIT ?",
                expression,
                max(limit, MOST_READ) if opened or without else limit,
                *without,
                *in_category[1],
                limit,
            )
    return list(ids)[:limit]


def _steps(order: SearchOrder) -> tuple[tuple[bool, str], ...]:
    """The questions to the indexes in order, as (whether the last word may be a beginning, index)."""
    if order is SearchOrder.DATE:
        return (False, INDEX), (True, INDEX)
    return (False, TITLES), (False, INDEX), (True, TITLES), (True, INDEX)


_TITLE = "v.title || ' ' || coalesce(s.title_words, '')"
_TEXT = (
    f"{_TITLE} || ' ' || v.abstract || ' ' || CAST(v.authors AS text) || ' ' || coalesce(s.other_words, '') || ' ' || "  # noqa: S608 # constants
    "coalesce((SELECT string_agg(n.reference, ' ') FROM role r JOIN artifact_name n ON n.id = r.name "
    "WHERE r.work = w.id AND r.role IN ('own', 'own-page')), '')"
)


def _find_on_server(
    connection: Any, wanted: SearchWords, limit: int, order: SearchOrder, fact: Fact | None, category: str
) -> list[str]:
    narrowed = (f" AND w.{fact.value} = 'open'" if fact else "") + (
        _IN_CATEGORY.format(":category") if category else ""
    )
    values: dict[str, object] = {"id": wanted.number, "most": limit, "category": category}
    ids: dict[str, None] = {}
    if wanted.references:
        names = {f"name{place}": name for place, name in enumerate(wanted.references)}
        marks = ", ".join(f":{name}" for name in names)
        query = _NAMED.format(names=marks, narrowed=narrowed, limit=":most")
        ids.update((str(row[0]), None) for row in connection.execute(text(query), values | names))
    accounts = _accounts_of(wanted.terms, connection.execute(text(_ORGANISATIONS)).all())
    parts = []
    for place, term in enumerate(wanted.terms):
        forms = [f"{term}{':*' if place == len(wanted.terms) - 1 else ''}"]
        forms += [f"({' & '.join(account)})" for account in accounts.get(term, ())]
        parts.append(f"({' | '.join(forms)})")
    parts += [f"!{word}" for word in wanted.excluded]
    title = f"to_tsvector('simple', {_TITLE}) @@ to_tsquery('simple', :words) DESC, "
    first = "" if order is SearchOrder.DATE else title
    opened = "(w.code = 'open') DESC, " if order is SearchOrder.OPEN else ""
    rows = connection.execute(
        text(
            "SELECT w.arxiv_id FROM work w JOIN version v ON v.work = w.id AND v.n = w.latest "  # noqa: S608 # constants
            "LEFT JOIN paper_text s ON s.id = w.id "
            f"WHERE (w.id = :id OR to_tsvector('simple', {_TEXT}) @@ to_tsquery('simple', :words)){narrowed} "
            f"ORDER BY w.id = :id DESC, {opened}{first}w.submitted_at DESC, w.id DESC LIMIT :most"
        ),
        values | {"words": " & ".join(parts)},
    )
    ids.update((str(row[0]), None) for row in rows)
    return list(ids)[:limit]


_PAPERS = """
SELECT w.arxiv_id, v.title, w.code, w.weights, w.data, v.primary_category, w.submitted_at
FROM json_each(?) AS chosen JOIN work AS w ON w.arxiv_id = chosen.value
JOIN version AS v ON v.work = w.id AND v.n = w.latest ORDER BY chosen.key
"""


def search_papers(url: str, words: str, limit: int) -> tuple[list[str], list[Sequence[Any]]]:
    """The papers that `tracker.store.search.find_papers` finds, in its order: column names and rows. StoreError."""
    parsed = parse_url(url)
    if parsed.get_backend_name() != "sqlite":
        raise StoreError(
            "This command searches SQLite stores only; for a store on a server use the service's search page."
        )
    path = Path(str(parsed.database))
    with closing(open_readonly(path)) as connection:
        try:
            ids = find_papers(connection, words, limit)
            cursor = connection.execute(_PAPERS, (json.dumps(ids),))
            return [column[0] for column in cursor.description], cursor.fetchall()
        except sqlite3.OperationalError as error:
            raise StoreError(
                f"{path}: cannot be searched ({error}); `tracker run` or `once` upgrades it."
            ) from None
