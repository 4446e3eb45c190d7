"""Cron fields as operators write them, checked and in a form in which weekdays have one meaning; pure.

Sources: crontab(5), which counts weekdays from Sunday (0 and 7), and APScheduler, which counts them from Monday. So
weekdays become names here. What the two read differently is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LONGEST_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_ITEM = re.compile(r"(?:(\*)|(\w{1,9})(?:-(\w{1,9}))?)(?:/(\d{1,4}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    first: int
    last: int
    names: Mapping[str, int] = field(default_factory=dict)


_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day", 1, 31),
    _Field("month", 1, 12, {name: number for number, name in enumerate(MONTHS, 1)}),
    _Field("day_of_week", 0, 7, {name: number for number, name in enumerate(WEEKDAYS)}),
)


def parse_cron(text: str) -> dict[str, str]:
    """The five fields of a crontab line as lists of numbers by field: `minute`, `hour`, `day`, `month`, and
    `day_of_week` as lists of English names; `*` where a field says nothing.

    Raises ValueError, with the reason as the end of a sentence, for what is not a crontab line or never comes.
    """
    parts = text.lower().split()
    if len(parts) != len(_FIELDS):
        raise ValueError(
            f"is not a time: {text!r} must have five fields, minute hour day month weekday, like '30 23 * * mon'"
        )
    values = {limits.name: _read_field(part, limits) for part, limits in zip(parts, _FIELDS, strict=True)}
    if values["day"] and values["day_of_week"]:
        raise ValueError(
            f"is not clear: {text!r} names a day of the month and a weekday, which programs combine in two ways; "
            "write * for one of them"
        )
    months = values["month"] or set(range(1, 13))
    if values["day"] and min(values["day"]) > max(_LONGEST_MONTH[month - 1] for month in months):
        raise ValueError(f"never comes: {text!r} names a day that its months do not have")
    weekdays = {number % 7 for number in values.pop("day_of_week")}
    fields = {name: ",".join(map(str, sorted(numbers))) or "*" for name, numbers in values.items()}
    return fields | {"day_of_week": ",".join(WEEKDAYS[number] for number in sorted(weekdays)) or "*"}


def _read_field(text: str, limits: _Field) -> set[int]:
    """The numbers of one field; none for `*`."""
    numbers: set[int] = set()
    for item in text.split(","):
        found = _ITEM.fullmatch(item)
        if found is None:
            raise ValueError(f"is not a time: {item!r} is not {_spoken(limits)}")
        anything, first, last, step = found.groups()
        every = int(step) if step else 1
        if not every:
            raise ValueError(f"is not a time: {item!r} steps by 0")
        if anything:
            if not step:
                return set()
            start, end = limits.first, min(limits.last, 6) if limits.name == "day_of_week" else limits.last
        else:
            start = _number(first, limits)
            end = _number(last, limits) if last else limits.last if step else start
            if limits.name == "day_of_week" and last in WEEKDAYS[:1] and start:
                end = 7
        if start > end:
            raise ValueError(f"is not a time: {item!r} ends before it begins")
        numbers |= set(range(start, end + 1, every))
    return numbers


def _number(text: str, limits: _Field) -> int:
    number = limits.names.get(text[:3] if text.isalpha() else text, -1)
    if text.isdecimal():
        number = int(text)
    if not limits.first <= number <= limits.last:
        raise ValueError(
            f"is not a time: {text!r} is not {_spoken(limits)} from {limits.first} to {limits.last}"
            + (f" or {'…'.join((*limits.names,)[:: len(limits.names) - 1])}" if limits.names else "")
        )
    return number


def _spoken(limits: _Field) -> str:
    return {"hour": "an hour", "day": "a day of the month", "day_of_week": "a weekday"}.get(
        limits.name, f"a {limits.name}"
    )
