"""Reading the fields of an upstream's JSON. Every function takes any value and returns a safe one; none raises."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tracker.domain.protocols import Response

MOST_TEXT = 300
"""Characters of an upstream's message that are kept in a reason."""


def parse_body(response: Response) -> Any:
    """The body as JSON, None where it is not JSON."""
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
    """`value` as text that can be stored (no NUL, no lone surrogates); None for an empty string and for other types."""
    if not isinstance(value, str) or not value:
        return None
    return value.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")


def as_bool(value: object) -> bool | None:
    """`value` if it is a boolean, else None."""
    return value if isinstance(value, bool) else None


def as_time(value: object) -> datetime | None:
    """An ISO 8601 time as an aware datetime in UTC (a time without a zone counts as UTC); else None."""
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        time = datetime.fromisoformat(value)
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def as_line(value: object) -> str:
    """An upstream's message for use in a reason: printable, on one line, at most `MOST_TEXT` characters."""
    line = " ".join(str(value).split()) if isinstance(value, str) else ""
    return "".join(letter for letter in line[:MOST_TEXT] if letter.isprintable())


def as_number_text(value: object) -> str | None:
    """A host's own numeric id as text; None where `value` is not a whole number of at most 63 bits."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63 else None


def as_size(value: object) -> int | None:
    """A size in bytes; None where `value` is not a whole number from 0 on."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
