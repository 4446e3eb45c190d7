"""The record of announcement days: what was announced, stored and read, and what is missing and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import groupby

from tracker.harvest import announcements, completeness
from tracker.settings import Settings
from tracker.store import upstreams
from tracker.store.announcements import AnnouncedVersion, load_announced_versions
from tracker.store.engine import Store
from tracker.store.windows import closed_windows, explain_open_windows

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
    proofs = _load_proofs(store)
    today = now.astimezone(announcements.NEW_YORK).date()
    last = min(until or today, today)
    covered = completeness.first_covered_day(
        [(window[0], window[1]) for window in (*proofs.api, *proofs.api_open)], holidays
    )
    default = max(covered, today - DEFAULT_DAYS) if covered else today
    first = max(since, ARXIV_BEGAN) if since else default
    announced = load_announced_versions(store, first - DAYS_BEFORE, last)
    by_day = {day: list(versions) for day, versions in groupby(announced, key=lambda version: version.day)}
    days = list(announcements.announcement_days(first - DAYS_BEFORE, last, holidays))
    counts = [len(by_day.get(day, ())) for day in days]
    return [
        _record_day(day, by_day.get(day, []), proofs, settings, completeness.why_empty(counts[: number + 1]))
        for number, day in enumerate(days)
        if day >= first and completeness.ready_at(day) <= now
    ]


def _load_proofs(store: Store) -> completeness.Proofs:
    """The windows that each source proved or left open, and why the API fails if it does."""
    return completeness.Proofs(
        closed_windows(store, "arxiv"),
        closed_windows(store, "arxiv_oai"),
        explain_open_windows(store, "arxiv"),
        explain_open_windows(store, "arxiv_oai"),
        next((state.last_error for state in upstreams.load_failing_upstreams(store, ("arxiv_api",))), ""),
    )


def _record_day(
    day: date,
    versions: Sequence[AnnouncedVersion],
    proofs: completeness.Proofs,
    settings: Settings,
    why_empty: str,
) -> completeness.AnnouncementDay:
    holidays = settings.harvest.holidays
    missing = tuple(f"{version.arxiv_id}v{version.n}" for version in versions if not version.stored)
    stored = len(versions) - len(missing)
    scanned = sum(version.stored and version.scanned for version in versions)
    sources = completeness.list_proofs(day, proofs, holidays)
    unproved = "" if sources else completeness.why_unproved(day, proofs, holidays)
    return completeness.AnnouncementDay(
        day=day,
        announced=len(versions),
        kinds=dict(sorted(Counter(version.kind for version in versions).items())),
        stored=stored,
        scanned=scanned,
        missing=missing,
        proved_by=sources,
        reasons=completeness.list_reasons(missing, stored - scanned, unproved, why_empty),
    )
