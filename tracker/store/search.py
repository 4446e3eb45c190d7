"""Full-text search: which text of each paper is indexed, and what finds papers by words.

SQLite's FTS5 (sqlite.org/fts5.html) holds an index alone; the text stays where it is ("external content") and is read
through the view `searchable`. Triggers keep both in step. It knows the
column of each word, not its place there (`detail=column`): phrases would cost 400 bytes a paper more. On PostgreSQL, which has none of this, the same table says
what is to be searched, and its own functions search it.
"""

from __future__ import annotations

import json
import re
import sqlite3
import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select, text

from tracker.domain import Role
from tracker.store import tables as t
from tracker.store.dialect import among, table

if TYPE_CHECKING:
    from tracker.store.engine import Store

INDEX = "paper_search"
Accounts = Mapping[str, Sequence[Sequence[str]]]
MOST_WORDS = 8
LONGEST = 100
"""Characters of one word that are looked for."""
_WORD = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"(\d\d)(0[1-9]|1[0-2])\.(\d{4,5})", re.ASCII)
_OLD_NUMBER = re.compile(r"([a-z-]{2,12})(?:\.[A-Z]{2})?/(\d\d)(0[1-9]|1[0-2])(\d{3})", re.ASCII)
_ARCHIVES = (
    "acc-phys", "adap-org", "alg-geom", "ao-sci", "astro-ph", "atom-ph", "bayes-an", "chao-dyn", "chem-ph", "cmp-lg",
    "comp-gas", "cond-mat", "cs", "dg-ga", "funct-an", "gr-qc", "hep-ex", "hep-lat", "hep-ph", "hep-th", "math", "math-ph",
    "mtrl-th", "nlin", "nucl-ex", "nucl-th", "patt-sol", "physics", "plasm-ph", "q-alg", "q-bio", "q-fin", "quant-ph",
    "solv-int", "stat", "supr-con",
)  # fmt: skip
"""The archives that gave numbers of their own until March 2007 (info.arxiv.org/help/arxiv_identifier.html)."""


def number(arxiv_id: str) -> int:
    """A number that grows with the month and the number of an arXiv id, and is close to the one before it: so the
    index stays small and gives the newest paper first. What is no id of arXiv's gets a negative one."""
    if new := _NUMBER.fullmatch(arxiv_id):
        return _month(new[1], new[2]) * 100_000 + int(new[3])
    if (old := _OLD_NUMBER.fullmatch(arxiv_id)) and old[1] in _ARCHIVES:
        return _month(old[2], old[3]) * 100_000 + _ARCHIVES.index(old[1]) * 1000 + int(old[4])
    raw = arxiv_id.encode("utf-8", "replace")
    return -(zlib.crc32(raw) << 31 | zlib.adler32(raw) & 0x7FFFFFFF) - 1


def _month(year: str, month: str) -> int:
    """Months since January 1991, when arXiv began."""
    return (int(year) - 91) % 100 * 12 + int(month) - 1


_TAKE = text(
    "INSERT INTO paper_text (id, work, version, repositories) VALUES (:id, :work, :version, '') "
    "ON CONFLICT (work) DO UPDATE SET version = excluded.version"
)


def take(connection: Connection, works: Collection[str]) -> None:
    """Index the newest version of these papers; what was indexed of an older one goes."""
    work = table(t.Work)
    newest = connection.execute(
        select(work.c.id, work.c.latest).where(among(work.c.id, works), work.c.latest > 0).order_by(work.c.id)
    )
    rows = [
        {"id": number(row.id.partition(":")[2]), "work": row.id, "version": row.latest} for row in newest.all()
    ]
    if rows:
        connection.execute(_TAKE, rows)


def name_repositories(connection: Connection, works: Collection[str]) -> None:
    """Index the names of these papers' own artifacts, where they changed."""
    role, held = table(t.RoleRow), table(t.PaperText)
    names: dict[str, list[str]] = {}
    for row in connection.execute(
        select(role.c.work, role.c.reference)
        .where(among(role.c.work, works), role.c.role.in_([Role.OWN.value, Role.OWN_PAGE.value]))
        .order_by(role.c.work, role.c.reference)
    ):
        names.setdefault(row.work, []).append(row.reference)
    changed = [
        {"work": row.work, "names": now}
        for row in connection.execute(select(held.c.work, held.c.repositories).where(among(held.c.work, works)))
        if (now := " ".join(names.get(row.work, ()))) != row.repositories
    ]
    if changed:
        connection.execute(text("UPDATE paper_text SET repositories = :names WHERE work = :work"), changed)


