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

from tracker.pipeline.context import Cycle
from tracker.store import retention, stage_status

log = logging.getLogger(__name__)

STAGE = "retention"
PERIOD = timedelta(hours=24)
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
        files = delete_leftover_files(cycle.settings.public_dir)
        files += delete_leftover_files(cycle.settings.data_dir, deep=False)
        if deleted.listings or deleted.scans or files:
            log.info("%d listings, %d scans and %d leftover files deleted", deleted.listings, deleted.scans, files)


def _is_due(cycle: Cycle) -> bool:
    good_at, troubles = stage_status.load_stages(cycle.store)
    if any(trouble.what == STAGE and trouble.next_try and trouble.next_try > cycle.now for trouble in troubles):
        return False
    good = good_at.get(STAGE)
    return good is None or not cycle.now - PERIOD < good <= cycle.now


def delete_leftover_files(folder: Path, *, deep: bool = True) -> int:
    """Delete temporary files that killed processes left below `folder`, or directly in it; returns how many. A
    file that cannot be deleted stays."""
    deleted, before = 0, time.time() - LEFTOVER_SECONDS
    for path in _hidden_files(folder, deep=deep):
        with suppress(OSError):
            if _TEMPORARY.fullmatch(path.name) and path.is_file() and path.stat().st_mtime < before:
                path.unlink()
                deleted += 1
    return deleted


def _hidden_files(folder: Path, *, deep: bool) -> Iterator[Path]:
    with suppress(OSError):
        yield from folder.rglob(".*") if deep else folder.glob(".*")
