"""When a source first showed an announcement: what was seen once stays so."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from tracker.domain.appearances import Appearance
from tracker.store.appearances import (
    begin_probe,
    load_appearance,
    load_appearances,
    record_reading,
    record_refusal,
)
from tracker.store.engine import Store

DAY, DUE = date(2026, 6, 16), datetime(2026, 6, 17, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_the_first_time_stays_and_the_sources_are_apart(store: Store) -> None:
    assert not record_reading(store, "arxiv_api", DAY, DUE + 10 * MINUTE, is_shown=False)
    assert not record_reading(store, "arxiv_api", DAY, DUE + 30 * MINUTE, is_shown=False)
    assert record_reading(store, "arxiv_api", DAY, DUE + 60 * MINUTE, is_shown=True)
    for is_shown in (True, False):
        assert not record_reading(store, "arxiv_api", DAY, DUE + 90 * MINUTE, is_shown=is_shown)
    assert load_appearance(store, "arxiv_api", DAY) == Appearance(DAY, DUE + 30 * MINUTE, DUE + 60 * MINUTE)
    assert load_appearance(store, "arxiv_oai", DAY) == Appearance(DAY)


def test_probes_are_counted_and_a_refusal_is_kept(store: Store) -> None:
    for minutes in (10, 30):
        begin_probe(store, "arxiv_api", DAY, DUE + minutes * MINUTE)
    record_refusal(store, "arxiv_api", DAY)
    record_reading(store, "arxiv_api", DAY, DUE + 40 * MINUTE, is_shown=True)
    found = Appearance(DAY, None, DUE + 40 * MINUTE, 2, DUE + 30 * MINUTE, is_refused=True)
    assert load_appearances(store, "arxiv_api", DAY - timedelta(days=9), DAY) == [found]
    assert load_appearances(store, "arxiv_api", DAY + timedelta(days=1), DAY + timedelta(days=9)) == []
