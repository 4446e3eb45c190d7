"""The stage that keeps an installation from growing without end: once a day old raw evidence goes and leavings of
killed processes are swept away; after each cycle the store's write-ahead log is folded into its file and cut."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from tracker.domain.errors import Cancelled
from tracker.hosts import base, resolve
from tracker.pipeline.context import Cycle, close_stage
from tracker.pipeline.timing import timed
from tracker.store import keys, retention, stage_status, times

log = logging.getLogger(__name__)

STAGE = "retention"
EVERY = timedelta(hours=24)
LEFT_SECONDS = 86_400
"""A temporary file that nobody wrote to for a day belongs to a process that was killed."""
_TEMPORARY = re.compile(r"\..+\.[a-z0-9_]{8}")
"""As `tempfile.mkstemp` names what we write beside the file that it replaces."""


@timed("retention")
def keep(cycle: Cycle) -> None:
    """All of it; the log is folded each time, the rest once a day. What fails is told, and tried again in an hour."""
    if _is_due(cycle):
        reason = ""
        try:
            wanted = cycle.settings.retention
            gone = retention.delete_expired(
                cycle.store,
                cycle.now,
                listings_days=wanted.listings_days,
                scans_days=wanted.scans_days,
                go_on=cycle.check_cancelled,
            )
            swept = sweep(cycle.settings.public_dir) + sweep(cycle.settings.data_dir, deep=False)
        except Cancelled:
            raise
        except Exception as error:  # noqa: BLE001 # what could not be tidied must not end a cycle that did its work
            reason = f"could not be done ({type(error).__name__})"
        else:
            if gone.listings or gone.scans or swept:
                log.info("%d listings, %d scans and %d left files went", gone.listings, gone.scans, swept)
        close_stage(cycle, STAGE, reason, cycle.now + timedelta(hours=1) if reason else None)
    cycle.store.checkpoint_wal()


def forget() -> None:
    """Give back what one cycle's work was quicker for: addresses taken apart, times and keys as they are stored. A service does it between
    cycles, since each kept only its bound in number would grow for months."""
    resolve.resolve_url.cache_clear()
    base.split_url.cache_clear()
    times.format_utc.cache_clear()
    keys.work_key.cache_clear()


def _is_due(cycle: Cycle) -> bool:
    times, troubles = stage_status.load_stages(cycle.store)
    if any(one.what == STAGE and one.next_try and one.next_try > cycle.now for one in troubles):
        return False
    good = times.get(STAGE)
    return good is None or not cycle.now - EVERY < good <= cycle.now


def sweep(folder: Path, *, deep: bool = True) -> int:
    """Remove temporary files that were left behind below `folder`; returns how many. Never raises for one of them."""
    swept, before = 0, time.time() - LEFT_SECONDS
    for path in _files(folder, deep=deep):
        with suppress(OSError):
            if _TEMPORARY.fullmatch(path.name) and path.is_file() and path.stat().st_mtime < before:
                path.unlink()
                swept += 1
    return swept


def _files(folder: Path, *, deep: bool) -> Iterator[Path]:
    with suppress(OSError):
        yield from folder.rglob(".*") if deep else folder.glob(".*")
