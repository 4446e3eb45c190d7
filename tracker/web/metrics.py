"""What `/metrics` tells, in Prometheus' text format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats).

The format is a few lines of text, so it is written here: the client library would bring a registry and a process-wide
state for which there is no use. Every label's value is one of ours (a stage, an upstream, an outcome), never a word
that a stranger or a request brought, so the number of series is bounded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tracker.domain.status import Status
from tracker.pipeline.timing import Spent

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
PREFIX = "arxiv_code_tracker_"
MOST_SERIES = 256
"""Of one name at most."""

Sample = tuple[Mapping[str, str], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """How one upstream is doing. `web` stands for all hosts of pages: the longest stop, the oldest failure."""

    name: str
    stopped_until: datetime | None = None
    failing_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """What is measured beside the status. None and empty: not to be had."""

    requests: Mapping[tuple[str, str, str], int] = field(default_factory=dict)
    """Requests of this process by (upstream, outcome, class of status)."""
    spent: Mapping[str, Spent] = field(default_factory=dict)
    """What each stage took in this process."""
    states: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """Papers by (fact, state)."""
    upstreams: tuple[Upstream, ...] = ()
    pages_in_trouble: int | None = None
    """Hosts of pages that are stopped or failing."""
    store_bytes: int | None = None
    wal_bytes: int | None = None
    free_bytes: int | None = None
    feed_items: int | None = None
    resident_bytes: int | None = None
    open_files: int | None = None


def text(status: Status | None, measures: Measures, *, version: str, now: datetime) -> bytes:
    """The whole answer. `status` is None where the store does not answer: then what it would tell is left out, for a
    figure that is not known is not 0."""
    lines: list[str] = []
    for name, kind, help_, samples in _all(status, measures, version, now):
        told = list(samples)[:MOST_SERIES]
        if told:
            lines += [f"# HELP {PREFIX}{name} {_help(help_)}", f"# TYPE {PREFIX}{name} {kind}"]
            lines += [f"{PREFIX}{name}{_labels(labels)} {_number(value)}" for labels, value in told]
    return ("\n".join(lines) + "\n").encode()


def _all(
    status: Status | None, measures: Measures, version: str, now: datetime
) -> Iterator[tuple[str, str, str, Iterable[Sample]]]:
    yield "build_info", "gauge", "1, with the version of the program.", [({"version": version}, 1)]
    yield "store_answers", "gauge", "Whether the store answered in time.", _one(0 if status is None else 1)
    if status is not None:
        yield from _of_status(status, now)
    yield from _of_measures(measures, now)


def _of_status(status: Status, now: datetime) -> Iterator[tuple[str, str, str, Iterable[Sample]]]:
    yield "papers", "gauge", "Papers stored.", _one(status.papers)
    yield "open_papers", "gauge", "Papers whose code is open.", _one(status.open_papers)
    yield "checks_waiting", "gauge", "Artifacts whose look is due.", _one(status.checks_waiting)
    yield "scans_waiting", "gauge", "Papers that wait to be read.", _one(status.scans_waiting)
    yield "troubles", "gauge", "Stages in trouble.", _one(len(status.troubles))
    yield (
        "stage_good_age_seconds",
        "gauge",
        "Seconds since a stage last ended well; absent while it never did.",
        [({"stage": name}, _since(at, now)) for name, at in sorted(status.stages.items()) if at is not None],
    )
    troubled = {one.what: one.since for one in status.troubles}
    yield (
        "stage_trouble_age_seconds",
        "gauge",
        "Seconds since a stage is in trouble; 0 while it is not.",
        [
            ({"stage": name}, _since(troubled[name], now) if name in troubled else 0)
            for name in sorted({*status.stages, *troubled})
        ],
    )
    if status.next_harvest is not None:
        yield (
            "next_harvest_timestamp_seconds",
            "gauge",
            "When arXiv is asked next, as Unix time.",
            _one(status.next_harvest.timestamp()),
        )


def _of_measures(measures: Measures, now: datetime) -> Iterator[tuple[str, str, str, Iterable[Sample]]]:
    yield (
        "upstream_stopped_seconds",
        "gauge",
        "Seconds for which an upstream is still left alone; 0 while it may be asked.",
        [
            ({"upstream": one.name}, max(0.0, -_signed(one.stopped_until, now)) if one.stopped_until else 0)
            for one in measures.upstreams
        ],
    )
    yield (
        "upstream_failing_seconds",
        "gauge",
        "Seconds since an upstream began to fail; 0 while it answers.",
        [
            ({"upstream": one.name}, max(1.0, _signed(one.failing_since, now)) if one.failing_since else 0)
            for one in measures.upstreams
        ],
    )
    yield (
        "page_hosts_in_trouble",
        "gauge",
        "Hosts of project pages that fail or are left alone.",
        _one(measures.pages_in_trouble),
    )
    yield (
        "upstream_requests_total",
        "counter",
        "Requests of this process since its start, by class of status and what came of them.",
        [
            ({"upstream": upstream, "outcome": outcome, "status": status}, count)
            for (upstream, outcome, status), count in sorted(measures.requests.items())
        ],
    )
    yield from _of_stages(measures.spent)
    yield (
        "papers_by_state",
        "gauge",
        "Papers stored, by the state of each fact.",
        [({"fact": fact, "state": state}, count) for (fact, state), count in sorted(measures.states.items())],
    )
    yield "store_bytes", "gauge", "Size of the store's file.", _one(measures.store_bytes)
    yield "wal_bytes", "gauge", "Size of the store's write-ahead log.", _one(measures.wal_bytes)
    yield "disk_free_bytes", "gauge", "Free disk at the data directory.", _one(measures.free_bytes)
    yield "feed_items", "gauge", "Entries that the last publish had for the main feed.", _one(measures.feed_items)
    yield "process_resident_bytes", "gauge", "Memory that the process holds.", _one(measures.resident_bytes)
    yield "process_open_files", "gauge", "File descriptors that the process holds.", _one(measures.open_files)


def _of_stages(spent: Mapping[str, Spent]) -> Iterator[tuple[str, str, str, Iterable[Sample]]]:
    stages = sorted(spent.items())
    yield (
        "stage_seconds_total",
        "counter",
        "Seconds that a stage worked since the process began.",
        [({"stage": name}, one.seconds) for name, one in stages],
    )
    yield (
        "stage_runs_total",
        "counter",
        "Runs of a stage since the process began, ended well or not.",
        [({"stage": name}, one.runs) for name, one in stages],
    )
    yield (
        "stage_last_seconds",
        "gauge",
        "Seconds that the last run of a stage took.",
        [({"stage": name}, one.last) for name, one in stages],
    )


def _one(value: float | None) -> list[Sample]:
    return [] if value is None else [({}, value)]


def _signed(then: datetime, now: datetime) -> float:
    return (now - then).total_seconds()


def _since(then: datetime, now: datetime) -> float:
    return max(0.0, _signed(then, now))


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def _labels(labels: Mapping[str, str]) -> str:
    told = ",".join(f'{name}="{_value(value)}"' for name, value in labels.items())
    return f"{{{told}}}" if told else ""


def _value(text: str) -> str:
    # The format asks for these three alone; the rest keeps a reader's lines apart whatever a store holds.
    shown = "".join(letter if letter.isprintable() or letter == "\n" else "?" for letter in text[:100])
    return shown.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _help(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n")
