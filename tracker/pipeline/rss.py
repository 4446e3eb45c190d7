"""The stage that reads arXiv's RSS: in place of the API and OAI-PMH while both are down, and where they disagree."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from tracker.domain.papers import Version
from tracker.harvest import rss
from tracker.harvest.announcements import announcement_time
from tracker.pipeline.announcement_log import is_numbered_since, record_announcements, running_harvest
from tracker.pipeline.appearances import note_reading
from tracker.pipeline.context import Cycle
from tracker.pipeline.day_proofs import record_rss_reading, shown_by_rss
from tracker.store import papers

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RssReading:
    """What a reading of RSS says of the days that the other sources list."""

    is_empty: bool = False
    """It showed no paper, or may not be asked."""
    is_silent: bool = False
    """It does not show the day that it should, or may not be asked."""


def harvest_rss(cycle: Cycle) -> RssReading:
    """Store what RSS shows of the last announcement.

    Alone it proves nothing: windows stay open until they are asked."""
    settings = cycle.settings
    if not settings.may_ask(rss.UPSTREAM):
        return RssReading(is_empty=True, is_silent=True)
    reading = RssReading()
    with cycle.stage("rss") as stage:
        channel = rss.read_today(cycle.fetch, settings.harvest.categories, settings.harvest.holidays)
        cycle.counts.new_papers += _save(cycle, channel)
        log.info("RSS announced %d items on %s", len(channel.items), channel.day)
        shown = shown_by_rss(cycle.now, settings.harvest.holidays)
        reading = RssReading(not channel.items and not channel.unread, channel.day != shown)
        if channel.unread:
            stage.fail(f"{channel.unread} items of RSS could not be read")
        elif channel.day == shown and len(channel.items) < rss.MOST_ITEMS:
            kinds = {
                kind: [item.version.arxiv_id for item in channel.items if item.kind == kind]
                for kind in rss.NEW_KINDS
            }
            record_rss_reading(cycle, channel.day, kinds["new"], kinds["cross"])
        elif shown is not None and channel.day < shown:
            note_reading(cycle, rss.UPSTREAM, shown, is_shown=False)
    return reading


def _save(cycle: Cycle, channel: rss.RssChannel) -> int:
    """Store what is new in a channel: papers of a time that the harvest covers, and new versions of stored
    ones."""
    store = cycle.store
    stored = papers.load_newest_versions(store, [item.version.arxiv_id for item in channel.items])
    running = running_harvest(cycle)
    versions: list[Version] = []
    for item in channel.items:
        known, version = stored.get(item.version.arxiv_id), item.version
        if version.updated_at > cycle.now or (known and known.n >= version.n):
            continue
        if known:
            versions.append(replace(version, submitted_at=known.submitted_at))
        elif item.kind == "new" or (
            item.kind == "cross" and running and is_numbered_since(version.arxiv_id, running[1])
        ):
            # A paper from before the harvest began stays history, though it is listed in one more category today.
            versions.append(version)
    announced = dict.fromkeys((version.arxiv_id for version in versions), announcement_time(channel.day))
    record_announcements(cycle, rss.UPSTREAM, versions, announced)
    return papers.save_versions(store, versions, announced, cycle.now)
