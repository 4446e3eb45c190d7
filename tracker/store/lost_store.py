"""Refuses to begin anew where a store was lost: a new one would blank the site that the old one published."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tracker.domain.errors import StoreError
from tracker.regular_files import read_regular
from tracker.store.engine import parse_url

MOST_BYTES = 256 * 1024 * 1024
HEADER_BYTES = 100
"""Every SQLite database begins with so many bytes of header (sqlite.org/fileformat2.html, 1.3)."""


def refuse_lost_store(url: str, feed: Path, traces: Iterable[Path]) -> None:
    """Refuse a store whose file is missing or cut off while a store has been here before.

    A published `feed` with items proves that there was a file, even where none is left; `traces`, what a store leaves
    behind in any state, prove it of a file without content. The database of a server is not examined. Raises
    StoreError.
    """
    database = parse_url(url)
    if database.get_backend_name() != "sqlite" or not database.database or database.database == ":memory:":
        return
    file = Path(database.database)
    size = file.stat().st_size if file.exists() else None
    if size is not None and size >= HEADER_BYTES:
        return
    left = [feed] if has_items(feed) else []
    found = next((trace for trace in (*left, *([] if size is None else traces)) if trace.exists()), None)
    if found is None:
        return
    state = "is missing" if size is None else f"has {size} bytes"
    raise StoreError(
        f"{file}: {state}, though {found} shows that a store was here; bring a snapshot back with "
        f"`tracker restore FILE{'' if size is None else ' --force'}`, or move {found} away to begin anew."
    )


def has_items(feed: Path) -> bool:
    """Whether a published RSS feed has an item."""
    try:
        return b"<item>" in read_regular(feed, MOST_BYTES)
    except OSError:
        return False
