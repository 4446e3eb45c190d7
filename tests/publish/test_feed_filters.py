"""The filters of feeds: what they match in an item."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tracker.config_files import Organisation
from tracker.domain.terms import Fact, LicenceClass
from tracker.publish import feed_filters

Make = Callable[..., Any]


def test_each_filter_reads_its_part_of_an_item(item: Make) -> None:
    tides = item(1, title="On Tides", abstract="We model tides; a theory.", authors=("Ann  Author",))
    assert feed_filters.deciding_licence(tides) == ("MIT", LicenceClass.OSI)
    assert feed_filters.deciding_licence(tides, Fact.DATA) == (None, LicenceClass.UNKNOWN)
    assert feed_filters.is_open(tides, Fact.CODE)
    assert not feed_filters.is_open(tides, Fact.WEIGHTS)
    assert feed_filters.is_written_by(tides, "ann author")
    assert not feed_filters.is_written_by(tides, "ann")
    assert feed_filters.mentions_word(tides, "tides")
    assert not feed_filters.mentions_word(tides, "tide")


def test_one_value_of_each_key_is_enough_but_all_facts_are_required(item: Make, verdict: Make) -> None:
    lab = {"Ann's lab": Organisation(name="Ann's lab", github=("ann",))}
    paper = item(1, verdicts=(verdict(), verdict(Fact.WEIGHTS)))
    assert feed_filters.matches(paper, {"cat": ("cs.CV", paper.categories[0]), "licence": ("osi",)}, {})
    assert feed_filters.matches(paper, {"has": ("code", "weights"), "org": ("Ann's lab",)}, lab)
    assert not feed_filters.matches(paper, {"has": ("code", "demo")}, {})
    assert not feed_filters.matches(paper, {"cat": (paper.categories[0],), "licence": ("GPL-3.0-only",)}, {})
