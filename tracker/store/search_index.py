"""The full-text index: which text of each paper it holds, and what keeps both in step.

On SQLite these are two FTS5 indexes behind triggers; on PostgreSQL two generated columns of `paper_text`, which revision
1021 adds, each with a GIN index.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from typing import Any

from sqlalchemy import Connection, Select, select, text

from tracker.domain.folding import fold_words
from tracker.domain.terms import Role
from tracker.store.dialect import among
from tracker.store.joined import ROLES
from tracker.store.search_words import FTS5, LONGEST, LONGEST_REFERENCE, TSQUERY, Syntax
from tracker.store.tables.work import PAPER_TEXT, VERSION, WORK

INDEX, TITLES = "paper_search", "title_search"
_PUT = text(
    "INSERT INTO paper_text (id, version, repositories, title_words, other_words) "
    "VALUES (:key, :version, '', :title, :others) ON CONFLICT (id) DO UPDATE SET version = excluded.version, "
    "title_words = excluded.title_words, other_words = excluded.other_words"
)
_WORD = re.compile(r"[^\W_]+")
MOST_CHARACTERS = 200_000
"""Of the words of a text. The vector of a paper on PostgreSQL holds a megabyte (its manual, 12.11)."""


def index_papers(connection: Connection, keys: Iterable[int]) -> None:
    """Index the newest version of the papers of these keys, in place of an older one.

    A paper whose id is not one of arXiv's is not indexed. PostgreSQL makes its index of the words that are stored here.
    """
    words = _words_for(connection)
    rows = connection.execute(_texts().where(among(WORK.c.id, keys)).order_by(WORK.c.id))
    if papers := [_indexed(row, words) for row in rows]:
        connection.execute(_PUT, papers)


def fold_texts(connection: Connection) -> None:
    """Write the words of all papers anew, after the rules of folding or the tables changed. The view and the triggers
    must be detached; where a word changed, `create_index` builds the indexes anew."""
    columns = (PAPER_TEXT.c.version, PAPER_TEXT.c.title_words, PAPER_TEXT.c.other_words)
    words = _words_for(connection)
    stored = _texts().add_columns(*columns).outerjoin(PAPER_TEXT, PAPER_TEXT.c.id == WORK.c.id)
    changed = [
        paper
        for row in connection.execute(stored)
        if (paper := _indexed(row, words))
        and (row.title_words, row.other_words) != (paper["title"], paper["others"])
    ]
    for start in range(0, len(changed), 1000):
        connection.execute(_PUT, changed[start : start + 1000])
    if changed and connection.dialect.name == "sqlite":
        for name in INDEXES:
            connection.exec_driver_sql(f"DROP TABLE IF EXISTS {name}")


def added_words(text: str) -> str:
    """The folded words of a text that it does not hold itself, for the index to find it by them."""
    if text.isascii() and "\\" not in text and "{" not in text:
        return ""
    own = {word.lower() for word in _WORD.findall(text) if word.isascii()}
    return " ".join(dict.fromkeys(word for word in fold_words(text) if word not in own))


def all_words(text: str) -> str:
    """All words of a text, folded and as it has them, for an index that holds nothing else."""
    own = [word.lower() for word in _WORD.findall(text) if word.isascii()]
    words = dict.fromkeys(word[:LONGEST] for word in (*own, *fold_words(text)))
    return " ".join(words)[:MOST_CHARACTERS]


def _words_for(connection: Connection) -> Callable[[str], str]:
    return added_words if connection.dialect.name == "sqlite" else all_words


def _texts() -> Select[Any]:
    return (
        select(WORK.c.id, WORK.c.latest, VERSION.c.title, VERSION.c.abstract, VERSION.c.authors)
        .join(VERSION, (VERSION.c.work == WORK.c.id) & (VERSION.c.n == WORK.c.latest))
        .where(WORK.c.latest > 0, WORK.c.id >= 0)
    )


def _indexed(row: Any, words: Callable[[str], str]) -> dict[str, Any]:
    others = words(" ".join([row.abstract, *row.authors]))
    return {"key": row.id, "version": row.latest, "title": words(row.title), "others": others}


def index_repositories(connection: Connection, keys: Collection[int]) -> None:
    """Index the names of the own artifacts of the papers of these keys, where they changed."""
    names: dict[int, list[str]] = defaultdict(list)
    for row in connection.execute(
        select(ROLES.c.work, ROLES.c.reference)
        .where(among(ROLES.c.work, keys), ROLES.c.role.in_([Role.OWN.value, Role.OWN_PAGE.value]))
        .order_by(ROLES.c.work, ROLES.c.reference)
    ):
        if len(row.reference) <= LONGEST_REFERENCE:
            names[row.work].append(row.reference)
    indexed = select(PAPER_TEXT.c.id, PAPER_TEXT.c.repositories).where(among(PAPER_TEXT.c.id, keys))
    changed = [
        {"key": row.id, "names": now}
        for row in connection.execute(indexed)
        if (now := " ".join(names[row.id])) != row.repositories
    ]
    if changed:
        connection.execute(text("UPDATE paper_text SET repositories = :names WHERE id = :key"), changed)


INDEXES = {INDEX: "title, abstract, authors, repositories, accounts", TITLES: "title"}
"""Neither stores the position or the column of a word, which would be two thirds of its size. So titles have an index of
their own."""


COLUMNS = {INDEX: "search", TITLES: "title_search"}
"""The columns of `paper_text` on PostgreSQL in their place."""
NEWEST = {"sqlite": "{key} DESC", "postgresql": "{key} + 0 DESC"}
"""The order of the newest papers, of their number as `{key}`.

