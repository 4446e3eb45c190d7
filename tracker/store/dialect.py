"""Where the databases differ: upserts in batches, and rows whose key is one of many.

An upsert is compiled once and the driver gets plain rows: an ORM's select-then-write is about sixty times slower, and
Core's own handling of each row still costs three times the driver's. Many keys are passed as one JSON text, so that the
statement stays the same however many they are.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from importlib import import_module
from itertools import islice
from types import MappingProxyType
from typing import Any, cast

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    ColumnDefault,
    ColumnElement,
    Connection,
    Dialect,
    Integer,
    String,
    Table,
    bindparam,
    func,
    literal,
    select,
    text,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

from tracker.store.columns import HexDigits, UtcText, hex_bytes
from tracker.store.times import format_utc

BATCH = 500
encode_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""JSON as the columns hold it."""


class _Each(FunctionElement[str]):
    """The members of a JSON list, a row each."""

    inherit_cache = True
    name = "each"


class _EachNumber(_Each):
    """The members of a JSON list of numbers, a row each."""

    inherit_cache = True


@compiles(_Each, "sqlite")
def _each_sqlite(element: _Each, compiler: Any, **options: Any) -> str:
    keys = compiler.process(element.clauses, **options)
    return f"(SELECT value FROM json_each({keys}))"  # noqa: S608 - a bound parameter, written by the compiler


@compiles(_Each, "postgresql")
def _each_postgresql(element: _Each, compiler: Any, **options: Any) -> str:
    return f"(SELECT json_array_elements_text(CAST({compiler.process(element.clauses, **options)} AS json)))"


@compiles(_EachNumber, "postgresql")
def _each_number_postgresql(element: _EachNumber, compiler: Any, **options: Any) -> str:
    keys = compiler.process(element.clauses, **options)
    return f"(SELECT CAST(json_array_elements_text(CAST({keys} AS json)) AS bigint))"


def among(column: Any, keys: Iterable[Any]) -> ColumnElement[bool]:
    """The condition that a column of texts or numbers holds one of the keys, however many there are."""
    each = _EachNumber if isinstance(column.type, (Integer, BigInteger)) else _Each
    return cast(
        "ColumnElement[bool]", column.op("IN", is_comparison=True)(each(literal(encode_json(list(keys)), String)))
    )


def fetch_stored(
    connection: Connection, sql: str, values: Mapping[str, Any] = MappingProxyType({}), *, stream: bool = False
) -> Iterator[Sequence[Any]]:
    """The rows of a query in SQL with `:names`, with values as SQLite gives them: lists as JSON, flags as numbers.

    A value that is a list or a tuple stands for its members, as in `IN :keys`. With `stream` the rows come in blocks,
    on a server through a cursor there, so that memory does not grow with them.
    """
    statement = text(sql).bindparams(
        *(bindparam(name, expanding=True) for name, value in values.items() if isinstance(value, (list, tuple)))
    )
    options = {"yield_per": BATCH} if stream else {}
    result = connection.execute(statement, dict(values), execution_options=options)
    if connection.dialect.name == "sqlite":
        return iter(result)
    return (tuple(map(as_stored, row)) for row in result)


def as_stored(value: Any) -> Any:
    """A value of PostgreSQL as SQLite gives it: a flag or a sum as a number, a list as JSON."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return encode_json(value) if isinstance(value, (list, dict)) else value


def compare_bytes(connection: Connection) -> None:
    """Let every text column compare bytes, as SQLite does, whatever order of texts a database on a server has.

    Ranges of times, of names and of accounts depend on it. No view may read the tables meanwhile.
    """
    if connection.dialect.name == "sqlite":
        return
    changes: dict[str, list[str]] = {}
    for name, column, kind in connection.exec_driver_sql(_IN_OTHER_ORDER):
        changes.setdefault(name, []).append(f'ALTER COLUMN {column} TYPE {kind} COLLATE "C"')
    for name, columns in changes.items():
        connection.exec_driver_sql(f"ALTER TABLE {name} {', '.join(columns)}")


_IN_OTHER_ORDER = """
SELECT quote_ident(t.relname), quote_ident(c.attname), format_type(c.atttypid, c.atttypmod)
FROM pg_class t JOIN pg_attribute c ON c.attrelid = t.oid
WHERE t.relnamespace = current_schema()::regnamespace AND t.relkind = 'r' AND c.attnum > 0 AND NOT c.attisdropped
    AND c.attcollation = 'pg_catalog."default"'::regcollation ORDER BY t.relname, c.attnum
