"""Which of arXiv's doors carries the harvest: the API and OAI-PMH in turn, RSS where both are down.

A refusal (403) closes all doors for hours. So that a door which refuses for days does not keep the others shut, those
that are failing are asked last: when the stop is over, the first request goes to one that may answer.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from tracker.domain.errors import UpstreamError, UpstreamStopped
from tracker.domain.papers import Version
from tracker.harvest import announcements, rss
from tracker.pipeline import harvest as pipeline_harvest
from tracker.pipeline.context import Cycle, close_stage
from tracker.store import papers, upstreams

log = logging.getLogger(__name__)

Stage = Callable[[Cycle], None]


def harvest(
    cycle: Cycle,
    told: Callable[[], None],
    since: date | None = None,
    until: date | None = None,
) -> None:
    """Ask arXiv for new papers and for what changed of others, through whichever door answers.

    `told` is called as soon as a stage meets trouble.
    """
    pipeline_harvest.begin(cycle, since, until)

    def api(cycle: Cycle) -> None:
        pipeline_harvest.harvest(cycle, since, until)

    failing = {
        one.name
        for one in upstreams.load_failing_upstreams(
            cycle.store, (pipeline_harvest.ARXIV_API, pipeline_harvest.OAI)
        )
    }
    doors: list[Stage] = [api, pipeline_harvest.changes]
    if pipeline_harvest.ARXIV_API in failing:
        doors.reverse()
    both_down = len(failing) == 2
    for stage in [today, *doors] if both_down else doors:
        before = len(cycle.troubles)
        stage(cycle)
        if len(cycle.troubles) > before:
            told()
    down = {trouble.partition(":")[0] for trouble in cycle.troubles}
    if not both_down and down >= {"harvest", "versions"}:
        today(cycle)


def today(cycle: Cycle) -> None:
    """Store what RSS tells of the last announcement. It proves nothing: windows stay open until they are asked."""
    settings = cycle.settings
    if not settings.may_ask(rss.UPSTREAM):
        return
    reason, next_try = "", None
    try:
        channel = rss.read_today(cycle.fetch, settings.harvest.categories, settings.harvest.holidays)
    except UpstreamStopped as stopped:
        reason, next_try = str(stopped), stopped.until
    except UpstreamError as error:
        reason = str(error)
    else:
        cycle.counts.new_papers += _save(cycle, channel)
        if channel.unread:
            reason = f"{channel.unread} items of RSS could not be read"
        log.info("RSS carries the harvest: %d items announced on %s", len(channel.items), channel.day)
    close_stage(cycle, "rss", reason, next_try)


def _save(cycle: Cycle, channel: rss.RssChannel) -> int:
    """Store what is new in a channel: papers of a time that the harvest covers, and new versions of stored ones."""
    store = cycle.store
    announced_at = announcements.announcement_time(channel.day)
    stored = papers.load_newest_versions(store, [item.version.arxiv_id for item in channel.items])
    held = pipeline_harvest.running(cycle)
    found: list[Version] = []
    for item in channel.items:
        known, version = stored.get(item.version.arxiv_id), item.version
        if version.updated_at > cycle.now or (known and known.n >= version.n):
            continue
        if known:
            found.append(replace(version, submitted_at=known.submitted_at))
        elif item.kind == "new" or (
            item.kind == "cross" and held and pipeline_harvest.is_numbered_since(version.arxiv_id, held[1])
        ):
            # A paper from before the harvest began stays history, though it is listed in one more category today.
            found.append(version)
    pipeline_harvest.note(cycle, rss.UPSTREAM, found, {one.arxiv_id: announced_at for one in found})
    return papers.save_versions(store, found, {one.arxiv_id: announced_at for one in found}, cycle.now)
