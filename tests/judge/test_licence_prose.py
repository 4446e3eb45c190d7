"""Sentences on terms outside a section on the licence: the stricter counts, for what they are about."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.judge.licence_samples import MIT, NONE, OSI, RESTRICTED, rules, standard
from tests.judge.prose_samples import ABOUT_SOMETHING_ELSE, NAMING, OFFERS, RESTRICTING
from tracker.domain.artifacts import LicenceFile
from tracker.domain.history import Licence
from tracker.domain.terms import Fact
from tracker.hosts.inspect.stated_terms import licence_statements
from tracker.judge.licence_prose import find_prose_terms
from tracker.judge.licences import decide_licence, licences_by_fact


def read(text: str, *licences: str, fact: Fact = Fact.CODE) -> Licence:
    statements = licence_statements(f"# FastNet: Faster Networks\n\nOfficial code of FastNet.\n\n{text}\n")
    files = [LicenceFile("LICENSE", licence) for licence in licences]
    return decide_licence(None, True, files, rules(), fact, statements=statements)


@pytest.mark.parametrize("kind", RESTRICTING)
def test_the_stricter_counts_and_both_are_named(kind: str) -> None:
    for text in RESTRICTING[kind]:
        licence = read(text, MIT)
        assert licence.class_ is RESTRICTED, text
        assert licence.source.startswith("LICENSE; README.md, ")
        assert licence.note.startswith("LICENSE says MIT, ")


@pytest.mark.parametrize("kind", ABOUT_SOMETHING_ELSE)
def test_what_is_about_something_else_does_not_count_against_the_code(kind: str) -> None:
    assert [text for text in ABOUT_SOMETHING_ELSE[kind] if read(text, MIT).class_ is not OSI] == []


@pytest.mark.parametrize(("text", "class_"), NAMING)
def test_a_named_licence_counts_where_nothing_else_states_one(text: str, class_: str) -> None:
    assert read(text).class_.value == class_


@pytest.mark.parametrize(("text", "class_"), OFFERS)
def test_an_offer_takes_nothing_away_beside_copyleft(text: str, class_: str) -> None:
    assert read(text, standard("GPL-3.0-only")).class_.value == class_


def test_weights_and_data_by_their_own_sentences() -> None:
    statements = licence_statements(
        "The weights are for research use only. Data is under CC BY-NC 4.0. Code is MIT."
    )
    found = dict(licences_by_fact([LicenceFile("LICENSE", MIT)], rules(), statements=statements))
    assert found[Fact.WEIGHTS].class_ is RESTRICTED
    assert (found[Fact.DATA].spdx, found[Fact.DATA].class_) == ("CC-BY-NC-4.0", RESTRICTED)
    assert read("This project is for non-commercial use only.", MIT, fact=Fact.WEIGHTS).class_ is RESTRICTED
    assert read("The code is for non-commercial use only.", MIT, fact=Fact.WEIGHTS).class_ is OSI


def test_prose_alone_never_makes_an_unknown_licence() -> None:
    assert read("Please check the license of each part, and ask for permission.").class_ is NONE


@given(st.text(max_size=200))
@settings(max_examples=60, deadline=None)
def test_no_text_raises(text: str) -> None:
    find_prose_terms(
        [LicenceFile("README.md, prose", f"# A\n{text}, only for non-commercial use\n# {text}")], rules()
    )
