"""Digests: the papers of a day or a week that is over, each as one line; frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A day or a week of UTC, which begins with an announcement of arXiv (20:00 in New York)."""

    name: str
    """`2026-06-16`, or `2026-W25` for the week from Monday to Sunday (ISO 8601)."""
    first: datetime
    """When it begins, aware and in UTC."""
    end: datetime
    """When it is over: the date of its digest, for ever."""
    days: tuple[str, ...]
    """Its days with papers, as `2026-06-16`, the oldest first."""

    @property
    def is_week(self) -> bool:
        """Whether it is a week."""
        return "W" in self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestLink:
    """An artifact of the authors' own. `url` is None where it may not be a link; `licence` is in words."""

    name: str
    url: str | None
    licence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestLine:
    """One paper of a digest, as clean text."""

    rank: tuple[int, ...]
    """Its place among others: smaller is earlier (`tracker.publish.ranking`)."""
    category: str
    """Its primary category, empty where it is not known."""
    title: str
    url: str | None
    """The site's page of the paper if the site has a public address, else arXiv's."""
    opened: str
    """What is open, as `Open code and weights`."""
    links: tuple[DigestLink, ...]
    sentence: str
    """The sentence of the authors that links it, empty where none is known."""
    mark: str
    """What was lost since it entered the feed, as `withdrawn`; empty where nothing was."""
    marked_at: datetime | None
    """When it last changed, where it has a mark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """The papers that entered the main feed in a period that is over, in their order."""

    period: Period
    lines: tuple[DigestLine, ...]
