"""How often each stage worked and for how many seconds in all, since the process began; for `/metrics`.

Real time, which `TRACKER_NOW` does not move: it tells what a stage costs, not when it was.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StageTime:
    """What a stage took: how often it ran, seconds in all, and seconds of its last run. A run that failed counts too."""

    runs: int = 0
    seconds: float = 0.0
    last: float = 0.0


class Timings:
    """Adds up; of any thread. Names of stages are ours, so there are few."""

    def __init__(self, wall: Callable[[], float] = time.monotonic) -> None:
        self._wall = wall
        self._spent: dict[str, StageTime] = {}
        self._lock = threading.Lock()

    @contextmanager
    def of(self, stage: str) -> Iterator[None]:
        """Count what happens inside as a run of this stage, however it ends."""
        began = self._wall()
        try:
            yield
        finally:
            took = max(0.0, self._wall() - began)
            with self._lock:
                before = self._spent.get(stage, StageTime())
                self._spent[stage] = StageTime(before.runs + 1, before.seconds + took, took)

    def so_far(self) -> Mapping[str, StageTime]:
        """What each stage took since the process began."""
        with self._lock:
            return dict(self._spent)


TIMINGS = Timings()
"""Those of this process."""