def papers(store: Store | sqlite3.Connection, words: str, limit: int = 20) -> list[str]:
    """arXiv ids of the papers that hold every word in title, abstract, authors or the names of their own artifacts: those
    with all in the title first, then the newest. The last word may be the beginning of one, where whole words find too few. A word of the name of an
    organisation stands for its accounts as well.

    `words` is what a person typed: any text is allowed and no sign in it means anything. An arXiv id finds its paper.
    """
    wanted = terms(words)
    if not wanted or limit < 1:
        return []
    if isinstance(store, sqlite3.Connection):
        return _papers(store, words, wanted, limit)
    if store.engine.dialect.name == "sqlite":
        with store.read() as connection:
            return _papers(connection.connection.dbapi_connection, words, wanted, limit)
    return _papers_elsewhere(store, words, wanted, limit)


def terms(words: str) -> list[str]:
    """The words that somebody looks for, at most MOST_WORDS: runs of letters and digits, as the index has them."""
    # What cannot be written in UTF-8 stands in no text.
    clean = words[: 4 * MOST_WORDS * LONGEST].encode("utf-8", "ignore").decode()
    return [one[:LONGEST] for one in _WORD.findall(clean)][:MOST_WORDS]


def match(
    wanted: list[str], column: str = "", houses: Accounts = MappingProxyType({}), *, begins: bool = True
) -> str:
    """The words in the language of FTS5: each in quotes, so that `NEAR` is a word as well; the last a beginning, if so said.
    `houses` gives the accounts for which words stand, each as the words of its name."""
    last = len(wanted) - 1
    parts = []
    for place, word in enumerate(wanted):
        forms = [f'"{word}"{" *" if begins and place == last else ""}']
        forms += [
            "repositories : (" + " AND ".join(f'"{one}"' for one in account) + ")"
            for account in houses.get(word.casefold(), ())
        ]
        parts.append(f"({' OR '.join(forms)})" if len(forms) > 1 else forms[0])
    return f"{column + ' : ' if column else ''}({' AND '.join(parts)})"


def _houses(wanted: list[str], rows: Iterable[Sequence[Any]]) -> Accounts:
    """The accounts for which each word stands, from rows of (name, accounts at GitHub, at the Hub) with lists in JSON."""
    folded = {word.casefold() for word in wanted}
    found: dict[str, list[list[str]]] = {}
    for name, *lists in rows:
        for word in folded.intersection(_WORD.findall(str(name).casefold())):
            for listed in lists:
                for account in json.loads(listed) if isinstance(listed, str) else listed:
                    found.setdefault(word, []).append(_WORD.findall(account.casefold()))
    return found


def _number_of(words: str) -> int:
    """The number of the paper whose id was typed; negative for anything else."""
    return number(re.sub(r"^arxiv:|v\d{1,3}$", "", words[:LONGEST].strip(), flags=re.IGNORECASE))


_ORGANISATIONS = "SELECT name, github, huggingface FROM organisation"


def _papers(connection: Any, words: str, wanted: list[str], limit: int) -> list[str]:
    # The index gives rows by number, newest first, and stops at the limit; ranking by relevance would read all that
    # match, which are a million for a common word.
    found: dict[str, None] = {}
    if (wanted_number := _number_of(words)) >= 0:
        for row in connection.execute("SELECT arxiv_id FROM searchable WHERE id = ?", (wanted_number,)):
            found[row[0]] = None
    houses = _houses(wanted, connection.execute(_ORGANISATIONS))
    # Whole words first: their lists are read from the newest paper on, as far as needed. For a beginning the index merges
    # the lists of all words that it begins, whatever the limit.
    for begins, column in ((False, "title"), (False, ""), (True, "title"), (True, "")):
        if len(found) >= limit:
            break
        asked = match(wanted, column, begins=begins) if column else match(wanted, houses=houses, begins=begins)
        rows = connection.execute(
            "SELECT substr(p.work, 7) FROM paper_text p WHERE p.id IN "
            "(SELECT rowid FROM paper_search WHERE paper_search MATCH ? ORDER BY rowid DESC LIMIT ?) ORDER BY p.id DESC",
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
                "SELECT substr(p.work, 7) FROM paper_text p JOIN version v ON v.work = p.work AND v.n = p.version "
                "WHERE p.id = :number OR to_tsvector('simple', v.title || ' ' || v.abstract || ' ' || "
                "CAST(v.authors AS text) || ' ' || p.repositories) @@ to_tsquery('simple', :words) "
                "ORDER BY p.id = :number DESC, "
                "to_tsvector('simple', v.title) @@ to_tsquery('simple', :words) DESC, p.id DESC LIMIT :most"
            ),
            {"words": " & ".join(parts), "number": _number_of(words), "most": limit},
        )
        return [str(row[0]) for row in rows]


