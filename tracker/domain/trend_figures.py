"""All figures of `/trends` and of the pages of organisations as they were counted at one moment: frozen values between store and pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tracker.domain.evidence import LicenceCount, MonthCount
from tracker.domain.month_report import MonthReport
from tracker.domain.openness_by_day import DayCount
from tracker.domain.organisation_figures import OrganisationFigures


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


LINK_AGES: Mapping[str, int | None] = {
    "under 182 days": 182,
    "182 to 364 days": 365,
    "365 to 729 days": 730,
    "730 days and more": None,
}
"""Ages of links, by the submission of their paper; each ends before so many days."""


@dataclass(frozen=True, slots=True)
class LinkCount:
    """Own links of papers at one host and of one age. A link may be moved and archived at once."""

    host: str
    age: str
    """One of `LINK_AGES`."""
    links: int
    checked: int
    """Links whose host said whether the artifact is there: the size of the sample."""
    gone: int
    """It was there and is gone."""
    gone_with_copy: int
    """Those of them of which an archived copy is known."""
    moved: int
    """It is there under another name, to which the link still leads."""
    archived: int
    """It is there, and its owner archived it."""
    never_there: int
    """No check ever found it."""


@dataclass(frozen=True, slots=True)
class NeverThere:
    """Papers of one month of submission with a checked own link, and those that link something that was never there."""

    month: str
    papers: int
    never_there: int


@dataclass(frozen=True, slots=True)
class SurvivalStep:
    """The share `kept` (0 to 1) of promises that were kept at most `days` after submission.

    `interval` is that of 95 %; None where it cannot be estimated: before the first promise was kept, and once none waits.
    """

    days: float
    kept: float
    interval: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class KeptAfter:
    """Promises of one group after so many days: how many there are, were kept by then, and were watched on that day."""

    days: int
    promises: int
    kept: int
    at_risk: int
    step: SurvivalStep | None
    """None where no promise was watched for so long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseGroup:
    """The promises of one group, which has at least one, as the page shows them: its size does not grow with the store."""

    kind: str
    """`all`, `wording` or `category`."""
    name: str
    promises: int
    kept: int
    after: tuple[KeptAfter, ...]
    """By age, the youngest first."""
    curve: tuple[SurvivalStep, ...] = ()
    """The share of kept promises by their age, as it is drawn; of the group of all promises only."""
    median: float | None = None
    """The age in days by which half were kept; None if fewer were kept."""
    until: float = 0.0
    """The age of the oldest promise in days, or at which it was kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendFigures:
    """The figures; all datetimes are aware and in UTC."""

    counted_at: datetime
    first_month: str = ""
    """The month in which reading began (`2026-06`): it and those before it are incomplete. Empty in an empty store."""
    days: tuple[DayCount, ...] = ()
    months: tuple[MonthCount, ...] = ()
    places: tuple[PlaceCount, ...] = ()
    licences: tuple[LicenceCount, ...] = ()
    promises: tuple[PromiseGroup, ...] = ()
    """All promises first, then by wording, then by category; groups without any are left out."""
    links: tuple[LinkCount, ...] = ()
    never_there: tuple[NeverThere, ...] = ()
    organisations: tuple[OrganisationFigures, ...] = ()
    reports: tuple[MonthReport, ...] = ()
    """What happened in each month, the oldest first."""
