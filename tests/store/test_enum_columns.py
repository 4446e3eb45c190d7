"""Enumerated columns: every value has an index of its own."""

import pytest

from tracker.domain.terms import Outcome, Place, Source
from tracker.store import enum_columns


@pytest.mark.parametrize(
    ("code", "words"),
    [(enum_columns.SOURCE, Source), (enum_columns.PLACE, Place), (enum_columns.SCAN_OUTCOME, Outcome)],
)
def test_every_word_has_its_place(code: enum_columns.EnumColumn, words: type[Source | Place | Outcome]) -> None:
    assert {term.value for term in words} <= set(code.values)
    for word in code.values:
        assert code.process_result_value(code.process_bind_param(word, None), None) == word  # type: ignore[arg-type] # it asks nothing
    with pytest.raises(ValueError, match="not in tuple"):
        code.process_bind_param("nowhere", None)  # type: ignore[arg-type] # as above


def test_two_lists_of_words_are_two_types() -> None:
    """SQLAlchemy keeps statements by the key of their types: two lists with one key would be read as one."""
    assert enum_columns.SOURCE._static_cache_key != enum_columns.PLACE._static_cache_key
