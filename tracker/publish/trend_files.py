"""The figures of `/trends` as CSV (RFC 4180), each at an address that stays; pure.

`docs/method.md` defines every column and has a query over the public views that gives the same figures.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from tracker.domain.terms import Fact
from tracker.domain.trend_figures import TrendFigures
from tracker.publish.charts import Share
from tracker.publish.trend_shares import (
    LINK_NUMBERS,
    PLACES,
    link_share,
    shares_now,
    shares_on_days,
)

TOTAL = "all"
"""Stands for the category where all papers are counted."""
INTERVAL = ("share", "low", "high")
"""The columns of `share_cells()`."""


def build_trend_files(figures: TrendFigures, categories: Sequence[str]) -> dict[str, bytes]:
    """The files by name; `categories` are those that are counted apart from the total."""
    names = ("", *sorted(categories))
    return {
        "trends/open-by-day.csv": write_csv(
            ("month", "category", "day", "whole", "papers", "known", "open", "unknown", *INTERVAL,
             "if_unknown_not_open", "if_unknown_open"), _rows_by_day(figures, names),
        ),
        "trends/open-now.csv": write_csv(
            ("month", "category", "fact", "whole", "papers", "read", "open", "unknown", "unread", *INTERVAL),
            _rows_now(figures, names),
        ),
        "trends/places.csv": write_csv(("month", "place", "papers", "of", *INTERVAL), _rows_of_places(figures)),
        "trends/promises.csv": write_csv(
            ("group", "name", "days", "promises", "kept", "at_risk", *INTERVAL), _rows_of_promises(figures)
        ),
        "trends/links.csv": write_csv(("host", "age", *LINK_NUMBERS, *(f"gone_{end}" for end in INTERVAL)), _rows_of_links(figures)),
        "trends/never-there.csv": write_csv(("month", "papers", "never_there", *INTERVAL), _rows_of_never_there(figures)),
        "trends/licences.csv": write_csv(("licence", "class", "papers", "of", *INTERVAL), _rows_of_licences(figures)),
    }  # fmt: skip


def _rows_by_day(figures: TrendFigures, categories: Sequence[str]) -> Iterator[Sequence[object]]:
    for category in categories:
        for day, shares in shares_on_days(figures, category).items():
            for share in shares:
                yield (share.name, category or TOTAL, day, _flag(share), share.papers, share.read, share.open,
                       share.unread, *share_cells(share), *map(_number, share.bounds))  # fmt: skip


def _rows_now(figures: TrendFigures, categories: Sequence[str]) -> Iterator[Sequence[object]]:
    for category in categories:
        for fact in Fact:
            for share in shares_now(figures, category, fact):
                yield (share.name, category or TOTAL, fact.value, _flag(share), share.papers, share.read, share.open,
                       share.unknown, share.unread, *share_cells(share))  # fmt: skip


def _rows_of_places(figures: TrendFigures) -> Iterator[Sequence[object]]:
    for count in figures.places:
        for place in PLACES:
            share = Share(place, count.papers, getattr(count, place), 0)
            yield count.month, place, share.open, share.papers, *share_cells(share)


def _rows_of_licences(figures: TrendFigures) -> Iterator[Sequence[object]]:
    total = sum(count.papers for count in figures.licences)
    for count in figures.licences:
        share = Share(count.spdx, total, count.papers, 0)
        yield count.spdx, count.class_, share.open, share.papers, *share_cells(share)


def _rows_of_promises(figures: TrendFigures) -> Iterator[Sequence[object]]:
    for group in figures.promises:
        for row in group.after:
            share = _number(row.step.kept) if row.step else ""
            low, high = map(_number, row.step.interval) if row.step and row.step.interval else ("", "")
            yield group.kind, group.name, row.days, row.promises, row.kept, row.at_risk, share, low, high


def _rows_of_links(figures: TrendFigures) -> Iterator[Sequence[object]]:
    for count in figures.links:
        numbers = (getattr(count, name) for name in LINK_NUMBERS)
        yield count.host, count.age, *numbers, *share_cells(link_share(count, "gone"))


def _rows_of_never_there(figures: TrendFigures) -> Iterator[Sequence[object]]:
    for count in figures.never_there:
        yield (
            count.month,
            count.papers,
            count.never_there,
            *share_cells(Share(count.month, count.papers, count.never_there, 0)),
        )


def share_cells(share: Share) -> tuple[str, str, str]:
    """A share and the ends of its interval; empty where nothing is known."""
    if not share.read:
        return "", "", ""
    low, high = share.interval
    return _number(share.share), _number(low), _number(high)


def _flag(share: Share) -> int:
    return 0 if share.partial else 1


def _number(value: float) -> str:
    return f"{value:.6f}"


def write_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A file with a header line."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(header)
    writer.writerows(rows)
    return file.getvalue().encode()
