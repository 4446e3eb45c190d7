"""The metrics of an installation for Prometheus: its status, its upstreams, its requests and stages, its sizes.

`docs/operations.md` lists them. The value of every label is the product's own (a stage, an upstream, an outcome), never
a word of a stranger or of a request, so the number of series is bounded. What is not known is left out: it is not 0.
"""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from tracker import __version__
from tracker.domain.status import Backlog, Status
from tracker.fetch.request_counts import REQUEST_COUNTS
from tracker.pipeline.publisher import Publisher
from tracker.pipeline.stage_times import STAGE_TIMES, StageTime
from tracker.pipeline.status import read_status
from tracker.settings import Settings
from tracker.store import statistics
from tracker.store.upstreams import UpstreamState, load_upstreams

log = logging.getLogger(__name__)

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""Of Prometheus' text format, which the client writes by default."""
PREFIX = "arxiv_code_tracker_"
MOST_SERIES = 256
"""Series of one name at most."""
PAGES = "web"
"""The upstream that stands for all hosts of pages. Each host is stopped alone, as `web:HOST`."""
Series = Iterable[tuple[tuple[str, ...], float]]
"""Values of labels and the value of the metric."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurements:
    """What is measured beside the status. None or empty where it cannot be known."""

    requests: Mapping[tuple[str, str, str], int] = field(default_factory=dict)
    """Requests of this process by (upstream, outcome, class of status)."""
    stages: Mapping[str, StageTime] = field(default_factory=dict)
    """What each stage took in this process."""
    papers_by_state: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """Papers by (fact, state)."""
    upstreams: Mapping[str, tuple[datetime | None, datetime | None]] = field(default_factory=dict)
    """By upstream, until when it is left alone and since when it fails."""
    page_hosts_in_trouble: int | None = None
    """Hosts of pages that are left alone or fail."""
    store_bytes: int | None = None
    wal_bytes: int | None = None
    free_bytes: int | None = None
    feed_items: int | None = None
    resident_bytes: int | None = None
    open_files: int | None = None


def render_metrics(publisher: Publisher, *, with_store: bool) -> bytes:
    """The text of `/metrics`, without what the store knows where it is not to be asked, or fails."""
    now = publisher.now()
    if with_store:
        try:
            return exposition(read_status(publisher, now), measure(publisher, now, with_store=True), now)
        except Exception as error:  # noqa: BLE001 # whatever ails the store, the process must report on itself
            log.warning("metrics: the store does not answer (%s)", type(error).__name__)
    return exposition(None, measure(publisher, now, with_store=False), now)


def exposition(
    status: Status | None, measurements: Measurements, now: datetime, version: str = __version__
) -> bytes:
    """Prometheus' text format of a status and measurements. `status` is None where the store does not answer."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(InstallationCollector(status, measurements, now, version))
    return generate_latest(registry)


def measure(publisher: Publisher, now: datetime, *, with_store: bool) -> Measurements:
    """Measure this process and its installation, with what the store knows of upstreams and papers if that is asked."""
    settings = publisher.settings
    known = load_upstreams(settings.store_url) if with_store else []
    store, wal = store_bytes(settings)
    if store is None and with_store:
        store = publisher.store.count_bytes()
    return Measurements(
        requests=REQUEST_COUNTS.totals(),
        stages=STAGE_TIMES.totals(),
        papers_by_state=statistics.count_states(publisher.store) if with_store else {},
        upstreams=_upstreams(settings, known) if with_store else {},
        page_hosts_in_trouble=_page_hosts_in_trouble(known, now) if with_store else None,
        store_bytes=store,
        wal_bytes=wal,
        free_bytes=_free_bytes(settings.data_dir),
        feed_items=publisher.composer.entries,
        resident_bytes=resident_bytes(),
        open_files=open_files(),
    )


