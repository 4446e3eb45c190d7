"""All figures of `/trends` as they were counted at one moment: frozen values between store and pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tracker.domain.evidence import LicenceCount, MonthCount, PromiseWait
from tracker.domain.openness_by_day import DayCount


@dataclass(frozen=True, slots=True)
class PlaceCount:
    """Papers submitted in one month that have an own artifact which is there now, by where it lies."""

    month: str
    repositories: int
    """Only at a host of repositories (and perhaps elsewhere than on the Hub)."""
    hub: int
    """Only on the Hub (and perhaps elsewhere than at a host of repositories)."""
    both: int
    elsewhere: int
    """Only at other hosts: a deposit, a demo, an archive."""

    @property
    def papers(self) -> int:
        """All of them."""
        return self.repositories + self.hub + self.both + self.elsewhere


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendFigures:
    """The figures; all datetimes are aware and in UTC."""

    counted_at: datetime
    first_month: str = ""
    """The month in which reading began (`2026-06`): it and those before it are not whole. Empty in an empty store."""
    days: tuple[DayCount, ...] = ()
    months: tuple[MonthCount, ...] = ()
    places: tuple[PlaceCount, ...] = ()
    licences: tuple[LicenceCount, ...] = ()
    promises: tuple[PromiseWait, ...] = ()
