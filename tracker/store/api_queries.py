"""What the JSON API asks: the public views, row for row, found through the indexes of the tables behind them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import NullPool, create_engine

from tracker.domain.items import Item
from tracker.store import items, search, verdicts, views
from tracker.store.engine import Store
from tracker.store.export import Column, json_value, view_columns
from tracker.store.keys import paper_work, work_key
from tracker.store.organisations import account_prefixes

FACTS = ("code", "weights", "data", "demo")
_MOMENTS = {"submitted": "w.submitted_at", "opened": "w.opened_at"}
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
    """One page of papers, newest first, as rows of `papers` with `opened_at`; and after which (moment, id) the next
    page begins, None where this is the last.

    `filters` may hold `category`, the four facts, `licence` (a class or an SPDX id of the code), `author`, `q`,
    `since` and `until` (both included; UTC), `org` (an organisation of the store, or an account at GitHub or the Hub,
    under which an own artifact lies). `by` is the date that orders and bounds: `submitted`, or `opened` (then only
    papers whose code is open now are listed). New papers never move a page that was begun: pages go by key.
    """
    moment = _MOMENTS[by]
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
    if "q" in filters:
        wanted = search.split_words(filters["q"])
        conditions.append(_WORDS if wanted else "0")
        values += [search.match_expression(wanted)] if wanted else []
    if "since" in filters:
        conditions.append(f"{moment} >= ?")
        values.append(filters["since"])
    if "until" in filters:
        conditions.append(f"{moment} <= ?")
        # Text that begins alike sorts behind: `2026-07-01` takes in all of that day.
        values.append(filters["until"] if "T" in filters["until"] else f"{filters['until']}T~")
    if before:
        conditions.append(f"({moment}, w.id) < (?, ?)")
        values += [before[0], work_key(paper_work(before[1]))]
    found = connection.execute(
        f"SELECT w.id, w.arxiv_id, {moment}, w.opened_at FROM work w JOIN version v ON v.work = w.id AND v.n = w.latest "  # noqa: S608 # pieces of ours, values bound
        f"WHERE {' AND '.join(conditions)} ORDER BY {moment} DESC, w.id DESC LIMIT ?",
        [*values, limit + 1],
    ).fetchall()
    page = found[:limit]
    told = view_columns(connection, "papers")
    query = f"{views.VIEWS['papers']} AND w.id IN (SELECT value FROM json_each(?))"  # noqa: S608 # as above
    rows = {row["arxiv_id"]: row for row in _rows(connection, told, query, json.dumps([one[0] for one in page]))}
    made = [rows[named] | {"opened_at": opened} for _, named, _, opened in page if named in rows]
    return made, (page[-1][2], page[-1][1]) if len(found) > limit else None


def load_paper(connection: sqlite3.Connection, arxiv_id: str) -> dict[str, Any] | None:
    """One paper: its row of `papers`, its verdicts with their reasons, and its rows of `links`, `artifacts` and
    `events`. None where it is not stored."""
    work = work_key(paper_work(arxiv_id))
    found = _rows(connection, view_columns(connection, "papers"), f"{views.VIEWS['papers']} AND w.id = ?", work)
    if not found:
        return None
    opened, judged = connection.execute("SELECT opened_at, judged_at FROM work WHERE id = ?", [work]).fetchone()
    kept = connection.execute(
        "SELECT d.fact, d.state, d.licence_class, n.reference, y.words FROM verdict d "
        "JOIN wording y ON y.id = d.wording LEFT JOIN artifact_name n ON n.id = d.name WHERE d.work = ?",
        [work],
    ).fetchall()
    told = [
        verdicts.Row(fact, state, kind, reference, json.loads(reasons))
        for fact, state, kind, reference, reasons in kept
    ]
    return {
        **found[0],
        "opened_at": opened,
        "verdicts": [asdict(one) | {"reasons": list(one.reasons)} for one in verdicts.complete_verdicts(told)]
        if judged
        else [],
        **{
            view: _rows(connection, view_columns(connection, view), f"{views.VIEWS[view]} {within}", work)
            for view, within in _WITHIN.items()
        },
    }


def load_paper_item(connection: sqlite3.Connection, arxiv_id: str) -> Item | None:
    """One paper as feeds and pages have it, from a connection of `export.reading`; None where it is not stored."""
    connection.set_authorizer(
        None
    )  # SQLAlchemy ends its transactions by itself; the connection still cannot write
    engine = create_engine("sqlite://", creator=lambda: connection, poolclass=NullPool)
    return items.load_item(Store(engine, ""), paper_work(arxiv_id))


def _rows(
    connection: sqlite3.Connection, told: Sequence[Column], query: str, value: int | str
) -> list[dict[str, Any]]:
    return [
        {column.name: json_value(column.kind, cell) for column, cell in zip(told, row, strict=True)}
        for row in connection.execute(query, [value])
    ]