class InstallationCollector(Collector):
    """Turns a status and measurements into Prometheus' metrics."""

    def __init__(self, status: Status | None, measurements: Measurements, now: datetime, version: str) -> None:
        self._status, self._measurements, self._now, self._version = status, measurements, now, version

    def collect(self) -> Iterator[Metric]:
        """All metrics that have a value."""
        yield from _gauge("build_info", "1, with the version of the program.", [((self._version,), 1)], "version")
        yield from _single("store_answers", "Whether the store answered in time.", int(self._status is not None))
        if self._status is not None:
            yield from self._of_status(self._status)
        yield from self._of_upstreams()
        yield from self._of_stages()
        yield from self._of_sizes()

    def _of_status(self, status: Status) -> Iterator[Metric]:
        yield from _single("papers", "Papers stored.", status.papers)
        yield from _single("open_papers", "Papers whose code is open.", status.open_papers)
        yield from _single("checks_waiting", "Artifacts whose check is due.", status.checks_waiting)
        yield from _single("scans_waiting", "Papers of which something waits to be read.", status.scans_waiting)
        yield from _single(
            "read_papers", "Papers whose code was found, or else whose full text was read.", status.read_papers
        )
        yield from _of_backlog(status.backlog, self._now)
        yield from _single("troubles", "Stages in trouble.", len(status.troubles))
        yield from _gauge(
            "stage_good_age_seconds",
            "Seconds since a stage last ended well; absent while it never did.",
            [((stage,), self._seconds_since(at)) for stage, at in sorted(status.stages.items()) if at is not None],
            "stage",
        )
        since = {trouble.what: trouble.since for trouble in status.troubles}
        yield from _gauge(
            "stage_trouble_age_seconds",
            "Seconds since a stage is in trouble; 0 while it is not.",
            [
                ((stage,), self._seconds_since(since[stage]) if stage in since else 0)
                for stage in sorted({*status.stages, *since})
            ],
            "stage",
        )
        if (leader := status.leader) is not None:
            yield from _single("leads", "Whether this process works; 0 while it stands by.", int(leader.is_self))
            yield from _single(
                "lease_seconds", "Seconds left of the lease of the process that works.", leader.seconds_left
            )
        due = status.next_harvest
        yield from _single(
            "next_harvest_timestamp_seconds",
            "When arXiv is asked next, as Unix time.",
            due.timestamp() if due else None,
        )

    def _of_upstreams(self) -> Iterator[Metric]:
        upstreams = self._measurements.upstreams
        yield from _gauge(
            "upstream_stopped_seconds",
            "Seconds for which an upstream is still left alone; 0 while it may be asked.",
            [
                ((name,), max(0.0, (until - self._now).total_seconds()) if until else 0)
                for name, (until, _) in upstreams.items()
            ],
            "upstream",
        )
        yield from _gauge(
            "upstream_failing_seconds",
            "Seconds since an upstream began to fail; 0 while it answers.",
            [
                ((name,), max(1.0, (self._now - since).total_seconds()) if since else 0)
                for name, (_, since) in upstreams.items()
            ],
            "upstream",
        )
        yield from _single(
            "page_hosts_in_trouble",
            "Hosts of project pages that fail or are left alone.",
            self._measurements.page_hosts_in_trouble,
        )
        yield from _counter(
            "upstream_requests_total",
            "Requests of this process since its start, by class of status and what came of them.",
            sorted(self._measurements.requests.items()),
            "upstream",
            "outcome",
            "status",
        )

    def _of_stages(self) -> Iterator[Metric]:
        stages = sorted(self._measurements.stages.items())
        yield from _counter(
            "stage_seconds_total",
            "Seconds that a stage worked since the process began.",
            [((stage,), spent.seconds) for stage, spent in stages],
            "stage",
        )
        yield from _counter(
            "stage_runs_total",
            "Runs of a stage since the process began, ended well or not.",
            [((stage,), spent.runs) for stage, spent in stages],
            "stage",
        )
        yield from _gauge(
            "stage_last_seconds",
            "Seconds that the last run of a stage took.",
            [((stage,), spent.last) for stage, spent in stages],
            "stage",
        )

    def _of_sizes(self) -> Iterator[Metric]:
        sizes = self._measurements
        yield from _gauge(
            "papers_by_state",
            "Papers stored, by the state of each fact.",
            sorted(sizes.papers_by_state.items()),
            "fact",
            "state",
        )
        yield from _single(
            "store_bytes", "Size of the store: its file, or its database on a server.", sizes.store_bytes
        )
        yield from _single("wal_bytes", "Size of the store's write-ahead log.", sizes.wal_bytes)
        yield from _single("disk_free_bytes", "Free disk at the data directory.", sizes.free_bytes)
        yield from _single("feed_items", "Entries that the last publish had for the main feed.", sizes.feed_items)
        yield from _single("process_resident_bytes", "Memory that the process holds.", sizes.resident_bytes)
        yield from _single("process_open_files", "File descriptors that the process holds.", sizes.open_files)

    def _seconds_since(self, moment: datetime) -> float:
        return max(0.0, (self._now - moment).total_seconds())


