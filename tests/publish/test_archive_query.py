"""The address of a selection: one form, and a sentence for what does not exist."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.archive import Order, Selection
from tracker.domain.terms import Fact
from tracker.publish.archive_query import feed_query, parse_selection, selection_query


@pytest.mark.parametrize(
    ("query", "selection", "canonical"),
    [
        ("", Selection(), ""),
        ("cat=&has=code&licence=&sort=newest", Selection(), ""),
        ("cat=cs.cl&has=weights", Selection(categories=("cs.CL",), facts=(Fact.WEIGHTS,)), "cat=cs.CL&has=weights"),
        ("has=data,weights&has=weights", Selection(facts=(Fact.WEIGHTS, Fact.DATA)), "has=weights,data"),
        ("licence=MIT,osi&sort=submitted", Selection(licences=("mit", "osi"), order=Order.SUBMITTED), "licence=mit,osi&sort=submitted"),
        ("page=3", Selection(page=3), "page=3"),
        ("page=-1", Selection(), ""),
        ("page=99999999999999", Selection(), ""),
    ],
)  # fmt: skip
def test_a_query_is_a_selection(query: str, selection: Selection, canonical: str) -> None:
    assert parse_selection(query) == selection
    assert selection_query(selection) == canonical
    assert parse_selection(canonical) == selection


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("banana=1", "There is no filter `banana`. The filters are cat, has, licence, sort, page."),
        ("cat=banana", "There is no `cat=banana`: arXiv has no such category."),
        ("has=paper", "There is no `has=paper`: the values are code, weights, data, demo."),
        ("sort=x", "There is no `sort=x`: the values are newest, submitted."),
        ("licence=" + ",".join(["x"] * 31), "A filter takes at most 30 values"),
        ("licence=" + "x" * 81, "of 80 characters"),
        ("&".join(["cat=cs.CL"] * 21), "Too many parameters."),
    ],
)
def test_what_does_not_exist_is_refused_with_what_does(query: str, says: str) -> None:
    with pytest.raises(ValueError, match=re.escape(says)):
        parse_selection(query)


def test_a_feed_has_neither_order_nor_page() -> None:
    assert feed_query(Selection(categories=("cs.CL",), order=Order.SUBMITTED, page=4)) == "cat=cs.CL"


@given(st.text(max_size=200))
def test_whatever_is_asked_for_is_a_selection_or_a_sentence(query: str) -> None:
    with suppress(ValueError):
        selection = parse_selection(query)
        assert parse_selection(selection_query(selection)) == selection
