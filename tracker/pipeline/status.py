"""How the installation is doing, for the pages, `/health` and `/metrics`."""

from __future__ import annotations

from datetime import datetime

from tracker import __version__
from tracker.domain.status import Status, join_arxiv_troubles
from tracker.pipeline.backlog import read_backlog
from tracker.pipeline.worker import Worker
from tracker.store import stage_status, statistics


def read_status(worker: Worker, now: datetime) -> Status:
    """How the installation is doing at `now`: counts of the store, how the stages ended, and what hinders it."""
    stages, troubles = stage_status.load_stages(worker.store)
    counts, backlog = statistics.load_counts(worker.store, now), read_backlog(worker.store, worker.settings, now)
    next_harvest = worker.next_harvest()
    return Status(
        version=__version__,
        now=now,
        **counts | {"scans_waiting": counts["scans_waiting"] + backlog.papers},
        backlog=backlog,
        github_token=worker.fetch.has_token("github_api"),
        stages=stages,
        troubles=join_arxiv_troubles((*worker.troubles(), *troubles), next_harvest),
        next_harvest=next_harvest,
        demo=worker.settings.demo,
    )
