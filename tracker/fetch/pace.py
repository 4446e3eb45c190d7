"""One pace per group of upstreams, for all clients, threads and processes of an installation.

Each group has a small file in `DATA_DIR/pace/`. The file is locked while a request runs, so that there is a single
connection, and holds the time at which the last request began or ended. That is always the real time: a pace is a
promise to others, which `TRACKER_NOW` must not move. Where machines share a store on a server, it grants the turns
(`SharedPace`).
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from zlib import crc32

from tracker.domain.errors import Cancelled, SettingsError, TurnEnded
from tracker.domain.protocols import Turns
from tracker.regular_files import open_regular
from tracker.settings import Settings, is_loopback

Sleep = Callable[[float], None]
"""A function that waits so many seconds, or raises Cancelled."""
Permit = Callable[[], None]
"""Called just before a request leaves; raises TurnEnded where its turn is over."""

WEBSUB_HUB = "hub"
"""The name, in pace files and counts, of requests to the operator's WebSub hub."""
WEBHOOK = "webhook"
"""The same of requests to the operator's webhooks, each of which is stopped alone, as `webhook:NAME`."""
POLL_SECONDS = 0.02
"""Seconds between two tries for a lock that another process holds."""
PAGE_FILES = 256
"""How many files the hosts of pages share. Strangers choose these hosts, and must not fill the folder."""


def make_sleep(cancel: threading.Event | None) -> Sleep:
    """A sleep that raises Cancelled as soon as `cancel` is set."""
    event = cancel or threading.Event()

    def sleep(seconds: float) -> None:
        if event.wait(max(0.0, seconds)):
            raise Cancelled("Stopped while waiting for an upstream; the next run continues with what is left.")

    return sleep


def pace_group(upstream: str) -> str:
    """The name of the group in which an upstream is paced; all upstreams of arXiv are one group."""
    return "arxiv" if upstream.startswith("arxiv_") else upstream.removesuffix("_api")


def interval_seconds(settings: Settings, upstream: str) -> float:
    """The minimum seconds between two requests to an upstream, or to a host of pages (`web:HOST`)."""
    name = pace_group(upstream.partition(":")[0])
    ours = name in ("arxiv", "github") or f"pace.{name}" in settings.chosen
    return float(getattr(settings.pace, name)) if ours or not _is_local(settings, upstream) else 0.0


def hourly_budget(settings: Settings, upstream: str, *, anonymous: bool = False) -> int | None:
    """The maximum number of requests an hour, None where only the upstream's responses limit them. `anonymous`: the
    token of the settings is not sent."""
    name = pace_group(upstream.partition(":")[0])
    if name == "github":
        has_token = settings.github_token is not None and not anonymous
        return None if has_token else settings.limits.github_anonymous_per_hour
    key = f"{name}_per_hour"
    if key not in type(settings.limits).model_fields:
        return None
    if _is_local(settings, upstream) and f"limits.{key}" not in settings.chosen:
        return None
    return int(getattr(settings.limits, key))


