"""Licence texts compared with the standard texts, word by word."""

from tests.judge.licence_samples import APACHE, MIT, rules
from tracker.judge.licence_standards import StandardTexts, parse_standard, parse_text
from tracker.judge.licence_texts import match_texts

TERMS = "Permission is hereby granted to any person who obtains this work to use, copy and sell it freely today"
STANDARD = parse_standard("Test-1.0", "{{ Some Title }} " + TERMS)


def test_a_standard_text_marks_its_replaceable_words() -> None:
    assert STANDARD.words[:3] == ("some", "title", "permission")
    assert STANDARD.loose[:3] == bytes([2, 2, 0])
    assert STANDARD.fixed == len(STANDARD.words) - 2


def test_replaceable_words_may_be_missing_or_others() -> None:
    for title in ("", "Our Own Name. "):
        words = parse_text(title + TERMS)
        match = match_texts(words, StandardTexts((STANDARD,))).nearest
        assert match is not None
        assert match.differing == ()


def test_a_word_of_weight_makes_a_difference_that_does_not_resemble() -> None:
    words = parse_text(TERMS.replace("and sell", "and not sell"))
    match = match_texts(words, StandardTexts((STANDARD,))).nearest
    assert match is not None
    assert "not" in match.differing
    assert not match.resembles


def test_several_whole_texts_are_found_in_their_order_with_the_rest() -> None:
    words = parse_text(f"{MIT}\nsomething else entirely\n{APACHE}", rules().addresses)
    matches = match_texts(words, rules().standards)
    assert [match.standard.spdx for match in matches.whole] == ["MIT", "Apache-2.0"]
    assert matches.near is None
    assert [[token.word for token in words.tokens[a:b]] for a, b in matches.unmatched] == [
        ["something", "else", "entirely"]
    ]


def test_other_words_match_nothing() -> None:
    assert match_texts(parse_text("random words about nothing at all"), rules().standards).nearest is None
