"""The service's timetable: APScheduler calls one pipeline function a job, one job at a time.

It holds no state of the work: what is due is in the store, so a restart loses nothing.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

from tracker.domain.cron import parse_cron
from tracker.domain.errors import Cancelled, TrackerError
from tracker.domain.protocols import Clock, Progress
from tracker.domain.status import Trouble
from tracker.pipeline import cycle, publish, snapshot
from tracker.pipeline.backlog import read_backlog
from tracker.pipeline.context import Cycle, begin_cycle
from tracker.pipeline.harvest_probe import next_probe, probe_announcement
from tracker.pipeline.process_memory import clear_caches, limit_heap, release_memory
from tracker.pipeline.worker import make_worker
from tracker.settings import Schedule, Settings
from tracker.store import stage_status, upstreams
from tracker.store.engine import Store

log = logging.getLogger(__name__)

LATE_SECONDS = 3600
"""How late a job may start after a busy or paused hour; APScheduler's own second would drop it silently."""
STOP_SECONDS = 5.0
"""How long a stop waits for the work in hand."""
CYCLE, DUE_WORK, READING, PROBE = "cycle", "due_work", "reading", "probe"
"""The names of the jobs, as `/health` shows them where one fails."""


def harvest_trigger(schedule: Schedule) -> OrTrigger:
    """When arXiv is polled, in the time zone of its announcements."""
    zone = ZoneInfo(schedule.timezone)
    times = (schedule.evening, schedule.night, schedule.day)
    return OrTrigger([CronTrigger(**parse_cron(fields), timezone=zone) for fields in times])