FTS5 has it. A GIN index gives all that match, in no order, and PostgreSQL would rather read the words of paper after
paper, newest first: it takes a word that it does not know for one of 200 papers. No index has the order by an expression.
"""
_SETTINGS = {
    # PostgreSQL does not know what it costs to read the words of a paper: twenty times as much as its row.
    "enable_seqscan": "off",
    # A plan for any words would not know which are frequent.
    "plan_cache_mode": "force_custom_plan",
    # Compiling takes longer than the query.
    "jit": "off",
}


def prefer_indexes(connection: Connection) -> None:
    """Let PostgreSQL plan what follows in this transaction as suits a search."""
    if connection.dialect.name == "postgresql":
        settings = ", ".join(f"set_config('{name}', '{value}', true)" for name, value in _SETTINGS.items())
        connection.exec_driver_sql(f"SELECT {settings}")


def syntax_of(connection: Connection) -> Syntax:
    """How the database writes the queries that `matching` takes."""
    return FTS5 if connection.dialect.name == "sqlite" else TSQUERY


def matching(connection: Connection, index: str, name: str, more: str = "") -> str:
    """SQL for the numbers of the papers whose text in an index matches the query `:name`; `more` ends it, and has the
    number as `{key}`."""
    if connection.dialect.name == "sqlite":
        return f"SELECT rowid FROM {index} WHERE {index} MATCH :{name}{more.format(key='rowid')}"  # noqa: S608 # constants
    return f"SELECT id FROM paper_text WHERE {COLUMNS[index]} @@ CAST(:{name} AS tsquery){more.format(key='id')}"  # noqa: S608 # as above


def among_few(connection: Connection, key: str, numbers: str) -> str:
    """SQL for the condition that `key` is one of the numbers that a query gives, which are few.

    PostgreSQL would rather read paper after paper in the order that was asked for, until it has a page of them.
    """
    return f"{key} IN ({numbers})" if connection.dialect.name == "sqlite" else f"{key} = ANY(ARRAY({numbers}))"


def _add(key: str) -> str:
    """SQL that adds the text of that number to the indexes."""
    return "".join(
        f"INSERT INTO {name}(rowid, {columns}) SELECT id, {columns} FROM searchable WHERE id = {key}; "  # noqa: S608 # constants
        for name, columns in INDEXES.items()
    )


def _drop(key: str) -> str:
    """SQL that removes it from the indexes, before it changes."""
    return "".join(
        f"INSERT INTO {name}({name}, rowid, {columns}) SELECT 'delete', id, {columns} FROM searchable WHERE id = {key}; "  # noqa: S608 # constants
        for name, columns in INDEXES.items()
    )


_CHANGED = " OR ".join(
    f"old.{column} <> new.{column}" for column in ("version", "repositories", "title_words", "other_words")
)
_THIS = "(SELECT id FROM paper_text WHERE id = {0}.work AND version = {0}.n)"
_TRIGGERS = {
    "paper_text_added": f"AFTER INSERT ON paper_text BEGIN {_add('new.id')}END",
    "paper_text_leaves": f"BEFORE DELETE ON paper_text BEGIN {_drop('old.id')}END",
    "paper_text_changes": (f"BEFORE UPDATE ON paper_text WHEN {_CHANGED} BEGIN {_drop('old.id')}END"),
    "paper_text_changed": (f"AFTER UPDATE ON paper_text WHEN {_CHANGED} BEGIN {_add('new.id')}END"),
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
    SELECT s.id, w.arxiv_id, v.title || ' ' || s.title_words AS title, v.abstract || ' ' || s.other_words AS abstract,
           v.authors, s.repositories,
           replace(replace(replace(replace(s.repositories, ':', ''), '-', ''), '_', ''), '.', '') AS accounts
    FROM paper_text s JOIN work w ON w.id = s.id JOIN version v ON v.work = s.id AND v.n = s.version
"""
"""What the indexes hold. `accounts` has `github:deep-inst/tool` as `githubdeepinst/tool`: the account is one word
that no text contains."""


def detach_index(connection: Connection) -> None:
    """Drop the triggers and the view, so that the tables behind them may change; `create_index` brings them back."""
    if connection.dialect.name == "sqlite":
        for name in _TRIGGERS:
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
        connection.exec_driver_sql("DROP VIEW IF EXISTS searchable")


def create_index(connection: Connection) -> None:
    """Create the view `searchable` and the triggers anew, and the index itself where it is missing."""
    if connection.dialect.name != "sqlite":
        return
    exists = connection.exec_driver_sql(f"SELECT 1 FROM sqlite_master WHERE name = '{INDEX}'").first()  # noqa: S608 # a constant
    detach_index(connection)
    connection.exec_driver_sql(f"CREATE VIEW searchable AS {' '.join(SEARCHABLE.split())}")
    if exists is None:
        for name, columns in INDEXES.items():
            connection.exec_driver_sql(
                f"CREATE VIRTUAL TABLE {name} USING fts5({columns}, content='searchable', content_rowid='id', "
                "tokenize='unicode61 remove_diacritics 2', detail=none, columnsize=0)"
            )
            connection.exec_driver_sql(f"INSERT INTO {name}({name}) VALUES ('rebuild')")  # noqa: S608 # as above
    for name, definition in _TRIGGERS.items():
        connection.exec_driver_sql(f"CREATE TRIGGER {name} {definition}")
