"""The product's time: the real time, or a time set by `TRACKER_NOW` that then ticks on."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from tracker.config_files import parse_now
from tracker.domain.protocols import Clock
from tracker.settings import Settings


class SystemClock:
    """The real time."""

    def now(self) -> datetime:
        """The time now, aware and in UTC."""
        return datetime.now(UTC)


class MovedClock:
    """Returns `start` (aware) at its first call and then ticks as fast as real time.

    It does not tick before the first call, so that a slow start of the program changes nothing. `monotonic` returns
    seconds, and is for tests.
    """

    def __init__(self, start: datetime, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._start = start.astimezone(UTC)
        self._monotonic = monotonic
        self._began: float | None = None

    def now(self) -> datetime:
        """The moved time, aware and in UTC."""
        seconds = self._monotonic()
        if self._began is None:
            self._began = seconds
        return self._start + timedelta(seconds=seconds - self._began)


def make_stand_in_clock() -> Clock:
    """The clock of a stand-in for upstreams, moved by `TRACKER_NOW` whatever the settings say. Raises SettingsError."""
    moved = parse_now(os.environ["TRACKER_NOW"]) if os.environ.get("TRACKER_NOW") else None
    return SystemClock() if moved is None else MovedClock(moved)


def make_clock(settings: Settings) -> Clock:
    """The clock that the settings choose."""
    return SystemClock() if settings.now is None else MovedClock(settings.now)
