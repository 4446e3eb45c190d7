"""Which items stand in the feed, and the whole site as files; pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from tracker.domain import Item, Status
from tracker.publish import feeds, pages
from tracker.settings import Feed, Settings


def window(items: Sequence[Item], feed: Feed) -> list[Item]:
    """The newest `items`, or all of the last `window_days` before the newest if those are more, at most `most`.

    Counted from the newest item and not from now, so that quiet days never empty a feed.
    """
    dated = sorted(
        (item for item in items if item.entered_at), key=lambda item: (item.entered_at, item.work), reverse=True
    )
    if not dated or dated[0].entered_at is None:
        return []
    oldest = dated[0].entered_at - timedelta(days=feed.window_days)
    recent = sum(item.entered_at is not None and item.entered_at >= oldest for item in dated)
    return dated[: min(max(feed.items, recent), feed.most)]


def site(
    feed_items: Sequence[Item],
    not_open: Sequence[Item],
    releases: Sequence[Item],
    unlinked: Sequence[Item],
    status: Status,
    settings: Settings,
) -> dict[str, bytes]:
    """All files of the site by name: the feed, the first page and what they need."""
    shown = window(feed_items, settings.feed)
    return {
        "feed.xml": feeds.rss(shown, settings.feed, public_url=settings.public_url),
        "index.html": pages.index(shown, not_open, releases, unlinked, status, settings),
        "404.html": pages.not_found(settings),
        "robots.txt": pages.robots(settings.public_url),
        **pages.assets(),
    }
