"""The words of a licence text that count."""

import pytest

from tracker.judge.licence_words import (
    MAX_CHARACTERS,
    comparable_words,
    flatten_text,
    shorten,
)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("The Licence, and its terms.", "the license and its terms"),
        ("1. Grant\n\nii) Grant", "grant grant"),
        ("sub-license", "sublicense"),
        ("Version 2.0", "v2"),
        ("<p>free</p>", "free"),
    ],
)
def test_what_does_not_count(text: str, other: str) -> None:
    assert comparable_words(text) == comparable_words(other)


def test_words_that_count_differ() -> None:
    assert comparable_words("may use") != comparable_words("may not use")


def test_flat_text_keeps_the_points_of_numbers() -> None:
    assert flatten_text("The Licence, version 2.0.") == "the license version 2.0"


def test_bounds() -> None:
    assert len(comparable_words("word " * MAX_CHARACTERS)) <= MAX_CHARACTERS // 5
    assert shorten("a" * 80) == "a" * 80
    assert shorten("a" * 81) == "a" * 79 + "…"
