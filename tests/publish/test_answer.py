"""The answer that a paper's page opens with."""

from __future__ import annotations

from typing import Any

import pytest

from tracker.domain.history import unknown_verdict
from tracker.domain.terms import Fact, State
from tracker.publish import answer


@pytest.mark.parametrize(
    ("states", "says"),
    [
        ({Fact.CODE: State.OPEN}, "Open code"),
        ({Fact.CODE: State.OPEN, Fact.WEIGHTS: State.OPEN, Fact.DATA: State.OPEN}, "Open code, weights and data"),
        ({Fact.CODE: State.OPEN, Fact.WEIGHTS: State.GATED}, "Open code"),
        ({Fact.CODE: State.NONE, Fact.WEIGHTS: State.OPEN}, "Open weights, no code found"),
        ({Fact.CODE: State.UNKNOWN, Fact.DEMO: State.OPEN}, "Open demo, code unknown"),
        ({Fact.CODE: State.AVAILABLE}, "Code available, not open"),
        ({Fact.CODE: State.GATED}, "Code gated (access on request)"),
        ({Fact.CODE: State.PROMISED}, "Code promised, not released yet"),
        ({Fact.CODE: State.GONE}, "Code gone"),
        ({Fact.CODE: State.NONE}, "No code found"),
        ({Fact.CODE: State.UNKNOWN}, "Code unknown"),
        ({}, "Not judged yet"),
    ],
)
def test_the_headline_names_what_is_open(item: Any, verdict: Any, states: dict[Fact, State], says: str) -> None:
    verdicts = tuple(verdict(fact, state) for fact, state in states.items())
    assert answer.headline(item(verdicts=verdicts)) == says


def test_unknown_is_never_a_no(item: Any) -> None:
    bare = item(links=(), verdicts=(unknown_verdict(Fact.CODE),))
    assert answer.headline(bare) == "No link to code found so far"
    assert answer.explanation(bare).endswith("This does not prove there is none.")


def test_the_reasons_follow_without_the_name_that_stands_above(item: Any, verdict: Any) -> None:
    own = "github:ann/tool is the authors' own (probability 0.97)"
    given = item(
        verdicts=(verdict(Fact.CODE, State.OPEN, own, "it holds code", "under an OSI-approved licence (MIT)"),)
    )
    assert answer.explanation(given) == "It holds code, under an OSI-approved licence (MIT)."
    alone = item(verdicts=(verdict(Fact.CODE, State.UNKNOWN, own),))
    assert answer.explanation(alone) == ""


@pytest.mark.parametrize(
    ("authors", "begins"),
    [
        (("A B",), "A B. Paper 1"),
        (("A B", "C D"), "A B and C D. Paper 1"),
        (tuple("ABCD"), "A et al. Paper 1"),
        ((), "Paper 1"),
    ],
)
def test_a_paper_can_be_cited(item: Any, authors: tuple[str, ...], begins: str) -> None:
    assert answer.citation(item(authors=authors)) == f"{begins} on things. arXiv:2606.00001, 2026."
