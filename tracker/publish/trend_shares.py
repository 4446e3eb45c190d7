"""The shares of `/trends` and of its CSV files, from what was counted; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from tracker.domain.openness_by_day import DAYS
from tracker.domain.terms import Fact
from tracker.domain.trend_figures import LINK_AGES, LinkCount, TrendFigures
from tracker.publish.charts import Share, shares_by_month

FEWEST_MONTHS = 4
"""Whole months that a trend needs: from three points anything can be read."""
PLACES = ("repositories", "hub", "both", "elsewhere")
"""The fields of `PlaceCount`, in the order in which they are shown."""
LINK_NUMBERS = ("links", "checked", "gone", "gone_with_copy", "moved", "archived", "never_there")
"""The numbers of `LinkCount`, in their order."""


def shares_on_days(figures: TrendFigures, category: str = "") -> dict[int, list[Share]]:
    """The shares of open code by day after the announcement, then by month of announcement.

    `unread` of a share are the papers whose state on that day is not known. A month is whole for a day once all of its
    papers have reached it, if reading began before the month did.
    """
    shares: dict[int, list[Share]] = {day: [] for day in DAYS}
    for count in figures.days:
        if count.category == category:
            partial = (
                _end_of(count.month) + timedelta(days=count.day + 1) > figures.counted_at
                or count.month <= figures.first_month
            )
            shares[count.day].append(
                Share(count.month, count.papers, count.open, 0, partial=partial, unread=count.unknown)
            )
    return shares


def shares_of_facts(figures: TrendFigures) -> list[tuple[Fact, Share]]:
    """For each fact the share of papers that have it open now, over all months, of the papers that were read."""
    return [(fact, _total(shares_now(figures, fact=fact), fact.value)) for fact in Fact]


def shares_now(figures: TrendFigures, category: str = "", fact: Fact = Fact.CODE) -> list[Share]:
    """The shares of papers that have a fact open now, by month of submission."""
    now = f"{figures.counted_at:%Y-%m}"
    return shares_by_month(figures.months, category, now=now, first=figures.first_month, fact=fact)


def shares_of_places(figures: TrendFigures) -> list[tuple[str, Share]]:
    """For each place the share of papers whose own artifacts lie there, of all that have one."""
    total = sum(count.papers for count in figures.places)
    return [
        (place, Share(place, total, sum(getattr(count, place) for count in figures.places), 0)) for place in PLACES
    ]


def links_by(figures: TrendFigures, field: str) -> list[tuple[str, LinkCount]]:
    """The links added up over everything but one field, `host` or `age`; the commonest host comes first."""
    names = list(dict.fromkeys(getattr(count, field) for count in figures.links))
    sums = [
        (name, add_links([count for count in figures.links if getattr(count, field) == name])) for name in names
    ]
    if field == "host":
        return sorted(sums, key=lambda row: (-row[1].links, row[0]))
    return sorted(sums, key=lambda row: list(LINK_AGES).index(row[0]))


def add_links(counts: Iterable[LinkCount]) -> LinkCount:
    """The sum of counts of links."""
    rows = list(counts)
    return LinkCount(
        "all",
        "all",
        *(sum(getattr(count, name) for count in rows) for name in LINK_NUMBERS),
    )


def link_share(count: LinkCount, name: str) -> Share:
    """The share of the checked links to which something happened."""
    return Share(name, count.links, getattr(count, name), 0, unread=count.links - count.checked)


def never_there_share(figures: TrendFigures) -> Share:
    """The share of papers that link an own artifact which was never there, of those with a checked own link."""
    rows = figures.never_there
    return Share("all", sum(row.papers for row in rows), sum(row.never_there for row in rows), 0)


def is_trend(shares: Sequence[Share]) -> bool:
    """Whether there are enough whole months to show them as a trend."""
    return sum(not share.partial and share.read > 0 for share in shares) >= FEWEST_MONTHS


def newest_whole(shares: Sequence[Share]) -> Share | None:
    """The newest whole month of which something is known."""
    return next((share for share in reversed(shares) if not share.partial and share.read), None)


def _total(shares: Sequence[Share], name: str) -> Share:
    return Share(
        name,
        sum(share.papers for share in shares),
        sum(share.open for share in shares),
        sum(share.unknown for share in shares),
        unread=sum(share.unread for share in shares),
    )


def _end_of(month: str) -> datetime:
    year, number = int(month[:4]), int(month[5:])
    return datetime(year + number // 12, number % 12 + 1, 1, tzinfo=UTC)
