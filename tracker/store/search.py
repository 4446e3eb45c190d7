"""Full-text search: which text of each paper is indexed, and what finds papers by words.

SQLite's FTS5 (sqlite.org/fts5.html) holds an index alone; the text stays where it is ("external content") and is read
through the view `searchable`. Triggers keep both in step. PostgreSQL's own functions search the texts themselves.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from tracker.store.keys import arxiv_id_of, arxiv_number
from tracker.store.organisations import account_prefixes
from tracker.store.readonly_sql import open_readonly
from tracker.store.search_index import INDEX, TITLES

if TYPE_CHECKING:
    from tracker.store.engine import Store
from contextlib import closing
from pathlib import Path

from tracker.domain.errors import StoreError
from tracker.store.engine import Store, parse_url

Accounts = Mapping[str, Sequence[Sequence[str]]]
MOST_WORDS = 8
LONGEST = 100
"""Characters of one word that are looked for."""
_WORD = re.compile(r"[^\W_]+")


def find_papers(store: Store | sqlite3.Connection, words: str, limit: int = 20) -> list[str]:
    """arXiv ids of the papers that hold every word in title, abstract, authors or the names of their own artifacts: those
    with all in the title first, then the newest. The last word may be the beginning of one, where whole words find too few. A word of the name of an
    organisation stands for its accounts as well.

    `words` is what a person typed: any text is allowed and no sign in it means anything. An arXiv id finds its paper.
    """
    wanted = split_words(words)
    if not wanted or limit < 1:
        return []
    if isinstance(store, sqlite3.Connection):
        return _papers(store, words, wanted, limit)
    if store.engine.dialect.name == "sqlite":
        with store.read() as connection:
            return _papers(connection.connection.dbapi_connection, words, wanted, limit)
    return _papers_elsewhere(store, words, wanted, limit)


def split_words(words: str) -> list[str]:
    """The words that somebody looks for, at most MOST_WORDS: runs of letters and digits, as the index has them."""
    # What cannot be written in UTF-8 stands in no text.
    clean = words[: 4 * MOST_WORDS * LONGEST].encode("utf-8", "ignore").decode()
    return [one[:LONGEST] for one in _WORD.findall(clean)][:MOST_WORDS]


def match_expression(wanted: list[str], houses: Accounts = MappingProxyType({}), *, begins: bool = True) -> str:
    """The words in the language of FTS5: each in quotes, so that `NEAR` is a word as well; the last a beginning, if so said.
    `houses` gives the accounts for which words stand, each as the words of its name: put together they are one word of
    the column `accounts`."""
    last = len(wanted) - 1
    parts = []
    for place, word in enumerate(wanted):
        forms = [f'"{word}"{" *" if begins and place == last else ""}']
        forms += [f'"{"".join(account)}"' for account in houses.get(word.casefold(), ())]
        parts.append(f"({' OR '.join(forms)})" if len(forms) > 1 else forms[0])
    return " AND ".join(parts)


def _houses(wanted: list[str], rows: Iterable[Sequence[Any]]) -> Accounts:
    """The accounts for which each word stands, from rows of (name, accounts at GitHub, at the Hub) with lists in JSON."""
    folded = {word.casefold() for word in wanted}
    found: dict[str, list[list[str]]] = {}
    for name, *lists in rows:
        for word in folded.intersection(_WORD.findall(str(name).casefold())):
            github, hub = (json.loads(one) if isinstance(one, str) else one for one in lists)
            found.setdefault(word, []).extend(_WORD.findall(account) for account in account_prefixes(github, hub))
    return found


def _number_of(words: str) -> int:
    """The number of the paper whose id was typed; negative for anything else."""
    return arxiv_number(re.sub(r"^arxiv:|v\d{1,3}$", "", words[:LONGEST].strip(), flags=re.IGNORECASE))


_ORGANISATIONS = "SELECT name, github, huggingface FROM organisation"


def _papers(connection: Any, words: str, wanted: list[str], limit: int) -> list[str]:
    # The index gives rows by number, newest first, and stops at the limit; ranking by relevance would read all that
    # match, which are a million for a common word.
    found: dict[str, None] = {}
    if (wanted_number := _number_of(words)) >= 0:
        for row in connection.execute("SELECT arxiv_id FROM work WHERE id = ?", (wanted_number,)):
            found[row[0]] = None
    houses = _houses(wanted, connection.execute(_ORGANISATIONS))
    # Whole words first: their lists are read from the newest paper on, as far as needed. For a beginning the index merges
    # the lists of all words that it begins, whatever the limit.
    for begins, index in ((False, TITLES), (False, INDEX), (True, TITLES), (True, INDEX)):
        if len(found) >= limit:
            break
        asked = match_expression(wanted, houses if index is INDEX else {}, begins=begins)
        rows = connection.execute(
            "SELECT w.arxiv_id FROM work w WHERE w.id IN "  # noqa: S608 # names of ours
            f"(SELECT rowid FROM {index} WHERE {index} MATCH ? ORDER BY rowid DESC LIMIT ?) ORDER BY w.id DESC",
            (asked, limit),
        )
        found.update((row[0], None) for row in rows)
    return list(found)[:limit]


def _papers_elsewhere(store: Store, words: str, wanted: list[str], limit: int) -> list[str]:
    with store.read() as connection:
        houses = _houses(wanted, connection.execute(text(_ORGANISATIONS)).all())
        parts = []
        for place, word in enumerate(wanted):
            accounts = [f"({' & '.join(one)})" for one in houses.get(word.casefold(), ())]
            forms = [f"{word}{':*' if place == len(wanted) - 1 else ''}", *accounts]
            parts.append(f"({' | '.join(forms)})")
        rows = connection.execute(
            text(
                "SELECT w.arxiv_id FROM work w JOIN version v ON v.work = w.id AND v.n = w.latest "
                "WHERE w.arxiv_id = :id OR to_tsvector('simple', v.title || ' ' || v.abstract || ' ' || "
                "CAST(v.authors AS text) || ' ' || coalesce((SELECT string_agg(n.reference, ' ') FROM role r "
                "JOIN artifact_name n ON n.id = r.name WHERE r.work = w.id AND r.role IN ('own', 'own-page')), '')) "
                "@@ to_tsquery('simple', :words) ORDER BY coalesce(w.arxiv_id = :id, false) DESC, "
                "to_tsvector('simple', v.title) @@ to_tsquery('simple', :words) DESC, w.submitted_at DESC, w.id DESC LIMIT :most"
            ),
            {
                "words": " & ".join(parts),
                "id": arxiv_id_of(one) if (one := _number_of(words)) >= 0 else "",
                "most": limit,
            },
        )
        return [str(row[0]) for row in rows]


FOUND = """
SELECT w.arxiv_id, v.title, w.code, w.weights, w.data, v.primary_category, w.submitted_at
FROM json_each(?) AS wanted JOIN work AS w ON w.arxiv_id = wanted.value
JOIN version AS v ON v.work = w.id AND v.n = w.latest ORDER BY wanted.key
"""


def search_papers(url: str, words: str, limit: int) -> tuple[list[str], list[Sequence[Any]]]:
    """The papers that `tracker.store.search.find_papers` finds, in its order: column names and rows. StoreError."""
    parsed = parse_url(url)
    if parsed.get_backend_name() != "sqlite":
        raise StoreError(
            "Words are looked for in SQLite stores alone from here; a server is asked by the service."
        )
    path = Path(str(parsed.database))
    with closing(open_readonly(path)) as connection:
        try:
            found = find_papers(connection, words, limit)
            cursor = connection.execute(FOUND, (json.dumps(found),))
            return [column[0] for column in cursor.description], cursor.fetchall()
        except sqlite3.OperationalError as error:
            raise StoreError(
                f"{path}: cannot be searched ({error}); `tracker run` or `once` upgrades it."
            ) from None
