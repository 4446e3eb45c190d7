"""Full-text search: which text of each paper is indexed, and what finds papers by words.

SQLite's FTS5 (sqlite.org/fts5.html) holds an index alone; the text stays where it is ("external content") and is read
through the view `searchable`. Triggers keep both in step. PostgreSQL's own functions search the texts themselves.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select, text

from tracker.domain.terms import Role
from tracker.store import joined
from tracker.store import tables as t
from tracker.store.dialect import among, encode_json, table
from tracker.store.keys import arxiv_id_of, arxiv_number, read, work_key
from tracker.store.organisations import account_prefixes

if TYPE_CHECKING:
    from tracker.store.engine import Store

INDEX, TITLES = "paper_search", "title_search"
Accounts = Mapping[str, Sequence[Sequence[str]]]
MOST_WORDS = 8
LONGEST = 100
"""Characters of one word that are looked for."""
_WORD = re.compile(r"[^\W_]+")
_TAKE = (
    "INSERT INTO paper_text (id, version, repositories) SELECT id, latest, '' FROM work "
    "WHERE id IN (SELECT value FROM json_each(?)) AND latest > 0 AND id >= 0 ORDER BY id "
    "ON CONFLICT (id) DO UPDATE SET version = excluded.version"
)


def index_papers(connection: Connection, works: Iterable[str]) -> None:
    """Index the newest version of these papers; what was indexed of an older one goes. A paper without an id of arXiv's is
    not indexed. PostgreSQL reads the texts themselves."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(_TAKE, (encode_json([work_key(work) for work in works]),))


def index_repositories(connection: Connection, works: Collection[str]) -> None:
    """Index the names of these papers' own artifacts, where they changed."""
    if connection.dialect.name != "sqlite":
        return
    role, held = joined.ROLE, table(t.PaperTextRow)
    names: dict[str, list[str]] = {}
    for row in connection.execute(
        select(role.c.work, role.c.reference)
        .where(among(role.c.work, works), role.c.role.in_([Role.OWN.value, Role.OWN_PAGE.value]))
        .order_by(role.c.work, role.c.reference)
    ):
        names.setdefault(row.work, []).append(row.reference)
    keys = {work_key(work): work for work in works}
    changed = [
        {"key": row.id, "names": now}
        for row in connection.execute(select(held.c.id, held.c.repositories).where(among(held.c.id, keys)))
        if (now := " ".join(names.get(keys[row.id], ()))) != row.repositories
    ]
    if changed:
        connection.execute(text("UPDATE paper_text SET repositories = :names WHERE id = :key"), changed)


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


INDEXES = {INDEX: "title, abstract, authors, repositories, accounts", TITLES: "title"}
"""Neither knows where in a text a word stands, nor in which column: that would be two thirds of them. So titles have one
of their own."""


def _add(key: str) -> str:
    """SQL that indexes the text of that number."""
    return "".join(
        f"INSERT INTO {name}(rowid, {columns}) SELECT id, {columns} FROM searchable WHERE id = {key}; "  # noqa: S608 # ours
        for name, columns in INDEXES.items()
    )


def _drop(key: str) -> str:
    """SQL that takes it out, before it changes."""
    return "".join(
        f"INSERT INTO {name}({name}, rowid, {columns}) SELECT 'delete', id, {columns} FROM searchable WHERE id = {key}; "  # noqa: S608 # ours
        for name, columns in INDEXES.items()
    )


_THIS = "(SELECT id FROM paper_text WHERE id = {0}.work AND version = {0}.n)"
_TRIGGERS = {
    "paper_text_added": f"AFTER INSERT ON paper_text BEGIN {_add('new.id')}END",
    "paper_text_leaves": f"BEFORE DELETE ON paper_text BEGIN {_drop('old.id')}END",
    "paper_text_changes": (
        "BEFORE UPDATE ON paper_text WHEN old.version <> new.version OR old.repositories <> new.repositories "
        f"BEGIN {_drop('old.id')}END"
    ),
    "paper_text_changed": (
        "AFTER UPDATE ON paper_text WHEN old.version <> new.version OR old.repositories <> new.repositories "
        f"BEGIN {_add('new.id')}END"
    ),
    "version_leaves": (
        "BEFORE DELETE ON version BEGIN DELETE FROM paper_text WHERE id = old.work AND version = old.n; END"
    ),
}
for _name, _when, _row, _do in (
    ("version_changes", "BEFORE", "old", _drop),
    ("version_changed", "AFTER", "new", _add),
):
    _TRIGGERS[_name] = (
        f"{_when} UPDATE OF title, abstract, authors ON version WHEN old.title <> new.title OR "
        f"old.abstract <> new.abstract OR old.authors <> new.authors BEGIN {_do(_THIS.format(_row))}END"
    )
SEARCHABLE = """
    SELECT s.id, w.arxiv_id, v.title, v.abstract, v.authors, s.repositories,
           replace(replace(replace(replace(s.repositories, ':', ''), '-', ''), '_', ''), '.', '') AS accounts
    FROM paper_text s JOIN work w ON w.id = s.id JOIN version v ON v.work = s.id AND v.n = s.version
"""
"""What the indexes hold. `accounts` has `github:deep-inst/tool` as `githubdeepinst/tool`: the account is one word, and
none of any text."""


def create_index(connection: Connection) -> None:
    """Make the index, its text and its triggers anew, and fill it where it was not there."""
    if connection.dialect.name != "sqlite":
        return
    lacks = connection.execute(text("SELECT 1 FROM paper_text")).first() is None
    there = connection.exec_driver_sql(f"SELECT 1 FROM sqlite_master WHERE name = '{INDEX}'").first()  # noqa: S608 # ours
    for name in _TRIGGERS:
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
    connection.exec_driver_sql("DROP VIEW IF EXISTS searchable")
    connection.exec_driver_sql(f"CREATE VIEW searchable AS {' '.join(SEARCHABLE.split())}")
    if there is None:
        for name, columns in INDEXES.items():
            connection.exec_driver_sql(
                f"CREATE VIRTUAL TABLE {name} USING fts5({columns}, content='searchable', content_rowid='id', "
                "tokenize='unicode61 remove_diacritics 2', detail=none, columnsize=0)"
            )
        if lacks:
            index_all_papers(connection)
        rebuild_index(connection)
    for name, does in _TRIGGERS.items():
        connection.exec_driver_sql(f"CREATE TRIGGER {name} {does}")


def rebuild_index(connection: Connection) -> None:
    """Build the indexes anew from the texts."""
    for name in INDEXES:
        connection.exec_driver_sql(f"INSERT INTO {name}({name}) VALUES ('rebuild')")  # noqa: S608 # ours


def index_all_papers(connection: Connection) -> None:
    """Say of every stored paper which text is to be searched; for a store that did not know."""
    after = -1
    page = "SELECT id FROM work WHERE latest > 0 AND id > ? ORDER BY id LIMIT 5000"
    while found := list(connection.exec_driver_sql(page, (after,)).scalars()):
        works = [read(key) for key in found]
        index_papers(connection, works)
        index_repositories(connection, works)
        after = found[-1]
