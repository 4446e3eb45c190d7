"""A replica: it renders the site of a store that another process fills, and never writes to that store.

It renders what the worker published last whenever that is new. Meanwhile, and while the store cannot be read, the site that it
rendered before stays.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from tracker.config_files import load_watchlist
from tracker.domain.errors import StoreError, StoreUnreachable, TrackerError
from tracker.domain.protocols import Clock
from tracker.domain.status import Status, Trouble
from tracker.pipeline.process_memory import clear_caches, limit_heap, release_memory
from tracker.pipeline.publication import take_settings
from tracker.pipeline.publish import load_trends, render_site
from tracker.pipeline.publisher import Publisher
from tracker.pipeline.status import read_status
from tracker.publish.composed_feeds import Composer
from tracker.settings import Settings
from tracker.store.engine import open_reader, parse_url
from tracker.store.guarded_reader import GuardedReader
from tracker.store.publications import Publication, load_publication_row, parse_publication
from tracker.store.upgrade import refuse_other_schema

log = logging.getLogger(__name__)

NAME = "replica"
"""The name of the trouble that the site is not the newest."""


def render_publication(publisher: Publisher, row: tuple[int, str]) -> Publication:
    """Render the publication of a row with the settings that it shows, and return it. Raises StoreError where another
    version of the program made it, or where that would take the last item from the site."""
    publication = parse_publication(row[1])
    settings = take_settings(publisher.settings, publication)
    with publisher.store.pin() as store:
        pinned = replace(publisher, settings=settings, store=store)
        if not render_site(pinned, publication, load_trends(pinned, publication)):
            raise StoreError("the store: has no items, and the site from before has some; bring the store back.")
    log.info("rendered publication %d of %s", row[0], f"{publication.status.now:%Y-%m-%dT%H:%M:%SZ}")
    return publication


class Replica:
    """The site of a store in the data folder of this process."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        """Raises StoreError where there is no driver for the store, SettingsError for a wrong watchlist."""
        self._own, self._clock = settings, clock
        self._source = GuardedReader(open_reader(settings.store_url))
        self._store = GuardedReader(self._source, self.require_readable)
        self._watched = load_watchlist().organisation
        self._publication: Publication | None = None
        self._row: tuple[int, str] | None = None
        self.refusal = ""
        """Why the store must not be read at all: its tables are of another version of the program."""
        self.trouble: Trouble | None = None
        """Why the site may not be the newest."""
        self.publisher = self._make_publisher(settings)
        """What the site is served with. It is another one after a publish with other settings."""

    def refuse_other_schema(self) -> None:
        """Raise StoreError where this program cannot read the tables of the store. A store that is not there yet, or cannot
        be reached now, is waited for."""
        try:
            refuse_other_schema(self._source)
        except StoreUnreachable as error:
            log.warning("%s It is waited for.", error)

    def refresh(self) -> None:
        """Render the last publication unless that is what was rendered last; a trouble is kept, and the site stays."""
        try:
            self._refresh()
        except TrackerError as error:
            self._note_trouble(str(error))
        except Exception as error:
            log.exception("the site could not be rendered; the one from before stays")
            self._note_trouble(f"the site: could not be rendered ({type(error).__name__})")
        else:
            if self.trouble is not None:
                log.info("the site is the newest again")
            self.trouble = None

    def run(self, stop: threading.Event) -> None:
        """Refresh the site until `stop` is set, every `web.refresh_seconds`."""
        limit_heap()
        while True:
            self.refresh()
            if stop.wait(self._own.web.refresh_seconds):
                return

    def read_status(self) -> Status:
        """How the installation is doing. Raises what hinders reading the store where nothing is known."""
        if not self.refusal:
            return read_status(self.publisher, self.publisher.now())
        if self._publication is None or self.trouble is None:
            raise StoreError(self.refusal)
        status = self._publication.status
        return replace(status, now=self.publisher.now(), troubles=(self.trouble, *status.troubles))

    def require_readable(self) -> None:
        """Raise StoreError while the tables of the store are of another version of the program."""
        if self.refusal:
            raise StoreError(self.refusal)

    @property
    def snapshots(self) -> Path:
        """The folder of the snapshots: beside the file of an SQLite store, where its worker makes them."""
        url = parse_url(self._own.store_url)
        if url.get_backend_name() == "sqlite" and url.database:
            return Path(url.database).absolute().parent / self._own.snapshot_file.parent.name
        return self._own.snapshot_file.parent

    def close(self) -> None:
        """Close the connections to the store."""
        self._source.close()

    def _refresh(self) -> None:
        try:
            refuse_other_schema(self._source)
        except StoreUnreachable:
            raise
        except StoreError as error:
            self.refusal = str(error)
            raise
        self.refusal = ""
        row = load_publication_row(self._source)
        if row is None:
            raise StoreError("the store: nothing was published from it yet; its worker does so when it starts.")
        if row == self._row:
            return
        publisher = self._publisher_for(parse_publication(row[1]))
        publication = render_publication(publisher, row)
        self._publication, self._row, self.publisher = publication, row, publisher
        clear_caches()
        release_memory()

    def _publisher_for(self, publication: Publication) -> Publisher:
        settings = take_settings(self._own, publication)
        return self.publisher if self.publisher.settings == settings else self._make_publisher(settings)

    def _make_publisher(self, settings: Settings) -> Publisher:
        return Publisher(
            settings=settings,
            store=self._store,
            clock=self._clock,
            composer=Composer(settings, self._watched),
            next_harvest=self._next_harvest,
            troubles=lambda: (self.trouble,) if self.trouble else (),
            has_github_token=lambda: self._publication is not None and self._publication.status.github_token,
            watched=self._watched,
        )

    def _next_harvest(self) -> datetime | None:
        """When arXiv is asked next, as the worker planned it at its last publish; None once that is past."""
        planned = self._publication.status.next_harvest if self._publication else None
        return planned if planned is not None and planned > self._clock.now() else None

    def _note_trouble(self, reason: str) -> None:
        # The reason begins with the address of the store: that is for the log, and not for everyone.
        shown = reason.partition(": ")[2].rstrip(".") or reason
        if self.trouble is None or self.trouble.reason != shown:
            log.warning("the site is served as it is: %s", reason)
            since = self.trouble.since if self.trouble else self.publisher.now()
            self.trouble = Trouble(NAME, shown, since)
