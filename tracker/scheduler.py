"""The service's timetable: APScheduler calls one pipeline function a job, one job at a time.

It holds no state of the work: what is due is in the store, so a restart loses nothing. Of services that share a store on
a server, the one that holds the leader's lease has a timetable; the others render the site from the store, and wait.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

from tracker.domain.cron import parse_cron
from tracker.domain.errors import Cancelled, LeaseLost, TrackerError
from tracker.domain.protocols import Clock, Progress
from tracker.domain.status import Trouble
from tracker.pipeline import cycle, publish, snapshot
from tracker.pipeline.backlog import read_backlog
from tracker.pipeline.context import Cycle, begin_cycle
from tracker.pipeline.harvest_probe import next_probe, probe_announcement
from tracker.pipeline.process_memory import clear_caches, limit_heap, release_memory
from tracker.pipeline.replica import render_publication
from tracker.pipeline.worker import make_worker
from tracker.settings import Schedule, Settings
from tracker.store import stage_status, upstreams
from tracker.store.engine import Store
from tracker.store.leases import BEATS, LEADER, Lease, Leases
from tracker.store.publications import load_publication_row
from tracker.store.ticks import claim_tick

log = logging.getLogger(__name__)

LATE_SECONDS = 3600
"""How late a job may start after a busy or paused hour; APScheduler's own second would drop it silently."""
STOP_SECONDS = 5.0
"""How long a stop waits for the work in hand."""
FIRST_TICK = datetime(2026, 1, 1, tzinfo=UTC)
CYCLE, DUE_WORK, READING, PROBE = "cycle", "due_work", "reading", "probe"
FIRST_CYCLE, RETRY_CYCLE, PUBLISH, LEFT_WORK = "first_cycle", "retry_cycle", "publish", "left_work"
WORK = (CYCLE, DUE_WORK, READING, PROBE, FIRST_CYCLE, RETRY_CYCLE, PUBLISH, LEFT_WORK)
"""The names of the jobs, as `/health` shows them where one fails."""


def harvest_trigger(schedule: Schedule) -> OrTrigger:
    """When arXiv is polled, in the time zone of its announcements."""
    zone = ZoneInfo(schedule.timezone)
    times = (schedule.evening, schedule.night, schedule.day)
    return OrTrigger([CronTrigger(**parse_cron(fields), timezone=zone) for fields in times])


def last_tick(trigger: BaseTrigger, now: datetime) -> datetime | None:
    """The newest moment up to `now` at which a trigger fires; None where it did not for more than a week."""
    for days in (1 / 24, 1, 8):
        moment = now - timedelta(days=days)
        last: datetime | None = None
        while (at := trigger.get_next_fire_time(None, moment)) is not None and at <= now:
            last, moment = at, at + timedelta(seconds=1)
        if last is not None:
            return last
    return None


