"""Which source listed which new papers of an announcement day, and which days that proved complete."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, func, select

from tracker.store.dialect import among, upsert
from tracker.store.engine import Store
from tracker.store.tables.service import DAY_LISTING, DAY_PROOF, DAY_READING


@dataclass(frozen=True, slots=True)
class DayReading:
    """A source was read to its end after it showed a day: what it lists of that day since when."""

    papers: int
    blank: bool
    """Whether the whole reading, other days included, listed no paper."""
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class DayProof:
    """A day that was proved complete: its new papers, and the sources that prove it."""

    day: date
    papers: int
    sources: str


def save_listing(store: Store, source: str, days: Mapping[str, date]) -> None:
    """Keep which papers a source listed, by arXiv id, with the announcement day of each."""
    if days:
        with store.begin() as connection:
            rows = ({"source": source, "arxiv_id": name, "day": day} for name, day in days.items())
            upsert(connection, DAY_LISTING, rows, ("day",))


def record_readings(store: Store, source: str, listed: Mapping[date, int], now: datetime, *, blank: bool) -> None:
    """Keep that a source was read to its end for these days, and how many papers of each it listed.

    A list that grew since is a new list. A reading that lists fewer papers than the source listed before is faulty, and
    is not kept.
    """
    if not listed:
        return
    before = load_readings(store, min(listed), max(listed))
    ever = {day: len(by_source.get(source, ())) for day, by_source in load_listings(store, listed).items()}
    rows = []
    for day, papers in listed.items():
        if papers < ever[day]:
            continue
        known = before.get(day, {}).get(source)
        first_at = known.first_at if known and known.papers == papers and known.first_at <= now else now
        rows.append(
            {"day": day, "source": source, "papers": papers, "blank": blank, "first_at": first_at, "last_at": now}
        )
    with store.begin() as connection:
        upsert(connection, DAY_READING, rows, ("papers", "blank", "first_at", "last_at"))


def load_readings(store: Store, since: date, until: date) -> dict[date, dict[str, DayReading]]:
    """The readings of the days from `since` to `until`, by day and source."""
    readings: dict[date, dict[str, DayReading]] = {}
    with store.read() as connection:
        for row in connection.execute(select(DAY_READING).where(DAY_READING.c.day.between(since, until))):
            readings.setdefault(row.day, {})[row.source] = DayReading(
                row.papers, row.blank, row.first_at, row.last_at
            )
    return readings


def load_listings(store: Store, days: Collection[date]) -> dict[date, dict[str, set[str]]]:
    """The arXiv ids that each source listed of these days, by day and source."""
    listed: dict[date, dict[str, set[str]]] = {day: {} for day in days}
    if not days:
        return listed
    with store.read() as connection:
        for row in connection.execute(select(DAY_LISTING).where(DAY_LISTING.c.day.between(min(days), max(days)))):
            if row.day in listed:
                listed[row.day].setdefault(row.source, set()).add(row.arxiv_id)
    return listed


def has_listings(store: Store) -> bool:
    """Whether any source listed a paper of a day that is kept."""
    with store.read() as connection:
        return connection.execute(select(DAY_LISTING.c.arxiv_id).limit(1)).first() is not None


def listed_ids(store: Store, sources: Iterable[str], arxiv_ids: Iterable[str]) -> set[str]:
    """Those of the papers that any of these sources listed, on whatever day."""
    with store.read() as connection:
        return set(
            connection.execute(
                select(DAY_LISTING.c.arxiv_id).where(
                    DAY_LISTING.c.source.in_(list(sources)), among(DAY_LISTING.c.arxiv_id, arxiv_ids)
                )
            ).scalars()
        )


def save_proofs(store: Store, proofs: Iterable[DayProof], now: datetime) -> None:
    """Keep that days were proved. A proof is never taken back: what comes later is announced later."""
    rows = [
        {"day": proof.day, "papers": proof.papers, "sources": proof.sources, "proved_at": now} for proof in proofs
    ]
    if rows:
        with store.begin() as connection:
            upsert(connection, DAY_PROOF, rows)


def load_proofs(store: Store, since: date, until: date) -> dict[date, DayProof]:
    """The proofs of the days from `since` to `until`, by day."""
    with store.read() as connection:
        return {
            row.day: DayProof(row.day, row.papers, row.sources)
            for row in connection.execute(select(DAY_PROOF).where(DAY_PROOF.c.day.between(since, until)))
        }


def delete_listings_before(store: Store, day: date) -> None:
    """Delete the lists and readings of earlier days, which are not proved any more."""
    with store.read() as connection:
        oldest = connection.execute(select(func.min(DAY_LISTING.c.day, type_=DAY_LISTING.c.day.type))).scalar_one()
    if oldest is not None and oldest < day:
        with store.begin() as connection:
            connection.execute(delete(DAY_LISTING).where(DAY_LISTING.c.day < day))
            connection.execute(delete(DAY_READING).where(DAY_READING.c.day < day))
