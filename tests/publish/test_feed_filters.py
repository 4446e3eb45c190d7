"""The filters of feeds: what they match in an item."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tracker.config_files import Organisation
from tracker.domain.terms import Fact, LicenceClass
from tracker.publish import feed_filters
from tracker.publish.feed_filters import Clause

Make = Callable[..., Any]


def test_each_filter_reads_its_part_of_an_item(item: Make) -> None:
    tides = item(1, title="On Tides", abstract="We model tides; a theory.", authors=("Ann  Author",))
    assert feed_filters.deciding_licence(tides) == ("MIT", LicenceClass.OSI)
    assert feed_filters.deciding_licence(tides, Fact.DATA) == (None, LicenceClass.UNKNOWN)
    assert feed_filters.is_open(tides, Fact.CODE)
    assert not feed_filters.is_open(tides, Fact.WEIGHTS)
    assert feed_filters.is_at_host(tides, "github")
    assert not feed_filters.is_at_host(tides, "huggingface")
    assert feed_filters.has_kind(tides, "repository")
    assert not feed_filters.has_kind(tides, "model")


@pytest.mark.parametrize(
    ("author", "is_theirs"),
    [
        ("ann author", True),
        ("Author, Ann", True),
        ("ann", False),
        ("otto holder", True),
        ("Otto Hölder", True),
        ('Otto H\\"older', True),
        ("o. j. soren", True),
        ("Holder Otto", False),
    ],
)
def test_an_author_is_named_with_or_without_accents(item: Make, author: str, is_theirs: bool) -> None:
    paper = item(1, authors=("Ann  Author", 'Otto H{\\"o}lder', "O.J. Søren"))
    assert feed_filters.is_written_by(paper, author) is is_theirs


@pytest.mark.parametrize(
    ("phrase", "is_there"),
    [
        ("tides", True),
        ("tide", False),
        ("self-supervised", True),
        ("self supervised learning", True),
        ("supervised self", False),
        ("pre-training", True),
        ("pretraining", True),
        ("hölder", True),
        ("holder spaces", True),
        ("beta-vae", True),
        ("β-vae", True),
        ("tides we", False),
    ],
)
def test_a_phrase_is_whole_words_in_order(item: Make, phrase: str, is_there: bool) -> None:
    paper = item(
        1,
        title="On Tides",
        abstract='We do self-supervised learning and pretraining in H\\"older spaces with $\\beta$-VAE.',
    )
    assert feed_filters.mentions_phrase(paper, phrase) is is_there


def test_one_value_of_each_key_is_enough_but_all_facts_are_required(item: Make, verdict: Make) -> None:
    lab = {"Ann's lab": Organisation(name="Ann's lab", github=("ann",))}
    paper = item(1, verdicts=(verdict(), verdict(Fact.WEIGHTS)))
    cat, other = paper.categories[0], "cs.CV"
    assert feed_filters.matches(paper, [Clause("cat", (other, cat)), Clause("licence", ("osi",))], {})
    assert feed_filters.matches(paper, [Clause("has", ("code", "weights")), Clause("org", ("Ann's lab",))], lab)
    assert not feed_filters.matches(paper, [Clause("has", ("code", "demo"))], {})
    assert not feed_filters.matches(paper, [Clause("cat", (cat,)), Clause("licence", ("GPL-3.0-only",))], {})
    assert not feed_filters.matches(paper, [Clause("cat", (cat,), ("cs.CL",))], {}), "an exclusion weighs more"
    assert feed_filters.matches(paper, [Clause("host", (), ("zenodo",))], {})
