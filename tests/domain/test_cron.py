"""Cron fields as crontab(5) reads them, whatever APScheduler makes of numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.cron import parse_cron


@pytest.mark.parametrize(
    ("weekdays", "names"),
    [
        ("*", "*"),
        ("0", "sun"),
        ("7", "sun"),
        ("1-5", "mon,tue,wed,thu,fri"),
        ("0-4", "sun,mon,tue,wed,thu"),
        ("5-7", "sun,fri,sat"),
        ("sun-thu", "sun,mon,tue,wed,thu"),
        ("Sat-Sun", "sun,sat"),
        ("sun,mon,tue,wed,thu", "sun,mon,tue,wed,thu"),
        ("Monday", "mon"),
        ("*/2", "sun,tue,thu,sat"),
        ("1-5/2", "mon,wed,fri"),
    ],
)
def test_weekdays_are_counted_from_sunday_and_become_names(weekdays: str, names: str) -> None:
    assert parse_cron(f"30 23 * * {weekdays}")["day_of_week"] == names


def test_the_other_fields_become_lists() -> None:
    assert parse_cron("*/20 9-11,13 1,15 jan-mar *") == {
        "minute": "0,20,40", "hour": "9,10,11,13", "day": "1,15", "month": "1,2,3", "day_of_week": "*",
    }  # fmt: skip
    assert parse_cron("50/5 0 * dec *")["minute"] == "50,55"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("99 99 * * *", "'99' is not a minute from 0 to 59"),
        ("0 24 * * *", "'24' is not an hour from 0 to 23"),
        ("0 0 0 * *", "'0' is not a day of the month from 1 to 31"),
        ("0 0 * 13 *", "'13' is not a month from 1 to 12 or jan…dec"),
        ("0 0 * * 8", "'8' is not a weekday from 0 to 7 or sun…sat"),
        ("0 0 * * someday", "'someday' is not a weekday"),
        ("30 23", "must have five fields"),
        ("", "must have five fields"),
        ("0 30 23 * * mon", "must have five fields"),
        ("@daily", "must have five fields"),
        ("a b c d e", "'a' is not a minute"),
        ("0 0 * * fri-mon", "ends before it begins"),
        ("*/0 * * * *", "steps by 0"),
        ("0 0 30 2 *", "never comes"),
        ("0 0 31 4,6,9,11 *", "never comes"),
        ("0 0 13 * fri", "write * for one of them"),
        ("0 0 ? * L", "'?' is not a day of the month"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=r"^(is|never) ") as caught:
        parse_cron(text)
    assert reason in str(caught.value)


@given(st.text(alphabet="0123456789*/-,. monsutefrija?L@\n", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        fields = parse_cron(text)
    except ValueError:
        return
    assert parse_cron(" ".join(fields.values())) == fields