"""


def next_number(connection: Connection, target: Table) -> int:
    """The first `id` of a table that is free, and all after it, to the end of a transaction that writes.

    SQLite has one writer; PostgreSQL makes the others wait (their lock is that of the table's number).
    """
    if connection.dialect.name != "sqlite":
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(target.name))))
    return int(connection.execute(select(func.coalesce(func.max(target.c.id), 0))).scalar_one()) + 1


def upsert(
    connection: Connection, target: Table, rows: Iterable[Mapping[str, Any]], update: Sequence[str] = ()
) -> None:
    """Insert rows; where the primary key exists, set the columns of `update`, or nothing if it is empty.

    All rows have the same keys. Columns left out take the table's defaults.
    """
    remaining = iter(rows)
    defaults = _defaults(target)
    statement: tuple[str, tuple[_Column, ...]] | None = None
    while batch := list(islice(remaining, BATCH)):
        if statement is None:
            columns = tuple(dict.fromkeys((*batch[0], *defaults)))
            statement = _statement(connection.dialect, target, columns, tuple(update))
        sql, parameters = statement
        connection.exec_driver_sql(
            sql, list(zip(*(_values(column, batch, defaults) for column in parameters), strict=True))
        )


class _Column:
    """A column's name and what turns its values into the driver's."""

    __slots__ = ("bind", "name")

    def __init__(self, name: str, bind: Callable[[Any], Any] | None) -> None:
        self.name, self.bind = name, bind


def _values(column: _Column, batch: Sequence[Mapping[str, Any]], defaults: Mapping[str, Any]) -> Sequence[Any]:
    """One column of a batch in the driver's form; by column, since that is what Python does fastest."""
    name, bind = column.name, column.bind
    if name not in batch[0]:
        return [bind(defaults[name]) if bind else defaults[name]] * len(batch)
    return [bind(row[name]) for row in batch] if bind else [row[name] for row in batch]


@cache
def _statement(
    dialect: Dialect, target: Table, columns: tuple[str, ...], update: tuple[str, ...]
) -> tuple[str, tuple[_Column, ...]]:
    """SQL with positional parameters, and the columns in their order."""
    # Only the dialect in use: the other would cost 2 MB of memory.
    insert: Any = import_module(f"sqlalchemy.dialects.{dialect.name}").insert(target)
    if update:
        insert = insert.on_conflict_do_update(
            index_elements=[column.name for column in target.primary_key],
            set_={name: insert.excluded[name] for name in update},
        )
    else:
        insert = insert.on_conflict_do_nothing()
    dialect_class: Any = type(dialect)
    positional = dialect_class(paramstyle="qmark" if dialect.name == "sqlite" else "format")
    compiled = insert.compile(dialect=positional, column_keys=list(columns))
    order = compiled.positiontup or columns
    return str(compiled), tuple(_Column(name, _binder(target.c[name].type, dialect)) for name in order)


def _binder(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """What SQLAlchemy itself would call for each value, without its own wrapping for times and flags."""
    if isinstance(kind, HexDigits):
        return hex_bytes
    if isinstance(kind, UtcText):
        return lambda value: None if value is None else format_utc(value)
    if isinstance(kind, (String, Boolean)):
        return None
    if isinstance(kind, JSON):
        return _encode_json_or_null if kind.none_as_null else encode_json
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _encode_json_or_null(value: Any) -> str | None:
    return None if value is None else encode_json(value)


@cache
def _defaults(target: Table) -> dict[str, Any]:
    """What a column takes that a row leaves out; columns that may be null have none."""
    defaults = {
        column.name: cast("ColumnDefault", column.default).arg for column in target.c if column.default is not None
    }
    return {name: value(None) if callable(value) else value for name, value in defaults.items()}
