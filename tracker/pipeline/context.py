"""What every stage needs, and the rules of working: one worker at a time, and every stage tells how it ended."""

from __future__ import annotations

import fcntl
import hashlib
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from tracker import __version__
from tracker.config_files import CorrectionsFile, Organisation, config_dir, load_watchlist, read_config
from tracker.detect.roles import role_rules
from tracker.detect.roles.role_rules import RoleRules
from tracker.domain.errors import Cancelled, SettingsError
from tracker.domain.protocols import Clock, Fetch, Progress
from tracker.domain.status import Status, Trouble
from tracker.fetch.client import Client
from tracker.hosts.resolve import HOSTS, resolve_url
from tracker.judge import grade, licence_classes, openness
from tracker.judge.grade import GradeRules
from tracker.judge.licence_classes import LicenceRules
from tracker.judge.openness import OpennessRules
from tracker.publish import composed_feeds
from tracker.settings import Settings
from tracker.store import corrections, keys, stage_status, statistics, upstreams
from tracker.store.engine import Store

log = logging.getLogger(__name__)

CHECKED = frozenset((host.name, kind) for host in HOSTS for kind in host.checked_kinds)
"""The (host, kind) pairs that can be asked what is there."""


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All rules of judgement, with a name for each set that changes when a rule does."""

    roles: RoleRules
    licences: LicenceRules
    openness: OpennessRules
    grades: GradeRules
    judge_version: str


@dataclass(slots=True)
class Counts:
    """How much one cycle did."""

    new_papers: int = 0
    read_papers: int = 0
    texts: int = 0
    pages: int = 0
    checked: int = 0
    judged: int = 0
    entered: int = 0
    windows_left: int = 0


class Silent:
    """Progress that nobody watches."""

    def step(self, stage: str, done: int, total: int | None = None) -> None:
        """Nothing."""


@dataclass(frozen=True, slots=True)
class Worker:
    """All that the stages need; made by `worker()`."""

    settings: Settings
    store: Store
    clock: Clock
    fetch: Fetch
    rules: Rulebook
    composer: composed_feeds.Composer
    cancel: threading.Event
    progress: Progress = field(default_factory=Silent)
    next_harvest: Callable[[], datetime | None] = lambda: None
    troubles: Callable[[], Sequence[Trouble]] = tuple
    """What hinders the service beside the stages' own troubles, which stand in the store."""
    watched: tuple[Organisation, ...] = ()
    rendered: dict[str, str] = field(default_factory=dict)
    """What each feed showed when it was last rendered, by name."""

    def now(self) -> datetime:
        """The product's time in whole seconds."""
        return self.clock.now().replace(microsecond=0)

    def close(self) -> None:
        """Close its connections; the store is the caller's."""
        self.fetch.close()

    def check_cancelled(self) -> None:
        """Raise Cancelled when the service is stopping."""
        if self.cancel.is_set():
            raise Cancelled("The service is stopping.")


@dataclass(slots=True)
class Cycle:
    """One cycle of the stages: what they need, and what came of them.

    `now` is one moment for the whole cycle, so that repeating a killed cycle at the same time writes the same rows.
    """

    worker: Worker
    now: datetime
    counts: Counts = field(default_factory=Counts)
    troubles: list[str] = field(default_factory=list)

    @property
    def settings(self) -> Settings:
        """The configuration."""
        return self.worker.settings

    @property
    def store(self) -> Store:
        """The installation's store."""
        return self.worker.store

    @property
    def clock(self) -> Clock:
        """The clock, for what is to know the time within a cycle; stages use `now`."""
        return self.worker.clock

    @property
    def fetch(self) -> Fetch:
        """The only way to ask an upstream."""
        return self.worker.fetch

    @property
    def rules(self) -> Rulebook:
        """All rules of judgement."""
        return self.worker.rules

    @property
    def progress(self) -> Progress:
        """Who is shown how far the work is."""
        return self.worker.progress

    @property
    def cancel(self) -> threading.Event:
        """Set when the service is stopping."""
        return self.worker.cancel

    def check_cancelled(self) -> None:
        """Raise Cancelled when the service is stopping."""
        self.worker.check_cancelled()


def begin_cycle(worker: Worker) -> Cycle:
    """A cycle of this worker that begins now."""
    return Cycle(worker, worker.now())


def load_rules() -> Rulebook:
    """All rules from the configuration folder. Raises SettingsError."""
    path = config_dir() / "openness.toml"
    licence_rules = licence_classes.load_licence_rules(path)
    texts = sorted((config_dir() / "licences").glob("*.txt"))
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in [path, *texts])).hexdigest()[:8]
    return Rulebook(
        role_rules.load_role_rules(config_dir() / "roles.toml"),
        licence_rules,
        openness.OpennessRules(licence_rules.open_classes, licence_rules),
        grade.load_grade_rules(path),
        f"{openness.RULE_VERSION}.{digest}",
    )


def read_corrections(settings: Settings) -> list[corrections.CorrectionStatement]:
    """The operator's corrections, those of the built-in file first. SettingsError for one that is not right."""
    wanted = []
    for path in [config_dir() / "corrections.toml", *([settings.corrections] if settings.corrections else [])]:
        for entry in read_config(path, CorrectionsFile).correction:
            link = resolve_url(entry.link)
            if link is None:
                raise SettingsError(f"{path}: {entry.link!r} is not an http address.")
            work = entry.paper if entry.paper == corrections.EVERY_WORK else keys.paper_work(entry.paper)
            wanted += [
                corrections.CorrectionStatement(
                    work=work,
                    folded=link.folded,
                    field=field,
                    value=value,
                    reason=entry.reason,
                    source=entry.source,
                )
                for field, value in (("role", entry.role), ("licence", entry.licence))
                if value is not None
            ]
    return wanted


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

    Raises SettingsError where the rules or the operator's corrections are not right.
    """
    read_corrections(settings)
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
        progress=progress or Silent(),
        next_harvest=next_harvest,
        troubles=troubles,
        watched=watched,
    )


@contextmanager
def sole_worker(worker: Worker) -> Iterator[None]:
    """Hold the installation's worker lock, waiting for another worker to end its cycle.

    The kernel gives the lock back when a worker dies, which rows marked as claimed would not.
    """
    path = worker.settings.data_dir / "worker.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as handle:
        told = False
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if not told:
                    log.info("another worker is at work on this store; waiting for its cycle to end")
                    told = True
                if worker.cancel.wait(0.5):
                    raise Cancelled("The service is stopping.") from None
        yield


def close_stage(cycle: Cycle, stage: str, reason: str, next_try: datetime | None) -> None:
    """Note how a stage ended: well, or hindered by `reason` until `next_try`."""
    if not reason:
        stage_status.record_stage_done(cycle.store, stage, cycle.now)
        return
    log.warning("%s: %s", stage, reason, extra={"stage": stage})
    cycle.troubles.append(f"{stage}: {reason}")
    stage_status.record_stage_failed(cycle.store, stage, reason, next_try, cycle.now)


def status(worker: Worker, now: datetime) -> Status:
    """How the installation is doing."""
    stages, troubles = stage_status.load_stages(worker.store)
    return Status(
        version=__version__,
        now=now,
        **statistics.load_counts(worker.store, now),
        github_token=worker.fetch.has_token("github_api"),
        stages=stages,
        troubles=(*worker.troubles(), *troubles),
        next_harvest=worker.next_harvest(),
        demo=worker.settings.demo,
    )