def hours_needed(settings: Settings, upstream: str, requests: int) -> float | None:
    """The hours that a number of requests takes by pace and budget, None where no request is allowed."""
    limit = hourly_budget(settings, upstream)
    if limit == 0:
        return None
    paced = requests * interval_seconds(settings, upstream) / 3600
    # The first hour's budget can be used at once; each further one takes an hour of waiting.
    return paced if limit is None else max(paced, float(max(0, requests - 1) // limit))


def _is_local(settings: Settings, upstream: str) -> bool:
    name = upstream.partition(":")[0]
    if name == WEBHOOK:
        return False
    return is_loopback(
        settings.notify.websub_hub if name == WEBSUB_HUB else str(getattr(settings.upstreams, name))
    )


class UpstreamPace:
    """The pace of one group of upstreams, kept in `file`: at least `seconds` between two requests.

    `sleep` waits; `wall` returns the real time in seconds, and is for tests.
    """

    def __init__(self, file: Path, seconds: float, sleep: Sleep, wall: Callable[[], float] = time.time) -> None:
        self._file = file
        self._seconds = seconds
        self._sleep = sleep
        self._wall = wall

    @contextmanager
    def turn(self) -> Iterator[Permit]:
        """Wait for the next turn and hold it; exactly one request is to be made inside.

        The request starts at least the pace's seconds after the last one ended (after it began, if its process died).
        Raises Cancelled while waiting, and SettingsError where the file cannot be written.
        """
        descriptor = self._open()
        try:
            self._lock(descriptor)
            wait = _seconds_to_wait(_read_time(descriptor), self._seconds, self._wall())
            if wait > 0:
                self._sleep(wait)
            self._write(descriptor)
            try:
                yield _always  # the kernel holds the lock of a process that is stopped
            finally:
                # A disk that has become full must not lose the response; the time of the start is still there.
                with suppress(SettingsError):
                    self._write(descriptor)
        finally:
            os.close(descriptor)

    def _open(self) -> int:
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            return open_regular(self._file, os.O_RDWR | os.O_CREAT)
        except OSError as error:
            raise self._make_error(error) from None

    def _lock(self, descriptor: int) -> None:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self._sleep(POLL_SECONDS)
            else:
                return

    def _write(self, descriptor: int) -> None:
        # Always the same width, so that no write leaves a part of an older one.
        try:
            os.pwrite(descriptor, f"{self._wall():020.6f}\n".encode("ascii"), 0)
        except OSError as error:
            raise self._make_error(error) from None

    def _make_error(self, error: OSError) -> SettingsError:
        return SettingsError(
            f"{self._file}: the pace file cannot be written ({error.strerror}); remove what is no file, or set "
            "`data_dir` to a folder that this user can write, on a disk that is not full."
        )


class SharedPace:
    """The pace of one group of upstreams over all machines, granted by `turns`: `seconds` between two requests."""

    def __init__(self, turns: Turns, upstream: str, name: str, seconds: float, sleep: Sleep) -> None:
        self._turns = turns
        self._upstream = upstream
        self._name = name
        self._seconds = seconds
        self._sleep = sleep

    @contextmanager
    def turn(self) -> Iterator[Permit]:
        """Wait for the next turn and hold it; exactly one request is to be made inside, after asking the permit.

        Raises Cancelled while waiting, and StoreError where the server cannot be asked.
        """
        while isinstance(turn := self._turns.take_turn(self._name, self._seconds), float):
            self._sleep(turn)

        def permit() -> None:
            if not turn.is_valid():
                raise TurnEnded(self._upstream)

        try:
            yield permit
        finally:
            turn.end()


def trace_permit(permit: Permit) -> Callable[[str, Mapping[str, Any]], None]:
    """A function for httpcore's `trace`, which asks the permit when the connection is there and the request leaves."""

    def trace(name: str, _info: Mapping[str, Any]) -> None:
        if name.endswith("send_request_headers.started"):
            permit()

    return trace


def _always() -> None:
    """A permit without an end."""


def _read_time(descriptor: int) -> float | None:
    try:
        return float(os.pread(descriptor, 64, 0))
    except ValueError:
        return None


def _seconds_to_wait(last: float | None, seconds: float, now: float) -> float:
    """The seconds to wait: at most one interval, even after the clock was set back."""
    if last is None:
        return 0.0
    return min(seconds, max(0.0, last + seconds - now))


class UpstreamPaces:
    """The paces of all upstreams of an installation, shared by both clients (httpx and the arxiv library). `turns`
    grants them over several machines; without it files do, on this one."""

    def __init__(
        self,
        settings: Settings,
        sleep: Sleep,
        wall: Callable[[], float] = time.time,
        turns: Turns | None = None,
    ) -> None:
        self._settings = settings
        self._sleep = sleep
        self._wall = wall
        self._turns = turns

    def pace_of(self, upstream: str) -> UpstreamPace | SharedPace:
        """The pace of an upstream, or of a host of pages (`web:HOST`)."""
        name, seconds = pace_group(upstream), interval_seconds(self._settings, upstream)
        if name.startswith("web:"):
            name = f"web-{crc32(name.encode()) % PAGE_FILES:02x}"
        if self._turns is not None:
            return SharedPace(self._turns, upstream, name, seconds, self._sleep)
        return UpstreamPace(self._settings.data_dir / "pace" / name, seconds, self._sleep, self._wall)
