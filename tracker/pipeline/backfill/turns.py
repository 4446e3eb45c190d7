"""Turns of a backfill among the cycles of a service: the store has one writer at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tracker.domain.errors import Cancelled
from tracker.pipeline.context import Cycle, begin_cycle
from tracker.pipeline.worker import Worker
from tracker.pipeline.worker_lock import POLL_SECONDS, wait_for_worker_lock

PAUSE_SECONDS = POLL_SECONDS * 1.2
"""The pause between two turns: long enough for a service that waits for the lock to get it."""


class Turns:
    """Hands out turns at the store, with a pause between two, so that a service beside it is not kept waiting."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._is_first = True

    @contextmanager
    def take(self) -> Iterator[Cycle]:
        """A cycle of its own that holds the worker lock. Raises Cancelled when the command is to end."""
        if not self._is_first and self._worker.cancel.wait(PAUSE_SECONDS):
            raise Cancelled("Stopped; run the same command again to go on.")
        self._is_first = False
        with wait_for_worker_lock(self._worker):
            yield begin_cycle(self._worker)
