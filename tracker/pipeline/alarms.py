"""The alarms: announcement days that stay short, upstreams and a bucket that keep failing, and a growing backlog of reading.

An alarm is in force as long as its trouble is recorded beside those of the stages.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from tracker.domain.status import Trouble
from tracker.harvest.announcements import announcement_time
from tracker.harvest.completeness import AnnouncementDay
from tracker.harvest.holidays import possible_holiday
from tracker.pipeline import bucket
from tracker.pipeline.announcement_log import ARXIV
from tracker.pipeline.backlog import GROWING_DAYS, note_backlog, read_backlog
from tracker.pipeline.completeness import list_announcement_days
from tracker.pipeline.context import Cycle
from tracker.store import stage_status, upstreams, windows

log = logging.getLogger(__name__)

DAILY_UPSTREAMS = ("arxiv_api", "arxiv_oai", "github_api", "huggingface")
"""Upstreams that are asked every day, so that one whose last request failed is failing now."""
ANNOUNCEMENTS = "announcements"
"""The name of the alarm of short days; that of an upstream is `upstream NAME`."""
HOLIDAY_PATIENCE = timedelta(hours=48)
"""How long a silent day that may be a holiday raises no alarm: arXiv lists the holidays of one year alone."""
BACKLOG = "backlog"
"""The name of the alarm of a backlog that grows."""
BUCKET = "publish.target"
"""The name of the alarm of a bucket that keeps failing."""


def raise_alarms(cycle: Cycle) -> bool:
    """Raise the alarm for days that stay short, upstreams and a bucket that keep failing and a backlog that grows, and end
    it where that is over.

    What is wrong is recorded with the stages, so that `/health` and the page show it; the log says it once.
    Returns whether there is something else to show than before."""
    patience = timedelta(hours=cycle.settings.harvest.alarm_hours)
    before = {trouble.what: trouble for trouble in stage_status.load_stages(cycle.store)[1]}
    alarms = [
        *_short_days(cycle, patience),
        *_failing_upstreams(cycle, patience),
        *_failing_bucket(cycle, patience, before.get(bucket.STAGE)),
        *_growing_backlog(cycle),
    ]
    for alarm in alarms:
        if alarm.what not in before:
            log.error(
                "alarm: %s: %s, since %s; %s",
                alarm.what,
                alarm.reason,
                _utc(alarm.since),
                f"next try {_utc(alarm.next_try)}"
                if alarm.next_try
                else "it is tried again with the next harvest",
            )
        stage_status.record_stage_failed(
            cycle.store, alarm.what, alarm.reason, alarm.next_try, cycle.now, since=alarm.since
        )
    names = {ANNOUNCEMENTS, BACKLOG, BUCKET, *map(_alarm_name, DAILY_UPSTREAMS)}
    over = names & before.keys() - {alarm.what for alarm in alarms}
    for name in sorted(over):
        log.info("the alarm is over: %s", name)
        stage_status.forget_stage(cycle.store, name)
    return bool(over) or any(before.get(alarm.what) != alarm for alarm in alarms)


def _short_days(cycle: Cycle, patience: timedelta) -> list[Trouble]:
    late = [
        day
        for day in list_announcement_days(cycle.store, cycle.settings, cycle.now)
        if day.short and announcement_time(day.day) + _patience(cycle, day, patience) <= cycle.now
    ]
    if not late:
        return []
    more = f", and {len(late) - 1} later days" if len(late) > 1 else ""
    reason = f"the announcement of {late[0].day} is short: {'; '.join(late[0].reasons)}{more}"
    since = max(announcement_time(late[0].day), windows.first_asked_at(cycle.store, ARXIV) or cycle.now)
    known = next((old for old in stage_status.load_stages(cycle.store)[1] if old.what == ANNOUNCEMENTS), None)
    if known is not None and announcement_time(late[0].day) <= known.since <= since:
        since = known.since  # a window that is asked for again forgets when it was asked for first
    return [Trouble(ANNOUNCEMENTS, reason, since, cycle.worker.next_harvest())]


def _patience(cycle: Cycle, day: AnnouncementDay, patience: timedelta) -> timedelta:
    """How long a short day may last: longer where nothing was announced and it may be a holiday."""
    is_silent = not day.announced and possible_holiday(day.day, cycle.settings.harvest.holidays)
    return max(patience, HOLIDAY_PATIENCE) if is_silent else patience


def _failing_upstreams(cycle: Cycle, patience: timedelta) -> list[Trouble]:
    return [
        Trouble(
            _alarm_name(state.name),
            state.last_error,
            state.failing_since,
            state.stop_until if state.stop_until and state.stop_until > cycle.now else cycle.worker.next_harvest(),
        )
        for state in upstreams.load_failing_upstreams(cycle.store, DAILY_UPSTREAMS)
        if state.failing_since and state.failing_since + patience <= cycle.now
    ]


def _failing_bucket(cycle: Cycle, patience: timedelta, trouble: Trouble | None) -> list[Trouble]:
    if trouble is None or trouble.since + patience > cycle.now:
        return []
    return [Trouble(BUCKET, f"the site in the bucket is old: {trouble.reason}", trouble.since)]


def _growing_backlog(cycle: Cycle) -> list[Trouble]:
    reason = note_backlog(cycle.store, cycle.settings, cycle.now)
    if not reason:
        return []
    since = cycle.now - timedelta(days=GROWING_DAYS)
    slowed_by = read_backlog(cycle.store, cycle.settings, cycle.now).slowed_by
    return [Trouble(BACKLOG, f"{reason}; {slowed_by}" if slowed_by else reason, since)]


def _alarm_name(upstream: str) -> str:
    return f"upstream {upstream}"


def _utc(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
