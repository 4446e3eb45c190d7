"""What the service itself must remember: announcements, windows, upstreams and stages."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from sqlmodel import Field, SQLModel

from tracker.store.columns import DayNumber, UtcText
from tracker.store.enum_columns import ANNOUNCEMENT_KIND, ARXIV_SOURCE
from tracker.store.tables.fields import table, time_field


class AnnouncementRow(SQLModel, table=True):
    """One version of one paper that a source announced, stored before the paper itself is."""

    __tablename__: ClassVar[Any] = "announcement"

    __table_args__: ClassVar[Any] = ({"sqlite_with_rowid": False},)
    arxiv_id: str = Field(primary_key=True)
    """Of a paper that is stored or not."""
    n: int = Field(primary_key=True)
    day: date = Field(index=True, sa_type=DayNumber)
    """The New York day of the announcement."""
    kind: str = Field(sa_type=ANNOUNCEMENT_KIND)
    source: str = Field(sa_type=ARXIV_SOURCE)
    """The source that announced it first."""


class WindowRow(SQLModel, table=True):
    """Proof that nothing was missed between two moments at one source."""

    __tablename__: ClassVar[Any] = "window"

    source: str = Field(primary_key=True)
    since: datetime = Field(sa_type=UtcText, primary_key=True)
    until: datetime = Field(sa_type=UtcText, primary_key=True)
    expected: int | None = None
    got: int = 0
    state: str
    reason: str = ""
    asked_at: datetime = time_field()


class UpstreamRow(SQLModel, table=True):
    """What must be remembered of an upstream across restarts."""

    __tablename__: ClassVar[Any] = "upstream"

    name: str = Field(primary_key=True)
    stop_until: datetime | None = time_field(null=True)
    stop_reason: str = ""
    failing_since: datetime | None = time_field(null=True)
    last_error: str = ""
    last_ok_at: datetime | None = time_field(null=True)
    budget_from: datetime | None = time_field(null=True)
    budget_used: int = 0


class StageRow(SQLModel, table=True):
    """When each stage last ended well."""

    __tablename__: ClassVar[Any] = "stage"

    name: str = Field(primary_key=True)
    good_at: datetime | None = time_field(null=True)
    trouble_since: datetime | None = time_field(null=True)
    trouble: str = ""
    next_try: datetime | None = time_field(null=True)


ANNOUNCEMENT = table(AnnouncementRow)
WINDOW = table(WindowRow)
UPSTREAM = table(UpstreamRow)
STAGE = table(StageRow)
