"""What a process needs to build and serve a site from a store, whether it fills the store or not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tracker.config_files import Organisation
from tracker.domain.digests import DigestLine
from tracker.domain.protocols import Clock
from tracker.domain.status import Trouble
from tracker.publish.composed_feeds import Composer
from tracker.settings import Settings
from tracker.store.engine import Store


@dataclass(frozen=True, slots=True)
class SiteMemory:
    """What the site of one folder was made of when it was last written, so that only what changed is rendered again."""

    rendered: dict[str, str] = field(default_factory=dict)
    """The digest of each feed, by the feed's name."""
    digested: dict[str, tuple[str, tuple[DigestLine, ...]]] = field(default_factory=dict)
    """The digest of each day of the newest weeks, and its papers as lines."""
    archived: dict[str, str] = field(default_factory=dict)
    """The digest of each day and month of the archive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """The settings, the store, and what was published last."""

    settings: Settings
    store: Store
    clock: Clock
    composer: Composer
    next_harvest: Callable[[], datetime | None] = lambda: None
    troubles: Callable[[], Sequence[Trouble]] = tuple
    """The troubles of the process beside those of the stages, which are in the store."""
    has_github_token: Callable[[], bool] = lambda: False
    """Whether requests to GitHub carry an account's token."""
    watched: tuple[Organisation, ...] = ()
    site: SiteMemory = field(default_factory=SiteMemory)
    """Of the site in the public folder."""

    def now(self) -> datetime:
        """The product's time in whole seconds, aware and in UTC."""
        return self.clock.now().replace(microsecond=0)

    def require_lease(self) -> None:
        """Before something outside the store and its requests, such as the renaming of a published file or an upload:
        raise StoreError where another process may have taken the lease under which this one works."""
        if self.store.leases is not None:
            self.store.leases.require()
