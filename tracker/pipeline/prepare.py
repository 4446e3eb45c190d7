"""What comes before the stages of a cycle: what files and other processes may have changed since the last one."""

from __future__ import annotations

import logging
from datetime import timedelta

from tracker.config_files import load_watchlist
from tracker.hosts.resolve import HOSTS, resolve_url
from tracker.pipeline.context import Cycle
from tracker.pipeline.corrections import apply_corrections
from tracker.pipeline.webhooks import sync_webhooks
from tracker.store import future_times, judgements, organisations, releases, stage_status

log = logging.getLogger(__name__)

CLOCK = "clock"
"""The name of the trouble that the clock was set back."""
TOLERATED, SLACK, SHOWN = timedelta(days=1), timedelta(days=30), timedelta(days=1)
"""How far a clock may step back unnoticed; how much longer than planned a check may wait; how long it is shown."""
QUARTER = 91
"""Days between two checks of what stays pending for longer than a year (`tracker.judge.recheck`)."""
CHECKED_KINDS = frozenset((host.name, kind) for host in HOSTS for kind in host.checked_kinds)
"""The (host, kind) pairs of the artifacts that can be checked."""


def prepare(cycle: Cycle) -> None:
    """Bring the operator's files into the store, and queue what was planned by a clock that ran ahead, or read or
    judged by older rules."""
    _notice_moved_clock(cycle)
    sync_webhooks(cycle)
    apply_corrections(cycle)
    judgements.queue_changed_rules(cycle.store, cycle.rules.roles.version, cycle.rules.judge_version)
    watchlist = load_watchlist()
    organisations.sync_organisations(cycle.store, watchlist.organisation)
    for release in watchlist.release:
        links = [link for url in release.links if (link := resolve_url(url)) is not None]
        if links:
            releases.save_release(
                cycle.store,
                release.name,
                links,
                f"listed in watch.toml: {release.source}",
                cycle.rules.roles.version,
                CHECKED_KINDS,
                cycle.now,
            )


def _notice_moved_clock(cycle: Cycle) -> None:
    """Make due what a clock planned that ran ahead, as the times of the last cycle show, and say so for a day."""
    good_at, troubles = stage_status.load_stages(cycle.store)
    latest = max((at for at in good_at.values() if at is not None), default=cycle.now)
    if latest > cycle.now + TOLERATED:
        count = future_times.bring_forward(cycle.store, cycle.now, _longest_plan(cycle) + SLACK)
        reason = (
            f"the clock was ahead until {latest:%Y-%m-%dT%H:%M:%SZ}, and was set back; "
            f"{count} checks that it had planned are due now"
        )
        log.error("alarm: %s: %s", CLOCK, reason)
        stage_status.forget_future_times(cycle.store, cycle.now)
        stage_status.record_stage_failed(cycle.store, CLOCK, reason, None, cycle.now)
    elif any(trouble.what == CLOCK and trouble.since + SHOWN <= cycle.now for trouble in troubles):
        stage_status.forget_stage(cycle.store, CLOCK)


def _longest_plan(cycle: Cycle) -> timedelta:
    plan = cycle.settings.check
    return timedelta(days=1.1 * max(*plan.shipped_days, *plan.pending_days, *plan.absent_days, QUARTER))
