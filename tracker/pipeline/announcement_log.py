"""The record of what was announced when, as the sources of arXiv show it, kept before a paper is stored.

The stages harvest, versions and rss write it, whichever of them brings a version first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from tracker.domain.papers import Version
from tracker.harvest import completeness
from tracker.harvest.announcements import OAI_DELAY
from tracker.harvest.windows import Window, earliest_announcement, join_windows
from tracker.pipeline.context import Cycle
from tracker.store import announcements, papers, windows
from tracker.store.engine import Store

ARXIV, OAI = "arxiv", "arxiv_oai"
"""Sources of windows: days of submission that the API proved, and days of change that OAI-PMH proved."""
FRESH = timedelta(days=2)
"""Windows without a gap that end within this time before now are the running harvest, not an import of the
past."""


def running_harvest(cycle: Cycle) -> tuple[datetime, str] | None:
    """The first time of submission that the running harvest asks for, and the lowest arXiv id submitted since;
    None where there is neither."""
    asked = asked_windows(cycle.store)
    if not asked or asked[-1][1] < cycle.now - FRESH:
        return None
    lowest = papers.lowest_arxiv_id(cycle.store, asked[-1][0])
    return (asked[-1][0], lowest) if lowest else None


def asked_windows(store: Store) -> list[Window]:
    """The times of submission that the API was asked for, whether it answered or not."""
    closed = [(since, until) for since, until, _ in windows.closed_windows(store, ARXIV)]
    return join_windows([*closed, *windows.open_windows(store, ARXIV)])


def is_numbered_since(arxiv_id: str, lowest: str) -> bool:
    """Whether a paper has an id of the same form (`2606.00001`) that is not below `lowest`."""
    return len(arxiv_id) == len(lowest) and "/" not in arxiv_id and arxiv_id >= lowest


def is_ours(
    version: Version, categories: Collection[str], asked: Iterable[Window], running: tuple[datetime, str] | None
) -> bool:
    """Whether a paper that is not stored should have been.

    It is in one of our categories, and was submitted in a time that the API was asked for; or before, and
    moderators held it until the harvest had begun, as its id shows: arXiv numbers papers when it announces them.
    Other old papers are listed for whatever changed of them."""
    if set(categories).isdisjoint(version.categories):
        return False
    if any(since <= version.submitted_at <= until for since, until in asked):
        return True
    return (
        running is not None
        and version.submitted_at < running[0]
        and is_numbered_since(version.arxiv_id, running[1])
    )


def record_announcements(
    cycle: Cycle, source: str, versions: Sequence[Version], announced: Mapping[str, datetime]
) -> None:
    """Record on which announcement day each of these versions came.

    `announced` has the announcement time of each paper, as far as windows that did not show it allow. A new
    version also came after it was submitted, and after what OAI-PMH had shown when it was last walked through.
    What is stored already in this version was recorded before, or is older than the record."""
    harvested = cycle.settings.harvest
    walked = windows.load_watermark(cycle.store, OAI)
    shown = [walked - OAI_DELAY] if walked else []
    known = papers.load_stored_papers(cycle.store, [version.arxiv_id for version in versions])
    rows = []
    for version in versions:
        stored = known.get(version.arxiv_id)
        if stored is not None and stored.latest < version.n:
            submitted = earliest_announcement(version.updated_at, harvested.holidays)
            at, seen = max([submitted, announced[version.arxiv_id], *shown]), cycle.now
        elif stored is not None:
            at, seen = stored.announced_at or announced[version.arxiv_id], stored.first_seen
        else:
            at, seen = announced[version.arxiv_id], cycle.now
        day = completeness.announced_day(at, seen, harvested.holidays)
        kind = _announcement_kind(version, stored, harvested.categories)
        rows.append(announcements.Announcement(version.arxiv_id, version.n, day, kind, source))
    announcements.save_announcements(cycle.store, rows)


def _announcement_kind(version: Version, stored: papers.StoredPaper | None, categories: Collection[str]) -> str:
    """What kind of announcement brought this version; `stored` is what was stored of the paper before."""
    if stored is not None and version.withdrawn:
        return announcements.WITHDRAWN
    if stored is not None and stored.latest < version.n:
        return announcements.REPLACED
    return announcements.NEW if version.primary_category in categories else announcements.CROSS
