"""What lives longer than a cycle: what publishing needs, the connections and the rules."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tracker.config_files import load_watchlist
from tracker.domain.errors import Cancelled
from tracker.domain.protocols import Clock, Fetch, Progress
from tracker.domain.status import Trouble
from tracker.fetch.client import Client
from tracker.fetch.clock import SystemClock
from tracker.pipeline.corrections_file import read_corrections
from tracker.pipeline.publisher import Publisher, SiteMemory
from tracker.pipeline.rulebook import Rulebook, load_rules
from tracker.publish import composed_feeds
from tracker.settings import Settings
from tracker.store import upstreams
from tracker.store.database_clock import DatabaseClock
from tracker.store.engine import Store

log = logging.getLogger(__name__)


class NoProgress:
    """Progress that nobody watches."""

    def step(self, stage: str, done: int, total: int | None = None) -> None:
        """Show nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker(Publisher):
    """What all cycles of a process share; made by `make_worker()`."""

    fetch: Fetch
    rules: Rulebook
    cancel: threading.Event
    """Set when the service is stopping."""
    progress: Progress = field(default_factory=NoProgress)
    refused_tokens: Callable[[], Sequence[str]] = tuple
    """A sentence for each token that an upstream refuses."""
    bucket: SiteMemory = field(default_factory=SiteMemory)
    """Of the site that is in a bucket."""
    uploaded: dict[str, str] = field(default_factory=dict)
    """The entity tag of the manifest that this process wrote into a bucket, by the day on which it did."""

    def check_cancelled(self) -> None:
        """Raise Cancelled when the service is stopping."""
        if self.cancel.is_set():
            raise Cancelled("The service is stopping.")

    def close(self) -> None:
        """Close its connections; the store is the caller's."""
        self.fetch.close()


def choose_clock(store: Store, local: Clock) -> Clock:
    """The clock of a worker: that of the store's server, which several machines share, unless the settings moved the
    local one."""
    if store.leases is None or not isinstance(local, SystemClock):
        return local
    return DatabaseClock(store, store.leases)


def make_worker(
    settings: Settings,
    store: Store,
    clock: Clock,
    *,
    cancel: threading.Event | None = None,
    progress: Progress | None = None,
    next_harvest: Callable[[], datetime | None] = lambda: None,
    troubles: Callable[[], Sequence[Trouble]] = tuple,
) -> Worker:
    """A worker on this store; `close()` it at the end. `cancel` ends every wait of its requests.

    Raises SettingsError where the rules, the watchlist or the operator's corrections are wrong.
    """
    if not settings.contact.strip() and not settings.demo:
        log.warning("no contact is set; set TRACKER_CONTACT, so that upstreams and readers can reach you")
    read_corrections(settings)
    if store.leases is not None:
        store.leases.seconds = settings.schedule.lease_seconds
    stop = cancel or threading.Event()
    fetch = Client(settings, upstreams.StoredUpstreams(store), clock, stop)
    watched = load_watchlist().organisation
    return Worker(
        settings=settings,
        store=store,
        clock=clock,
        fetch=fetch,
        rules=load_rules(),
        composer=composed_feeds.Composer(settings, watched),
        cancel=stop,
        progress=progress or NoProgress(),
        next_harvest=next_harvest,
        troubles=troubles,
        has_github_token=lambda: fetch.has_token("github_api"),
        refused_tokens=fetch.refused_tokens,
        watched=watched,
    )
