"""Reading the fields of an upstream's JSON, whose shape is never taken for granted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tracker.domain.protocols import Response

MOST_TEXT = 300
"""Characters of an upstream's own words that are kept in a reason."""


def parse_body(response: Response) -> Any:
    """The body as JSON, None when it is none."""
    try:
        return response.json()
    except (ValueError, RecursionError):
        return None


def as_mapping(value: object) -> Mapping[str, Any]:
    """`value` if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> list[Any]:
    """`value` if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def as_text(value: object) -> str | None:
    """`value` if it is a text that can be stored, else None."""
    if not isinstance(value, str) or not value:
        return None
    return value.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")


def as_bool(value: object) -> bool | None:
    """`value` if it is true or false, else None."""
    return value if isinstance(value, bool) else None


def as_time(value: object) -> datetime | None:
    """An ISO 8601 time in UTC, None when it is none."""
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        found = datetime.fromisoformat(value)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def as_line(value: object) -> str:
    """An upstream's message for use in a reason: printable, one line, short."""
    line = " ".join(str(value).split()) if isinstance(value, str) else ""
    return "".join(letter for letter in line[:MOST_TEXT] if letter.isprintable())


def as_number_text(value: object) -> str | None:
    """A host's own number as text, None when it is none."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63 else None
