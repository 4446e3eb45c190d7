"""Column types that the tables share."""

from __future__ import annotations

import re
from datetime import date, datetime

from sqlalchemy import Dialect, Integer, LargeBinary, String
from sqlalchemy.types import TypeDecorator

from tracker.store.times import format_utc


class UtcText(TypeDecorator[datetime]):
    """An aware datetime stored as `2026-07-01T05:00:00Z`: sorts as text, reads without a program."""

    impl = String(20)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002 # the signature is SQLAlchemy's
        """Refuses naive values: a time without a zone is a bug, not a time."""
        return None if value is None else format_utc(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 # as above
        """Aware UTC. `strptime` takes thirty times as long."""
        return None if value is None else datetime.fromisoformat(value)


class DayNumber(TypeDecorator[date]):
    """A day stored as the number 20260616."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> int | None:  # noqa: ARG002 # as above
        """The number."""
        return None if value is None else (value.year * 100 + value.month) * 100 + value.day

    def process_result_value(self, value: int | None, dialect: Dialect) -> date | None:  # noqa: ARG002 # as above
        """The day."""
        return None if value is None else date(value // 10000, value // 100 % 100, value % 100)


class HexDigits(TypeDecorator[str]):
    """Hexadecimal digits, of an event's id or of a commit, stored as the bytes that they are. Any other text is stored as
    NULL."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:  # noqa: ARG002 # as above
        """The bytes."""
        return hex_bytes(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:  # noqa: ARG002 # as above
        """The digits."""
        return None if value is None else bytes(value).hex()


_DIGITS = re.compile(r"(?:[0-9a-f]{2}){1,64}")


def hex_bytes(value: str | None) -> bytes | None:
    """The bytes of hexadecimal digits; None for any other text."""
    return bytes.fromhex(value) if value and _DIGITS.fullmatch(value) else None


_CC, _NAMES = "http://creativecommons.org/", "http://arxiv.org/licenses/"
LICENCES = {
    "by": f"{_CC}licenses/by/4.0/",
    "by-sa": f"{_CC}licenses/by-sa/4.0/",
    "by-nc-sa": f"{_CC}licenses/by-nc-sa/4.0/",
    "by-nc-nd": f"{_CC}licenses/by-nc-nd/4.0/",
    "zero": f"{_CC}publicdomain/zero/1.0/",
    "arxiv": f"{_NAMES}nonexclusive-distrib/1.0/",
}
"""The licences that arXiv offers (info.arxiv.org/help/license) by the short names that the tables hold for them."""
_SHORT_NAMES = {address: word for word, address in LICENCES.items()}


class PaperLicence(TypeDecorator[str]):
    """The address of a paper's licence; those that arXiv offers are stored as a short name instead of fifty letters."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 # as above
        """The short name, where there is one."""
        return value if value is None else _SHORT_NAMES.get(value, value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 # as above
        """The address."""
        return value if value is None else LICENCES.get(value, value)


def licence_sql(column: str) -> str:
    """SQL for the address of a licence that is stored as `PaperLicence` does."""
    cases = " ".join(f"WHEN '{word}' THEN '{address}'" for word, address in LICENCES.items())
    return f"CASE {column} {cases} ELSE {column} END"
