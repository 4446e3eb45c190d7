"""Columns of enumerated values, stored as small integers: some of them are in every row of the largest tables."""

from __future__ import annotations

from sqlalchemy import Dialect, SmallInteger
from sqlalchemy.types import TypeDecorator


class EnumColumn(TypeDecorator[str]):
    """One of `values`, stored as its index. Every store holds these indexes: new values are added at the end, and none is
    removed. ValueError for a value that is not listed, which is a bug."""

    impl = SmallInteger
    cache_ok = True

    def __init__(self, values: tuple[str, ...]) -> None:
        super().__init__()
        self.values = values

    def process_bind_param(self, value: str | None, dialect: Dialect) -> int | None:  # noqa: ARG002 # the signature is SQLAlchemy's
        """The index."""
        return None if value is None else self.values.index(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> str | None:  # noqa: ARG002 # as above
        """The value."""
        return None if value is None else self.values[value]

    def sql(self, column: str) -> str:
        """SQL for the value whose index a column holds."""
        cases = " ".join(f"WHEN {index} THEN '{value}'" for index, value in enumerate(self.values))
        return f"CASE {column} {cases} END"


# Where two sources name a link, the first of these counts. A release alone is found in the last.
SOURCE = EnumColumn(
    ("html", "hub-list", "hub-record", "import", "metadata", "page", "pdf", "tex", "watch", "account-list")
)
PLACE = EnumColumn(
    (
        "title",
        "abstract",
        "comment",
        "title-footnote",
        "section",
        "footnote",
        "caption",
        "bibliography",
        "page",
        "hub",
    )
)
SCAN_OUTCOME = EnumColumn(("read", "present", "absent", "blocked", "unknown"))
READ_DEPTH = EnumColumn(("metadata", "record", "text", "page"))
ANNOUNCEMENT_KIND = EnumColumn(("new", "cross", "replaced", "withdrawn"))
ARXIV_SOURCE = EnumColumn(("arxiv_api", "arxiv_oai", "arxiv_rss", "datacite"))
