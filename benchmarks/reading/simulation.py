"""An installation in simulated time: only waiting and the upstreams' responses take time, and they take none really.

The product's own clock, pace and waits are those of the service, moved by a clock that each wait sets forward. The
upstreams are the sandbox, over real HTTP. Each request is noted with its simulated time."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from unittest.mock import patch

from sqlalchemy import text

from tracker.fetch import pace, request_policy
from tracker.fetch.client import Client
from tracker.harvest.api import ArxivApi
from tracker.pipeline import cycle
from tracker.pipeline.context import Cycle
from tracker.pipeline.harvest_probe import next_probe, probe_announcement
from tracker.pipeline.worker import Worker, make_worker
from tracker.sandbox.budget import RequestLimits
from tracker.sandbox.server import Sandbox
from tracker.scheduler import harvest_trigger
from tracker.settings import Settings, load_settings
from tracker.store.upgrade import open_store
from tracker.store.upstreams import StoredUpstreams

LATENCY = {"arxiv": 0.25, "github": 0.6, "huggingface": 0.2}
"""Seconds that a response takes; of other upstreams half a second."""
PACES = {"huggingface": 0.65, "gitlab": 0.5, "codeberg": 1.0, "bitbucket": 1.0, "zenodo": 1.0, "web": 1.0}
"""The paces of `config/tracker.toml`: upstreams on this machine have one only where it is set."""


class SimulatedTime:
    """A clock that waiting sets forward. With `ticking` the real time that the program works passes as well."""

    def __init__(self, start: datetime, *, ticking: bool = False) -> None:
        self._start, self._slept = start.astimezone(UTC), 0.0
        self._monotonic = time.monotonic if ticking else lambda: 0.0
        self._began = self._monotonic()

    def now(self) -> datetime:
        """The simulated time, aware and in UTC."""
        return self._start + timedelta(seconds=self._slept + self._monotonic() - self._began)

    def wall(self) -> float:
        """The same as Unix time."""
        return self.now().timestamp()

    def sleep(self, seconds: float) -> None:
        """Set the clock forward."""
        self._slept += max(0.0, seconds)

    def advance_to(self, moment: datetime) -> None:
        """Wait until then."""
        self.sleep((moment - self.now()).total_seconds())


@dataclass
class Simulation:
    """A worker on a world in simulated time."""

    worker: Worker
    time: SimulatedTime
    requests: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    """When each request began, by group of upstreams."""
    cycles: list[tuple[datetime, Cycle]] = field(default_factory=list)
    """Each cycle with its end."""
    probes: list[datetime] = field(default_factory=list)
    """When each probe began."""
    reading: list[tuple[float, float]] = field(default_factory=list)
    """From when to when papers waited to be read, as Unix time."""

    @property
    def settings(self) -> Settings:
        """The configuration."""
        return self.worker.settings

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        """The rows of a query."""
        with self.worker.store.read() as connection:
            return [tuple(row) for row in connection.execute(text(sql))]

    def run_service(self, until: datetime) -> None:
        """What `tracker.scheduler.Service` does until then: harvests by the timetable and where a probe finds an
        announcement, due work every some minutes, and rounds of reading in between."""
        trigger, minutes = harvest_trigger(self.settings.schedule), self.settings.schedule.check_minutes
        next_due, next_harvest = self.time.now(), trigger.get_next_fire_time(None, self.time.now())
        if not self.cycles:
            next_harvest = self.time.now()  # a new store is harvested at once
        began: float | None = None
        while (now := self.time.now()) < until:
            if next_harvest <= now:
                next_harvest = trigger.get_next_fire_time(None, now + timedelta(seconds=1))
                done = cycle.run_cycle(self.worker)
            elif self._next_probe() <= now:
                days = self._probe()
                if days is None:
                    continue
                done = cycle.run_cycle(self.worker, *days)
            elif next_due <= now:
                done = cycle.run_due_work(self.worker)
                next_due = now + timedelta(minutes=minutes)
            else:
                done = cycle.run_reading_round(self.worker)
            self.cycles.append((self.time.now(), done))
            if done.is_unfinished:
                began = now.timestamp() if began is None else began
                continue
            if began is not None:
                self.reading.append((began, self.time.wall()))
                began = None
            self.time.advance_to(min(max(next_due, self.time.now()), next_harvest, self._next_probe(), until))

    def _harvest_after(self, moment: datetime) -> datetime | None:
        planned: datetime | None = harvest_trigger(self.settings.schedule).get_next_fire_time(None, moment)
        return planned

    def _next_probe(self) -> datetime:
        planned = next_probe(self.worker.store, self.settings, self.time.now(), self._harvest_after)
        return planned[1] if planned else datetime.max.replace(tzinfo=UTC)

    def _probe(self) -> tuple[date, date] | None:
        self.probes.append(self.time.now())
        return probe_announcement(self.worker, self._harvest_after)

    def entered(self) -> dict[str, datetime]:
        """When each paper had entered the main feed: the end of the cycle that entered it."""
        rows = self.rows(
            "SELECT w.arxiv_id, f.entered_at FROM feed_entry f JOIN work w ON w.id = f.work WHERE f.feed = 'main'"
        )
        ends = sorted(end for end, _ in self.cycles)
        return {
            str(arxiv_id): next((end for end in ends if end >= at), at)
            for arxiv_id, entered_at in rows
            if (at := datetime.strptime(str(entered_at), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC))
        }


@contextmanager
def simulate(folder: Path, start: datetime, *, ticking: bool = False, **variables: str) -> Iterator[Simulation]:
    """A simulation on the world in `folder / "world"`, with its data beside it."""
    clock = SimulatedTime(start, ticking=ticking)
    limits = RequestLimits(github_account=10**6, graphql=10**6, hub_anonymous=10**6, hub_account=10**6)
    with Sandbox(folder / "world", clock=clock, limits=limits) as sandbox:
        loaded = load_settings(
            environ={
                **{f"TRACKER_UPSTREAMS__{name.upper()}": url for name, url in sandbox.upstreams.items()},
                **{f"TRACKER_PACE__{name.upper()}": str(seconds) for name, seconds in PACES.items()},
                "TRACKER_DATA_DIR": str(folder / "data"),
                "GITHUB_TOKEN": "a-token",
                **variables,
            }
        )
        trigger = harvest_trigger(loaded.schedule)

        def next_harvest() -> datetime:
            moment: datetime = trigger.get_next_fire_time(None, clock.now() + timedelta(seconds=1))
            return moment.astimezone(UTC)

        requests: dict[str, list[float]] = defaultdict(list)
        with _simulated_waits(clock, requests), closing(open_store(loaded.store_url)) as store:
            fetch = Client(loaded, StoredUpstreams(store), clock, sleep=clock.sleep)
            with closing(make_worker(loaded, store, clock, next_harvest=next_harvest)) as worker, fetch:
                yield Simulation(replace(worker, fetch=fetch), clock, requests)


@contextmanager
def _simulated_waits(clock: SimulatedTime, requests: dict[str, list[float]]) -> Iterator[None]:
    """Let paces and the API's client wait in simulated time, and note each request."""
    turn, make_api = pace.UpstreamPace.turn, ArxivApi.__init__

    @contextmanager
    def noted_turn(self: pace.UpstreamPace) -> Iterator[pace.Permit]:
        with turn(self) as permit:
            group = self._file.name
            requests[group].append(clock.wall())
            yield permit
            clock.sleep(LATENCY.get(group, 0.5))

    paces = partial(pace.UpstreamPaces, wall=clock.wall)
    with (
        patch.object(pace.UpstreamPace, "turn", noted_turn),
        patch.object(request_policy, "UpstreamPaces", paces),
        patch.object(ArxivApi, "__init__", partial_init(make_api, clock)),
    ):
        yield


def partial_init(make_api: object, clock: SimulatedTime) -> object:
    """`ArxivApi.__init__` with the simulated wait."""

    def init(self: ArxivApi, *arguments: object, **options: object) -> None:
        make_api(self, *arguments, sleep=clock.sleep, **options)  # type: ignore[operator] # the constructor

    return init
