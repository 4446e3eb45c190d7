"""What each source of arXiv lists of an announcement day, and which days that proves complete.

The stages harvest, versions and rss record what they read to its end; the rules are `tracker.harvest.day_proof`'s.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from tracker.harvest import announcements, datacite, day_proof, oai, rss
from tracker.harvest.completeness import first_covered_day, ready_at
from tracker.harvest.windows import Window, join_windows
from tracker.pipeline.announcement_log import asked_windows
from tracker.pipeline.appearances import WEEKS, latest_day, note_listing, note_reading
from tracker.pipeline.context import Cycle
from tracker.settings import Settings
from tracker.store import day_proofs
from tracker.store.engine import Store

SOURCES = {
    "arxiv_api": day_proof.API,
    "arxiv_oai": day_proof.OAI,
    "arxiv_rss": day_proof.RSS,
    "datacite": day_proof.DATACITE,
}
"""The sources as people read their names, by the name of the upstream."""
RECORDED = timedelta(days=30)
"""How long a day may wait for its proof; sources are not read again for older ones."""
KEPT = timedelta(days=40)
"""How long it is kept what a source listed."""
RETRY = timedelta(hours=2)
"""The least time between two readings of OAI-PMH for a day that is not proved."""


def days_to_prove(store: Store, settings: Settings, now: datetime) -> list[date]:
    """The announcement days of the running harvest that all sources must show by `now`, and that are not proved,
    oldest first; none from more than `RECORDED` ago."""
    holidays = settings.harvest.holidays
    asked = asked_windows(store)
    covered = first_covered_day(asked, holidays)
    if covered is None:
        return []
    today = now.astimezone(announcements.NEW_YORK).date()
    first = max(covered, today - RECORDED)
    proved = day_proofs.load_proofs(store, first, today)
    return [
        day
        for day in announcements.announcement_days(first, today, holidays)
        if day not in proved
        and ready_at(day) <= now
        and announcements.submission_window(day, holidays)[1] <= asked[-1][1]
    ]


def shown_by_rss(now: datetime, holidays: Collection[date]) -> date | None:
    """The announcement day that RSS shows; None on days after an evening without an announcement, when it is empty
    whatever the last announcement was."""
    evening = now.astimezone(announcements.NEW_YORK).date() - timedelta(days=1)
    return evening if announcements.is_announced_on(evening, holidays) else None


def record_api_reading(cycle: Cycle, submitted: Mapping[str, datetime], read: Collection[Window]) -> None:
    """Keep what the API listed in windows that were read to their end: times of submission by arXiv id."""
    holidays = cycle.settings.harvest.holidays
    joined = join_windows(read)

    def is_read(day: date) -> bool:
        since, until = announcements.submission_window(day, holidays)
        return any(first <= since and until <= last for first, last in joined)

    _record(cycle, "arxiv_api", submitted, [day for day in _recent_days(cycle) if is_read(day)])
    if is_read(latest := latest_day(cycle.now, holidays)):
        note_listing(cycle, "arxiv_api", latest, submitted)


def record_oai_reading(cycle: Cycle, submitted: Mapping[str, datetime], since: date, until: datetime) -> None:
    """Keep what OAI-PMH listed in a walk to its end: the first times of submission by arXiv id. `since` is the first
    day of change that was asked for, `until` when the walk began."""
    start = datetime(since.year, since.month, since.day, tzinfo=UTC)
    days = _recent_days(cycle)
    read = [day for day in days if start <= announcements.announcement_time(day) and ready_at(day) <= until]
    _record(cycle, oai.UPSTREAM, submitted, read)
    latest = latest_day(cycle.now, cycle.settings.harvest.holidays)
    if start <= announcements.announcement_time(latest) <= until:
        note_listing(cycle, oai.UPSTREAM, latest, submitted)


def record_rss_reading(cycle: Cycle, day: date, new: Collection[str], crossed: Collection[str]) -> None:
    """Keep what RSS announced on a day, whole: the new papers, and those of the cross-listed ones that are new by the
    lists of the other sources."""
    listed = day_proofs.load_listings(cycle.store, [day])[day]
    others = set().union(*(ids for source, ids in listed.items() if source != rss.UPSTREAM))
    ids = {*new, *(others & set(crossed))}
    day_proofs.save_listing(cycle.store, rss.UPSTREAM, dict.fromkeys(ids, day))
    day_proofs.record_readings(cycle.store, rss.UPSTREAM, {day: len(ids)}, cycle.now, blank=not ids)
    note_reading(cycle, rss.UPSTREAM, day, is_shown=bool(ids))


def record_datacite_reading(cycle: Cycle, submitted: Mapping[str, datetime], days: Collection[date]) -> None:
    """Keep what DataCite listed in a reading to its end of what was registered since the first of these days was
    announced: the first times of submission by arXiv id."""
    _record(cycle, datacite.UPSTREAM, submitted, days)


def rss_may_help(cycle: Cycle, unproved: Collection[date]) -> bool:
    """Whether RSS shows a day that is not proved, or may show that there is no paper anywhere."""
    shown = shown_by_rss(cycle.now, cycle.settings.harvest.holidays)
    return shown in unproved or (bool(unproved) and not day_proofs.has_listings(cycle.store))


def prove_days(cycle: Cycle, *, papers_are_known: bool = True, rss_is_silent: bool = False) -> list[date]:
    """Keep which days are proved complete by now; returns those that are not. See `DayEvidence` for the options."""
    store = cycle.store
    days = days_to_prove(store, cycle.settings, cycle.now)
    evidence = load_evidence(store, cycle.settings, days, papers_are_known=papers_are_known)
    if rss_is_silent:
        evidence = {
            day: replace(known, rss_is_silent=announcements.rss_time(day) <= cycle.now)
            for day, known in evidence.items()
        }
    proofs = [
        day_proofs.DayProof(day, _papers(evidence[day]), " and ".join(sources))
        for day in days
        if (sources := day_proof.prove_day(evidence[day]))
    ]
    day_proofs.save_proofs(store, proofs, cycle.now)
    day_proofs.delete_listings_before(store, (cycle.now - KEPT).date())
    proved = {proof.day for proof in proofs}
    return [day for day in days if day not in proved]


def load_evidence(
    store: Store, settings: Settings, days: Collection[date], *, papers_are_known: bool = True
) -> dict[date, day_proof.DayEvidence]:
    """All that the store knows of what the sources list of these days."""
    if not days:
        return {}
    first, last = min(days), max(days)
    listings, readings = day_proofs.load_listings(store, days), day_proofs.load_readings(store, first, last)
    counts = {day: proof.papers for day, proof in day_proofs.load_proofs(store, first - WEEKS, last).items()}
    api_only = not settings.may_ask(oai.UPSTREAM)
    evidence = {}
    for day in days:
        listed = {source: frozenset(ids) for source, ids in listings[day].items()}
        lists = {
            SOURCES[source]: day_proof.SourceList(
                listed.get(source, frozenset()), reading.first_at, reading.last_at, reading.blank
            )
            for source, reading in readings.get(day, {}).items()
        }
        by_rss, registered = (listed.pop(source, frozenset()) for source in (rss.UPSTREAM, datacite.UPSTREAM))
        by_others = day_proofs.listed_ids(store, ("arxiv_api", oai.UPSTREAM), by_rss | registered)
        evidence[day] = day_proof.DayEvidence(
            ready_at=ready_at(day),
            lists=lists,
            named={SOURCES[source]: ids for source, ids in listed.items()},
            rss_alone=by_rss - by_others,
            datacite_alone=registered - by_others,
            unregistered=by_rss - day_proofs.listed_ids(store, (datacite.UPSTREAM,), by_rss),
            papers_are_known=papers_are_known,
            usual=day_proof.usual_papers(day, counts),
            api_only=api_only,
        )
    return evidence


def keep_listed(cycle: Cycle, source: str, submitted: Mapping[str, datetime]) -> Counter[date]:
    """Keep that a source listed these papers, by their first times of submission; returns how many of each day."""
    holidays, oldest = cycle.settings.harvest.holidays, cycle.now - KEPT
    days = {
        arxiv_id: announcements.announcement_day(at, holidays)
        for arxiv_id, at in submitted.items()
        if at >= oldest
    }
    day_proofs.save_listing(cycle.store, source, days)
    return Counter(days.values())


def _record(cycle: Cycle, source: str, submitted: Mapping[str, datetime], read: Collection[date]) -> None:
    listed = keep_listed(cycle, source, submitted)
    counts = {day: listed[day] for day in read}
    day_proofs.record_readings(cycle.store, source, counts, cycle.now, blank=not submitted)


def _recent_days(cycle: Cycle) -> list[date]:
    """The announcement days that all sources must show by now, of the time that is recorded."""
    today = cycle.now.astimezone(announcements.NEW_YORK).date()
    days = announcements.announcement_days(today - RECORDED, today, cycle.settings.harvest.holidays)
    return [day for day in days if ready_at(day) <= cycle.now]


def _papers(evidence: day_proof.DayEvidence) -> int:
    return max((len(source_list.ids) for source_list in evidence.lists.values()), default=0)
