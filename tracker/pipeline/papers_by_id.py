"""Asks arXiv's API by id for papers that another source named and that could not be read or are not stored."""

from __future__ import annotations

import logging
from collections.abc import Collection
from contextlib import closing
from datetime import timedelta

from tracker.domain.errors import UpstreamError
from tracker.domain.papers import Version
from tracker.harvest.api import ArxivApi
from tracker.harvest.windows import announcement_when_first_seen
from tracker.pipeline.announcement_log import (
    ARXIV,
    asked_windows,
    is_ours,
    record_announcements,
    running_harvest,
)
from tracker.pipeline.context import Cycle
from tracker.pipeline.day_proofs import keep_listed
from tracker.store import papers, upstreams, windows
from tracker.store.announcements import load_announced_versions

log = logging.getLogger(__name__)

UPSTREAM = "arxiv_api"
REMEMBERED = timedelta(days=30)
"""How long a version that was announced and is not stored is asked for."""


def store_papers_by_id(cycle: Cycle, arxiv_ids: Collection[str]) -> set[str]:
    """Ask the API for these papers, and store those that belong to the harvest; returns the ids that it answered for.

    A failure of the API is logged, and none is returned: they are asked for again in the next cycle."""
    if not arxiv_ids or not cycle.settings.may_ask(UPSTREAM):
        return set()
    memory = upstreams.StoredUpstreams(cycle.store)
    try:
        with closing(ArxivApi(cycle.settings, memory, cycle.clock, cycle.cancel)) as api:
            versions = api.read_papers(sorted(arxiv_ids))
    except UpstreamError as error:
        log.warning("papers that arXiv named cannot be asked for by id: %s", error)
        return set()
    _store(cycle, [version for version in versions if version.updated_at <= cycle.now])
    keep_listed(cycle, UPSTREAM, {version.arxiv_id: version.submitted_at for version in versions})
    return {version.arxiv_id for version in versions}


def announced_and_not_stored(cycle: Cycle) -> set[str]:
    """The papers of which a version was announced lately, and is not stored."""
    today = cycle.now.date()
    versions = load_announced_versions(cycle.store, today - REMEMBERED, today)
    return {version.arxiv_id for version in versions if not version.stored}


def _store(cycle: Cycle, versions: Collection[Version]) -> None:
    stored = papers.load_newest_versions(cycle.store, [version.arxiv_id for version in versions])
    proved = [window for window in windows.closed_windows(cycle.store, ARXIV) if window[2] < cycle.now]
    harvested, asked, running = cycle.settings.harvest, asked_windows(cycle.store), running_harvest(cycle)
    ours = [
        version
        for version in versions
        if version.arxiv_id in stored or is_ours(version, harvested.categories, asked, running)
    ]
    announced = {
        version.arxiv_id: announcement_when_first_seen(version.submitted_at, proved, harvested.holidays)
        for version in ours
    }
    record_announcements(cycle, UPSTREAM, ours, announced)
    cycle.counts.new_papers += papers.save_versions(cycle.store, ours, announced, cycle.now)
