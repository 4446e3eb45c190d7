"""The items of a feed, as the store loads them."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256

from tracker.domain.feeds import MAIN_FEED
from tracker.domain.papers import Version
from tracker.store import items, papers
from tracker.store.dialect import upsert
from tracker.store.engine import Store
from tracker.store.keys import paper_key
from tracker.store.tables.judgement import EVENT, FEED_ENTRY


def add_feed_entry(store: Store, number: int, category: str, at: datetime) -> None:
    work = paper_key(f"2606.{number:05}")
    paper = Version(
        arxiv_id=f"2606.{number:05}", n=1, title=f"Paper {number}", abstract="", authors=("Ann",),
        categories=("cs.LG", category), primary_category="cs.LG", comment=None, submitted_at=at, updated_at=at,
    )  # fmt: skip
    papers.save_versions(store, [paper], {}, at)
    event = {
        "id": sha256(str(work).encode()).hexdigest()[:16], "work": work, "reference": None, "kind": "opened", "cause": "world",
        "happened_at": at, "observed_at": at,
    }  # fmt: skip
    with store.begin() as connection:
        upsert(connection, EVENT, [event])
        upsert(
            connection,
            FEED_ENTRY,
            [{"feed": MAIN_FEED, "work": work, "event": event["id"], "entered_at": at}],
        )


def test_the_newest_of_a_category_are_found_behind_the_newest_of_all(store: Store, now: datetime) -> None:
    for number, category in enumerate(("q-bio.QM", "q-bio.QM", "cs.CL", "cs.CL", "cs.CL"), 1):
        add_feed_entry(store, number, category, now - timedelta(days=10 - number))
    assert [item.arxiv_id for item in items.load_feed_items(store, "main", 2)] == ["2606.00005", "2606.00004"]
    assert [item.arxiv_id for item in items.load_feed_items(store, "main", 2, "q-bio.QM")] == [
        "2606.00002",
        "2606.00001",
    ]
    assert [item.arxiv_id for item in items.load_feed_items(store, "main", 1, "cs.CL")] == ["2606.00005"]
    assert items.load_feed_items(store, "main", 5, "cs.AI") == []
