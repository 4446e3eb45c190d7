"""How often each stage ran and for how many seconds in all, since the process began; for `/metrics`.

The time is real and `TRACKER_NOW` does not move it: it shows what a stage costs, not when it was.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StageTime:
    """What a stage took: how often it ran, seconds in all, and seconds of its last run. A run that failed counts
    too."""

    runs: int = 0
    seconds: float = 0.0
    last: float = 0.0


class StageTimes:
    """Adds up the times of the stages, in any thread. Names of stages are ours, so there are few."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._times: dict[str, StageTime] = {}
        self._lock = threading.Lock()

    @contextmanager
    def measure(self, stage: str) -> Iterator[None]:
        """Count what happens inside as a run of this stage, however it ends."""
        began = self._clock()
        try:
            yield
        finally:
            took = max(0.0, self._clock() - began)
            with self._lock:
                before = self._times.get(stage, StageTime())
                self._times[stage] = StageTime(before.runs + 1, before.seconds + took, took)

    def totals(self) -> Mapping[str, StageTime]:
        """What each stage took since the process began."""
        with self._lock:
            return dict(self._times)


STAGE_TIMES = StageTimes()
"""The times of this process."""
