"""When the service works: arXiv's rhythm in New York, and what a failure plans."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from apscheduler.triggers.interval import IntervalTrigger

from tracker import scheduler, settings
from tracker.domain.errors import LeaseLost, StoreError, TrackerError
from tracker.domain.status import Trouble
from tracker.pipeline import status
from tracker.pipeline.context import Counts, Cycle, begin_cycle
from tracker.pipeline.publication import describe_publication
from tracker.pipeline.publisher import Publisher
from tracker.pipeline.stage import StageOutcome
from tracker.pipeline.status import read_status
from tracker.pipeline.worker import Worker
from tracker.scheduler import Service, harvest_trigger, last_tick
from tracker.store import stage_status, upstreams
from tracker.store.engine import Store
from tracker.store.leases import LEADER, Lease, Leases
from tracker.store.publications import save_publication

NEW_YORK = ZoneInfo("America/New_York")


def list_fire_times(since: datetime, count: int) -> list[datetime]:
    trigger, times, moment = harvest_trigger(settings.load_settings(environ={}).schedule), [], since
    for _ in range(count):
        moment = trigger.get_next_fire_time(None, moment + timedelta(seconds=1))
        times.append(moment)
    return times


@pytest.mark.parametrize("week", [datetime(2026, 6, 14, tzinfo=NEW_YORK), datetime(2026, 12, 6, tzinfo=NEW_YORK)])
def test_a_week_follows_the_announcements_in_summer_and_winter(week: datetime) -> None:
    times = [f"{at.astimezone(NEW_YORK):%a %H:%M}" for at in list_fire_times(week, 17)]
    assert times == [
        "Sun 13:00", "Sun 23:30", "Mon 01:00", "Mon 13:00", "Mon 23:30", "Tue 01:00", "Tue 13:00", "Tue 23:30", "Wed 01:00",
        "Wed 13:00", "Wed 23:30", "Thu 01:00", "Thu 13:00", "Thu 23:30", "Fri 01:00", "Fri 13:00", "Sat 13:00"]  # fmt: skip


def test_weekday_numbers_count_from_sunday_as_in_cron() -> None:
    schedule = settings.load_settings(
        environ={
            "TRACKER_SCHEDULE__EVENING": "30 23 * * 0-4",
            "TRACKER_SCHEDULE__NIGHT": "0 1 * * 1-5",
        }
    ).schedule
    for hours in range(0, 400, 7):
        moment = datetime(2026, 6, 14, tzinfo=NEW_YORK) + timedelta(hours=hours)
        usual = harvest_trigger(settings.load_settings(environ={}).schedule).get_next_fire_time(None, moment)
        assert harvest_trigger(schedule).get_next_fire_time(None, moment) == usual


class Clock:
    """A clock that the test sets."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment


@pytest.fixture
def service(store: Store, tmp_path: Path) -> Iterator[Service]:
    built = Service(
        settings.load_settings(environ={"TRACKER_DATA_DIR": str(tmp_path)}),
        store,
        Clock(datetime(2026, 6, 16, 12, tzinfo=UTC)),
    )
    yield built
    assert built.stop()


def test_a_store_that_is_behind_is_harvested_at_once_and_one_that_is_not_waits(
    service: Service, store: Store, now: datetime
) -> None:
    assert service._is_behind()
    stage_status.record_stage_done(store, "harvest", datetime(2026, 6, 16, 5, 30, tzinfo=UTC))
    assert not service._is_behind(), "read at 01:30 in New York, the next is due at 13:00"
    stage_status.record_stage_done(store, "harvest", datetime(2026, 6, 16, 3, tzinfo=UTC))
    assert service._is_behind(), "a container that slept through 23:30 and 01:00 catches up"


def test_the_next_harvest_is_in_utc(service: Service) -> None:
    assert service.next_harvest() == datetime(2026, 6, 16, 17, tzinfo=UTC)


