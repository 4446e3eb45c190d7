"""Holidays of years that arXiv has not listed. Dates: the U.S. Office of Personnel Management's lists of 2025 to 2027."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tracker.harvest.holidays import possible_holiday

FEDERAL = {
    2025: ["01-01", "01-20", "02-17", "05-26", "06-19", "07-04", "09-01", "10-13", "11-11", "11-27", "12-25"],
    2026: ["01-01", "01-19", "02-16", "05-25", "06-19", "07-03", "09-07", "10-12", "11-11", "11-26", "12-25"],
    2027: ["01-01", "01-18", "02-15", "05-31", "06-18", "07-05", "09-06", "10-11", "11-11", "11-25", "12-24"],
}


@pytest.mark.parametrize("year", FEDERAL)
def test_the_federal_holidays_and_the_last_days_of_december_may_be_holidays(year: int) -> None:
    expected = {date.fromisoformat(f"{year}-{day}") for day in FEDERAL[year]}
    expected |= {date(year, 12, day) for day in range(24, 32)}
    days = (date(year, 1, 1) + timedelta(days=number) for number in range(365))
    working = {day for day in days if day.weekday() < 5 or day in expected}
    found = {day for day in working if possible_holiday(day, ())}
    assert found - {date(2027, 12, 31)} == expected - {date(2027, 12, 31)}


def test_a_year_whose_list_is_known_has_no_other_holidays() -> None:
    assert possible_holiday(date(2026, 5, 25), ()) == "Memorial Day"
    assert possible_holiday(date(2026, 5, 25), {date(2026, 12, 25)}) == ""
    assert possible_holiday(date(2027, 5, 31), {date(2026, 12, 25)}) == "Memorial Day"
