"""Accept-Encoding as strangers write it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tracker.web.conditional import ENDINGS, accepted_codings


@given(st.binary(max_size=200))
def test_any_accept_encoding_is_understood_or_ignored(header: bytes) -> None:
    assert set(accepted_codings(header)) <= set(ENDINGS)
