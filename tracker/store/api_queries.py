"""Queries of the JSON API: rows of the public views, found through the indexes of the tables behind them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import NullPool, create_engine

from tracker.domain.items import Item
from tracker.store import items, views
from tracker.store.engine import Store
from tracker.store.export import Column, json_value, view_columns
from tracker.store.keys import paper_key, paper_work
from tracker.store.organisations import account_prefixes
from tracker.store.search_words import match_expression, parse_search
from tracker.store.verdicts import VerdictColumns, complete_verdicts

FACTS = ("code", "weights", "data", "demo")
_DATES = {"submitted": "w.submitted_at", "opened": "w.opened_at"}
_CONDITIONS = {
    "category": "EXISTS (SELECT 1 FROM work_category c WHERE c.work = w.id AND c.category = ?)",
    "licence": """lower(?) IN (
        SELECT d.licence_class FROM verdict d WHERE d.work = w.id AND d.fact = 'code'
        UNION ALL SELECT lower(a.licence_spdx) FROM verdict d
            JOIN artifact_name n ON n.id = d.name JOIN artifact a ON a.id = n.artifact
            WHERE d.work = w.id AND d.fact = 'code'
        UNION ALL SELECT 'unknown' WHERE NOT EXISTS (
            SELECT 1 FROM verdict d WHERE d.work = w.id AND d.fact = 'code'))""",
    "author": "EXISTS (SELECT 1 FROM json_each(v.authors) n WHERE lower(n.value) = lower(?))",
    **{fact: f"w.{fact} = ?" for fact in FACTS},
}
_OWNED = """w.id IN (
    SELECT r.work FROM (SELECT start, stop FROM organisation_account WHERE lower(organisation) = lower(?)
                        UNION SELECT value || '/', value || '0' FROM json_each(?)) s
    JOIN artifact_name n ON n.folded >= s.start AND n.folded < s.stop AND n.until IS NULL
    JOIN role r ON r.artifact = n.artifact AND r.role = 'own')"""
_LINKING = """w.id IN (SELECT r.work FROM artifact_name n JOIN role r ON r.artifact = n.artifact
    WHERE n.folded = ? AND n.until IS NULL)"""
_WORDS = "w.id IN (SELECT rowid FROM paper_search WHERE paper_search MATCH ?)"
_WITHIN = {
    "links": "AND r.work = ? ORDER BY r.probability DESC, n.reference",
    "artifacts": "WHERE a.id IN (SELECT artifact FROM role WHERE work = ?) ORDER BY a.reference",
    "events": "WHERE e.work = ? ORDER BY e.happened_at, e.observed_at, e.id",
}


def list_papers(
    connection: sqlite3.Connection,
    filters: Mapping[str, str],
    *,
    by: str = "submitted",
    before: tuple[str, str] | None = None,
    limit: int = 50,
) -> tuple[list[dict[str, Any]], tuple[str, str] | None]:
    """One page of papers, newest first, as rows of `papers` with `opened_at`; and the (date, id) after which the next
    page begins, None where this is the last page.

    `filters` may hold `category`, the four facts, `licence` (a class or an SPDX id of the code), `author`, `q`,
    `since` and `until` (both included; UTC), and `org` (an organisation of the store, or an account on GitHub or the Hub
    that holds an own artifact), `ids` (arXiv ids, separated by commas) and `artifact` (the reference of what they link). `by` is the date that orders and bounds: `submitted`, or `opened` (then only papers whose
    code is open now are listed). Pages go by key, so that new papers move no page that was begun.
    """
    date = _DATES[by]
    conditions, values = _conditions(filters, by)
    if before:
        conditions.append(f"({date}, w.id) < (?, ?)")
        values += [before[0], paper_key(before[1])]
    keys = connection.execute(
        f"SELECT w.id, w.arxiv_id, {date}, w.opened_at FROM work w JOIN version v ON v.work = w.id AND v.n = w.latest "  # noqa: S608 # constants, values are bound
        f"WHERE {' AND '.join(conditions)} ORDER BY {date} DESC, w.id DESC LIMIT ?",
        [*values, limit + 1],
    ).fetchall()
    page = keys[:limit]
    columns = view_columns(connection, "papers")
    query = f"{views.VIEWS['papers']} AND w.id IN (SELECT value FROM json_each(?))"  # noqa: S608 # as above
    rows = {
        row["arxiv_id"]: row for row in _rows(connection, columns, query, json.dumps([key for key, *_ in page]))
    }
    papers = [rows[arxiv_id] | {"opened_at": opened} for _, arxiv_id, _, opened in page if arxiv_id in rows]
    return papers, (page[-1][2], page[-1][1]) if len(keys) > limit else None


def _conditions(filters: Mapping[str, str], by: str) -> tuple[list[str], list[object]]:
    """The conditions of the filters in SQL, and the values for their parameters."""
    date = _DATES[by]
    conditions: list[str] = ["w.latest > 0"]
    values: list[object] = []
    if by == "opened":
        conditions += ["w.code = 'open'", "w.opened_at IS NOT NULL"]
    for name, condition in _CONDITIONS.items():
        if name in filters:
            conditions.append(condition)
            values.append(filters[name])
    if "org" in filters:
        conditions.append(_OWNED)
        values += [filters["org"], json.dumps(account_prefixes([filters["org"]], [filters["org"]]))]
    if "ids" in filters:
        conditions.append("w.id IN (SELECT value FROM json_each(?))")
        values.append(json.dumps([paper_key(arxiv_id) for arxiv_id in filters["ids"].split(",")]))
    if "artifact" in filters:
        conditions.append(_LINKING)
        values.append(filters["artifact"].casefold())
    if "q" in filters:
        words = parse_search(filters["q"])
        conditions.append(_WORDS if words.terms else "0")
        values += [match_expression(words.terms, excluded=words.excluded)] if words.terms else []
    if "since" in filters:
        conditions.append(f"{date} >= ?")
        values.append(filters["since"])
    if "until" in filters:
        conditions.append(f"{date} <= ?")
        # A longer text sorts after its beginning: `2026-07-01` must include all of that day.
        values.append(filters["until"] if "T" in filters["until"] else f"{filters['until']}T~")
    return conditions, values


def load_paper(connection: sqlite3.Connection, arxiv_id: str) -> dict[str, Any] | None:
    """One paper: its row of `papers`, its verdicts with their reasons, and its rows of `links`, `artifacts` and
    `events`; None where it is not stored."""
    key = paper_key(arxiv_id)
    papers = _rows(connection, view_columns(connection, "papers"), f"{views.VIEWS['papers']} AND w.id = ?", key)
    if not papers:
        return None
    opened, judged = connection.execute("SELECT opened_at, judged_at FROM work WHERE id = ?", [key]).fetchone()
    rows = connection.execute(
        "SELECT d.fact, d.state, d.licence_class, n.reference, y.sentences FROM verdict d "
        "JOIN shared_text y ON y.id = d.shared_text LEFT JOIN artifact_name n ON n.id = d.name WHERE d.work = ?",
        [key],
    ).fetchall()
    stored = [
        VerdictColumns(fact, state, kind, reference, json.loads(reasons))
        for fact, state, kind, reference, reasons in rows
    ]
    return {
        **papers[0],
        "opened_at": opened,
        "verdicts": [asdict(verdict) | {"reasons": list(verdict.reasons)} for verdict in complete_verdicts(stored)]
        if judged
        else [],
        **{
            view: _rows(connection, view_columns(connection, view), f"{views.VIEWS[view]} {within}", key)
            for view, within in _WITHIN.items()
        },
    }


def load_paper_item(connection: sqlite3.Connection, arxiv_id: str) -> Item | None:
    """One paper as feeds and pages have it, from a connection of `export.open_consistent`; None where it is not stored."""
    # SQLAlchemy ends its transactions by itself, which the authorizer refuses; the connection still cannot write.
    connection.set_authorizer(None)
    engine = create_engine("sqlite://", creator=lambda: connection, poolclass=NullPool)
    return items.load_item(Store(engine, ""), paper_work(arxiv_id))


def _rows(
    connection: sqlite3.Connection, columns: Sequence[Column], query: str, value: int | str
) -> list[dict[str, Any]]:
    return [
        {column.name: json_value(column.kind, cell) for column, cell in zip(columns, row, strict=True)}
        for row in connection.execute(query, [value])
    ]
