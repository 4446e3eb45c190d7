"""Words of short lists, kept as their place in the list: some of them stand in every row of the largest tables."""

from __future__ import annotations

from sqlalchemy import Dialect, SmallInteger
from sqlalchemy.types import TypeDecorator


class EnumColumn(TypeDecorator[str]):
    """One of `values`, kept as its place among them. The places are in every store: new words come at the end, and none
    goes. A word that is not listed is a bug: ValueError."""

    impl = SmallInteger
    cache_ok = True

    def __init__(self, values: tuple[str, ...]) -> None:
        super().__init__()
        self.values = values

    def process_bind_param(self, value: str | None, dialect: Dialect) -> int | None:  # noqa: ARG002 # the signature is SQLAlchemy's
        """Its place."""
        return None if value is None else self.values.index(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> str | None:  # noqa: ARG002 # as above
        """The word."""
        return None if value is None else self.values[value]

    def sql(self, column: str) -> str:
        """SQL for the word that a column holds the place of."""
        cases = " ".join(f"WHEN {place} THEN '{word}'" for place, word in enumerate(self.values))
        return f"CASE {column} {cases} END"


# The first sources are in alphabetical order: where two of them name a link, the first is told.
SOURCE = EnumColumn(("html", "hub-list", "hub-record", "import", "metadata", "page", "pdf", "tex", "watch"))
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
ANNOUNCEMENT_KIND = EnumColumn(("new", "cross", "replaced", "withdrawn"))
ARXIV_SOURCE = EnumColumn(("arxiv_api", "arxiv_oai", "arxiv_rss"))
