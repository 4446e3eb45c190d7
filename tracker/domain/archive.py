"""The archive of papers with open code: its days, and what a reader selects of it; frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tracker.domain.terms import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveDay:
    """One day: the papers that entered the main feed on it; a paper that entered no feed counts on the day of its
    submission."""

    day: str
    """`2026-06-16`, in UTC."""
    papers: int
    """Papers whose code is open now."""
    closed: int
    """Papers whose code was open when they entered, and is not now."""
    opened: Mapping[Fact, int] = field(default_factory=dict)
    """How many of `papers` have each fact open."""
    digest: str = ""
    """Differs where anything that the page of the day shows may differ."""

    @property
    def month(self) -> str:
        """`2026-06`."""
        return self.day[:7]


class Order(StrEnum):
    """The orders of a selection."""

    NEWEST = "newest"
    """By entry into the feed."""
    SUBMITTED = "submitted"
    """By submission to arXiv."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What a reader selects: papers that have all of the facts open, in one of the categories, under one of the
    licences."""

    categories: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = (Fact.CODE,)
    licences: tuple[str, ...] = ()
    """SPDX ids in lower case, and licence classes."""
    order: Order = Order.NEWEST
    page: int = 1
