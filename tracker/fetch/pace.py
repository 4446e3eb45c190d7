"""One pace per group of upstreams for all doors, threads and processes of an installation.

A small file per group lies in `DATA_DIR/pace/`. It is locked while a request runs, which makes it a single
connection, and holds the real time at which the last request began or ended. Real time always: a pace is a
promise to people outside, which `TRACKER_NOW` must not move.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from zlib import crc32

from tracker.domain.errors import Cancelled, SettingsError
from tracker.settings import Settings, is_loopback

Sleep = Callable[[float], None]
"""Waits so many seconds, or raises Cancelled."""

WEBSUB_HUB = "hub"
"""The pace of what is told to the operator's WebSub hub."""
POLL_SECONDS = 0.02
"""How often a taken lock is tried again."""
PAGE_FILES = 256
"""Hosts of pages share so many files: strangers name the hosts, and must not fill the folder."""


def make_sleep(cancel: threading.Event | None) -> Sleep:
    """A sleep that ends with Cancelled as soon as `cancel` is set."""
    event = cancel or threading.Event()

    def sleep(seconds: float) -> None:
        if event.wait(max(0.0, seconds)):
            raise Cancelled("Stopped while waiting for an upstream; what was left will be done again.")

    return sleep


def pace_group(upstream: str) -> str:
    """The name under which an upstream is paced: all of arXiv's doors share one."""
    return "arxiv" if upstream.startswith("arxiv_") else upstream.removesuffix("_api")


def interval_seconds(settings: Settings, upstream: str) -> float:
    """The least seconds between two requests to an upstream, or to a host of pages (`web:HOST`)."""
    name = pace_group(upstream.partition(":")[0])
    ours = name in ("arxiv", "github") or f"pace.{name}" in settings.chosen
    return float(getattr(settings.pace, name)) if ours or not _is_local(settings, upstream) else 0.0


def hourly_budget(settings: Settings, upstream: str) -> int | None:
    """The most requests in an hour, None where only the upstream's own answers bound them."""
    name = pace_group(upstream.partition(":")[0])
    if name == "github":
        return settings.limits.github_anonymous_per_hour if settings.github_token is None else None
    key = f"{name}_per_hour"
    if key not in type(settings.limits).model_fields:
        return None
    if _is_local(settings, upstream) and f"limits.{key}" not in settings.chosen:
        return None
    return int(getattr(settings.limits, key))


def hours_needed(settings: Settings, upstream: str, requests: int) -> float | None:
    """Hours that so many requests take by pace and budget, None where none is allowed."""
    limit = hourly_budget(settings, upstream)
    if limit == 0:
        return None
    paced = requests * interval_seconds(settings, upstream) / 3600
    # The first hour's budget can be spent at once; each further one takes an hour's wait.
    return paced if limit is None else max(paced, float(max(0, requests - 1) // limit))


def _is_local(settings: Settings, upstream: str) -> bool:
    name = upstream.partition(":")[0]
    return is_loopback(
        settings.notify.websub_hub if name == WEBSUB_HUB else str(getattr(settings.upstreams, name))
    )


class UpstreamPace:
    """The turns of one group of upstreams."""

    def __init__(self, file: Path, seconds: float, sleep: Sleep, wall: Callable[[], float] = time.time) -> None:
        self._file = file
        self._seconds = seconds
        self._sleep = sleep
        self._wall = wall

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for the turn and hold it: make exactly one request inside.

        The request starts no earlier than the pace after the last one ended (after it began, if its process
        died). Raises Cancelled while waiting, SettingsError if the file cannot be kept.
        """
        descriptor = self._open()
        try:
            self._lock(descriptor)
            wait = _remaining(_read(descriptor), self._seconds, self._wall())
            if wait > 0:
                self._sleep(wait)
            self._write(descriptor)
            try:
                yield
            finally:
                # A disk that filled up meanwhile must not spoil the answer; the time of the start still holds.
                with suppress(SettingsError):
                    self._write(descriptor)
        finally:
            os.close(descriptor)

    def _open(self) -> int:
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            return os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise self._trouble(error) from None

    def _lock(self, descriptor: int) -> None:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self._sleep(POLL_SECONDS)
            else:
                return

    def _write(self, descriptor: int) -> None:
        # The same width always, so that no write leaves a tail.
        try:
            os.pwrite(descriptor, f"{self._wall():020.6f}\n".encode("ascii"), 0)
        except OSError as error:
            raise self._trouble(error) from None

    def _trouble(self, error: OSError) -> SettingsError:
        return SettingsError(
            f"{self._file}: the pace of requests cannot be kept there ({error.strerror}); "
            "let `data_dir` be a folder that this user may write, on a disk that is not full."
        )


def _read(descriptor: int) -> float | None:
    try:
        return float(os.pread(descriptor, 64, 0))
    except ValueError:
        return None


def _remaining(last: float | None, seconds: float, now: float) -> float:
    """Seconds to wait; at most one interval, even after the clock stepped back."""
    if last is None:
        return 0.0
    return min(seconds, max(0.0, last + seconds - now))


class UpstreamPaces:
    """The pace of every upstream of an installation; both doors (httpx and the arxiv library) share it."""

    def __init__(self, settings: Settings, sleep: Sleep, wall: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._sleep = sleep
        self._wall = wall

    def pace_of(self, upstream: str) -> UpstreamPace:
        """The pace of an upstream."""
        name = pace_group(upstream)
        if name.startswith("web:"):
            name = f"web-{crc32(name.encode()) % PAGE_FILES:02x}"
        file = self._settings.data_dir / "pace" / name
        return UpstreamPace(file, interval_seconds(self._settings, upstream), self._sleep, self._wall)
