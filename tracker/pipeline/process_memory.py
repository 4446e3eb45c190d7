"""The memory of a service that works for months: one heap for all threads, handed back to the system between cycles."""

from __future__ import annotations

import ctypes
import gc
from contextlib import suppress

_M_ARENA_MAX, _M_MMAP_THRESHOLD = -8, -3
"""The numbers of these options in glibc's `malloc.h`."""
LARGE_BYTES = 128 * 1024
"""Blocks from this size on stay out of the heap; glibc's own first value."""


def limit_heap() -> None:
    """Let all threads share one heap, and keep large blocks out of it; call it before any thread begins.

    glibc gives each thread a heap and takes none of them back. It also lets ever larger blocks in, up to 32 MB, which
    leave holes when they go. Does nothing with another C library.
    """
    with suppress(OSError, AttributeError):
        glibc = ctypes.CDLL(None)
        glibc.mallopt(_M_ARENA_MAX, 1)
        glibc.mallopt(_M_MMAP_THRESHOLD, LARGE_BYTES)


def release_memory() -> None:
    """Hand what was used and freed back to the system; glibc would keep it until the next cycle."""
    gc.collect()
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
