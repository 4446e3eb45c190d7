"""Full-text search: papers by words that a person types.

On SQLite two FTS5 indexes (sqlite.org/fts5.html, `tracker.store.search_index`) answer; on PostgreSQL its own functions
search the texts.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sqlalchemy import text

from tracker.domain.errors import StoreError
from tracker.store.engine import Store, parse_url
from tracker.store.keys import arxiv_number
from tracker.store.organisations import account_prefixes
from tracker.store.readonly_sql import open_readonly
from tracker.store.search_index import INDEX, TITLES

Accounts = Mapping[str, Sequence[Sequence[str]]]
MOST_WORDS = 8
LONGEST = 100
"""Characters of one word that are searched for."""
_WORD = re.compile(r"[^\W_]+")


def find_papers(store: Store | sqlite3.Connection, words: str, limit: int = 20) -> list[str]:
    """arXiv ids of the papers that hold every word in title, abstract, authors or the names of their own artifacts.

    Papers with all words in the title come first, then the newest. The last word may be the beginning of a word, where
    whole words find too few papers. A word of the name of an organisation also finds its accounts. `words` is what a
    person typed: any text is allowed and no character in it is an operator. An arXiv id finds its paper.
    """
    terms = split_words(words)
    if not terms or limit < 1:
        return []
    if isinstance(store, sqlite3.Connection):
        return _find_in_file(store, words, terms, limit)
    if store.engine.dialect.name == "sqlite":
        with store.read() as connection:
            return _find_in_file(connection.connection.dbapi_connection, words, terms, limit)
    return _find_on_server(store, words, terms, limit)


def split_words(words: str) -> list[str]:
    """The words of a text, at most MOST_WORDS: runs of letters and digits, as the index has them."""
    # No stored text holds what cannot be written in UTF-8.
    clean = words[: 4 * MOST_WORDS * LONGEST].encode("utf-8", "ignore").decode()
    return [word[:LONGEST] for word in _WORD.findall(clean)][:MOST_WORDS]


def match_expression(terms: list[str], accounts: Accounts = MappingProxyType({}), *, prefix: bool = True) -> str:
    """The words as an FTS5 query: each is quoted, so that `NEAR` is a word as well; with `prefix` the last one may be the
    beginning of a word.

    `accounts` has the accounts that a word also finds, each as the words of its name: joined they are one word of the
    column `accounts`.
    """
    last = len(terms) - 1
    parts = []
    for place, term in enumerate(terms):
        forms = [f'"{term}"{" *" if prefix and place == last else ""}']
        forms += [f'"{"".join(account)}"' for account in accounts.get(term.casefold(), ())]
        parts.append(f"({' OR '.join(forms)})" if len(forms) > 1 else forms[0])
    return " AND ".join(parts)


def _accounts_of(terms: list[str], rows: Iterable[Sequence[Any]]) -> Accounts:
    """The accounts of the organisations that each word names, from rows of (name, accounts on GitHub, on the Hub) with the
    lists in JSON."""
    folded = {term.casefold() for term in terms}
    accounts: dict[str, list[list[str]]] = {}
    for name, *lists in rows:
        for term in folded.intersection(_WORD.findall(str(name).casefold())):
            github, hub = (json.loads(names) if isinstance(names, str) else names for names in lists)
            accounts.setdefault(term, []).extend(
                _WORD.findall(account) for account in account_prefixes(github, hub)
            )
    return accounts


def _typed_number(words: str) -> int:
    """The number of the paper whose id was typed; negative for anything else."""
    return arxiv_number(re.sub(r"^arxiv:|v\d{1,3}$", "", words[:LONGEST].strip(), flags=re.IGNORECASE))


_ORGANISATIONS = "SELECT name, github, huggingface FROM organisation"


def _find_in_file(connection: Any, words: str, terms: list[str], limit: int) -> list[str]:
    # The index gives rows by number, newest first, and stops at the limit; ranking by relevance would read all that
    # match, which are a million for a common word.
    ids: dict[str, None] = {}
    if (number := _typed_number(words)) >= 0:
        ids.update(
            (row[0], None) for row in connection.execute("SELECT arxiv_id FROM work WHERE id = ?", (number,))
        )
    accounts = _accounts_of(terms, connection.execute(_ORGANISATIONS))
    # Whole words first: their lists are read from the newest paper on, as far as needed. For a prefix the index merges the
    # lists of all words that begin with it, whatever the limit.
    for prefix, index in ((False, TITLES), (False, INDEX), (True, TITLES), (True, INDEX)):
        if len(ids) >= limit:
            break
        expression = match_expression(terms, accounts if index is INDEX else {}, prefix=prefix)
        rows = connection.execute(
            "SELECT w.arxiv_id FROM work w WHERE w.id IN "  # noqa: S608 # constants
            f"(SELECT rowid FROM {index} WHERE {index} MATCH ? ORDER BY rowid DESC LIMIT ?) ORDER BY w.id DESC",
            (expression, limit),
        )
        ids.update((row[0], None) for row in rows)
    return list(ids)[:limit]


def _find_on_server(store: Store, words: str, terms: list[str], limit: int) -> list[str]:
    with store.read() as connection:
        accounts = _accounts_of(terms, connection.execute(text(_ORGANISATIONS)).all())
        parts = []
        for place, term in enumerate(terms):
            forms = [f"{term}{':*' if place == len(terms) - 1 else ''}"]
            forms += [f"({' & '.join(account)})" for account in accounts.get(term.casefold(), ())]
            parts.append(f"({' | '.join(forms)})")
        rows = connection.execute(
            text(
                "SELECT w.arxiv_id FROM work w JOIN version v ON v.work = w.id AND v.n = w.latest "
                "WHERE w.id = :id OR to_tsvector('simple', v.title || ' ' || v.abstract || ' ' || "
                "CAST(v.authors AS text) || ' ' || coalesce((SELECT string_agg(n.reference, ' ') FROM role r "
                "JOIN artifact_name n ON n.id = r.name WHERE r.work = w.id AND r.role IN ('own', 'own-page')), '')) "
                "@@ to_tsquery('simple', :words) ORDER BY w.id = :id DESC, "
                "to_tsvector('simple', v.title) @@ to_tsquery('simple', :words) DESC, w.submitted_at DESC, w.id DESC LIMIT :most"
            ),
            {"words": " & ".join(parts), "id": _typed_number(words), "most": limit},
        )
        return [str(row[0]) for row in rows]


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
