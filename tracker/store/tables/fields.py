"""Fields that the tables share."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, Integer, Table, Text
from sqlmodel import Field, SQLModel

from tracker.store.columns import UtcText

JSON_OR_NULL: Any = JSON(none_as_null=True)
LARGE: Any = BigInteger().with_variant(Integer(), "sqlite")
"""A number of eight bytes. SQLite's are always that, and only a primary key of type INTEGER is its rowid."""


def time_field(*, null: bool = False, index: bool = False) -> Any:
    """A column of times."""
    return Field(default=None, sa_type=UtcText, nullable=null, index=index)


def text_field(*, null: bool = False) -> Any:
    """A column of long texts."""
    return Field(default=None if null else "", sa_type=Text, nullable=null)


def list_field() -> Any:
    """A column of lists."""
    return Field(default_factory=list, sa_type=JSON, nullable=False)


def work_field() -> Any:
    """The work that a row is about, first part of its key."""
    return Field(primary_key=True, foreign_key="work.id", sa_type=LARGE)


def table(model: type[SQLModel]) -> Table:
    """The Core table of a model: what the store reads and writes with."""
    return SQLModel.metadata.tables[str(model.__tablename__)]
