"""Months of arXiv ids: `2606.00001` and `hep-th/9901001` name the month in which arXiv announced the paper; pure.

Source: info.arxiv.org/help/arxiv_identifier.html. Two digits of the year from 91 on mean the years since 1991.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from tracker.domain.errors import TrackerError

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)
_YYMM = re.compile(r"(\d\d)(0[1-9]|1[0-2])", re.ASCII)
_IN_ID = re.compile(r"(?:[a-z-]+(?:\.[A-Za-z-]+)?/)?(\d{4})(?:\.\d{4,5}|\d{3})", re.ASCII)
_FIRST_YEAR = 1991


@dataclass(frozen=True, slots=True)
class Months:
    """A range of months, both ends inclusive. A month is its first day."""

    first: date
    last: date

    def __contains__(self, month: date | None) -> bool:
        """Whether a month is in the range. None, which `month_of_id` returns for a text without a month, is in no range."""
        return month is not None and self.first <= month <= self.last

    def __str__(self) -> str:
        """The range as people write it."""
        return f"{self.first:%Y-%m} to {self.last:%Y-%m}"


def parse_months(first: str, last: str) -> Months:
    """The range of two months like `2007-01`. Raises TrackerError, with what to write instead."""
    begin, end = _parse_month("--from", first), _parse_month("--to", last)
    if begin > end:
        raise TrackerError(f"--from {first} is after --to {last}; swap them.")
    return Months(begin, end)


def _parse_month(option: str, text: str) -> date:
    found = _MONTH.fullmatch(text)
    if found is None or int(found[1]) < _FIRST_YEAR:
        raise TrackerError(
            f"{option} {text!r} is not a month of an arXiv id; write it like 2007-01, from {_FIRST_YEAR} on."
        )
    return date(int(found[1]), int(found[2]), 1)


def month_of_id(arxiv_id: str) -> date | None:
    """The month that an arXiv id names; None for a text that is not an arXiv id."""
    found = _IN_ID.fullmatch(arxiv_id)
    return month_of_yymm(found[1]) if found else None


def month_of_yymm(yymm: str) -> date | None:
    """The month that four digits such as `0704` stand for; None for any other text."""
    found = _YYMM.fullmatch(yymm)
    if found is None:
        return None
    year = int(found[1])
    return date(year + (1900 if year >= _FIRST_YEAR % 100 else 2000), int(found[2]), 1)


def next_month(month: date) -> date:
    """The first day of the month after this one."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)
