"""What is judged of a work, what changed, and which feed it entered."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKeyConstraint, Index
from sqlmodel import Field, SQLModel

from tracker.store.columns import HexDigits
from tracker.store.tables.fields import LARGE, table, time_field, work_field


class VerdictRow(SQLModel, table=True):
    """State of one fact of one work now."""

    __tablename__: ClassVar[Any] = "verdict"
    __table_args__: ClassVar[Any] = ({"sqlite_with_rowid": False},)
    work: int = work_field()
    fact: str = Field(primary_key=True)
    state: str
    licence_class: str
    name: int | None = Field(default=None, foreign_key="artifact_name.id", sa_type=LARGE, nullable=True)
    """What decides it, as the work names it."""
    shared_text: int = Field(foreign_key="shared_text.id", sa_type=LARGE)
    """Its reasons, with a mark where they name what decides it."""


class EventRow(SQLModel, table=True):
    """What changed. The id is derived from work, reference, kind and moment: replaying adds nothing."""

    __tablename__: ClassVar[Any] = "event"
    __table_args__: ClassVar[Any] = (Index("event_kind", "kind", "observed_at"), {"sqlite_with_rowid": False})
    work: int = work_field()
    id: str = Field(primary_key=True, sa_type=HexDigits)
    name: int | None = Field(default=None, foreign_key="artifact_name.id", sa_type=LARGE, nullable=True)
    """What it happened to, as the work names it."""
    reference: str | None = None
    """The same where no name of the work's is that."""
    kind: str
    cause: str
    happened_at: datetime = time_field()
    observed_at: datetime = time_field()
    detail: str = ""


class FeedEntryRow(SQLModel, table=True):
    """An event's place in a feed. `entered_at` is the item's date there and never changes."""

    __tablename__: ClassVar[Any] = "feed_entry"

    __table_args__: ClassVar[Any] = (
        Index("feed_entry_date", "feed", "entered_at", unique=True),
        ForeignKeyConstraint(["work", "event"], ["event.work", "event.id"]),
        {"sqlite_with_rowid": False},
    )
    feed: str = Field(primary_key=True)
    work: int = work_field()
    event: str = Field(primary_key=True, sa_type=HexDigits)
    entered_at: datetime = time_field()


VERDICT = table(VerdictRow)
EVENT = table(EventRow)
FEED_ENTRY = table(FeedEntryRow)
