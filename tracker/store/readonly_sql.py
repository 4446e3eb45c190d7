"""Read-only SQL over the public views, on SQLite and PostgreSQL."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from tracker.domain.errors import QueryError, QueryTimeout
from tracker.store.engine import open_readonly, parse_url, server_engine

BLOCK = 500
"""Rows that are fetched at once."""
STEPS = 20_000
"""Steps of SQLite's virtual machine between two checks of the clock: about a millisecond."""
READ_ACTIONS = frozenset((sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE))
READ_PRAGMAS = frozenset(
    (
        "application_id",
        "collation_list",
        "compile_options",
        "data_version",  # full-text search asks it of itself
        "database_list",
        "encoding",
        "foreign_key_check",
        "function_list",
        "integrity_check",
        "journal_mode",
        "page_count",
        "page_size",
        "quick_check",
        "table_list",
        "user_version",
    )
)
"""Pragmas that only return something as long as no value is set."""
DESCRIBING_PRAGMAS = frozenset(
    ("foreign_key_list", "index_info", "index_list", "index_xinfo", "table_info", "table_list", "table_xinfo")
)
"""Pragmas whose value names what they describe."""
STATEMENT_TIMEOUT, SYNTAX_ERROR = "57014", "42601"
"""PostgreSQL's states of a statement that took too long, and of one that it cannot parse (its manual, appendix A)."""
REFUSED_FUNCTIONS = frozenset(("fts3_tokenizer", "load_extension"))
"""Functions that reach outside the statement; they are off in most builds of SQLite, and refused in all."""


def run_query(url: str, sql: str, *, seconds: float = 0.0) -> tuple[list[str], Iterator[Sequence[Any]]]:
    """Run one statement that can only read; returns column names and rows, which are fetched as they are consumed.

    `seconds` bounds the time that the database itself works, 0 for no bound; what the reader of the rows takes is
    not counted. QueryError, also while rows come; StoreError.
    """
    parsed = parse_url(url)
    if parsed.get_backend_name() != "sqlite":
        return _query_server(url, sql, seconds)
    connection = open_readonly(Path(str(parsed.database)))
    left = Stopwatch(seconds)
    connection.set_authorizer(authorize_reading)
    if seconds:
        connection.set_progress_handler(left.is_over, STEPS)
    try:
        with left:
            cursor = connection.execute(sql)
    except (sqlite3.Error, sqlite3.Warning) as error:
        connection.close()
        raise QueryError(_explain(error, seconds)) from None
    return [column[0] for column in cursor.description or ()], _rows(connection, cursor, left)


def authorize_reading(action: int, name: str | None, value: str | None, *_: object) -> int:
    """SQLite's authorizer (sqlite.org/c3ref/set_authorizer.html): what is not known to only read is denied."""
    if action == sqlite3.SQLITE_PRAGMA:
        allowed = (name or "").lower() in (READ_PRAGMAS if value is None else DESCRIBING_PRAGMAS)
    elif action == sqlite3.SQLITE_FUNCTION:
        allowed = (value or "").lower() not in REFUSED_FUNCTIONS
    elif action == sqlite3.SQLITE_UPDATE:
        # `json_each` and full-text search declare themselves by this action; a real write to these tables is refused by SQLite.
        allowed = name in ("sqlite_master", "sqlite_temp_master")
    else:
        allowed = action in READ_ACTIONS
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


@contextmanager
def limit_reading(connection: Connection, seconds: float) -> Iterator[None]:
    """Let the database do nothing but read for a connection, and for so long. QueryTimeout.

    On PostgreSQL the time is that of each statement, and the transaction of `Store.read` refuses to write.
    """
    try:
        if connection.dialect.name != "sqlite":
            connection.exec_driver_sql(f"SET LOCAL statement_timeout = {int(seconds * 1000)}")
            yield
            return
        raw: Any = connection.connection.driver_connection
        stopwatch = Stopwatch(seconds)
        raw.set_authorizer(authorize_reading)
        raw.set_progress_handler(stopwatch.is_over, STEPS)
        try:
            with stopwatch:
                yield
        finally:
            raw.set_progress_handler(None, 0)
            raw.set_authorizer(None)
    except OperationalError as error:
        if str(error.orig) == "interrupted" or getattr(error.orig, "sqlstate", "") == STATEMENT_TIMEOUT:
            raise QueryTimeout(f"The query took longer than {seconds:g} seconds.") from None
        raise