_COLUMNS = "title, abstract, authors, repositories"
_ADD = f"INSERT INTO paper_search(rowid, {_COLUMNS}) SELECT id, {_COLUMNS} FROM searchable WHERE id ="  # noqa: S608 # ours
_DROP = (
    f"INSERT INTO paper_search(paper_search, rowid, {_COLUMNS}) SELECT 'delete', id, {_COLUMNS} "  # noqa: S608 # ours
    "FROM searchable WHERE id ="
)
_THIS = "(SELECT id FROM paper_text WHERE work = {0}.work AND version = {0}.n)"
_TRIGGERS = {
    "paper_text_added": f"AFTER INSERT ON paper_text BEGIN {_ADD} new.id; END",
    "paper_text_leaves": f"BEFORE DELETE ON paper_text BEGIN {_DROP} old.id; END",
    "paper_text_changes": (
        "BEFORE UPDATE ON paper_text WHEN old.version <> new.version OR old.repositories <> new.repositories "
        f"BEGIN {_DROP} old.id; END"
    ),
    "paper_text_changed": (
        "AFTER UPDATE ON paper_text WHEN old.version <> new.version OR old.repositories <> new.repositories "
        f"BEGIN {_ADD} new.id; END"
    ),
    "version_leaves": (
        "BEFORE DELETE ON version BEGIN DELETE FROM paper_text WHERE work = old.work AND version = old.n; END"
    ),
}
for _name, _when, _row, _do in (
    ("version_changes", "BEFORE", "old", _DROP),
    ("version_changed", "AFTER", "new", _ADD),
):
    _TRIGGERS[_name] = (
        f"{_when} UPDATE OF title, abstract, authors ON version WHEN old.title <> new.title OR "
        f"old.abstract <> new.abstract OR old.authors <> new.authors BEGIN {_do} {_THIS.format(_row)}; END"
    )
SEARCHABLE = """
    SELECT s.id, substr(s.work, 7) AS arxiv_id, v.title, v.abstract, v.authors, s.repositories
    FROM paper_text s JOIN version v ON v.work = s.work AND v.n = s.version
"""


def make(connection: Connection) -> None:
    """Make the index, its text and its triggers anew, and fill it where it was not there."""
    lacks = connection.execute(text("SELECT 1 FROM paper_text")).first() is None
    if connection.dialect.name != "sqlite":
        if lacks:
            take_all(connection)
        return
    there = connection.exec_driver_sql(f"SELECT 1 FROM sqlite_master WHERE name = '{INDEX}'").first()  # noqa: S608 # ours
    for name in _TRIGGERS:
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
    connection.exec_driver_sql("DROP VIEW IF EXISTS searchable")
    connection.exec_driver_sql(f"CREATE VIEW searchable AS {' '.join(SEARCHABLE.split())}")
    if there is None:
        connection.exec_driver_sql(
            f"CREATE VIRTUAL TABLE {INDEX} USING fts5({_COLUMNS}, content='searchable', content_rowid='id', "
            "tokenize='unicode61 remove_diacritics 2', detail=column)"
        )
        if lacks:
            take_all(connection)
        fill(connection)
    for name, does in _TRIGGERS.items():
        connection.exec_driver_sql(f"CREATE TRIGGER {name} {does}")


def fill(connection: Connection) -> None:
    """Build the index anew from the texts."""
    connection.exec_driver_sql(f"INSERT INTO {INDEX}({INDEX}) VALUES ('rebuild')")  # noqa: S608 # ours


def take_all(connection: Connection) -> None:
    """Say of every stored paper which text is to be searched; for a store that did not know."""
    after = ""
    page = text("SELECT id FROM work WHERE latest > 0 AND id > :after ORDER BY id LIMIT 5000")
    while works := list(connection.execute(page, {"after": after}).scalars()):
        take(connection, works)
        name_repositories(connection, works)
        after = works[-1]
