"""Queries of the JSON API: rows of the public views, found through the indexes of the tables behind them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection

from tracker.domain.items import Item
from tracker.store import items, views
from tracker.store.dialect import fetch_stored
from tracker.store.export import json_value, view_columns
from tracker.store.keys import paper_key
from tracker.store.organisations import account_prefixes
from tracker.store.search_index import INDEX, among_few, matching, syntax_of
from tracker.store.search_words import match_expression, parse_search, plain_words
from tracker.store.verdicts import VerdictColumns, complete_verdicts

FACTS = ("code", "weights", "data", "demo")
_DATES = {"submitted": "w.submitted_at", "opened": "w.opened_at"}
_CONDITIONS = {
    "category": "EXISTS (SELECT 1 FROM work_category c WHERE c.work = w.id AND c.category = :category)",
    "licence": """lower(:licence) IN (
        SELECT d.licence_class FROM verdict d WHERE d.work = w.id AND d.fact = 'code'
        UNION ALL SELECT lower(a.licence_spdx) FROM verdict d
            JOIN artifact_name n ON n.id = d.name JOIN artifact a ON a.id = n.artifact
            WHERE d.work = w.id AND d.fact = 'code'
        UNION ALL SELECT 'unknown' WHERE NOT EXISTS (
            SELECT 1 FROM verdict d WHERE d.work = w.id AND d.fact = 'code'))""",
    "author": "EXISTS (SELECT 1 FROM {each}(v.authors) n WHERE lower(n.value) = lower(:author))",
    **{fact: f"w.{fact} = :{fact}" for fact in FACTS},
    "ids": "w.id IN :ids",
    "artifact": """w.id IN (SELECT r.work FROM artifact_name n JOIN role r ON r.artifact = n.artifact
        WHERE n.folded = :artifact AND n.until IS NULL{role})""",
}
_EACH = {"sqlite": "json_each", "postgresql": "json_array_elements_text"}
_OWNED = """w.id IN (
    SELECT f.work FROM affiliation f WHERE f.organisation <> ''
        AND f.organisation IN (SELECT o.name FROM organisation o WHERE lower(o.name) = lower(:org))
    UNION SELECT r.work FROM (SELECT start, stop FROM organisation_account WHERE lower(organisation) = lower(:org){accounts}) s
    JOIN artifact_name n ON n.folded >= s.start AND n.folded < s.stop AND n.until IS NULL
    JOIN role r ON r.artifact = n.artifact AND r.role = 'own')"""
_WITHIN = {
    "links": "AND r.work = :work ORDER BY r.probability DESC, n.reference",
    "artifacts": "WHERE a.id IN (SELECT artifact FROM role WHERE work = :work) ORDER BY a.reference",
    "events": "WHERE e.work = :work ORDER BY e.happened_at, e.observed_at, e.id",
    "affiliations": "AND f.work = :work ORDER BY f.name, f.organisation",
}


def list_papers(
    connection: Connection,
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
    that holds an own artifact), `ids` (arXiv ids, separated by commas) and `artifact` (the reference of what they link),
    with `role` (what that is to them). `by` is the date that orders and bounds: `submitted`, or `opened` (then only papers
    whose code is open now are listed). Pages go by key, so that new papers move no page that was begun.
    """
    date = _DATES[by]
    conditions, values = _conditions(connection, filters, by)
    if before:
        conditions.append(f"({date}, w.id) < (:before, :after)")
        values |= {"before": before[0], "after": paper_key(before[1])}
    keys = list(
        fetch_stored(
            connection,
            f"SELECT w.id, w.arxiv_id, {date}, w.opened_at FROM work w "  # noqa: S608 # constants, values are bound
            f"JOIN version v ON v.work = w.id AND v.n = w.latest "
            f"WHERE {' AND '.join(conditions)} ORDER BY {date} DESC, w.id DESC LIMIT :limit",
            values | {"limit": limit + 1},
        )
    )
    page = keys[:limit]
    chosen = {"keys": [key for key, *_ in page]}
    rows = {row["arxiv_id"]: row for row in _rows(connection, "papers", "AND w.id IN :keys", chosen)}
    papers = [rows[arxiv_id] | {"opened_at": opened} for _, arxiv_id, _, opened in page if arxiv_id in rows]
    return papers, (page[-1][2], page[-1][1]) if len(keys) > limit else None


