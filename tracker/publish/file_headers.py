"""The content types of published files, and for how long caches may keep them; for the web server and for buckets; pure.

Source: RFC 9111 (caching).
"""

from __future__ import annotations

from pathlib import PurePosixPath

from tracker.domain.feeds import FEED_FORMATS, FEED_SUFFIXES

HTML = "text/html; charset=utf-8"
TYPES = {
    **{f".{feed_format.ending}": f"{feed_format.media_type}; charset=utf-8" for feed_format in FEED_FORMATS},
    ".opml": "text/x-opml; charset=utf-8",
    ".html": HTML,
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".js": "text/javascript; charset=utf-8",
    ".zip": "application/zip",
    ".ico": "image/x-icon",
    ".txt": "text/plain; charset=utf-8",
    ".csv": "text/csv; charset=utf-8; header=present",
    ".zst": "application/zstd",
    ".sha256": "text/plain; charset=utf-8",
}
"""Content types by the ending of a file. A file with any other ending is not served."""
TYPES_BY_NAME = {"sitemap.xml": "application/xml; charset=utf-8", "tracker.db.zst.json": "application/json"}
"""Content types of files whose ending says something else."""
POLLED = FEED_SUFFIXES | {".opml"}
"""Endings of what feed readers poll, and what scripts of other sites may read."""
PAGE_SECONDS = 300
"""The longest time for which a page may be cached: it shows how the tracker is doing."""


def content_type(name: str) -> str:
    """The content type of a file of the site. KeyError for one that is not served."""
    return TYPES_BY_NAME.get(name) or TYPES[PurePosixPath(name).suffix]


def page_cache_control(ttl_minutes: int) -> str:
    """Cache-Control of pages and whatever belongs to them; `ttl_minutes` is that of the feeds."""
    return f"public, max-age={min(ttl_minutes * 60, PAGE_SECONDS)}"


def feed_cache_control(ttl_minutes: int) -> str:
    """Cache-Control of feeds, whose `ttl` says the same to readers."""
    return f"public, max-age={ttl_minutes * 60}"