class Service:
    """The worker on its timetable, in one background thread."""

    def __init__(self, settings: Settings, store: Store, clock: Clock, progress: Progress | None = None) -> None:
        self._settings, self._clock, self._store = settings, clock, store
        limit_heap()
        self._cancel = threading.Event()
        self._scheduler = BackgroundScheduler(
            # Snapshots have a thread of their own: they only read, and take minutes where the store is large.
            executors={name: ThreadPoolExecutor(1) for name in ("default", "snapshot", "lease")},
            timezone=ZoneInfo("UTC"),
            job_defaults={"misfire_grace_time": LATE_SECONDS, "coalesce": True, "max_instances": 1},
        )
        self._trigger = harvest_trigger(settings.schedule)
        # Services that share a store have the same ticks, whenever they were started.
        start = None if store.leases is None else FIRST_TICK
        self._due_work_trigger = IntervalTrigger(minutes=settings.schedule.check_minutes, start_date=start)
        self._retry_at: datetime | None = None
        self._failed_jobs: dict[str, Trouble] = {}
        """Jobs that ended before their stages could record why, by name: a full disk takes no record."""
        self.worker = make_worker(
            settings, store, clock, cancel=self._cancel, progress=progress, next_harvest=self.next_harvest,
            troubles=lambda: tuple(self._failed_jobs.values()),
        )  # fmt: skip
        self._leases = store.leases
        self._lease: Lease | None = None
        """The leader's, while this service leads those that share a server."""
        # Rendering what is stored needs no lease, and nothing else may use this one.
        self._renderer = replace(self.worker, store=Store(store.engine, store.url))
        self._rendered: tuple[int, str] | None = None
        """The leader's publication that this service rendered last."""

    def start(self) -> None:
        """Publish what is stored, or beside others render what their leader published, then begin the timetable; a
        store that is behind is harvested at once.

        TrackerError where the site cannot be written and there is none from before, which would be served.
        """
        try:
            if self._leases is None:
                publish.write_site(begin_cycle(self.worker))
            else:
                self._render_published()
        except TrackerError as error:
            if not (self._settings.public_dir / "feed.xml").is_file():
                raise
            log.error("the site cannot be renewed, and is served as it is: %s", error)
            self._record_failure(DUE_WORK, str(error))
        if self._settings.snapshot.hours:
            self._scheduler.add_job(
                self._make_snapshot,
                IntervalTrigger(minutes=self._settings.schedule.check_minutes),
                id="snapshot",
                executor="snapshot",
            )
        if self._leases is None:
            self._begin_timetable()
        else:
            self._leases.needed = LEADER
            self._plan_watch(self._leases, timedelta(0))
        self._scheduler.start()

    @property
    def _leads(self) -> bool:
        """Whether this service works: alone, or as the leader."""
        return self._leases is None or self._lease is not None

    def _begin_timetable(self) -> None:
        self._add(self._run_planned_cycle, self._trigger, CYCLE)
        self._add(self._run_due_work, self._due_work_trigger, DUE_WORK)
        if self._is_behind():
            self._add(self._run_cycle, DateTrigger(), FIRST_CYCLE)
            return
        self._plan_probe()
        if self._leases is not None:
            # What the leader before left undone is not left until the next tick.
            self._add(self._finish_work, DateTrigger(), LEFT_WORK)

    def _add(self, work: Callable[[], None], trigger: BaseTrigger, job: str) -> None:
        """Add a job to the timetable, in the place of an older one of its name; nothing where this service only
        waits."""
        if self._leads:
            self._scheduler.add_job(work, trigger, id=job, replace_existing=True)

    def _plan_watch(self, leases: Leases, wait: timedelta) -> None:
        """Watch the lease after so long; no sooner than the last watch has ended, which may render a site."""
        at = DateTrigger(datetime.now(UTC) + wait)
        self._scheduler.add_job(
            self._watch_lease, at, args=(leases,), id="lease", executor="lease", replace_existing=True
        )

    def _watch_lease(self, leases: Leases) -> None:
        """Lead where nobody does, and stand by where another leads."""
        try:
            if self._lease is not None and not leases.is_valid(self._lease):
                self._stand_by(leases, self._lease)
            if self._lease is None:
                self._follow()
                taken = leases.take(LEADER)
                if isinstance(taken, Lease):
                    self._lease = taken
                    log.info("this process leads")
                    self._add(self._publish, DateTrigger(), PUBLISH)
                    self._begin_timetable()
        except TrackerError as error:
            log.warning("this process waits to lead: %s", error)
        except Exception:
            log.exception("this process waits to lead, and that broke off")
        finally:
            if not self._cancel.is_set():
                self._plan_watch(leases, timedelta(seconds=leases.seconds / BEATS))

    def _stand_by(self, leases: Leases, lost: Lease) -> None:
        """End the timetable. A job that still runs ends where it would write next."""
        log.warning("this process no longer leads, and stands by")
        self._lease, self._retry_at = None, None
        for job in self._scheduler.get_jobs():
            if job.id in WORK:
                job.remove()
        leases.forget(lost)

    def _follow(self) -> None:
        """Render the site anew where the leader has published. What fails in that must not keep this service from
        leading."""
        try:
            self._render_published()
        except TrackerError as error:
            log.error("the site cannot be renewed, and is served as it is: %s", error)
        except Exception:
            log.exception("the rendering of the site broke off, and it is served as it is")

    def _render_published(self) -> None:
        """Render what the leader published last, unless that is done; a new store's empty site where nothing was."""
        row = load_publication_row(self._store)
        if row is None and not (self._settings.public_dir / "index.html").is_file():
            publish.render_unpublished(self._renderer)
        elif row is not None and row != self._rendered:
            render_publication(self._renderer, row)
            self._rendered = row

    def _publish(self) -> None:
        """Publish as the new leader, so that replicas have a publication of this version of the program."""

        def write() -> Cycle:
            published = begin_cycle(self.worker)
            publish.write_site(published)
            return published

        self._run_job(PUBLISH, write)

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
        if self._leases is not None and self._lease is not None:
            self._leases.release(self._lease)
        self.worker.close()
        return True

    def _is_behind(self) -> bool:
        """Whether a harvest was due since the last good one: then it is not waited for."""
        good = stage_status.load_stages(self._store)[0].get("harvest")
        if good is None:
            return True
        due = self._trigger.get_next_fire_time(good, good)
        return due is not None and due <= self._clock.now()

    def _run_planned_cycle(self) -> None:
        if self._is_first(CYCLE, self._trigger):
            self._run_cycle()

    def _is_first(self, job: str, trigger: BaseTrigger) -> bool:
        """Whether no other service began this tick of a job. By this machine's clock, as the timetable fires."""
        tick = None if self._leases is None else last_tick(trigger, datetime.now(UTC))
        try:
            return tick is None or claim_tick(self._store, job, tick)
        except TrackerError as error:
            log.error("the job %s failed: %s", job, error)
            if not isinstance(error, LeaseLost):
                self._record_failure(job, str(error))
            return False

    def _run_cycle(self) -> None:
        self._run_job(CYCLE, lambda: cycle.run_cycle(self.worker))

    def _run_probe(self) -> None:
        """Ask whether the announcement of the evening is there, and harvest it if so."""
        days: tuple[date, date] | None = None
        try:
            days = probe_announcement(self.worker, self._harvest_after)
        except (Cancelled, LeaseLost):
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
            self._add(self._run_probe, DateTrigger(at), PROBE)

    def _harvest_after(self, moment: datetime) -> datetime | None:
        planned: datetime | None = self._trigger.get_next_fire_time(None, moment)
        return planned

    def _run_due_work(self) -> None:
        if self._is_first(DUE_WORK, self._due_work_trigger):
            self._finish_work()

    def _finish_work(self) -> None:
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
                self._add(self._read_on, DateTrigger(), READING)
            self._failed_jobs.pop(job, None)
        except Cancelled:
            log.info("stopped in the middle of a cycle; what was stored stays")
        except LeaseLost as error:
            log.warning("the job %s ended: %s", job, error)
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
        self._add(self._run_cycle, DateTrigger(at), RETRY_CYCLE)

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
