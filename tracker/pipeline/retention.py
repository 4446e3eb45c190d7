"""The stage that keeps an installation from growing without end.

Once a day it deletes old raw evidence, and leftover files of processes that were killed.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from tracker.hosts import base, resolve
from tracker.pipeline.context import Cycle
from tracker.store import keys, retention, stage_status, times

log = logging.getLogger(__name__)

STAGE = "retention"
EVERY = timedelta(hours=24)
LEFTOVER_SECONDS = 86_400
"""A temporary file that nobody wrote to for a day belongs to a process that was killed."""
_TEMPORARY = re.compile(r"\..+\.[a-z0-9_]{8}")
"""As `tempfile.mkstemp` names what we write beside the file that it replaces."""


def delete_old_evidence(cycle: Cycle) -> None:
    """Once a day, delete old raw evidence and leftover files; a failure is tried again in an hour."""
    if not _is_due(cycle):
        return
    with cycle.stage(STAGE, contained=True, retry_at=cycle.now + timedelta(hours=1)):
        days = cycle.settings.retention
        deleted = retention.delete_expired(
            cycle.store,
            cycle.now,
            listings_days=days.listings_days,
            scans_days=days.scans_days,
            go_on=cycle.check_cancelled,
        )
        swept = sweep(cycle.settings.public_dir) + sweep(cycle.settings.data_dir, deep=False)
        if deleted.listings or deleted.scans or swept:
            log.info("%d listings, %d scans and %d leftover files deleted", deleted.listings, deleted.scans, swept)


def clear_caches() -> None:
    """Drop the caches that make one cycle quicker: parsed addresses, and times and keys as they are stored.

    A service does it between cycles: bounded only in number, they would grow for months.
    """
    resolve.resolve_url.cache_clear()
    base.split_url.cache_clear()
    times.format_utc.cache_clear()
    keys.work_key.cache_clear()


def _is_due(cycle: Cycle) -> bool:
    good_at, troubles = stage_status.load_stages(cycle.store)
    if any(trouble.what == STAGE and trouble.next_try and trouble.next_try > cycle.now for trouble in troubles):
        return False
    good = good_at.get(STAGE)
    return good is None or not cycle.now - EVERY < good <= cycle.now


def sweep(folder: Path, *, deep: bool = True) -> int:
    """Delete temporary files that killed processes left below `folder`, or directly in it; returns how many. A file that
    cannot be deleted stays."""
    swept, before = 0, time.time() - LEFTOVER_SECONDS
    for path in _files(folder, deep=deep):
        with suppress(OSError):
            if _TEMPORARY.fullmatch(path.name) and path.is_file() and path.stat().st_mtime < before:
                path.unlink()
                swept += 1
    return swept


def _files(folder: Path, *, deep: bool) -> Iterator[Path]:
    with suppress(OSError):
        yield from folder.rglob(".*") if deep else folder.glob(".*")
