"""The caches that make one cycle quicker."""

from __future__ import annotations

from tracker.hosts import base, resolve
from tracker.publish import feed_entry, readable_text
from tracker.store import keys, times


def clear_caches() -> None:
    """Drop the caches of parsed addresses, of rendered texts, and of times and keys as they are stored.

    A service does it between cycles: bounded only in number, they would grow for months.
    """
    resolve.resolve_url.cache_clear()
    base.split_url.cache_clear()
    times.format_utc.cache_clear()
    keys.work_key.cache_clear()
    readable_text.clear_cache()
    feed_entry.clear_cache()
