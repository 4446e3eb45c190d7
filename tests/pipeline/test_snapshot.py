"""Snapshots on the timetable: made when due, reported when they fail, and without a secret."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import zstandard

from tracker import settings
from tracker.domain.errors import Cancelled
from tracker.pipeline.context import begin_cycle
from tracker.pipeline.snapshot import is_due, make_due_snapshot
from tracker.scheduler import Service
from tracker.store import snapshot, stage_status
from tracker.store.engine import Store

of_a_file = pytest.mark.sqlite_only("a snapshot is a SQLite file")

START = datetime(2026, 6, 16, 12, tzinfo=UTC)
SECRETS = {"GITHUB_TOKEN": "ghp_very_secret", "HF_TOKEN": "hf_very_secret"}


class Clock:
    """A clock that the test sets."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment


@pytest.fixture
def clock() -> Clock:
    return Clock(START)


@pytest.fixture
def service(store: Store, tmp_path: Path, clock: Clock) -> Iterator[Service]:
    built = Service(
        settings.load_settings(
            environ={"TRACKER_DATA_DIR": str(tmp_path), "TRACKER_CONTACT": "me@example.org", **SECRETS}
        ),
        store,
        clock,
    )
    yield built
    built.stop()


@of_a_file
def test_a_snapshot_is_made_when_the_last_is_a_day_old(service: Service, store: Store, clock: Clock) -> None:
    file = service.worker.settings.snapshot_file
    for hours, expected in ((0, START), (23, START), (24, START + timedelta(hours=24))):
        clock.moment = START + timedelta(hours=hours)
        make_due_snapshot(begin_cycle(service.worker))
        manifest = snapshot.load_manifest(file)
        assert manifest is not None
        assert datetime.fromisoformat(manifest.made_at) == expected
    assert stage_status.load_stages(store)[0]["snapshot"] == START + timedelta(hours=24)


@pytest.mark.parametrize(
    "change", [{"TRACKER_SNAPSHOT__HOURS": "0"}, {"TRACKER_DATABASE_URL": "postgresql://x/y"}]
)
def test_no_snapshot_is_due_when_disabled_or_on_a_server(tmp_path: Path, change: dict[str, str]) -> None:
    loaded = settings.load_settings(environ={"TRACKER_DATA_DIR": str(tmp_path), **change})
    assert not is_due(loaded, START)


@of_a_file
def test_a_failed_snapshot_is_reported_and_retried(service: Service, store: Store, tmp_path: Path) -> None:
    (tmp_path / "snapshots").write_text("a file where the folder should be")
    make_due_snapshot(begin_cycle(service.worker))
    (trouble,) = stage_status.load_stages(store)[1]
    assert (trouble.what, trouble.next_try) == ("snapshot", START + timedelta(minutes=15))
    assert "cannot be written" in trouble.reason
    (tmp_path / "snapshots").unlink()
    make_due_snapshot(begin_cycle(service.worker))
    assert stage_status.load_stages(store)[1] == []


@of_a_file
def test_a_service_that_stops_breaks_the_snapshot_off(service: Service) -> None:
    service.worker.cancel.set()
    with pytest.raises(Cancelled):
        make_due_snapshot(begin_cycle(service.worker))


def test_the_service_has_a_job_for_it_beside_the_work(service: Service) -> None:
    stage_status.record_stage_done(service.worker.store, "harvest", START)
    service.start()
    (job,) = [job for job in service._scheduler.get_jobs() if job.id == "snapshot"]
    assert job.executor == "snapshot", "the work does not wait for it"


@of_a_file
def test_no_secret_is_in_a_snapshot(service: Service, store: Store, tmp_path: Path) -> None:
    stage_status.record_stage_failed(store, "harvest", "arxiv_api: 503", None, START)
    make_due_snapshot(begin_cycle(service.worker))
    packed = service.worker.settings.snapshot_file.read_bytes()
    plain = zstandard.ZstdDecompressor().decompressobj().decompress(packed)
    for secret in (*SECRETS.values(), "me@example.org", str(tmp_path)):
        assert secret.encode() not in plain
    file = tmp_path / "plain.db"
    file.write_bytes(plain)
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT trouble FROM stage").fetchall() == [("arxiv_api: 503",)], (
            "it is the store"
        )
