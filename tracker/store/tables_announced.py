"""The table of what arXiv announced, apart from what is stored of it: what is missing must be seen."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlmodel import Field, SQLModel

from tracker.store.times import UtcText


class Announcement(SQLModel, table=True):
    """One version of one paper that an upstream told of, noted before the paper itself is stored."""

    __table_args__: ClassVar[Any] = ({"sqlite_with_rowid": False},)
    arxiv_id: str = Field(primary_key=True)
    n: int = Field(primary_key=True)
    day: str = Field(index=True)
    """The New York day of the announcement, `2026-06-16`."""
    kind: str
    """`new`, `cross`, `replaced` or `withdrawn`."""
    source: str
    """The upstream that told it first."""
    seen_at: datetime = Field(sa_type=UtcText)
