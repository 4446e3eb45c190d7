"""What `/health` and `/metrics` tell of an installation, whatever the upstreams or the store do.

The store is asked in a thread of its own and for a bounded time: a store that is locked, damaged or on a disk that
hangs must not keep whoever watches from learning that the process serves.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from typing import Any, TypeVar

from tracker.domain.protocols import Clock
from tracker.domain.status import Status, Trouble

log = logging.getLogger(__name__)
T = TypeVar("T")

PATIENCE_SECONDS = 2.0
"""How long the store may take; `tracker health` waits 5 seconds for the whole answer, and the container 10."""

Metrics = Callable[[bool], bytes]
"""The text of `/metrics`, asked with the store or, where that does not answer, without it."""


class Health:
    """Asks how the installation is. `health` may raise or hang; `metrics` may hang where it is asked with the store."""

    def __init__(self, health: Callable[[], Status], clock: Clock, metrics: Metrics | None = None) -> None:
        self._health, self._clock, self._metrics = health, clock, metrics
        self._running: dict[str, Future[Any]] = {}
        self._last: Status | None = None
        self._silent_since: datetime | None = None

    async def told(self) -> tuple[bool, dict[str, object]]:
        """Whether the store answered, and the document. Where it did not, the last known figures with that trouble."""
        now = self._clock.now().replace(microsecond=0)
        try:
            self._last = await self._asked("health", self._health)
        except TimeoutError:
            reason = "the store does not answer in time"
        except Exception as error:  # noqa: BLE001 # whatever ails the store, `/health` must say so
            log.warning("health: the store does not answer (%s)", type(error).__name__)
            reason = "the store does not answer"
        else:
            self._silent_since = None
            return True, document(self._last, now)
        if self._silent_since is None:
            self._silent_since = now
            log.warning("health: %s; told are the last known figures", reason)
        trouble = Trouble("store", reason, self._silent_since)
        return False, document(self._last, now, trouble)

    async def metrics(self) -> bytes | None:
        """The text of `/metrics`; None where there is none."""
        metrics = self._metrics
        if metrics is None:
            return None
        try:
            return await self._asked("metrics", lambda: metrics(True))
        except TimeoutError:
            return metrics(False)

    async def _asked(self, name: str, work: Callable[[], T]) -> T:
        """The answer to a question that is asked only once at a time: who comes meanwhile waits for the same one.

        TimeoutError when it takes too long; it goes on then, and whoever asks next may find it done.
        """
        running = self._running.get(name)
        if running is None or running.done():
            running = self._running[name] = _begun(name, work)
        answer: T = await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(running)), PATIENCE_SECONDS)
        return answer


def _begun(name: str, work: Callable[[], T]) -> Future[T]:
    """Work begun in a thread of its own: what is asked on demand must not make it wait. A daemon, since one that hangs
    at a locked store must not hold up the end of the process either, as a pool's would."""
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001 # told to whoever asked
            future.set_exception(error)

    threading.Thread(target=run, name=f"asking {name}", daemon=True).start()
    return future


def document(status: Status | None, now: datetime, *more: Trouble) -> dict[str, object]:
    """The answer of `/health` as JSON values; `status` is None while nothing was ever known."""
    troubles = [*more, *(status.troubles if status else ())]
    told: dict[str, object] = {"status": "trouble" if troubles else "ok", "now": _text(now)}
    if status is not None:
        told |= {
            "version": status.version,
            "papers": status.papers,
            "open_papers": status.open_papers,
            "checks_waiting": status.checks_waiting,
            "scans_waiting": status.scans_waiting,
            "github_token": status.github_token,
            "next_harvest": _text(status.next_harvest),
            "stages": {
                name: {"good_at": _text(at), "age_seconds": int((now - at).total_seconds()) if at else None}
                for name, at in sorted(status.stages.items())
            },
        }
    told["troubles"] = [
        {"what": one.what, "reason": one.reason, "since": _text(one.since), "next_try": _text(one.next_try)}
        for one in troubles
    ]
    return told


def _text(moment: datetime | None) -> str | None:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}" if moment else None
