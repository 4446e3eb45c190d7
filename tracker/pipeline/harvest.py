"""The stages that harvest: arXiv's API by days of submission, and its OAI-PMH by days of change.

The API brings new papers and is proved complete window by window. OAI-PMH brings what the API cannot tell (that an
old paper has a new version, a licence, another comment, or was withdrawn), and whatever the API missed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from tracker.domain.errors import UpstreamStopped
from tracker.domain.papers import Version, WindowResult
from tracker.harvest import announcements, completeness, oai, windows
from tracker.harvest.api import ArxivApi
from tracker.pipeline.context import Cycle, close_stage
from tracker.store import announcements as record
from tracker.store import papers, upstreams
from tracker.store import windows as proof

ARXIV, OAI = "arxiv", "arxiv_oai"
"""Sources of windows."""
ARXIV_API = "arxiv_api"
"""The upstream of the first of them."""
MOST_UNANSWERED = 2
OVERLAP = timedelta(days=1)
"""Days of change are in the upstream's own time, and the last one was not over when it was read."""


FRESH = timedelta(days=2)
"""A stretch of windows that ends within so much of now is the running harvest, not a look at the past."""


def begin(cycle: Cycle, since: date | None = None, until: date | None = None) -> None:
    """Note as open which windows are to be asked, before any door is: whichever answers knows what is wanted."""
    planned = windows.plan_windows(
        cycle.now, since, until, proof.load_watermark(cycle.store, ARXIV), cycle.settings
    )
    proof.begin_windows(cycle.store, ARXIV, planned, cycle.now)


def harvest(cycle: Cycle, since: date | None = None, until: date | None = None) -> None:
    """Ask arXiv for every window of the plan, and prove each complete."""
    store = cycle.store
    known = proof.closed_windows(store, ARXIV)
    planned = windows.plan_windows(
        cycle.now, since, until, proof.load_watermark(store, ARXIV, cycle.now), cycle.settings
    )
    if since is None and until is None:
        # A first harvest that was killed early has a watermark long ago: what lies before it was never asked for.
        first = min(
            proof.first_asked(store, ARXIV) or cycle.now,
            cycle.now - timedelta(days=cycle.settings.harvest.first_days),
        )
        planned = sorted({*(one for one in planned if one[1] > first), *proof.open_windows(store, ARXIV)})
    proof.begin_windows(store, ARXIV, planned, cycle.now)
    left, unanswered, reason, next_try = len(planned), 0, "", None
    with closing(ArxivApi(cycle.settings, upstreams.StoredUpstreams(store), cycle.clock, cycle.cancel)) as api:
        for number, window in enumerate(planned):
            cycle.progress.step("harvest", number, len(planned))
            try:
                result = _harvest_window(cycle, api, window, known)
            except UpstreamStopped as stopped:
                reason, next_try = str(stopped), stopped.until
                break
            proof.close_window(store, ARXIV, result, cycle.now)
            if result.complete:
                left -= 1
            else:
                reason = f"the window from {result.since:%Y-%m-%d} is not complete: {result.reason}"
            # No usable answer, twice and after all retries: the other windows would wait for the same.
            unanswered = 0 if result.expected is not None else unanswered + 1
            if unanswered == MOST_UNANSWERED:
                break
    cycle.progress.step("harvest", len(planned), len(planned))
    cycle.counts.windows_left = left
    close_stage(cycle, "harvest", reason, next_try)


def _harvest_window(
    cycle: Cycle,
    api: ArxivApi,
    window: windows.Window,
    known: Sequence[tuple[datetime, datetime, datetime]],
) -> WindowResult:
    """Store a window's papers page by page; returns what was proved."""
    pages, holidays = api.read_window(*window), cycle.settings.harvest.holidays
    while True:
        try:
            page = next(pages)
        except StopIteration as end:
            result: WindowResult = end.value
            return result
        announced = {
            one.arxiv_id: windows.announcement_when_first_seen(one.submitted_at, known, holidays) for one in page
        }
        note(cycle, ARXIV_API, page, announced)
        cycle.counts.new_papers += papers.save_versions(cycle.store, page, announced, cycle.now)
        cycle.check_cancelled()


def changes(cycle: Cycle) -> None:
    """Ask OAI-PMH for what changed since it was last asked, if it must show more by now: new versions, licences,
    comments, categories and withdrawals of stored papers, and new papers that the API missed."""
    settings, store = cycle.settings, cycle.store
    reached = proof.load_watermark(store, OAI, cycle.now)
    if not settings.may_ask(oai.UPSTREAM):
        return
    if not announcements.is_walk_due(reached, cycle.now, settings.harvest.holidays):
        return
    first = reached - OVERLAP if reached else cycle.now - timedelta(days=settings.harvest.first_days)
    # What was begun and never proved, by a run that was killed or failed, is asked for again.
    day = min([first, *(since for since, _ in proof.open_windows(store, OAI))]).date()
    window = (datetime.combine(day, time(0), UTC), cycle.now)
    proof.begin_windows(store, OAI, [window], cycle.now)
    reason, next_try = "", None
    try:
        result = _walk(cycle, day, reached)
    except UpstreamStopped as stopped:
        reason, next_try = str(stopped), stopped.until
    else:
        reason = result.reason
        proof.close_window(store, OAI, replace(result, since=window[0], until=cycle.now), cycle.now)
    close_stage(cycle, "versions", reason, next_try)


