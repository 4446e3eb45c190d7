"""The full-text index: which text of each paper it holds, and the triggers that keep both in step."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from sqlalchemy import Connection, select, text

from tracker.domain.terms import Role
from tracker.store.dialect import among, encode_json
from tracker.store.joined import ROLES
from tracker.store.tables.work import PAPER_TEXT

INDEX, TITLES = "paper_search", "title_search"
_INDEX_PAPERS = (
    "INSERT INTO paper_text (id, version, repositories) SELECT id, latest, '' FROM work "
    "WHERE id IN (SELECT value FROM json_each(?)) AND latest > 0 AND id >= 0 ORDER BY id "
    "ON CONFLICT (id) DO UPDATE SET version = excluded.version"
)


def index_papers(connection: Connection, keys: Iterable[int]) -> None:
    """Index the newest version of the papers of these keys, in place of an older one.

    A paper whose id is not one of arXiv's is not indexed. PostgreSQL searches the texts themselves.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(_INDEX_PAPERS, (encode_json(list(keys)),))


def index_repositories(connection: Connection, keys: Collection[int]) -> None:
    """Index the names of the own artifacts of the papers of these keys, where they changed."""
    if connection.dialect.name != "sqlite":
        return
    names: dict[int, list[str]] = defaultdict(list)
    for row in connection.execute(
        select(ROLES.c.work, ROLES.c.reference)
        .where(among(ROLES.c.work, keys), ROLES.c.role.in_([Role.OWN.value, Role.OWN_PAGE.value]))
        .order_by(ROLES.c.work, ROLES.c.reference)
    ):
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
