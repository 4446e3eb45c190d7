"""Times as the database holds them."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache


@lru_cache(maxsize=65536)
def format_utc(value: datetime) -> str:
    """`2026-07-01T05:00:00Z`; ValueError for a naive time. Cached: a batch shares few moments."""
    if value.tzinfo is None:
        raise ValueError("a datetime must have a time zone")
    return value.astimezone(UTC).isoformat(timespec="seconds")[:19] + "Z"


def parse_utc(text: object) -> datetime | None:
    """A time as the store writes it, read by plain SQL; None if it does not exist."""
    return None if text is None else datetime.fromisoformat(str(text)).astimezone(UTC)
