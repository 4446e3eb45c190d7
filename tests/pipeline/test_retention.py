"""What retention deletes and what it never deletes, and the truncation of the write-ahead log."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tracker import settings
from tracker.domain.artifacts import Reference
from tracker.domain.errors import Cancelled
from tracker.domain.papers import Version
from tracker.domain.terms import Source
from tracker.pipeline.context import Cycle
from tracker.pipeline.retention import delete_old_evidence
from tracker.pipeline.stage import StageOutcome
from tracker.pipeline.worker import Worker, make_worker
from tracker.store import (
    enum_columns,
    hub_listings,
    judgements,
    papers,
    retention,
    scans,
    stage_status,
)
from tracker.store.engine import Store
from tracker.store.views import VIEWS

DAY = timedelta(days=1)
START = datetime(2026, 6, 16, 1, tzinfo=UTC)
VERSION = Version(
    arxiv_id="2606.00001", n=1, title="On tools", abstract="We study tools.", authors=("Ann Author",), categories=("cs.LG",),
    primary_category="cs.LG", comment=None, submitted_at=START, updated_at=START,
)  # fmt: skip


class Clock:
    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def worker(store: Store, tmp_path: Path, clock: Clock) -> Iterator[Worker]:
    loaded = settings.load_settings(environ={"TRACKER_DATA_DIR": str(tmp_path)})
    with closing(make_worker(loaded, store, clock)) as made_worker:
        yield made_worker


def rows(store: Store, sql: str) -> list[Any]:
    with store.read() as connection:
        return [row[0] if len(row) == 1 else tuple(row) for row in connection.execute(text(sql))]


def model(name: str) -> Reference:
    return Reference(
        key=f"huggingface:{name}", host="huggingface", kind="model", url=f"https://huggingface.co/{name}"
    )


def save_listings(store: Store, *names: tuple[str, str], at: datetime) -> None:
    hub_listings.save_listings(store, [(model(name), [arxiv_id], at, ()) for name, arxiv_id in names], at)


def save_scan(store: Store, n: int, source: Source, outcome: str, at: datetime, rules: str = "1") -> None:
    scan = scans.ScanResult(work="arxiv:2606.00001", version=n, source=source, mentions=(), outcome=outcome)
    scans.save_scans(store, [scan], rules, at)


def save_versions(store: Store, most: int) -> None:
    for n in range(1, most + 1):
        version = replace(VERSION, n=n, updated_at=START + n * DAY)
        papers.save_versions(store, [version], {VERSION.arxiv_id: START}, START + n * DAY, knows_withdrawals=True)


def delete_expired(store: Store, now: datetime, **more: Any) -> retention.DeletedRows:
    return retention.delete_expired(store, now, **{"listings_days": 180, "scans_days": 90, **more})


def test_listings_that_no_paper_claims_go_after_their_time(store: Store) -> None:
    save_versions(store, 1)
    save_listings(store, ("ann/claimed", "2606.00001"), ("bob/never", "1810.04805"), at=START)
    save_listings(store, ("bob/young", "2701.00001"), at=START + 100 * DAY)
    assert delete_expired(store, START + 180 * DAY) == retention.DeletedRows()
    assert delete_expired(store, START + 181 * DAY) == retention.DeletedRows(listings=1)
    assert rows(store, "SELECT reference FROM hub_listing ORDER BY 1") == [
        "huggingface:ann/claimed",
        "huggingface:bob/young",
    ]
    assert delete_expired(store, START + 9000 * DAY, listings_days=0) == retention.DeletedRows(), (
        "0 keeps them for ever"
    )


def test_scans_of_superseded_versions_go_where_a_newer_one_was_read(store: Store) -> None:
    save_versions(store, 3)
    save_scan(store, 1, Source.METADATA, "read", START)
    save_scan(store, 2, Source.METADATA, "read", START)
    save_scan(store, 3, Source.METADATA, "read", START)
    save_scan(store, 1, Source.HTML, "read", START)
    save_scan(store, 3, Source.HTML, "unknown", START)
    save_scan(store, 1, Source.HUB_RECORD, "absent", START)
    assert delete_expired(store, START + 90 * DAY) == retention.DeletedRows()
    assert delete_expired(store, START + 91 * DAY) == retention.DeletedRows(scans=2)
    assert set(rows(store, f"SELECT version, {enum_columns.SOURCE.sql('source')} FROM scan")) == {
        (3, Source.METADATA.value),
        (1, Source.HTML.value),  # what was read last stays, because it shows which links were dropped since
        (3, Source.HTML.value),
        (1, Source.HUB_RECORD.value),
    }


def test_no_public_view_changes(store: Store) -> None:
    save_versions(store, 2)
    save_listings(store, ("bob/never", "1810.04805"), at=START)
    for n in (1, 2):
        save_scan(store, n, Source.METADATA, "read", START)
        save_scan(store, n, Source.HTML, "read", START + n * DAY)
    before = {name: rows(store, f"SELECT * FROM {name} ORDER BY 1") for name in VIEWS}
    assert delete_expired(store, START + 999 * DAY) == retention.DeletedRows(listings=1, scans=1)
    assert {name: rows(store, f"SELECT * FROM {name} ORDER BY 1") for name in VIEWS} == before
    assert rows(store, "SELECT min(read_at) FROM readings WHERE source = 'html'") == ["2026-06-17T01:00:00Z"]


def test_many_rows_go_in_batches_and_a_stop_keeps_what_was_done(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 300)
    save_listings(store, *((f"bob/m{number}", "1810.04805") for number in range(1000)), at=START)
    calls = []

    def stop_at_the_third() -> None:
        calls.append(None)
        if len(calls) == 3:
            raise Cancelled("stop")

    with pytest.raises(Cancelled):
        delete_expired(store, START + 181 * DAY, go_on=stop_at_the_third)
    assert rows(store, "SELECT count(*) FROM hub_listing") == [400]
    assert delete_expired(store, START + 181 * DAY).listings == 400


def test_rules_that_changed_wake_a_paper_once_however_many_versions_it_has(store: Store) -> None:
    save_versions(store, 2)
    for n in (1, 2):
        save_scan(store, n, Source.METADATA, "read", START, rules="1")
    with store.begin() as connection:
        connection.exec_driver_sql("UPDATE work SET scan_due = false, judge_due = false, judged_rules = 'j'")
    judgements.queue_changed_rules(store, "2", "j")
    assert rows(store, "SELECT scan_due FROM work") == [1]
    save_scan(store, 2, Source.METADATA, "read", START + DAY, rules="2")
    with store.begin() as connection:
        connection.exec_driver_sql("UPDATE work SET scan_due = false")
    judgements.queue_changed_rules(store, "2", "j")
    assert rows(store, "SELECT scan_due FROM work") == [0], "version 1 is never read again"


def test_old_evidence_is_deleted_once_a_day(worker: Worker, clock: Clock, store: Store) -> None:
    def last_success() -> datetime | None:
        return stage_status.load_stages(store)[0].get("retention")

    delete_old_evidence(Cycle(worker, START))
    assert last_success() == START
    delete_old_evidence(Cycle(worker, START + 23 * timedelta(hours=1)))
    assert last_success() == START
    delete_old_evidence(Cycle(worker, START + DAY))
    assert last_success() == START + DAY
    delete_old_evidence(Cycle(worker, START - 9 * DAY))
    assert last_success() == START - 9 * DAY, "a clock that was wrong does not put it off for years"


def test_a_failure_is_recorded_and_retried_after_an_hour(
    worker: Worker, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> retention.DeletedRows:
        raise sqlite3.OperationalError("disk full")

    monkeypatch.setattr(retention, "delete_expired", fail)
    cycle = Cycle(worker, START)
    delete_old_evidence(cycle)
    assert cycle.troubles == [
        StageOutcome("retention", "broke off (OperationalError)", START + timedelta(hours=1))
    ]
    [trouble] = stage_status.load_stages(store)[1]
    assert trouble.next_try == START + timedelta(hours=1)
    monkeypatch.undo()
    delete_old_evidence(Cycle(worker, START + timedelta(minutes=59)))
    assert stage_status.load_stages(store)[1], "not before"
    delete_old_evidence(Cycle(worker, START + timedelta(hours=1)))
    assert not stage_status.load_stages(store)[1]


def test_leftover_files_of_a_killed_process_are_deleted_and_no_others(worker: Worker) -> None:
    public = worker.settings.public_dir
    (public / "feeds").mkdir(parents=True)
    leftover = [
        public / ".feed.xml.ab12_x9z",
        public / "feeds" / ".cs.CL.xml.abcdefgh",
        public.parent / ".manifest.json.12345678",
    ]
    unrelated = [
        public / "feed.xml",
        public / ".well-known",
        public / ".nojekyll",
        public / "feeds" / "a.b.abcdefgh",
    ]
    for path in [*leftover, *unrelated]:
        path.write_text("x")
        os.utime(path, (1, 1))
    fresh = public / ".feed.xml.zzzzzzzz"
    fresh.write_text("x")
    delete_old_evidence(Cycle(worker, START))
    assert not [path for path in leftover if path.exists()]
    assert all(path.exists() for path in [*unrelated, fresh])


def grow(store: Store, name: str, bytes_: int) -> None:
    with store.begin() as connection:
        connection.execute(
            text("INSERT INTO upstream (name, stop_reason, last_error, budget_used) VALUES (:name, :long, '', 0)"),
            {"name": name, "long": "x" * bytes_},
        )


@pytest.mark.sqlite_only("the write-ahead log is a file of SQLite")
def test_the_log_is_cut_after_a_cycle_and_a_reader_only_puts_it_off(store: Store, tmp_path: Path) -> None:
    log = tmp_path / "tracker.db-wal"
    grow(store, "a", 5_000_000)
    assert log.stat().st_size > 5_000_000
    assert store.checkpoint_wal()
    assert log.stat().st_size == 0
    with closing(sqlite3.connect(tmp_path / "tracker.db", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM upstream").fetchall()
        grow(store, "b", 1_000_000)
        assert not store.checkpoint_wal(), "somebody still reads what was before"
        assert log.stat().st_size > 1_000_000
        reader.execute("ROLLBACK")
    assert store.checkpoint_wal()
    assert log.stat().st_size == 0
    assert rows(store, "SELECT count(*) FROM upstream") == [2]
