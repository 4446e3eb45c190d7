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
from tracker.publish.survival import kept_after
from tracker.publish.trend_shares import (
    LINK_NUMBERS,
    PLACES,
    link_share,
    promise_groups,
    shares_now,
    shares_on_days,
)

TOTAL = "all"
"""Stands for the category where all papers are counted."""
_INTERVAL = ("share", "low", "high")


def build_trend_files(figures: TrendFigures, categories: Sequence[str]) -> dict[str, bytes]:
    """The files by name; `categories` are those that are counted apart from the total."""
    names = ("", *sorted(categories))
    return {
        "trends/open-by-day.csv": _write(
            ("month", "category", "day", "whole", "papers", "known", "open", "unknown", *_INTERVAL,
             "if_unknown_not_open", "if_unknown_open"), _rows_by_day(figures, names),
        ),
        "trends/open-now.csv": _write(
            ("month", "category", "fact", "whole", "papers", "read", "open", "unknown", "unread", *_INTERVAL),
            _rows_now(figures, names),
        ),
        "trends/places.csv": _write(("month", "place", "papers", "of", *_INTERVAL), _rows_of_places(figures)),
        "trends/promises.csv": _write(
            ("group", "name", "days", "promises", "kept", "at_risk", *_INTERVAL), _rows_of_promises(figures, categories)
        ),
        "trends/links.csv": _write(("host", "age", *LINK_NUMBERS, *(f"gone_{end}" for end in _INTERVAL)), _rows_of_links(figures)),
        "trends/never-there.csv": _write(("month", "papers", "never_there", *_INTERVAL), _rows_of_never_there(figures)),
        "trends/licences.csv": _write(("licence", "class", "papers", "of", *_INTERVAL), _rows_of_licences(figures)),
    }  # fmt: skip


def _rows_by_day(figures: TrendFigures, categories: Sequence[str]) -> Iterator[Sequence[object]]:
    for category in categories:
        for day, shares in shares_on_days(figures, category).items():
            for share in shares:
                yield (share.name, category or TOTAL, day, _flag(share), share.papers, share.read, share.open,
                       share.unread, *_share(share), *map(_number, share.bounds))  # fmt: skip


def _rows_now(figures: TrendFigures, categories: Sequence[str]) -> Iterator[Sequence[object]]:
    for category in categories:
        for fact in Fact:
            for share in shares_now(figures, category, fact):
                yield (share.name, category or TOTAL, fact.value, _flag(share), share.papers, share.read, share.open,
                       share.unknown, share.unread, *_share(share))  # fmt: skip


def _rows_of_places(figures: TrendFigures) -> Iterator[Sequence[object]]:
    for count in figures.places:
        for place in PLACES:
            share = Share(place, count.papers, getattr(count, place), 0)
            yield count.month, place, share.open, share.papers, *_share(share)


def _rows_of_licences(figures: TrendFigures) -> Iterator[Sequence[object]]:
    total = sum(count.papers for count in figures.licences)
    for count in figures.licences:
        share = Share(count.spdx, total, count.papers, 0)
        yield count.spdx, count.class_, share.open, share.papers, *_share(share)


def _rows_of_promises(figures: TrendFigures, categories: Sequence[str]) -> Iterator[Sequence[object]]:
    for group, name, promises in promise_groups(figures, categories):
        for row in kept_after(promises) if promises else ():
            share = _number(row.step.kept) if row.step else ""
            low, high = map(_number, row.step.interval) if row.step and row.step.interval else ("", "")
            yield group, name, row.days, row.promises, row.kept, row.at_risk, share, low, high


def _rows_of_links(figures: TrendFigures) -> Iterator[Sequence[object]]:
    for count in figures.links:
        numbers = (getattr(count, name) for name in LINK_NUMBERS)
        yield count.host, count.age, *numbers, *_share(link_share(count, "gone"))


def _rows_of_never_there(figures: TrendFigures) -> Iterator[Sequence[object]]:
    for count in figures.never_there:
        yield (
            count.month,
            count.papers,
            count.never_there,
            *_share(Share(count.month, count.papers, count.never_there, 0)),
        )


def _share(share: Share) -> tuple[str, str, str]:
    """A share and the ends of its interval; empty where nothing is known."""
    if not share.read:
        return "", "", ""
    low, high = share.interval
    return _number(share.share), _number(low), _number(high)


def _flag(share: Share) -> int:
    return 0 if share.partial else 1


def _number(value: float) -> str:
    return f"{value:.6f}"


def _write(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(header)
    writer.writerows(rows)
    return file.getvalue().encode()
