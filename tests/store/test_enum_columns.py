"""Enumerated columns: every value has its own index."""

import pytest

from tracker.domain.terms import Outcome, Place, Source
from tracker.store import enum_columns


@pytest.mark.parametrize(
    ("code", "values"),
    [(enum_columns.SOURCE, Source), (enum_columns.PLACE, Place), (enum_columns.SCAN_OUTCOME, Outcome)],
)
def test_every_value_has_its_index(code: enum_columns.EnumColumn, values: type[Source | Place | Outcome]) -> None:
    assert {term.value for term in values} <= set(code.values)
    for value in code.values:
        assert code.process_result_value(code.process_bind_param(value, None), None) == value  # type: ignore[arg-type] # it asks nothing
    with pytest.raises(ValueError, match="not in tuple"):
        code.process_bind_param("nowhere", None)  # type: ignore[arg-type] # as above


def test_two_lists_of_values_are_two_types() -> None:
    """SQLAlchemy keeps statements by the key of their types: two lists with the same key would be read as the same list."""
    assert enum_columns.SOURCE._static_cache_key != enum_columns.PLACE._static_cache_key
