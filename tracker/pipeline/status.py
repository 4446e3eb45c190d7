"""How the installation is doing, for the pages, `/health` and `/metrics`."""

from __future__ import annotations

from datetime import datetime

from tracker import __version__
from tracker.domain.status import Status, join_arxiv_troubles
from tracker.pipeline.backlog import read_backlog
from tracker.pipeline.publisher import Publisher
from tracker.store import stage_status, statistics


def read_status(publisher: Publisher, now: datetime) -> Status:
    """How the installation is doing at `now`: counts of the store, how the stages ended, and what hinders it."""
    store, settings = publisher.store, publisher.settings
    stages, troubles = stage_status.load_stages(store)
    counts, backlog = statistics.load_counts(store, now), read_backlog(store, settings, now)
    next_harvest = publisher.next_harvest()
    return Status(
        version=__version__,
        now=now,
        **counts | {"scans_waiting": counts["scans_waiting"] + backlog.papers},
        backlog=backlog,
        github_token=publisher.has_github_token(),
        stages=stages,
        troubles=join_arxiv_troubles((*publisher.troubles(), *troubles), next_harvest),
        next_harvest=next_harvest,
        demo=settings.demo,
    )
