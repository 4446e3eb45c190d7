"""Months of arXiv ids, of both forms."""

from datetime import date

import pytest

from tracker.domain.errors import TrackerError
from tracker.domain.id_months import month_of_id, next_month, parse_months


# Source of the forms: info.arxiv.org/help/arxiv_identifier.html
@pytest.mark.parametrize(
    ("arxiv_id", "month"),
    [
        ("0704.0001", date(2007, 4, 1)),
        ("1412.9999", date(2014, 12, 1)),
        ("2606.00001", date(2026, 6, 1)),
        ("hep-th/9901001", date(1999, 1, 1)),
        ("astro-ph/0001001", date(2000, 1, 1)),
        ("math.GT/0309136", date(2003, 9, 1)),
        ("cond-mat/9107001", date(1991, 7, 1)),
        ("0713.0001", None),
        ("0700.0001", None),
        ("hep-th/99010011", None),
        ("2606.00001v2", None),
        ("", None),
        ("\u0667704.0001", None),
    ],
)
def test_an_id_names_its_month(arxiv_id: str, month: date | None) -> None:
    assert month_of_id(arxiv_id) == month


def test_a_range_holds_both_of_its_ends() -> None:
    months = parse_months("1999-12", "2007-04")
    inside = ["hep-th/9912001", "hep-th/0001001", "0704.9999"]
    assert [month_of_id(arxiv_id) in months for arxiv_id in inside] == [True] * 3
    assert [month_of_id(arxiv_id) in months for arxiv_id in ("hep-th/9911999", "0705.0001", "x")] == [False] * 3
    assert next_month(date(2006, 12, 1)) == date(2007, 1, 1)


@pytest.mark.parametrize(
    ("first", "last", "says"),
    [
        ("2007", "2008-01", "--from '2007' is not a month"),
        ("2007-13", "2008-01", "--from '2007-13' is not a month"),
        ("2007-01", "0704", "--to '0704' is not a month"),
        ("1990-12", "2008-01", "from 1991 on"),
        ("2008-02", "2008-01", "swap them"),
    ],
)
def test_what_is_no_range_is_refused_with_what_to_write(first: str, last: str, says: str) -> None:
    with pytest.raises(TrackerError, match=says):
        parse_months(first, last)
