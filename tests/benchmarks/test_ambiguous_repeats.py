"""No pattern of the package reads a text in ways that double with each of its pieces."""

import random

import pytest

from benchmarks.ambiguous_repeats import find_explosion, list_configured
from benchmarks.patterns import Pattern, list_patterns

PATTERNS = [*list_patterns(trusted=True), *list_configured()]


def test_no_pattern_explodes() -> None:
    chance = random.Random(5)  # made-up text
    found = {pattern.where: text for pattern in PATTERNS if (text := find_explosion(pattern, 8, chance))}
    assert len(PATTERNS) > 800
    assert found == {}


@pytest.mark.parametrize(
    "text",
    [
        r"be (?:\w+ly |now |fully )*released",
        r"\|\d+(?:[^|\w]|\([^()]{0,40}\)){0,60}\|",
        r"1(?:[ ,%]{1,20}\d{1,6}%?){2,30}",
        r"(?:a+b?)*c",
        r"(?:(?:\\url\s?|[\s{])*)x",
    ],
)
def test_patterns_that_explode_are_found(text: str) -> None:
    assert find_explosion(Pattern("detect", "here", text, 0), 40, random.Random(5))
