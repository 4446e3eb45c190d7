"""The backlog of reading: how much waits, since when, how long it takes, what slows it, and whether it grows."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

from tracker.domain.reading import FURTHER, ReadDepth
from tracker.domain.status import Backlog
from tracker.fetch.pace import interval_seconds, pace_group
from tracker.settings import Settings, Upstreams
from tracker.store import backlog_days
from tracker.store.engine import Store
from tracker.store.reading_queue import WaitingPapers, count_waiting
from tracker.store.upstreams import StoredUpstreams

DAY_SECONDS = 86_400
UPSTREAM = {ReadDepth.RECORD: "huggingface", ReadDepth.TEXT: "arxiv_site", ReadDepth.PAGE: "web"}
REQUESTS = {ReadDepth.RECORD: 1.0, ReadDepth.TEXT: 1.3, ReadDepth.PAGE: 1.2}
"""Requests for one paper: one in four has no HTML at arXiv, and one in five names two pages."""
RESPONSE_SECONDS = 0.5
GROWING_DAYS = 3


def read_sources(settings: Settings) -> list[ReadDepth]:
    """The sources that this installation reads further."""
    limits = settings.limits
    most = dict(
        zip(FURTHER, (limits.hub_records_per_day, limits.full_texts_per_day, limits.pages_per_day), strict=True)
    )
    return [source for source in FURTHER if most[source] and settings.may_ask(UPSTREAM[source])]


def budget_name(source: ReadDepth) -> str:
    """The name under which the papers of a day are counted, beside the upstreams."""
    return f"read:{source.value}"


def read_backlog(store: Store, settings: Settings, now: datetime) -> Backlog:
    """What waits to be read further at `now`."""
    waiting = count_waiting(store, now, read_sources(settings))
    if not waiting.papers:
        return Backlog()
    until, slowed_by = _find_hindrance(store, settings, now)
    seconds = _reading_seconds(settings, waiting) + max(0.0, (until - now).total_seconds())
    return Backlog(waiting.papers, waiting.oldest, seconds, slowed_by)


def _reading_seconds(settings: Settings, waiting: WaitingPapers) -> float:
    """About how long reading takes: the sources are read side by side, and the slowest counts."""
    return max(
        count * REQUESTS[source] * (interval_seconds(settings, UPSTREAM[source]) + RESPONSE_SECONDS)
        for source, count in waiting.by_source.items()
    )


def _find_hindrance(store: Store, settings: Settings, now: datetime) -> tuple[datetime, str]:
    """Until when full texts cannot be read, and what slows the reading."""
    memory = StoredUpstreams(store)
    names = [name for name in Upstreams.model_fields if pace_group(name) == pace_group("arxiv_site")]
    stops = [stop for name in names if (stop := memory.load_stop(name, now))]
    if stops:
        until, reason = max(stops)
        return until, f"no requests to arXiv until {until:%Y-%m-%d %H:%M} UTC ({reason})"
    most = settings.limits.full_texts_per_day
    free_at = memory.spent_until(budget_name(ReadDepth.TEXT), most, DAY_SECONDS, now)
    if free_at is not None:
        return free_at, f"limits.full_texts_per_day allows {most} full texts in 24 hours"
    pace = interval_seconds(settings, UPSTREAM[ReadDepth.TEXT])
    return now, f"arXiv's pace is one request every {pace:g} seconds"


def note_backlog(store: Store, settings: Settings, now: datetime) -> str:
    """Note how many papers wait, and return the alarm where the backlog has grown for three days; else empty.

    What counts of each day is the fewest that waited at the end of a cycle: each announcement brings many at once.
    """
    papers = count_waiting(store, now, read_sources(settings)).papers
    backlog_days.note_day(store, now.date(), papers)
    first = now.date() - timedelta(days=GROWING_DAYS)
    days = backlog_days.load_days(store, first)
    fewest = [days.get(first + timedelta(days=number)) for number in range(GROWING_DAYS + 1)]
    if any(after is None or before is None or after <= before for before, after in pairwise(fewest)):
        return ""
    return f"more papers wait to be read each day: {', '.join(map(str, fewest))} in the last days"
