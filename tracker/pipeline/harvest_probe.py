"""Asks arXiv's API by one small request whether the announcement of the evening is there, before the timetable does.

When it asks is decided by `tracker.harvest.probes`, from what the store knows of earlier evenings. What was asked is kept
before the request, so that a restart in the evening neither loses nor repeats a probe.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime, timedelta
from itertools import islice

from tracker.domain.appearances import Appearance
from tracker.domain.errors import UpstreamError
from tracker.harvest import announcements, probes
from tracker.harvest.api import ArxivApi
from tracker.pipeline.appearances import WEEKS, is_shown, note_reading
from tracker.pipeline.context import begin_cycle
from tracker.pipeline.harvest import UPSTREAM
from tracker.pipeline.worker import Worker
from tracker.settings import Settings
from tracker.store import appearances, upstreams
from tracker.store.engine import Store

log = logging.getLogger(__name__)

HarvestAfter = Callable[[datetime], datetime | None]
"""When the timetable's first harvest at or after a moment is."""


def next_probe(
    store: Store, settings: Settings, now: datetime, harvest_after: HarvestAfter
) -> tuple[date, datetime] | None:
    """The next probe, as the announcement day that it is for and its moment (in UTC; a passed one is due now).

    None where the settings switch probes off.
    """

    def is_left_to_harvest(moment: datetime) -> bool:
        harvest = harvest_after(moment)
        return harvest is not None and harvest - moment <= probes.BEFORE_HARVEST

    for day in islice(probes.probed_days(now, settings.harvest.holidays), 2 if settings.schedule.probes else 0):
        known = appearances.load_appearances(store, UPSTREAM, day - WEEKS, day)
        tonight = next((appearance for appearance in known if appearance.day == day), Appearance(day))
        earlier = [appearance for appearance in known if appearance.day < day]
        moments = probes.plan_probes(day, earlier, is_left_to_harvest, settings.schedule.probes)
        if (moment := probes.next_moment(moments, tonight, now)) is not None:
            return day, moment
    return None


def probe_announcement(worker: Worker, harvest_after: HarvestAfter) -> tuple[date, date] | None:
    """Make the probe that is due; returns the first and the last day of submission (UTC) to harvest, None where the
    announcement is not there.

    A refusal or a failure ends the probes of the evening: the timetable's harvests ask again. Raises StoreError and
    Cancelled.
    """
    cycle = begin_cycle(worker)
    store, settings = cycle.store, cycle.settings
    planned = next_probe(store, settings, cycle.now, harvest_after)
    if planned is None or planned[1] > cycle.now:
        return None
    day = planned[0]
    appearances.begin_probe(store, UPSTREAM, day, cycle.now)
    since, until = announcements.submission_window(day, settings.harvest.holidays)
    memory = upstreams.StoredUpstreams(store)
    try:
        with closing(ArxivApi(settings, memory, cycle.clock, cycle.cancel, retries=0)) as api:
            papers, newest = api.probe_window(since, until - timedelta(minutes=1))
    except UpstreamError as error:
        appearances.record_refusal(store, UPSTREAM, day)
        log.info("not asked again for the announcement of %s before the next harvest: %s", day, error)
        return None
    if is_shown(cycle, day, papers, newest):
        # The harvest notes that it is there, once it has read it.
        return since.date(), until.date()
    note_reading(cycle, UPSTREAM, day, is_shown=False)
    return None
