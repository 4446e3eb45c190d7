"""The text of `/metrics`, read back by Prometheus' own parser, and what is counted for it."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from tracker import settings
from tracker.domain.status import Status, Trouble
from tracker.fetch import clock, request_counts
from tracker.pipeline import judge, publish, retention, stage, stage_times
from tracker.pipeline.context import begin_cycle
from tracker.pipeline.read import read_papers
from tracker.pipeline.stage_times import StageTime
from tracker.pipeline.worker import Worker, make_worker
from tracker.store import stage_status, upstreams
from tracker.store.dialect import upsert
from tracker.store.engine import Store
from tracker.store.tables.work import PAPER_COUNT
from tracker.web import metrics
from tracker.web.metrics import Measurements, exposition, render_metrics

NOW = datetime(2026, 6, 17, 5, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def status(*troubles: Trouble, **stages: datetime | None) -> Status:
    return Status(
        version="0.1.0", now=NOW, papers=850, open_papers=88, checks_waiting=41, scans_waiting=3, github_token=False,
        stages=stages or {"harvest": NOW - HOUR, "judge": None}, troubles=troubles, next_harvest=NOW + HOUR,
    )  # fmt: skip


def read(body: bytes) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    found: dict[tuple[str, tuple[tuple[str, str], ...]], float] = {}
    for family in text_string_to_metric_families(body.decode()):
        assert family.documentation, "every name has its HELP"
        assert family.type in ("gauge", "counter"), "and its TYPE"
        for sample in family.samples:
            assert sample.name.startswith(metrics.PREFIX)
            key = (sample.name.removeprefix(metrics.PREFIX), tuple(sorted(sample.labels.items())))
            assert key not in found, "no series twice"
            found[key] = sample.value
    return found


def labelled(found: dict[Any, float]) -> list[Any]:
    return [key for key in found if key[1]]


def requests(found: dict[tuple[str, tuple[tuple[str, str], ...]], float]) -> dict[tuple[str, str, str], float]:
    values = {}
    for (name, labels), value in found.items():
        if name == "upstream_requests_total":
            by = dict(labels)
            values[by["upstream"], by["outcome"], by["status"]] = value
    return values


def test_every_figure_is_read_back() -> None:
    measured = Measurements(
        requests={("github_api", "answered", "2xx"): 7, ("github_api", "answered", "4xx"): 1, ("web", "no_answer", "none"): 2},
        stages={"full_text": StageTime(runs=3, seconds=7.5, last=0.25)},
        papers_by_state={("code", "open"): 88, ("code", "none"): 762, ("weights", "gated"): 0},
        upstreams={"arxiv_api": (NOW + 6 * HOUR, NOW - 2 * HOUR), "gitlab": (NOW - HOUR, None)},
        page_hosts_in_trouble=4, store_bytes=10**12, wal_bytes=0, free_bytes=5, feed_items=100, resident_bytes=7 * 10**7,
        open_files=21,
    )  # fmt: skip
    body = exposition(status(Trouble("harvest", "no connection", NOW - HOUR)), measured, version="0.1.0", now=NOW)
    found = read(body)
    for name, value in {
        "papers": 850, "open_papers": 88, "checks_waiting": 41, "scans_waiting": 3, "troubles": 1, "store_answers": 1,
        "store_bytes": 10**12, "wal_bytes": 0, "feed_items": 100, "process_resident_bytes": 7 * 10**7,
        "process_open_files": 21, "page_hosts_in_trouble": 4, "disk_free_bytes": 5,
        "next_harvest_timestamp_seconds": (NOW + HOUR).timestamp(),
    }.items():  # fmt: skip
        assert found[name, ()] == value
    assert found["build_info", (("version", "0.1.0"),)] == 1
    assert found["stage_good_age_seconds", (("stage", "harvest"),)] == 3600
    assert ("stage_good_age_seconds", (("stage", "judge"),)) not in found, "never is no age"
    assert found["stage_trouble_age_seconds", (("stage", "harvest"),)] == 3600
    assert found["stage_trouble_age_seconds", (("stage", "judge"),)] == 0
    assert found["upstream_stopped_seconds", (("upstream", "arxiv_api"),)] == 6 * 3600
    assert found["upstream_stopped_seconds", (("upstream", "gitlab"),)] == 0
    assert found["upstream_failing_seconds", (("upstream", "arxiv_api"),)] == 2 * 3600
    assert requests(found) == {
        ("github_api", "answered", "2xx"): 7,
        ("github_api", "answered", "4xx"): 1,
        ("web", "no_answer", "none"): 2,
    }
    stage = (("stage", "full_text"),)
    values = [found[f"stage_{name}", stage] for name in ("seconds_total", "runs_total", "last_seconds")]
    assert values == [7.5, 3, 0.25]
    assert found["papers_by_state", (("fact", "code"), ("state", "open"))] == 88
    assert found["papers_by_state", (("fact", "weights"), ("state", "gated"))] == 0


def test_what_is_not_known_is_left_out_and_not_0() -> None:
    found = read(exposition(None, Measurements(resident_bytes=1), version="0.1.0", now=NOW))
    assert {name for name, _ in found} == {"build_info", "store_answers", "process_resident_bytes"}
    assert found["store_answers", ()] == 0


def test_the_line_ends_are_those_of_the_format() -> None:
    body = exposition(status(), Measurements(), version="0.1.0", now=NOW)
    assert body.endswith(b"\n")
    assert b"\r" not in body
    assert b"\n\n" not in body


@given(st.text(max_size=300), st.integers(0, 10**18))
def test_no_name_breaks_the_format(name: str, value: int) -> None:
    measured = Measurements(requests={(name, "answered", name): value})
    found = read(exposition(status(x=NOW), measured, version=name, now=NOW))
    [count] = [value for (one, _), value in found.items() if one == "upstream_requests_total"]
    assert math.isclose(count, value)


def test_series_are_bounded_in_number() -> None:
    many = Measurements(requests={(f"host{number}.example", "answered", "2xx"): 1 for number in range(1000)})
    found = read(exposition(None, many, version="0.1.0", now=NOW))
    assert len(found) <= metrics.MOST_SERIES + 3


def test_hosts_of_strangers_are_no_series() -> None:
    counts = request_counts.RequestCounts()
    counts.add("web:evil.example", None)
    counts.add("web:other.example", "take", 200)
    counts.add("web:other.example", "take", 404)
    counts.add("somebody", "take", 200)
    counts.add("github_api", "refused", 403)
    counts.add("arxiv_api", "new", 999)
    assert counts.totals() == {
        ("web", "no_answer", "none"): 1,
        ("web", "answered", "2xx"): 1,
        ("web", "answered", "4xx"): 1,
        ("other", "answered", "2xx"): 1,
        ("github_api", "refused", "4xx"): 1,
        ("arxiv_api", "other", "other"): 1,
    }


def test_the_time_of_each_stage_of_a_cycle_is_measured(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    timings = stage_times.StageTimes()
    monkeypatch.setattr(stage, "STAGE_TIMES", timings)
    monkeypatch.setattr(metrics, "STAGE_TIMES", timings)
    with working(store, tmp_path) as worker:
        for work in (judge.judge_works, read_papers, retention.delete_old_evidence):
            work(begin_cycle(worker))
        publish.publish(begin_cycle(worker))
        found = read(render_metrics(worker, with_store=True))
    assert {label for (name, ((_, label), *_)) in labelled(found) if name == "stage_runs_total"} == {
        "judge", "publish", "read", "retention",
    }  # fmt: skip


def test_papers_are_counted_by_state(store: Store, tmp_path: Path) -> None:
    counted = [
        ("all", "code", "2026-05", "open", 3), ("all", "code", "2026-06", "open", 4),
        ("cs.CL", "code", "2026-06", "open", 4), ("all", "code", "2026-06", "promised", 1),
    ]  # fmt: skip
    names = ("category", "fact", "month", "state", "papers")
    with store.begin() as connection:
        upsert(connection, PAPER_COUNT, (dict(zip(names, row, strict=True)) for row in counted))
    with working(store, tmp_path) as worker:
        found = read(render_metrics(worker, with_store=True))
    values = {labels: value for (name, labels), value in found.items() if name == "papers_by_state"}
    assert values == {
        (("fact", "code"), ("state", "open")): 7,
        (("fact", "code"), ("state", "promised")): 1,
    }, "each paper once, over all months"


@contextmanager
def working(store: Store, folder: Path) -> Iterator[Worker]:
    made = settings.load_settings(environ={"TRACKER_DATA_DIR": str(folder)})
    with closing(make_worker(made, store, clock.make_clock(made))) as worker:
        yield worker


def test_a_store_is_measured(store: Store, tmp_path: Path) -> None:
    with working(store, tmp_path) as worker:
        now = worker.now()
        kept = upstreams.StoredUpstreams(store)
        kept.stop("arxiv_api", now + 6 * HOUR, "403")
        kept.record("web:a.example", now, "503")
        stage_status.record_stage_done(store, "harvest", now)
        found = read(render_metrics(worker, with_store=True))
    assert found["store_answers", ()] == 1
    assert found["papers", ()] == 0
    if store.engine.dialect.name == "sqlite":
        assert found["store_bytes", ()] == (tmp_path / "tracker.db").stat().st_size
        assert found["wal_bytes", ()] > 0
    else:
        assert found["store_bytes", ()] > 5_000_000
        assert ("wal_bytes", ()) not in found
    assert found["page_hosts_in_trouble", ()] == 1
    assert found["upstream_stopped_seconds", (("upstream", "arxiv_api"),)] > 6 * 3600 - 60
    assert found["process_resident_bytes", ()] > 10**7
    assert 3 <= found["process_open_files", ()] < 1000
    assert not [name for name in found if "a.example" in str(name)]


def test_without_the_store_the_process_still_reports_on_itself(tmp_path: Path, store: Store) -> None:
    with working(store, tmp_path) as worker:
        with store.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE stage RENAME TO elsewhere")
        found = read(render_metrics(worker, with_store=True))
    assert found["store_answers", ()] == 0
    assert ("papers", ()) not in found
    assert found["process_resident_bytes", ()] > 10**7


def test_a_store_on_a_server_has_no_file(tmp_path: Path) -> None:
    made = settings.load_settings(environ={"TRACKER_DATABASE_URL": "postgresql+psycopg://u:p@db.example/tracker"})
    assert metrics.store_bytes(made) == (None, None)
    assert metrics.store_bytes(settings.load_settings(environ={"TRACKER_DATA_DIR": str(tmp_path)})) == (None, None)


def test_open_files_are_counted_without_that_of_the_count() -> None:
    before = metrics.open_files()
    with Path(os.devnull).open():
        assert before is not None
        assert metrics.open_files() == before + 1
