"""Turns of a backfill among the cycles of a service: the store has one writer at a time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from tracker.domain.errors import Cancelled
from tracker.pipeline.context import Cycle, begin_cycle
from tracker.pipeline.worker import Worker
from tracker.pipeline.worker_lock import POLL_SECONDS, wait_for_worker_lock

PAUSE_SECONDS = POLL_SECONDS * 1.2
"""A pause in which the lock is free: long enough for a service that waits for it to get it …"""
PAUSE_AFTER_SECONDS = 15.0
"""… made whenever the turns together have held the lock for so long."""


class StoreTurns:
    """Hands out turns at the store, with pauses, so that a service beside it is not kept waiting."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._held_seconds = 0.0

    @contextmanager
    def take(self) -> Iterator[Cycle]:
        """A cycle of its own that holds the worker lock. Raises Cancelled when the command is to end."""
        self._worker.check_cancelled()
        if self._held_seconds > PAUSE_AFTER_SECONDS:
            self._held_seconds = 0.0
            if self._worker.cancel.wait(PAUSE_SECONDS):
                raise Cancelled("Stopped; run the same command again to go on.")
        with wait_for_worker_lock(self._worker):
            began = time.monotonic()
            yield begin_cycle(self._worker)
            self._held_seconds += time.monotonic() - began