class Service:
    """The worker on its timetable, in one background thread."""

    def __init__(self, settings: Settings, store: Store, clock: Clock, progress: Progress | None = None) -> None:
        self._settings, self._clock, self._store = settings, clock, store
        limit_heap()
        self._cancel = threading.Event()
        self._scheduler = BackgroundScheduler(
            # Snapshots have a thread of their own: they only read, and take minutes where the store is large.
            executors={"default": ThreadPoolExecutor(1), "snapshot": ThreadPoolExecutor(1)},
            timezone=ZoneInfo("UTC"),
            job_defaults={"misfire_grace_time": LATE_SECONDS, "coalesce": True, "max_instances": 1},
        )
        self._trigger = harvest_trigger(settings.schedule)
        self._retry_at: datetime | None = None
        self._failed_jobs: dict[str, Trouble] = {}
        """Jobs that ended before their stages could record why, by name: a full disk takes no record."""
        self.worker = make_worker(
            settings, store, clock, cancel=self._cancel, progress=progress, next_harvest=self.next_harvest,
            troubles=lambda: tuple(self._failed_jobs.values()),
        )  # fmt: skip

    def start(self) -> None:
        """Publish what is stored, then begin the timetable; a store that is behind is harvested at once.

        TrackerError where the site cannot be written and there is none from before, which would be served.
        """
        try:
            publish.write_site(begin_cycle(self.worker))
        except TrackerError as error:
            if not (self._settings.public_dir / "feed.xml").is_file():
                raise
            log.error("the site cannot be renewed, and is served as it is: %s", error)
            self._record_failure(DUE_WORK, str(error))
        minutes = self._settings.schedule.check_minutes
        self._scheduler.add_job(self._run_cycle, self._trigger, id=CYCLE)
        self._scheduler.add_job(self._run_due_work, IntervalTrigger(minutes=minutes), id=DUE_WORK)
        if self._settings.snapshot.hours:
            self._scheduler.add_job(
                self._make_snapshot, IntervalTrigger(minutes=minutes), id="snapshot", executor="snapshot"
            )
        if self._is_behind():
            self._scheduler.add_job(self._run_cycle, DateTrigger(), id="first_cycle")
        else:
            self._plan_probe()
        self._scheduler.start()

    def next_harvest(self) -> datetime | None:
        """When arXiv is asked next: by the timetable, or sooner after a failure. In the product's time."""
        now = self._clock.now()
        planned: datetime | None = self._trigger.get_next_fire_time(None, now)
        soonest = min((at for at in (planned, self._retry_at) if at is not None and at > now), default=None)
        return soonest.astimezone(UTC) if soonest else None

    def stop(self) -> bool:
        """End the work in hand and the timetable; False if a job still runs after `STOP_SECONDS`."""
        self._cancel.set()
        if not self._scheduler.running:
            self.worker.close()
            return True
        shutdown = threading.Thread(target=self._scheduler.shutdown, daemon=True)
        shutdown.start()
        shutdown.join(STOP_SECONDS)
        if shutdown.is_alive():
            return False
        self.worker.close()
        return True

    def _is_behind(self) -> bool:
        """Whether a harvest was due since the last good one: then it is not waited for."""
        good = stage_status.load_stages(self._store)[0].get("harvest")
        if good is None:
            return True
        due = self._trigger.get_next_fire_time(good, good)
        return due is not None and due <= self._clock.now()

    def _run_cycle(self) -> None:
        self._run_job(CYCLE, lambda: cycle.run_cycle(self.worker))

    def _run_probe(self) -> None:
        """Ask whether the announcement of the evening is there, and harvest it if so."""
        days: tuple[date, date] | None = None
        try:
            days = probe_announcement(self.worker, self._harvest_after)
        except Cancelled:
            return
        except Exception:
            # The next cycle plans the next probe: planning it here would try again at once.
            log.exception("the probe broke off; the timetable goes on")
            return
        if days is not None:
            self._run_job(CYCLE, lambda: cycle.run_cycle(self.worker, *days))
        else:
            self._plan_probe()

    def _plan_probe(self) -> None:
        now = self._clock.now()
        planned = next_probe(self._store, self._settings, now, self._harvest_after)
        if planned is not None and not self._cancel.is_set():
            # In real time: the product's clock may have been moved.
            at = datetime.now(UTC) + max(timedelta(0), planned[1] - now)
            self._scheduler.add_job(self._run_probe, DateTrigger(at), id=PROBE, replace_existing=True)

    def _harvest_after(self, moment: datetime) -> datetime | None:
        planned: datetime | None = self._trigger.get_next_fire_time(None, moment)
        return planned

    def _run_due_work(self) -> None:
        self._run_job(DUE_WORK, lambda: cycle.run_due_work(self.worker))

    def _read_on(self) -> None:
        self._run_job(READING, lambda: cycle.run_reading_round(self.worker))

    def _make_snapshot(self) -> None:
        try:
            snapshot.make_due_snapshot(begin_cycle(self.worker))
        except Cancelled:
            log.info("stopped in the middle of a snapshot; the one before it stays")
        except Exception:
            log.exception("the snapshot broke off; the timetable goes on")
        finally:
            release_memory()

    def _run_job(self, job: str, work: Callable[[], Cycle]) -> None:
        """Run one job; a job that fails is recorded and tried again soon, and the timetable goes on."""
        try:
            finished = work()
            self._log_finished(finished)
            if job == CYCLE:
                self._plan_retry(finished)
                self._plan_probe()
            if finished.is_unfinished:
                # Whatever has become due meanwhile comes first: the jobs wait in line.
                self._scheduler.add_job(self._read_on, DateTrigger(), id=READING, replace_existing=True)
            self._failed_jobs.pop(job, None)
        except Cancelled:
            log.info("stopped in the middle of a cycle; what was stored stays")
        except TrackerError as error:
            log.error("the job %s failed: %s", job, error)
            self._record_failure(job, str(error))
        except Exception as error:
            log.exception("the job %s broke off; the timetable goes on", job)
            self._record_failure(job, f"broke off ({type(error).__name__})")
        finally:
            self._store.release_connections()
            clear_caches()
            release_memory()

    def _log_finished(self, finished: Cycle) -> None:
        counts, backlog = finished.counts, read_backlog(self._store, self._settings, finished.now)
        log.info(
            "cycle: %d new papers, %d read, %d read further, %d checks, %d new in the feed; %s",
            counts.new_papers,
            counts.read_papers,
            counts.further.total(),
            counts.checked,
            counts.entered,
            backlog.describe(finished.now),
        )

    def _record_failure(self, job: str, reason: str) -> None:
        """Keep for `/health` that a job failed and since when, and plan a cycle again; due work is on the
        timetable anyway.

        An error's text begins with the file that it is about: that is for the log, and not for everyone.
        """
        now, before, schedule = self.worker.now(), self._failed_jobs.get(job), self._settings.schedule
        again = now + timedelta(minutes=schedule.retry_minutes if job == CYCLE else schedule.check_minutes)
        self._failed_jobs[job] = Trouble(
            job, reason.partition(": ")[2] or reason, before.since if before else now, again
        )
        if job == CYCLE:
            self._schedule_retry(again)

    def _schedule_retry(self, at: datetime) -> None:
        self._retry_at = at
        self._scheduler.add_job(self._run_cycle, DateTrigger(at), id="retry_cycle", replace_existing=True)

    def _plan_retry(self, finished: Cycle) -> None:
        """After a harvest that left windows open, try again when the upstream allows."""
        if not finished.counts.windows_left:
            self._retry_at = None
            return
        now = self._clock.now()
        stop = upstreams.StoredUpstreams(self._store).stopped("arxiv_api", now)
        soonest = now + timedelta(minutes=self._settings.schedule.retry_minutes)
        again = max(soonest, stop[0] if stop else now)
        self._schedule_retry(again)
        stage_status.record_stage_failed(
            self._store,
            "harvest",
            next((outcome.reason for outcome in finished.troubles if outcome.name == "harvest"), ""),
            again,
            self.worker.now(),
        )
        publish.write_site(begin_cycle(self.worker))
