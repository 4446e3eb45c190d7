"""Column types that the tables share."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Dialect, Integer, LargeBinary, String
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType

from tracker.store.keys import read, work_key
from tracker.store.times import format_utc


class UtcText(TypeDecorator[datetime]):
    """An aware datetime kept as `2026-07-01T05:00:00Z`: sorts as text, reads without a program."""

    impl = String(20)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002 # the signature is SQLAlchemy's
        """Refuses naive values: a time without a zone is a bug, not a time."""
        return None if value is None else format_utc(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 # as above
        """Aware UTC."""
        return None if value is None else datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


class DayNumber(TypeDecorator[date]):
    """A day kept as the number 20260616."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> int | None:  # noqa: ARG002 # as above
        """The number."""
        return None if value is None else (value.year * 100 + value.month) * 100 + value.day

    def process_result_value(self, value: int | None, dialect: Dialect) -> date | None:  # noqa: ARG002 # as above
        """The day."""
        return None if value is None else date(value // 10000, value // 100 % 100, value % 100)


class WorkKey(TypeDecorator[str]):
    """`arxiv:ID` or `release:REFERENCE`; on SQLite as `stored` has it."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """PostgreSQL keeps the text."""
        return dialect.type_descriptor(Integer() if dialect.name == "sqlite" else String())

    def process_bind_param(self, value: str | None, dialect: Dialect) -> Any:
        """What the database keeps."""
        return value if value is None or dialect.name != "sqlite" else work_key(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        """The key that the program knows."""
        return value if value is None or dialect.name != "sqlite" else read(value)


class HexDigits(TypeDecorator[str]):
    """Hexadecimal digits, of an event's id or a commit's; on SQLite the bytes that they are, which `lower(hex(…))` gives back.
    What is no such text is none: NULL."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """PostgreSQL keeps the text."""
        return dialect.type_descriptor(LargeBinary() if dialect.name == "sqlite" else String())

    def process_bind_param(self, value: str | None, dialect: Dialect) -> Any:
        """What the database keeps."""
        return hex_bytes(value) if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002 # the signature is SQLAlchemy's
        """The digits."""
        return value.hex() if isinstance(value, bytes) else value


_DIGITS = re.compile(r"(?:[0-9a-f]{2}){1,64}")


def hex_bytes(value: str | None) -> bytes | None:
    """Hexadecimal digits as SQLite keeps them."""
    return bytes.fromhex(value) if value and _DIGITS.fullmatch(value) else None


def hex_sql(column: str) -> str:
    """SQL for the digits of a column of bytes, in words that DuckDB knows as well."""
    return f"nullif(lower(hex({column})), '')"


class _Any(UserDefinedType[Any]):
    """A column of SQLite's that takes a number or a text, and gives back what it took (sqlite.org/datatype3.html, 3.1)."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "BLOB"


_RULES = re.compile(r"([1-9][0-9]{0,3})\.([0-9a-f]{8})")


class RuleVersion(TypeDecorator[str]):
    """The version of some rules, a number and eight hexadecimal digits (`2.1fffebd7`); on SQLite these as one number."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """PostgreSQL keeps the text."""
        return dialect.type_descriptor(_Any() if dialect.name == "sqlite" else String())

    def process_bind_param(self, value: str | None, dialect: Dialect) -> Any:
        """What the database keeps; what is written otherwise stays as it is."""
        return rules_number(value) if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002 # as above
        """The version as it is written."""
        return f"{value >> 32}.{value & 0xFFFFFFFF:08x}" if isinstance(value, int) else value


def rules_number(value: str | None) -> int | str | None:
    """A version of rules as SQLite keeps it."""
    if value is None or not (found := _RULES.fullmatch(value)):
        return value
    return int(found[1]) << 32 | int(found[2], 16)


_CC, _NAMES = "http://creativecommons.org/", "http://arxiv.org/licenses/"
LICENCES = {
    "by": f"{_CC}licenses/by/4.0/",
    "by-sa": f"{_CC}licenses/by-sa/4.0/",
    "by-nc-sa": f"{_CC}licenses/by-nc-sa/4.0/",
    "by-nc-nd": f"{_CC}licenses/by-nc-nd/4.0/",
    "zero": f"{_CC}publicdomain/zero/1.0/",
    "arxiv": f"{_NAMES}nonexclusive-distrib/1.0/",
}
"""The licences that arXiv offers (info.arxiv.org/help/license) by the words that stand for them in the tables."""
_WORDS = {address: word for word, address in LICENCES.items()}


class PaperLicence(TypeDecorator[str]):
    """The address of a paper's licence; those that arXiv offers take a word instead of fifty letters."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 # as above
        """The word for it, where there is one."""
        return value if value is None else _WORDS.get(value, value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 # as above
        """The address."""
        return value if value is None else LICENCES.get(value, value)


def licence_sql(column: str) -> str:
    """SQL for the address of a licence that is kept as `PaperLicence` has it."""
    cases = " ".join(f"WHEN '{word}' THEN '{address}'" for word, address in LICENCES.items())
    return f"CASE {column} {cases} ELSE {column} END"
