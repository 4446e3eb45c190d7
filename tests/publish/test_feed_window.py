"""The window of a feed: which items it shows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from typing import Any

from tracker.domain.items import Item
from tracker.publish import feed_window
from tracker.settings import Settings

Make = Callable[..., Item]
Configured = Callable[..., Settings]


def test_the_newest_items_come_first_whatever_their_order(item: Make, configured: Configured) -> None:
    shown = feed_window.newest_items([item(3), item(1), item(2)], configured().feed)
    assert [paper.work for paper in shown] == ["arxiv:2606.00001", "arxiv:2606.00002", "arxiv:2606.00003"]


def test_a_quiet_month_keeps_its_items(item: Make, configured: Configured) -> None:
    feed = configured(TRACKER_FEED__ITEMS="3").feed
    shown = feed_window.newest_items([item(day * 24 * 60) for day in (40, 50, 60, 70)], feed)
    assert len(shown) == 3


def test_a_busy_week_shows_all_of_it_up_to_the_most(item: Make, configured: Configured) -> None:
    week = [item(number) for number in range(30)] + [item(8 * 24 * 60)]
    assert len(feed_window.newest_items(week, configured(TRACKER_FEED__ITEMS="5").feed)) == 30
    assert (
        len(feed_window.newest_items(week, configured(TRACKER_FEED__ITEMS="5", TRACKER_FEED__MOST="12").feed))
        == 12
    )


def test_what_never_entered_is_not_shown(item: Make, configured: Configured) -> None:
    assert feed_window.newest_items([item(1, entered_at=None)], configured().feed) == []


def test_dates_strictly_decrease_even_for_one_batch(item: Make, configured: Configured, now: Any) -> None:
    together = [item(number, entered_at=now) for number in range(5)]
    nearly = [item(10, entered_at=now - timedelta(milliseconds=1)), item(11, entered_at=now - timedelta(hours=1))]
    shown = feed_window.newest_items([*together, *nearly], configured().feed)
    dates = [paper.entered_at for paper in shown]
    assert dates[0] == now
    assert all(later > earlier for later, earlier in pairwise(dates) if later and earlier)
    assert feed_window.newest_items(list(reversed([*together, *nearly])), configured().feed) == shown
