"""Many expressions searched as one: the same is found as by each of them alone."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.judge.licence_patterns import compile_any

PATTERNS = [
    r"\b(no|not) sale\b",
    r"sale|\bfor (research|étude)\b",
    "研究|\\w商用",
    r"[a|b]c\b|(x|y)\|z",
    "только|only",
]
WORDS = [
    "no sale",
    "salesman",
    "for research",
    "for étude",
    "研究",
    "a商用",
    "bc",
    "x|z",
    "только",
    "only",
    "xno sale",
    "|",
    "é",
]


@given(st.lists(st.sampled_from(WORDS), max_size=6))
@settings(max_examples=60, deadline=None)
def test_it_finds_what_each_of_them_finds(words: list[str]) -> None:
    text = " ".join(words)
    single = [match.start() for pattern in PATTERNS if (match := re.search(pattern, text))]
    found = compile_any(PATTERNS).search(text)
    assert (found.start() if found else None) == min(single, default=None)


@pytest.mark.parametrize("pattern", ["(", "[a", "a)", "*"])
def test_what_is_no_expression_is_refused(pattern: str) -> None:
    with pytest.raises(re.error):
        compile_any([pattern])
