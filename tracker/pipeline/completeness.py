"""The record of announcement days: what was announced, stored and read, and what is missing and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import groupby

from tracker.harvest import announcements, completeness, day_proof
from tracker.harvest.holidays import possible_holiday
from tracker.pipeline.announcement_log import ARXIV, OAI, asked_windows
from tracker.pipeline.day_proofs import load_evidence
from tracker.settings import Settings
from tracker.store import day_proofs, upstreams, windows
from tracker.store.announcements import AnnouncedVersion, load_announced_versions
from tracker.store.engine import Store

DEFAULT_DAYS = timedelta(days=30)
"""How far back the record goes where no first day is asked for."""
DAYS_BEFORE = timedelta(days=10)
"""How many days before the first one are read, to know whether an empty day is usual."""
ARXIV_BEGAN = date(1991, 8, 14)


def list_announcement_days(
    store: Store, settings: Settings, now: datetime, since: date | None = None, until: date | None = None
) -> list[completeness.AnnouncementDay]:
    """A record of each announcement day that arXiv's sources must show by `now`, oldest first.

    Without `since` it begins with the first day that the harvest covers, a month ago at most; days that are asked
    for and were never harvested are short.
    """
    holidays = settings.harvest.holidays
    open_windows = _load_open_windows(store)
    today = now.astimezone(announcements.NEW_YORK).date()
    last = min(until or today, today)
    covered = completeness.first_covered_day(asked_windows(store), holidays)
    default = max(covered, today - DEFAULT_DAYS) if covered else today
    first = max(since, ARXIV_BEGAN) if since else default
    announced = load_announced_versions(store, first - DAYS_BEFORE, last)
    by_day = {day: list(versions) for day, versions in groupby(announced, key=lambda version: version.day)}
    days = list(announcements.announcement_days(first - DAYS_BEFORE, last, holidays))
    counts = [len(by_day.get(day, ())) for day in days]
    proved = day_proofs.load_proofs(store, first, last)
    evidence = load_evidence(store, settings, [day for day in days if day >= first and day not in proved])
    records = []
    for number, day in enumerate(days):
        if day < first or completeness.ready_at(day) > now:
            continue
        proof, unproved = proved.get(day), ""
        if proof is None and day not in by_day and now < announcements.rss_time(day):
            # Nobody lists a paper yet: the announcement may be late, and RSS does not show the day before.
            continue
        if proof is None:
            doubt = day_proof.explain_doubt(evidence[day])
            unproved = completeness.why_unproved(day, open_windows, holidays, doubt)
        why_empty = completeness.why_empty(counts[: number + 1])
        if not counts[number] and (holiday := possible_holiday(day, holidays)):
            why_empty = f"nothing was announced: possibly a holiday ({holiday})"
        sources = tuple(proof.sources.split(" and ")) if proof else ()
        records.append(_record_day(day, by_day.get(day, []), sources, unproved, why_empty))
    return records


def list_short_days(store: Store, settings: Settings, now: datetime) -> list[completeness.AnnouncementDay]:
    """The days that are short, of those whose submissions were all asked for."""
    asked = asked_windows(store)
    return [
        day
        for day in list_announcement_days(store, settings, now)
        if day.short and announcements.submission_window(day.day, settings.harvest.holidays)[1] <= asked[-1][1]
    ]


def _load_open_windows(store: Store) -> completeness.OpenWindows:
    """The windows that each source left open, and why the API fails if it does."""
    return completeness.OpenWindows(
        windows.explain_open_windows(store, ARXIV),
        windows.explain_open_windows(store, OAI),
        next((state.last_error for state in upstreams.load_failing_upstreams(store, ("arxiv_api",))), ""),
    )


def _record_day(
    day: date, versions: Sequence[AnnouncedVersion], sources: tuple[str, ...], unproved: str, why_empty: str
) -> completeness.AnnouncementDay:
    missing = tuple(f"{version.arxiv_id}v{version.n}" for version in versions if not version.stored)
    stored = len(versions) - len(missing)
    scanned = sum(version.stored and version.scanned for version in versions)
    return completeness.AnnouncementDay(
        day=day,
        announced=len(versions),
        kinds=dict(sorted(Counter(version.kind for version in versions).items())),
        stored=stored,
        scanned=scanned,
        waiting=sum(version.waits for version in versions),
        missing=missing,
        proved_by=sources,
        reasons=completeness.list_reasons(missing, stored - scanned, unproved, why_empty),
    )