def test_open_windows_plan_a_retry_and_a_refusal_waits_as_long_as_it_says(service: Service, store: Store) -> None:
    now = service.worker.now()
    service._plan_retry(
        Cycle(service.worker, now, Counts(windows_left=2), outcomes=[StageOutcome("harvest", "503")])
    )
    assert service.next_harvest() == datetime(2026, 6, 16, 12, 30, tzinfo=UTC)
    upstreams.StoredUpstreams(store).stop("arxiv_api", datetime(2026, 6, 16, 15, tzinfo=UTC), "403")
    service._plan_retry(
        Cycle(service.worker, now, Counts(windows_left=2), outcomes=[StageOutcome("harvest", "403")])
    )
    assert service.next_harvest() == datetime(2026, 6, 16, 15, tzinfo=UTC)
    _, troubles = stage_status.load_stages(store)
    assert [(trouble.reason, trouble.next_try) for trouble in troubles] == [
        ("403", datetime(2026, 6, 16, 15, tzinfo=UTC))
    ]
    service._plan_retry(begin_cycle(service.worker))
    assert service.next_harvest() == datetime(2026, 6, 16, 17, tzinfo=UTC)


def begin_timetable(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Start a service whose jobs wait for the test; on a server, where it leads because nobody else does."""
    monkeypatch.setattr(service._scheduler, "start", lambda: None)
    service.start()
    if service._leases is not None:
        service._watch_lease(service._leases)


def planned_probe(service: Service) -> datetime | None:
    """When the timetable probes next, in the product's time."""
    jobs = [job for job in service._scheduler.get_jobs() if job.id == scheduler.PROBE]
    return jobs[-1].trigger.run_date - datetime.now(UTC) + service._clock.now() if jobs else None


def test_a_probe_is_planned_at_the_start_and_after_each_and_a_found_announcement_is_harvested(
    service: Service, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage_status.record_stage_done(store, "harvest", datetime(2026, 6, 16, 5, 30, tzinfo=UTC))
    first = datetime(2026, 6, 17, 0, 10, tzinfo=UTC)
    begin_timetable(service, monkeypatch)
    planned = planned_probe(service)
    assert planned is not None
    assert abs(planned - first) < timedelta(seconds=30), "20:10 in New York"

    found: list[tuple[date, date] | None] = [None, (date(2026, 6, 15), date(2026, 6, 16))]
    harvested: list[tuple[object, ...]] = []

    def run(worker: Worker, *days: date) -> Cycle:
        harvested.append(days)
        return begin_cycle(worker)

    monkeypatch.setattr(scheduler, "probe_announcement", lambda *_: found.pop(0))
    monkeypatch.setattr(scheduler.cycle, "run_cycle", run)
    for minutes, expected in ((10, []), (30, [(date(2026, 6, 15), date(2026, 6, 16))])):
        clock: Clock = service._clock  # type: ignore[assignment] # the fixture's
        clock.moment = first - timedelta(minutes=10) + timedelta(minutes=minutes)
        service._run_probe()
        assert harvested == expected
        assert planned_probe(service) is not None


def test_a_store_that_is_behind_is_harvested_before_it_is_probed(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin_timetable(service, monkeypatch)
    assert planned_probe(service) is None
    monkeypatch.setattr(scheduler.cycle, "run_cycle", begin_cycle)
    service._run_cycle()
    assert planned_probe(service) is not None


def test_a_probe_that_breaks_off_is_not_tried_again_at_once(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_given: object) -> None:
        raise StoreError("/data/tracker.db: the disk is full; make room.")

    monkeypatch.setattr(scheduler, "probe_announcement", fail)
    service._run_probe()
    assert planned_probe(service) is None


@pytest.mark.parametrize(
    ("error", "reason"),
    [(StoreError("/data/tracker.db: the disk is full; make room."), "the disk is full; make room."),
     (KeyError("x"), "broke off (KeyError)")],
)  # fmt: skip
def test_a_failed_cycle_is_reported_with_its_start_and_retried_soon(
    service: Service, monkeypatch: pytest.MonkeyPatch, error: Exception, reason: str
) -> None:
    clock: Clock = service._clock  # type: ignore[assignment] # the fixture's
    begun = clock.moment

    def fail(_worker: object) -> Cycle:
        raise error

    for minutes in (0, 30):
        clock.moment = begun + timedelta(minutes=minutes)
        monkeypatch.setattr(scheduler.cycle, "run_cycle", fail)
        service._run_cycle()
        assert service.next_harvest() == clock.moment + timedelta(minutes=30)
        assert read_status(service.worker, clock.moment).troubles == (
            Trouble("cycle", reason, begun, clock.moment + timedelta(minutes=30)),
        )
    monkeypatch.setattr(scheduler.cycle, "run_cycle", begin_cycle)
    service._run_cycle()
    assert read_status(service.worker, clock.moment).troubles == ()
    assert service.next_harvest() == datetime(2026, 6, 16, 17, tzinfo=UTC)


def test_a_site_that_cannot_be_renewed_is_served_as_it_is(
    service: Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def full(*_given: object) -> None:
        raise TrackerError("/data/public: the site cannot be written (No space left on device).")

    for name in ("write_site", "render_unpublished"):  # alone, and beside others
        monkeypatch.setattr(scheduler.publish, name, full)
    with pytest.raises(TrackerError, match="cannot be written"):
        service.start()
    feed = tmp_path / "public" / "feed.xml"
    feed.parent.mkdir()
    feed.write_bytes(b"<rss/>")
    monkeypatch.setattr(service._scheduler, "start", lambda: None)
    service.start()
    (trouble,) = read_status(service.worker, service.worker.now()).troubles
    assert (trouble.what, trouble.reason) == ("due_work", "the site cannot be written (No space left on device).")


class SharedLeases(Leases):
    """Leases of two services without a server: whoever is asked first holds them."""

    def __init__(self, holders: dict[str, SharedLeases]) -> None:
        super().__init__(lambda **_: nullcontext())  # type: ignore[arg-type, return-value] # no connection is used
        self.holders = holders

    def take(self, name: str, linger: float = 0.0) -> Lease | float:
        if self.holders.setdefault(name, self) is not self:
            return 1.0
        lease = Lease(name, 1, linger, self._clock() + 30)
        self._held.append(lease)
        return lease

    def release(self, lease: Lease) -> None:
        self.forget(lease)
        del self.holders[lease.name]


def names_of_jobs(service: Service) -> set[str]:
    return {job.id for job in service._scheduler.get_jobs()} & set(scheduler.WORK)


def test_of_two_services_one_works_and_the_other_takes_over(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered: list[Path] = []

    def render(publisher: Publisher, *_row: object) -> None:
        rendered.append(publisher.settings.data_dir)

    monkeypatch.setattr(scheduler.publish, "render_unpublished", render)
    monkeypatch.setattr(scheduler, "render_publication", render)
    monkeypatch.setattr(status, "read_leader", lambda _: None)
    clock, services = Clock(datetime(2026, 6, 16, 12, tzinfo=UTC)), []
    holders: dict[str, SharedLeases] = {}
    for name in ("one", "two"):
        shared = Store(store.engine, store.url)
        shared.leases = SharedLeases(holders)
        made = Service(settings.load_settings(environ={"TRACKER_DATA_DIR": str(tmp_path / name)}), shared, clock)
        monkeypatch.setattr(made._scheduler, "start", lambda: None)
        made.start()
        services.append((made, shared.leases))
    (first, leases), (second, others) = services
    working = {scheduler.CYCLE, scheduler.DUE_WORK, scheduler.FIRST_CYCLE, scheduler.PUBLISH}
    for service, held in services:
        service._watch_lease(held)
    assert names_of_jobs(first) == working
    assert names_of_jobs(second) == set()
    with pytest.raises(LeaseLost):
        others.require()
    rendered.clear()
    save_publication(store, describe_publication(first.worker, clock.moment), None)
    second._watch_lease(others)
    second._watch_lease(others)
    assert rendered.count(tmp_path / "two") == 1, "once for what the leader published"

    assert first._lease is not None
    first._lease.is_lost = True  # it was stopped for too long
    holders[LEADER] = others
    first._watch_lease(leases)
    assert names_of_jobs(first) == set()
    assert first.next_harvest() == datetime(2026, 6, 16, 17, tzinfo=UTC)
    stage_status.record_stage_done(store, "harvest", datetime(2026, 6, 16, 5, 30, tzinfo=UTC))
    second._watch_lease(others)
    assert names_of_jobs(second) == {*working, scheduler.LEFT_WORK, scheduler.PROBE} - {scheduler.FIRST_CYCLE}
    first._schedule_retry(clock.moment)
    assert names_of_jobs(first) == set(), "the end of a cycle that was under way plans nothing"
    for service, _ in services:
        assert service.stop()


def test_a_service_that_cannot_render_leads_all_the_same(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = Store(store.engine, store.url)
    shared.leases = leases = SharedLeases({})
    made = Service(
        settings.load_settings(environ={"TRACKER_DATA_DIR": str(tmp_path)}),
        shared,
        Clock(datetime(2026, 6, 16, 12, tzinfo=UTC)),
    )

    def fail() -> None:
        raise KeyError("x")

    monkeypatch.setattr(made, "_render_published", fail)
    made._watch_lease(leases)
    assert scheduler.CYCLE in names_of_jobs(made)
    assert made.stop()


def test_a_job_whose_lease_was_lost_is_no_trouble(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    def lose(_worker: object) -> Cycle:
        raise LeaseLost

    monkeypatch.setattr(scheduler.cycle, "run_cycle", lose)
    service._run_cycle()
    assert read_status(service.worker, service.worker.now()).troubles == ()


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2026, 6, 16, 1, 30, tzinfo=NEW_YORK), datetime(2026, 6, 16, 1, tzinfo=NEW_YORK)),
        (datetime(2026, 6, 16, 1, tzinfo=NEW_YORK), datetime(2026, 6, 16, 1, tzinfo=NEW_YORK)),
        (datetime(2026, 6, 15, 23, tzinfo=NEW_YORK), datetime(2026, 6, 15, 13, tzinfo=NEW_YORK)),
    ],
)
def test_the_last_tick_of_the_timetable(now: datetime, expected: datetime) -> None:
    assert last_tick(harvest_trigger(settings.load_settings(environ={}).schedule), now) == expected


def test_services_have_the_same_ticks_whenever_they_were_started() -> None:
    trigger = IntervalTrigger(minutes=15, start_date=scheduler.FIRST_TICK)
    assert last_tick(trigger, datetime(2026, 6, 16, 12, 7, tzinfo=UTC)) == datetime(2026, 6, 16, 12, tzinfo=UTC)
    assert last_tick(trigger, datetime(2026, 6, 16, 12, 15, 1, tzinfo=UTC)) == datetime(
        2026, 6, 16, 12, 15, tzinfo=UTC
    )


def test_a_tick_that_another_service_began_is_left_to_it(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = Store(store.engine, store.url)
    shared.leases = SharedLeases({})
    made = Service(
        settings.load_settings(environ={"TRACKER_DATA_DIR": str(tmp_path)}),
        shared,
        Clock(datetime(2026, 6, 16, 12, tzinfo=UTC)),
    )
    cycles: list[Worker] = []

    def run(worker: Worker) -> Cycle:
        cycles.append(worker)
        return begin_cycle(worker)

    monkeypatch.setattr(scheduler.cycle, "run_cycle", run)
    monkeypatch.setattr(scheduler.cycle, "run_due_work", run)
    for _ in range(2):
        made._run_planned_cycle()
        made._run_due_work()
    assert len(cycles) == 2
    assert made.stop()