def _conditions(
    connection: Connection, filters: Mapping[str, str], by: str
) -> tuple[list[str], dict[str, object]]:
    """The conditions of the filters in SQL, and the values for their parameters."""
    date = _DATES[by]
    conditions: list[str] = ["w.latest > 0"]
    values: dict[str, object] = dict(filters)
    if by == "opened":
        conditions += ["w.code = 'open'", "w.opened_at IS NOT NULL"]
    each = _EACH[connection.dialect.name]
    role = " AND r.role = :role" if "role" in filters else ""
    conditions += [sql.format(each=each, role=role) for name, sql in _CONDITIONS.items() if name in filters]
    if "org" in filters:
        starts = account_prefixes([filters["org"]], [filters["org"]])
        conditions.append(
            _OWNED.format(accounts="".join(f" UNION SELECT :start{n}, :stop{n}" for n in range(len(starts))))
        )
        # `0` follows `/`, as in the stored ranges.
        values |= {f"start{n}": f"{start}/" for n, start in enumerate(starts)}
        values |= {f"stop{n}": f"{start}0" for n, start in enumerate(starts)}
    if "ids" in filters:
        values["ids"] = [paper_key(arxiv_id) for arxiv_id in filters["ids"].split(",")]
    if "artifact" in filters:
        values["artifact"] = filters["artifact"].casefold()
    if "author" in filters and (names := plain_words(filters["author"])):
        # The index narrows what the exact comparison reads: every paper, without it.
        conditions.append(among_few(connection, "w.id", matching(connection, INDEX, "names")))
        values["names"] = match_expression(names, syntax=syntax_of(connection), prefix=False)
    if "q" in filters:
        words = parse_search(filters["q"])
        conditions.append(f"w.id IN ({matching(connection, INDEX, 'q')})" if words.terms else "1 = 0")
        values["q"] = match_expression(words.terms, syntax=syntax_of(connection), excluded=words.excluded)
    if "since" in filters:
        conditions.append(f"{date} >= :since")
    if "until" in filters:
        conditions.append(f"{date} <= :until")
        # A longer text sorts after its beginning: `2026-07-01` must include all of that day.
        values["until"] = filters["until"] if "T" in filters["until"] else f"{filters['until']}T~"
    return conditions, values


def load_paper(connection: Connection, arxiv_id: str) -> dict[str, Any] | None:
    """One paper: its row of `papers`, its verdicts with their reasons, and its rows of `links`, `artifacts`,
    `events` and `affiliations`; None where it is not stored."""
    work = {"work": paper_key(arxiv_id)}
    papers = _rows(connection, "papers", "AND w.id = :work", work)
    if not papers:
        return None
    opened, judged = next(
        iter(fetch_stored(connection, "SELECT opened_at, judged_at FROM work WHERE id = :work", work))
    )
    rows = fetch_stored(
        connection,
        "SELECT d.fact, d.state, d.licence_class, n.reference, y.sentences FROM verdict d "
        "JOIN shared_text y ON y.id = d.shared_text LEFT JOIN artifact_name n ON n.id = d.name WHERE d.work = :work",
        work,
    )
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
        **{view: _rows(connection, view, within, work) for view, within in _WITHIN.items()},
    }


def load_paper_item(connection: Connection, arxiv_id: str) -> Item | None:
    """One paper as feeds and pages have it; None where it is not stored."""
    return items.item_by_key(connection, paper_key(arxiv_id))


def _rows(connection: Connection, view: str, within: str, values: Mapping[str, object]) -> list[dict[str, Any]]:
    """The rows of a public view `within` a condition, and perhaps an order, on the tables behind it."""
    columns = view_columns(connection, view)
    query = views.view_query(view, connection.dialect.name)
    return [
        {column.name: json_value(column.kind, cell) for column, cell in zip(columns, row, strict=True)}
        for row in fetch_stored(connection, f"{query} {within}", values)
    ]
