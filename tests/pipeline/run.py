"""A worker on a sandbox world, over real HTTP, and what tests read from it."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import text

from tracker.harvest.completeness import AnnouncementDay
from tracker.pipeline.completeness import list_announcement_days
from tracker.pipeline.context import Cycle
from tracker.pipeline.cycle import run_cycle
from tracker.pipeline.status import read_status
from tracker.pipeline.worker import Worker
from tracker.sandbox.server import Sandbox
from tracker.store.dialect import fetch_stored
from tracker.web.health import health_document

NOW = "2026-06-17T05:00:00Z"
VIEWS = ("papers", "links", "artifacts", "checks", "events", "open_papers")


def environment(sandbox: Sandbox, data: Path, **more: str) -> dict[str, str]:
    """The variables of an installation with its data in `data` and all upstreams in the sandbox. An empty value
    leaves a variable out."""
    variables = {
        **{f"TRACKER_UPSTREAMS__{name.upper()}": url for name, url in sandbox.upstreams.items()},
        "TRACKER_NOW": NOW,
        "TRACKER_DATA_DIR": str(data),
        "TRACKER_PACE__ARXIV": "0",
        "TRACKER_PACE__GITHUB": "0",
        "GITHUB_TOKEN": "a-token",
        **more,
    }
    return {name: value for name, value in variables.items() if value}


def order_fault(sandbox: Sandbox, upstream: str, kind: str, **how: Any) -> None:
    """Let an upstream of the sandbox show a fault, once or `times`."""
    body = json.dumps({"upstream": upstream, "kind": kind, **how}).encode()
    request = urllib.request.Request(
        f"{sandbox.url}/_sandbox/misbehave", body, {"content-type": "application/json"}
    )
    urllib.request.urlopen(request).close()


@dataclass
class Run:
    """A worker and the sandbox that it sends its requests to."""

    worker: Worker
    sandbox: Sandbox

    def cycle(self) -> Cycle:
        """Run one whole cycle."""
        return run_cycle(self.worker)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with self.worker.store.read() as connection:
            return [tuple(row) for row in fetch_stored(connection, sql)]

    def columns(self, view: str) -> list[str]:
        with self.worker.store.read() as connection:
            return list(connection.execute(text(f"SELECT * FROM {view} LIMIT 0")).keys())

    def states(self) -> dict[str, str]:
        """The state of the code of each paper, by arXiv id."""
        return {str(key): str(state) for key, state in self.rows("SELECT arxiv_id, code FROM papers")}

    def arxiv_ids(self) -> list[str]:
        return [row[0] for row in self.rows("SELECT arxiv_id FROM papers ORDER BY 1")]

    def views(self) -> dict[str, list[tuple[Any, ...]]]:
        """The public views without the times of checks and readings."""
        views = {name: self.rows(f"SELECT * FROM {name} ORDER BY 1, 2, 3") for name in VIEWS}
        columns = ", ".join(name for name in self.columns("papers") if name != "read_at")
        views["papers"] = self.rows(f"SELECT {columns} FROM papers ORDER BY 1")
        columns = "reference, host, kind, url, outcome, content, licence_spdx, licence_class, archived, gated, created_at"
        views["artifacts"] = self.rows(f"SELECT {columns} FROM artifacts ORDER BY 1")
        return views

    def announcement_days(self, since: date | None = None) -> dict[date, AnnouncementDay]:
        days = list_announcement_days(self.worker.store, self.worker.settings, self.worker.now(), since)
        return {day.day: day for day in days}

    def short_days(self) -> list[date]:
        return [day for day, record in self.announcement_days().items() if record.short]

    def health(self) -> dict[str, Any]:
        return health_document(read_status(self.worker, self.worker.now()), self.worker.now())

    def requests(self, upstream: str) -> list[dict[str, Any]]:
        """The requests that reached an upstream, in order."""
        with urllib.request.urlopen(f"{self.sandbox.url}/_sandbox/requests?upstream={upstream}") as response:
            requests: list[dict[str, Any]] = json.load(response)
            return requests

    def queries(self, upstream: str) -> list[str]:
        """The query strings of those requests."""
        return [request["query"] for request in self.requests(upstream)]

    def misbehave(self, upstream: str, kind: str, **how: Any) -> None:
        """Let an upstream show a fault, once or `times`."""
        order_fault(self.sandbox, upstream, kind, **how)


StartRun = Callable[..., AbstractContextManager[Run]]
