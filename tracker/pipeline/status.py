"""How the installation is doing, for the pages, `/health` and `/metrics`."""

from __future__ import annotations

from datetime import datetime

from tracker import __version__
from tracker.domain.status import Leader, Status, join_arxiv_troubles
from tracker.pipeline.backlog import read_backlog
from tracker.pipeline.publisher import Publisher
from tracker.store import stage_status, statistics
from tracker.store.engine import Store
from tracker.store.leases import LEADER, load_lease, name_holder


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
        leader=read_leader(store),
    )


def read_leader(store: Store) -> Leader | None:
    """Who leads the services that share a store on a server; None for a store in a file."""
    if store.leases is None:
        return None
    with store.read() as connection:
        lease = load_lease(connection, LEADER)
    if lease is None or not lease.is_held:
        return Leader("", is_self=False)
    return Leader(lease.holder, lease.holder == name_holder(), lease.since, lease.seconds_left)
