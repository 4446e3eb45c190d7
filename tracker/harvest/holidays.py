"""Days that may be holidays of arXiv in years whose list it has not published: pure arithmetic on the calendar.

Sources: info.arxiv.org/help/availability (arXiv lists the year at hand; in 2026 some federal holidays and single days
between Christmas and New Year), and 5 U.S.C. 6103, which names the eleven federal holidays. A holiday on a Saturday is
observed on the Friday before, one on a Sunday on the Monday after (Executive Order 11582).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

_FIXED = {
    (1, 1): "New Year's Day",
    (6, 19): "Juneteenth",
    (7, 4): "Independence Day",
    (11, 11): "Veterans Day",
    (12, 25): "Christmas Day",
}
_MONDAY, _THURSDAY = 0, 3
_BY_WEEK = {
    (1, _MONDAY, 3): "Martin Luther King Jr. Day",
    (2, _MONDAY, 3): "Washington's Birthday",
    (5, _MONDAY, -1): "Memorial Day",
    (9, _MONDAY, 1): "Labor Day",
    (10, _MONDAY, 2): "Columbus Day",
    (11, _THURSDAY, 4): "Thanksgiving Day",
}
"""By month, weekday, and the number of that weekday in the month (-1: the last)."""
_DAY = timedelta(days=1)


def possible_holiday(day: date, holidays: Collection[date]) -> str:
    """What holiday a day may be, empty where it is none; also for every day of a year that `holidays` (the settings'
    list) covers."""
    if any(holiday.year == day.year for holiday in holidays):
        return ""
    if (name := _federal_holiday(day)) or not (day.month == 12 and day.day >= 24):
        return name
    return "the days of Christmas and New Year"


def _federal_holiday(day: date) -> str:
    for (month, weekday, number), name in _BY_WEEK.items():
        is_last = number == -1 and (day + 7 * _DAY).month != day.month
        if (day.month, day.weekday()) == (month, weekday) and (is_last or (day.day - 1) // 7 + 1 == number):
            return name
    observed = [day, *([day + _DAY] if day.weekday() == 4 else []), *([day - _DAY] if day.weekday() == 0 else [])]
    return next((_FIXED[other.month, other.day] for other in observed if (other.month, other.day) in _FIXED), "")