def _of_backlog(backlog: Backlog, now: datetime) -> Iterator[Metric]:
    oldest = max(0.0, (now - backlog.oldest).total_seconds()) if backlog.oldest else 0
    yield from _single("backlog_papers", "Papers that wait to be read further.", backlog.papers)
    yield from _single("backlog_oldest_seconds", "Seconds for which the oldest of them has waited.", oldest)
    yield from _single("backlog_estimated_seconds", "About the seconds that reading them takes.", backlog.seconds)


def _gauge(name: str, help_: str, series: Series, *labels: str) -> Iterator[Metric]:
    return _filled(GaugeMetricFamily(PREFIX + name, help_, labels=labels), series)


def _counter(name: str, help_: str, series: Series, *labels: str) -> Iterator[Metric]:
    return _filled(CounterMetricFamily(PREFIX + name, help_, labels=labels), series)


def _single(name: str, help_: str, value: float | None) -> Iterator[Metric]:
    return _gauge(name, help_, [] if value is None else [((), value)])


def _filled(family: GaugeMetricFamily | CounterMetricFamily, series: Series) -> Iterator[Metric]:
    """The metric with its series; nothing where it has none, since a metric without a value says nothing."""
    for labels, value in list(series)[:MOST_SERIES]:
        family.add_metric(labels, value)
    if family.samples:
        yield family


def _upstreams(
    settings: Settings, known: Iterable[UpstreamState]
) -> dict[str, tuple[datetime | None, datetime | None]]:
    states = {state.name: (state.stop_until, state.failing_since) for state in known}
    return {
        name: states.get(name, (None, None)) for name in type(settings.upstreams).model_fields if name != PAGES
    }


def _page_hosts_in_trouble(known: Iterable[UpstreamState], now: datetime) -> int:
    hosts = [state for state in known if state.name.startswith(f"{PAGES}:")]
    return sum(
        state.failing_since is not None or (state.stop_until is not None and state.stop_until > now)
        for state in hosts
    )


def store_bytes(settings: Settings) -> tuple[int | None, int | None]:
    """Bytes of the SQLite file and of its write-ahead log; None for both where the store is on a server, or missing."""
    scheme, _, path = settings.store_url.partition(":///")
    if scheme.partition("+")[0] != "sqlite":
        return None, None
    file = Path(path.partition("?")[0])
    size = _size(file)
    return size, (_size(file.with_name(f"{file.name}-wal")) or 0) if size is not None else None


def _size(file: Path) -> int | None:
    with suppress(OSError):
        return file.stat().st_size
    return None


def _free_bytes(folder: Path) -> int | None:
    with suppress(OSError):
        return shutil.disk_usage(folder).free
    return None


def resident_bytes() -> int | None:
    """Bytes of memory that this process holds; None where the system does not say (proc(5), `statm`)."""
    with suppress(OSError, ValueError, IndexError):
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return None


def open_files() -> int | None:
    """How many file descriptors this process holds; None where the system does not say."""
    with suppress(OSError):
        return len(os.listdir("/proc/self/fd")) - 1  # noqa: PTH208 # paths of them would be made for nothing; one is the listing's own
    return None
