"""What `/health` and `/metrics` report of an installation, whatever the upstreams or the store do.

The store is asked in its own thread and for a bounded time: a store that is locked, damaged or on a disk that
hangs must not keep whoever watches from learning that the process serves.
"""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from tracker.domain.protocols import Clock
from tracker.domain.status import Status, Trouble
from tracker.web.files import NotFound
from tracker.web.metrics import CONTENT_TYPE
from tracker.web.responses import ANY_ORIGIN, momentary

log = logging.getLogger(__name__)
T = TypeVar("T")

PATIENCE_SECONDS = 2.0
"""How long the store may take. `tracker health` waits 5 seconds for the whole response, and the container 10."""
MOST_FIELDS = 20
"""Parameters of a request for `/health` that are read."""

MetricsRenderer = Callable[[bool], bytes]
"""Renders the text of `/metrics`: True with what the store knows, False without asking it."""


class Health:
    """Finds out how the installation is. `health` may raise or hang; `metrics` may hang where it asks the store."""

    def __init__(self, health: Callable[[], Status], clock: Clock, metrics: MetricsRenderer | None = None) -> None:
        self._health, self._clock, self._metrics = health, clock, metrics
        self._running: dict[str, Future[Any]] = {}
        self._last: Status | None = None
        self._silent_since: datetime | None = None

    async def report(self) -> tuple[bool, dict[str, object]]:
        """Whether the store answered, and the document. Where it did not, the last known status with that trouble."""
        now = self._clock.now().replace(microsecond=0)
        try:
            self._last = await self._ask("health", self._health)
        except TimeoutError:
            reason = "the store does not answer in time"
        except Exception as error:  # noqa: BLE001 # whatever ails the store, `/health` must say so
            log.warning("health: the store does not answer (%s)", type(error).__name__)
            reason = "the store does not answer"
        else:
            self._silent_since = None
            return True, health_document(self._last, now)
        if self._silent_since is None:
            self._silent_since = now
            log.warning("health: %s; the last known status is reported", reason)
        trouble = Trouble("store", reason, self._silent_since)
        return False, health_document(self._last, now, trouble)

    async def metrics(self) -> bytes | None:
        """The text of `/metrics`; None where the installation has no metrics."""
        metrics = self._metrics
        if metrics is None:
            return None
        try:
            return await self._ask("metrics", lambda: metrics(True))
        except TimeoutError:
            return metrics(False)

    async def _ask(self, name: str, work: Callable[[], T]) -> T:
        """The result of `work`, which runs only once at a time: who asks meanwhile waits for the same result.

        TimeoutError when it takes too long. It goes on then, and whoever asks next may find it done.
        """
        running = self._running.get(name)
        if running is None or running.done():
            running = self._running[name] = _start(name, work)
        answer: T = await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(running)), PATIENCE_SECONDS)
        return answer


class HealthEndpoints:
    """`/health` and `/metrics`. `folder` is that of the published files; `needs_store` says whether the installation is
    ready only while the store answers."""

    def __init__(self, folder: Path, health: Health, not_found: NotFound, *, needs_store: bool = True) -> None:
        self._needs_store = needs_store
        self._first_page, self._health, self._not_found = folder / "index.html", health, not_found

    async def health(self, request: Request) -> Response:
        """The report. With `?ready`, 503 unless a site is published and, where it is needed, the store answers."""
        query: str = request.scope["query_string"].decode("latin-1")
        names = {part.partition("=")[0] for part in query.split("&", MOST_FIELDS)}
        is_published = self._first_page.is_file()
        store_answers, report = await self._health.report()
        is_ready = is_published and (store_answers or not self._needs_store)
        body = json.dumps(report, separators=(",", ":")).encode()
        response = momentary("application/json", body, 200 if is_ready or "ready" not in names else 503)
        response.headers.update(ANY_ORIGIN)
        return response

    async def metrics(self, request: Request) -> Response:  # noqa: ARG002 # Starlette's signature
        """The metrics in Prometheus' text format."""
        text = await self._health.metrics()
        return self._not_found.response() if text is None else momentary(CONTENT_TYPE, text)


def _start(name: str, work: Callable[[], T]) -> Future[T]:
    """Start work in its own thread, so that it does not wait for pages made on demand.

    A daemon thread: one that hangs at a locked store must not hold up the end of the process, as a pool's would.
    """
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001 # raised where the result is asked for
            future.set_exception(error)

    threading.Thread(target=run, name=f"asking {name}", daemon=True).start()
    return future


def health_document(status: Status | None, now: datetime, *more: Trouble) -> dict[str, object]:
    """The body of `/health` as JSON values. `status` is None while the store never answered; `more` are further troubles."""
    troubles = [*more, *(status.troubles if status else ())]
    report: dict[str, object] = {"status": "trouble" if troubles else "ok", "now": _text(now)}
    if status is not None:
        report |= {
            "version": status.version,
            "papers": status.papers,
            "open_papers": status.open_papers,
            "checks_waiting": status.checks_waiting,
            "scans_waiting": status.scans_waiting,
            "read_papers": status.read_papers,
            "backlog": {
                "papers": status.backlog.papers,
                "oldest": _text(status.backlog.oldest),
                "oldest_age_seconds": _age(status.backlog.oldest, now),
                "estimated_seconds": None if status.backlog.seconds is None else int(status.backlog.seconds),
                "slowed_by": status.backlog.slowed_by,
            },
            "github_token": status.github_token,
            "next_harvest": _text(status.next_harvest),
            "stages": {
                name: {"good_at": _text(at), "age_seconds": _age(at, now)}
                for name, at in sorted(status.stages.items())
            },
        }
        if leader := status.leader:
            report["leader"] = {
                "name": leader.name or None,
                "is_self": leader.is_self,
                "since": _text(leader.since),
                "seconds_left": int(leader.seconds_left),
            }
    report["troubles"] = [
        {
            "what": trouble.what,
            "reason": trouble.reason,
            "since": _text(trouble.since),
            "next_try": _text(trouble.next_try),
        }
        for trouble in troubles
    ]
    return report


def _age(moment: datetime | None, now: datetime) -> int | None:
    return int((now - moment).total_seconds()) if moment else None


def _text(moment: datetime | None) -> str | None:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}" if moment else None
