"""The window of a feed: which of its newest items it shows; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from tracker.domain.items import Item
from tracker.settings import Feed


def newest_items(items: Sequence[Item], feed: Feed) -> list[Item]:
    """The newest `items`, or all of the last `window_days` before the newest if those are more, at most `most`.

    Newest first, in whole seconds that strictly decrease. Counted from the newest item and not from now, so that
    quiet days never empty a feed.
    """
    dated = sorted(
        (item for item in items if item.entered_at), key=lambda item: (item.entered_at, item.work), reverse=True
    )
    if not dated or dated[0].entered_at is None:
        return []
    oldest = dated[0].entered_at - timedelta(days=feed.window_days)
    recent = sum(item.entered_at is not None and item.entered_at >= oldest for item in dated)
    return _distinct(dated[: min(max(feed.items, recent), feed.most)])


def _distinct(dated: Sequence[Item]) -> list[Item]:
    """The items with distinct dates: some readers (Slack's) drop items that share one. The store gives no two entries
    of a feed the same second; this covers items from elsewhere."""
    shown: list[Item] = []
    for item in dated:
        moment = item.entered_at.replace(microsecond=0) if item.entered_at else None
        before = shown[-1].entered_at if shown else None
        if moment and before and moment >= before:
            moment = before - timedelta(seconds=1)
        shown.append(item if moment == item.entered_at else replace(item, entered_at=moment))
    return shown
