"""The memory of a service that works for months: one heap for all threads, and what goes back between two
cycles."""

from __future__ import annotations

import ctypes
import gc
from contextlib import suppress

from tracker.hosts import base, resolve
from tracker.publish import feed_entry, feed_filters, readable_text
from tracker.store import keys, times

_M_ARENA_MAX, _M_MMAP_THRESHOLD = -8, -3
"""The numbers of these options in glibc's `malloc.h`."""
LARGE_BYTES = 128 * 1024
"""Blocks from this size on stay out of the heap; glibc's own first value."""


def limit_heap() -> None:
    """Let all threads share one heap, and keep large blocks out of it; call it before any thread begins.

    glibc gives each thread a heap and takes none of them back. It also lets ever larger blocks in, up to 32 MB,
    which leave holes when they go. Does nothing with another C library."""
    with suppress(OSError, AttributeError):
        glibc = ctypes.CDLL(None)
        glibc.mallopt(_M_ARENA_MAX, 1)
        glibc.mallopt(_M_MMAP_THRESHOLD, LARGE_BYTES)


def release_memory() -> None:
    """Hand what was used and freed back to the system; glibc would keep it until the next cycle."""
    gc.collect()
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


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
    feed_filters.clear_cache()
