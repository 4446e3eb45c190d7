"""The stage that reads DataCite's record of arXiv's DOIs, to check days while arXiv's API and OAI-PMH are both down."""

from __future__ import annotations

import logging

from tracker.harvest import datacite
from tracker.harvest.announcements import announcement_time
from tracker.pipeline.context import Cycle
from tracker.pipeline.day_proofs import RETRY, days_to_prove, record_datacite_reading
from tracker.store import day_proofs

log = logging.getLogger(__name__)

STAGE = "datacite"
MOST_DAYS = 3
"""The newest days that are checked; what is older waits for arXiv itself, so that an outage of weeks costs little."""


def check_by_datacite(cycle: Cycle) -> None:
    """Keep what DataCite lists of the newest days that are not proved and that it must list by now, every two hours at
    most.

    No paper is stored: what it alone lists is asked for at arXiv by id.
    """
    settings = cycle.settings
    if not settings.upstreams.datacite or not settings.may_ask(datacite.UPSTREAM):
        return
    unproved = days_to_prove(cycle.store, settings, cycle.now)
    days = [day for day in unproved if announcement_time(day) + datacite.LATE <= cycle.now][-MOST_DAYS:]
    if not days:
        return
    readings = day_proofs.load_readings(cycle.store, days[0], days[-1])
    read = [readings[day][datacite.UPSTREAM] for day in days if datacite.UPSTREAM in readings.get(day, {})]
    if len(read) == len(days) and all(cycle.now - reading.last_at < RETRY for reading in read):
        return
    with cycle.stage(STAGE):
        registered = datacite.read_registered(
            cycle.fetch, announcement_time(days[0]), cycle.now, settings.harvest.categories
        )
        log.info("DataCite lists %d papers registered since %s", len(registered), days[0])
        record_datacite_reading(cycle, registered, days)
