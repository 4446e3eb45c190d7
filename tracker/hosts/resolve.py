"""From a URL to its one reference."""

from __future__ import annotations

from functools import lru_cache

from tracker.domain import Reference
from tracker.hosts import HOSTS
from tracker.hosts.base import MOST_URL


@lru_cache(maxsize=8192)
def reference(url: str) -> Reference | None:
    """The canonical reference of `url` (with or without its scheme), None where it is no http(s) address."""
    if len(url) > MOST_URL:
        return None
    return next((found for host in HOSTS if (found := host.match(url)) is not None), None)
