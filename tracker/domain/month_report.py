"""What happened in one month, as it was counted for its report: frozen values between store and pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tracker.domain.terms import EventKind

LATE_DAYS = 8
"""Code that opens so many days after the announcement, or later, opened late: it was not open at the end of day 7."""
COUNTS = (
    "announced", "opened", "opened_late", "promised", "kept", "lapsed", "relicensed", "closed", "gone", "rewritten",
)  # fmt: skip
"""The figures of a report, in the order in which they are shown; each is a number of papers."""


@dataclass(frozen=True, slots=True)
class MonthEvent:
    """Something that happened to one paper."""

    figure: str
    """The figure of `COUNTS` in which it counts."""
    at: datetime
    arxiv_id: str
    title: str
    reference: str
    """The artifact; empty where it happened to the paper itself."""
    detail: str


@dataclass(frozen=True, slots=True)
class MonthReport:
    """The counts of one month (UTC), and its events of the rarer kinds."""

    month: str
    """As `2026-06`."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """By the names of `COUNTS`."""
    events: tuple[MonthEvent, ...] = ()


KINDS = (
    EventKind.OPENED, EventKind.PROMISED, EventKind.LAPSED, EventKind.RELICENSED, EventKind.CLOSED, EventKind.GONE,
    EventKind.REWRITTEN,
)  # fmt: skip
"""The events of the world that a report counts, each in the figure of its name."""
LISTED = ("kept", "lapsed", "relicensed", "rewritten")
"""The figures whose events are listed one by one."""