def _walk(cycle: Cycle, since: date, walked: datetime | None) -> WindowResult:
    """Store what changed page by page; returns what was proved."""
    store, harvested = cycle.store, cycle.settings.harvest
    asked = _asked(cycle)
    before = [window for window in proof.closed_windows(store, ARXIV) if window[2] < cycle.now]
    held = running(cycle)
    pages, read = oai.read_changes(cycle.fetch, since, categories=oai.choose_lists(harvested.categories)), 0
    while True:
        try:
            page = next(pages)
        except StopIteration as end:
            result: WindowResult = end.value
            return result
        stored = papers.load_newest_versions(store, [record.arxiv_id for record in page])
        told = [
            version
            for record in page
            if (version := oai.merge_record(record, known := stored.get(record.arxiv_id))) is not None
            and version.updated_at <= cycle.now
            and (known or _is_missing(version, harvested.categories, asked, held))
        ]
        datestamps = {one.arxiv_id: one.datestamp for one in page}
        announced = {
            one.arxiv_id: windows.announcement_when_first_seen(one.submitted_at, before, harvested.holidays)
            for one in told
        }
        for one in told:
            # Neither the last walk nor, before the harvest began, any other told of it: it changed by being announced.
            if one.arxiv_id not in stored and (walked or (held and one.submitted_at < held[0])):
                shown = announcements.announcement_time(
                    announcements.previous_day(datestamps[one.arxiv_id], harvested.holidays)
                )
                announced[one.arxiv_id] = min(cycle.now, max(announced[one.arxiv_id], shown))
        note(cycle, OAI, told, announced)
        cycle.counts.new_papers += papers.save_versions(store, told, announced, cycle.now, knows_withdrawals=True)
        read += len(page)
        cycle.progress.step("versions", read)
        cycle.check_cancelled()


def running(cycle: Cycle) -> tuple[datetime, str] | None:
    """Since when the running harvest asks for papers, and the lowest number of what was submitted since; None without
    either."""
    asked = _asked(cycle)
    if not asked or asked[-1][1] < cycle.now - FRESH:
        return None
    lowest = papers.lowest_arxiv_id(cycle.store, asked[-1][0])
    return (asked[-1][0], lowest) if lowest else None


def _asked(cycle: Cycle) -> list[windows.Window]:
    """The times of submission that the API was asked for, whether it answered or not."""
    closed = [(since, until) for since, until, _ in proof.closed_windows(cycle.store, ARXIV)]
    return windows.join_windows([*closed, *proof.open_windows(cycle.store, ARXIV)])


def note(
    cycle: Cycle,
    source: str,
    told: Sequence[Version],
    announced: Mapping[str, datetime],
) -> None:
    """Enter into the record of announcement days what an upstream told, before it is stored.

    `announced` gives the announcement of each paper, as far as windows that did not show it tell; a new version also came
    after it was submitted, and after what OAI-PMH had shown when it was last walked through. What is stored already in
    this version was entered before, or is from before there was a record.
    """
    harvested = cycle.settings.harvest
    walked = proof.load_watermark(cycle.store, OAI)
    shown = [walked - announcements.OAI_DELAY] if walked else []
    known = papers.load_stored_papers(cycle.store, [one.arxiv_id for one in told])
    rows = []
    for one in told:
        stored = known.get(one.arxiv_id)
        if stored is not None and stored.latest < one.n:
            submitted = windows.earliest_announcement(one.updated_at, harvested.holidays)
            at, seen = max([submitted, announced[one.arxiv_id], *shown]), cycle.now
        elif stored is not None:
            at, seen = stored.announced_at or announced[one.arxiv_id], stored.first_seen
        else:
            at, seen = announced[one.arxiv_id], cycle.now
        day = completeness.announced_day(at, seen, harvested.holidays)
        rows.append(
            record.Announcement(one.arxiv_id, one.n, day, _kind(one, stored, harvested.categories), source)
        )
    record.save_announcements(cycle.store, rows)


def _kind(told: Version, stored: papers.StoredPaper | None, categories: Collection[str]) -> str:
    """What kind of announcement brought this version; `stored` is what was stored of the paper before."""
    if stored is not None and told.withdrawn:
        return record.WITHDRAWN
    if stored is not None and stored.latest < told.n:
        return record.REPLACED
    return record.NEW if told.primary_category in categories else record.CROSS


def _is_missing(
    version: Version,
    categories: Collection[str],
    asked: Iterable[windows.Window],
    held: tuple[datetime, str] | None,
) -> bool:
    """Whether a paper that is not stored should have been: it is ours, and was submitted in a time that the API was
    asked for; or before, and moderators held it until the harvest had begun, as its number shows: arXiv numbers papers
    when it announces them. Other old papers are listed for whatever changed of them."""
    if set(categories).isdisjoint(version.categories):
        return False
    if any(since <= version.submitted_at <= until for since, until in asked):
        return True
    return held is not None and version.submitted_at < held[0] and is_numbered_since(version.arxiv_id, held[1])


def is_numbered_since(arxiv_id: str, lowest: str) -> bool:
    """Whether a paper has a number of the same form (`2606.00001`) that is not below `lowest`."""
    return len(arxiv_id) == len(lowest) and "/" not in arxiv_id and arxiv_id >= lowest