class Stopwatch:
    """The seconds that the database works, added up over the blocks entered `with` it. 0 seconds: no limit."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._spent, self._since = 0.0, time.monotonic()

    def __enter__(self) -> None:
        self._since = time.monotonic()

    def __exit__(self, *_: object) -> None:
        self._spent += time.monotonic() - self._since

    def is_over(self) -> bool:
        """Whether the time is used up; True makes SQLite interrupt the statement."""
        return self._spent + time.monotonic() - self._since > self.seconds


def _rows(connection: sqlite3.Connection, cursor: sqlite3.Cursor, left: Stopwatch) -> Iterator[Sequence[Any]]:
    with closing(connection):
        try:
            while True:
                with left:
                    rows = cursor.fetchmany(BLOCK)
                if not rows:
                    return
                yield from rows
        except sqlite3.Error as error:
            raise QueryError(_explain(error, left.seconds)) from None


def _explain(error: Exception, seconds: float) -> str:
    text = str(error)
    if text == "interrupted":
        return f"The query took longer than {seconds:g} seconds; narrow it, or allow more with --seconds (0: no bound)."
    if any(sign in text for sign in ("prohibited", "not authorized", "readonly", "read-only")):
        return f"The query was refused: {text}. Only reading is possible here; the public views are in docs/schema.md."
    return f"The query cannot be run: {text}. The public views are in docs/schema.md."


def _explain_server(error: SQLAlchemyError, seconds: float, sql: str) -> str:
    reason = getattr(error, "orig", error)
    state = getattr(reason, "sqlstate", "")
    if state == STATEMENT_TIMEOUT:
        return _explain(TimeoutError("interrupted"), seconds)
    if state is None:  # psycopg's sign that there was no answer
        said = str(reason).partition("\n")[0].removeprefix("connection failed: ")
        return f"The query cannot be run: the store's server does not answer ({said}); see that it runs."
    # A cursor takes no statement of another kind, and finds the fault at its first word.
    if state == SYNTAX_ERROR and f'near "{sql.split(maxsplit=1)[0]}"' in str(reason):
        return _explain(RuntimeError("prohibited: a query begins with SELECT, WITH, VALUES or TABLE"), seconds)
    # What follows the first line repeats the statement.
    return _explain(RuntimeError(str(reason).partition("\n")[0]), seconds)


def _query_server(url: str, sql: str, seconds: float) -> tuple[list[str], Iterator[Sequence[Any]]]:
    if not sql.strip():
        return [], iter(())
    engine = server_engine(url, execution_options={"postgresql_readonly": True})
    ending = ExitStack()
    ending.callback(engine.dispose)
    try:
        connection = ending.enter_context(engine.connect())
        connection.execute(text(f"SET statement_timeout = {int(seconds * 1000)}"))
        # No parameters: a colon or a per cent sign in the statement is itself.
        options = connection.execution_options(no_parameters=True, stream_results=True, yield_per=BLOCK)
        result = options.exec_driver_sql(sql)
        ending.callback(result.close)
        names = list(result.keys())
    except SQLAlchemyError as error:
        ending.close()
        raise QueryError(_explain_server(error, seconds, sql)) from None

    def rows() -> Iterator[Sequence[Any]]:
        try:
            yield from result
        except SQLAlchemyError as error:
            raise QueryError(_explain_server(error, seconds, sql)) from None
        finally:
            ending.close()

    return names, rows()
