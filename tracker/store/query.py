"""Read-only access to the public views, and what `explain` and the status line need."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, make_url, select, text
from sqlalchemy.exc import DBAPIError

from tracker.errors import QueryError, StoreError
from tracker.store import tables as t
from tracker.store.dialect import among, table
from tracker.store.engine import Store


def query(url: str, sql: str) -> tuple[list[str], Iterator[Sequence[Any]]]:
    """Run one statement that can only read; returns column names and rows. QueryError, StoreError."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return _query_server(url, sql)
    path = Path(str(parsed.database))
    if not path.is_file():
        raise StoreError(f"{path}: there is no store yet; run `tracker once` or `tracker run` first.")
    connection = sqlite3.connect(f"file:{path.absolute()}?mode=ro", uri=True, timeout=30)
    connection.execute("PRAGMA query_only = ON")
    connection.set_authorizer(_only_this_file)
    try:
        cursor = connection.execute(sql)
    except (sqlite3.Error, sqlite3.Warning) as error:
        connection.close()
        raise QueryError(f"The query cannot be run: {error}. The public views are in docs/schema.md.") from None
    return [column[0] for column in cursor.description or ()], _rows(connection, cursor)


def _only_this_file(action: int, *_: object) -> int:
    return sqlite3.SQLITE_DENY if action == sqlite3.SQLITE_ATTACH else sqlite3.SQLITE_OK


def _rows(connection: sqlite3.Connection, cursor: sqlite3.Cursor) -> Iterator[Sequence[Any]]:
    with closing(connection):
        try:
            yield from cursor
        except sqlite3.Error as error:
            raise QueryError(f"The query broke off: {error}.") from None


def _query_server(url: str, sql: str) -> tuple[list[str], Iterator[Sequence[Any]]]:
    from sqlalchemy import create_engine  # noqa: PLC0415 # only where the store is a server

    engine = create_engine(url, execution_options={"postgresql_readonly": True})
    with engine.connect() as connection:
        try:
            result = connection.execute(text(sql))
            return list(result.keys()), iter([tuple(row) for row in result])
        except DBAPIError as error:
            raise QueryError(f"The query cannot be run: {error.orig}.") from None


def counts(store: Store, now: datetime) -> dict[str, int]:
    """Figures of the status line: papers, open papers, looks and scans that wait."""
    work, artifact = table(t.Work), table(t.Artifact)
    with store.read() as connection:

        def number(statement: Any) -> int:
            return int(connection.execute(statement).scalar_one())

        return {
            "papers": number(select(func.count()).select_from(work).where(work.c.latest > 0)),
            "open_papers": number(
                select(func.count()).select_from(work).where(work.c.code == "open", work.c.latest > 0)
            ),
            "checks_waiting": number(
                select(func.count()).select_from(artifact).where(artifact.c.next_check_at <= now)
            ),
            "scans_waiting": number(select(func.count()).select_from(work).where(work.c.scan_due)),
        }


def evidence(store: Store, work: str) -> dict[str, list[dict[str, Any]]]:
    """Everything stored of one work, table by table, for `tracker explain`."""
    found: dict[str, list[dict[str, Any]]] = {}
    with store.read() as connection:
        for name, model, order in (
            ("work", t.Work, "id"),
            ("versions", t.Version, "n"),
            ("scans", t.Scan, "source"),
            ("mentions", t.Mention, "folded"),
            ("roles", t.RoleRow, "artifact"),
            ("verdicts", t.VerdictRow, "fact"),
            ("events", t.EventRow, "happened_at"),
            ("entries", t.Entry, "entered_at"),
        ):
            target = table(model)
            key = target.c.id if name == "work" else target.c.work
            rows = connection.execute(select(target).where(key == work).order_by(target.c[order]))
            found[name] = [dict(row._mapping) for row in rows]
        artifacts = sorted(
            {row["artifact"] for row in found["roles"]} | {row["artifact"] for row in found["mentions"]}
        )
        for name, target, column in (
            ("artifacts", table(t.Artifact), "key"),
            ("checks", table(t.SightingRow), "artifact"),
        ):
            rows = connection.execute(
                select(target).where(among(target.c[column], artifacts)).order_by(target.c[column])
            )
            found[name] = [dict(row._mapping) for row in rows]
    return found
