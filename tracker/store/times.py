"""Times as they stand in the database."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

from sqlalchemy import Dialect, String
from sqlalchemy.types import TypeDecorator


@lru_cache(maxsize=65536)
def utc_text(value: datetime) -> str:
    """`2026-07-01T05:00:00Z`; ValueError for a naive time. Cached: a batch shares few moments."""
    if value.tzinfo is None:
        raise ValueError("a datetime must have a time zone")
    return value.astimezone(UTC).isoformat(timespec="seconds")[:19] + "Z"


class UtcText(TypeDecorator[datetime]):
    """An aware datetime kept as `2026-07-01T05:00:00Z`: sorts as text, reads without a program."""

    impl = String(20)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002 # the signature is SQLAlchemy's
        """Refuses naive values: a time without a zone is a bug, not a time."""
        return None if value is None else utc_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 # as above
        """Aware UTC."""
        return None if value is None else datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
