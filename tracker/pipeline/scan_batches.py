"""Scans that a stage makes one by one, committed in batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tracker.pipeline.context import Cycle
from tracker.store.scans import ScanResult, save_scans


@contextmanager
def saved_in_batches(cycle: Cycle, size: int) -> Iterator[Callable[[ScanResult], None]]:
    """Gives a function that takes a scan, and saves every `size` of them; the rest at the end, however it comes."""
    batch: list[ScanResult] = []

    def save() -> None:
        if batch:
            save_scans(cycle.store, batch, cycle.rules.roles.version, cycle.now)
            batch.clear()

    def add_scan(scan: ScanResult) -> None:
        batch.append(scan)
        if len(batch) >= size:
            save()

    try:
        yield add_scan
    finally:
        save()
