"""Batched upserts: SQLAlchemy Core writes the statement once, the driver gets plain rows.

An ORM's select-then-write is about sixty times slower, and Core's own handling of each row still costs
three times the driver's. The one module that knows that SQLite and PostgreSQL write `ON CONFLICT` through
different constructs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from importlib import import_module
from itertools import islice
from typing import Any

from sqlalchemy import Boolean, Connection, Dialect, String, Table
from sqlalchemy.types import TypeEngine
from sqlmodel import SQLModel

from tracker.store.tables import UtcText, utc_text

BATCH = 500


def table(model: type[SQLModel]) -> Table:
    """The Core table of a model."""
    return SQLModel.metadata.tables[str(model.__tablename__)]


def upsert(
    connection: Connection, model: type[SQLModel], rows: Iterable[Mapping[str, Any]], update: Sequence[str] = ()
) -> None:
    """Insert rows; where the primary key exists, set the columns of `update`, or nothing if it is empty.

    All rows have the same keys. Columns left out take the model's defaults.
    """
    waiting = iter(rows)
    defaults = _defaults(model)
    statement: tuple[str, tuple[_Column, ...]] | None = None
    while batch := list(islice(waiting, BATCH)):
        if statement is None:
            columns = tuple(dict.fromkeys((*batch[0], *defaults)))
            statement = _statement(connection.dialect, model, columns, tuple(update))
        sql, made = statement
        connection.exec_driver_sql(
            sql, list(zip(*(_values(column, batch, defaults) for column in made), strict=True))
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
    dialect: Dialect, model: type[SQLModel], columns: tuple[str, ...], update: tuple[str, ...]
) -> tuple[str, tuple[_Column, ...]]:
    """SQL with positional parameters, and the columns in their order."""
    target = table(model)
    # Only the dialect in use: the other would cost 2 MB of memory.
    insert: Any = import_module(f"sqlalchemy.dialects.{dialect.name}").insert(target)
    if update:
        insert = insert.on_conflict_do_update(
            index_elements=[column.name for column in target.primary_key],
            set_={name: insert.excluded[name] for name in update},
        )
    else:
        insert = insert.on_conflict_do_nothing()
    made: Any = type(dialect)
    positional = made(paramstyle="qmark" if dialect.name == "sqlite" else "format")
    compiled = insert.compile(dialect=positional, column_keys=list(columns))
    order = compiled.positiontup or columns
    return str(compiled), tuple(_Column(name, _binder(target.c[name].type, dialect)) for name in order)


def _binder(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """What SQLAlchemy itself would call for each value, without its own wrapping for times and flags."""
    if isinstance(kind, UtcText):
        return lambda value: None if value is None else utc_text(value)
    if isinstance(kind, (String, Boolean)):
        return None
    return kind.dialect_impl(dialect).bind_processor(dialect)


@cache
def _defaults(model: type[SQLModel]) -> dict[str, Any]:
    """What a column takes that a row leaves out; columns that may be null stay out."""
    fields = {
        name: field.get_default(call_default_factory=True)
        for name, field in model.model_fields.items()
        if not field.is_required()
    }
    return {name: value for name, value in fields.items() if value is not None}
