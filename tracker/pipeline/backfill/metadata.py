"""Brings records of papers of past months into the store, reads them, and judges what they say.

A record is taken where its paper is not stored, or where a backfill stored an older version of it; papers that the harvest
brought are left to it. Whatever is done twice changes nothing, so a backfill that was killed runs again from its start.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain, islice
from pathlib import Path

from tracker.domain.errors import TrackerError
from tracker.domain.id_months import Months, month_of_id, next_month
from tracker.domain.papers import Version, WindowResult
from tracker.harvest import metadata_snapshot, oai
from tracker.harvest.metadata_snapshot import BadLine
from tracker.harvest.oai_records import OaiRecord, newest_version
from tracker.pipeline.backfill.outcome import BackfillOutcome
from tracker.pipeline.backfill.turns import StoreTurns
from tracker.pipeline.context import Cycle
from tracker.pipeline.judge import judge_works
from tracker.pipeline.read import read_papers
from tracker.pipeline.worker import Worker
from tracker.store import papers
from tracker.store.engine import parse_url

BATCH = 2_000
"""Records that are stored, read and judged in one turn."""


@dataclass(frozen=True, slots=True)
class WantedPapers:
    """Which papers are wanted: months of arXiv ids, and categories, of which none means all."""

    months: Months
    categories: frozenset[str] = frozenset()

    def wants(self, record: OaiRecord) -> bool:
        """Whether a record is of a wanted paper."""
        of_category = not self.categories or not self.categories.isdisjoint(record.categories)
        return of_category and month_of_id(record.arxiv_id) in self.months


def backfill_snapshot(worker: Worker, path: Path, wanted: WantedPapers, outcome: BackfillOutcome) -> None:
    """Bring the wanted papers of a snapshot of arXiv's metadata into the store. Raises TrackerError where the file
    cannot be read to its end, and Cancelled."""
    with metadata_snapshot.open_snapshot(path) as lines:
        found = iter(metadata_snapshot.read_snapshot(lines))
        first = next(found, None)
        if first is None:
            raise TrackerError(f"{path}: is empty; give a snapshot of arXiv's metadata, as Kaggle offers them.")
        _store_in_turns(worker, _wanted_records(chain([first], found), wanted, path.name, outcome), outcome)


def backfill_oai(worker: Worker, wanted: WantedPapers, outcome: BackfillOutcome) -> None:
    """Bring the wanted papers into the store by arXiv's OAI-PMH, at its pace.

    It selects by the day of the last change, which is never before the month of a paper's id: all changes since then
    are read, month by month, and the papers wanted are kept. A marker of this store remembers each month that is over and
    was read whole. Raises UpstreamStopped where arXiv may not be asked now, and Cancelled.
    """
    today = worker.now().date()
    first = max(wanted.months.first, oai.EARLIEST.replace(day=1))
    names = "_".join([f"{wanted.months.first:%Y-%m}", f"{wanted.months.last:%Y-%m}", *sorted(wanted.categories)])
    work = worker.settings.data_dir / "backfill" / f"oai_{names}_{_name_store(worker)}"
    work.mkdir(parents=True, exist_ok=True)
    turns, month, total = StoreTurns(worker), first, (today.year - first.year) * 12 + today.month - first.month + 1
    for done in range(1, total + 1):
        following, marker = next_month(month), work / f"{month:%Y-%m}.done"
        if not marker.exists():
            until = following - timedelta(days=1) if following <= today else None
            if _walk_month(worker, turns, wanted, (month, until), outcome) and until is not None:
                marker.touch()
        worker.progress.step("backfill", done, total)
        month = following


def _name_store(worker: Worker) -> str:
    """A short name of the store: what was brought into one is not in another."""
    address = parse_url(worker.store.url).render_as_string(hide_password=True)
    return hashlib.sha256(address.encode()).hexdigest()[:8]


def _walk_month(
    worker: Worker,
    turns: StoreTurns,
    wanted: WantedPapers,
    days: tuple[date, date | None],
    outcome: BackfillOutcome,
) -> bool:
    """Store the wanted papers that changed in these days; returns whether all of them could be read."""
    pages = oai.read_changes(worker.fetch, *days, categories=sorted(wanted.categories))
    while True:
        worker.check_cancelled()
        try:
            page = next(pages)
        except StopIteration as end:
            result: WindowResult = end.value
            break
        _store_records(turns, [record for record in page if wanted.wants(record)], outcome)
    if not result.complete:
        outcome.add_trouble(f"changes of {days[0]:%Y-%m}: {result.reason}; run the same command again")
    for arxiv_id in result.unread:
        if month_of_id(arxiv_id) in wanted.months:
            outcome.add_trouble(f"{arxiv_id}: its record cannot be read")
    return result.complete and not result.unread


def _store_in_turns(worker: Worker, records: Iterator[OaiRecord], outcome: BackfillOutcome) -> None:
    """Store all these records, a batch in each turn."""
    turns = StoreTurns(worker)
    while batch := list(islice(records, BATCH)):
        _store_records(turns, batch, outcome)
        worker.progress.step("backfill", outcome.counts["records"])


def _wanted_records(
    lines: Iterable[OaiRecord | BadLine], wanted: WantedPapers, name: str, outcome: BackfillOutcome
) -> Iterator[OaiRecord]:
    for line in lines:
        if isinstance(line, BadLine):
            outcome.add_trouble(f"{name}, line {line.number}: {line.reason}; skipped")
        elif wanted.wants(line):
            yield line


def _store_records(turns: StoreTurns, records: Sequence[OaiRecord], outcome: BackfillOutcome) -> None:
    """Store the records that are new, read their texts and judge them, in one turn."""
    with turns.take() as cycle:
        versions = _select_versions(cycle, records, outcome)
        new = papers.save_versions(cycle.store, versions, {}, cycle.now, knows_withdrawals=True, backfill=True)
        outcome.counts["records"] += len(records)
        outcome.counts["new"] += new
        read_papers(cycle)
        judge_works(cycle)


def _select_versions(cycle: Cycle, records: Sequence[OaiRecord], outcome: BackfillOutcome) -> list[Version]:
    stored = papers.load_stored_papers(cycle.store, [record.arxiv_id for record in records])
    versions: dict[str, Version] = {}
    for record in records:
        version, known = newest_version(record), stored.get(record.arxiv_id)
        if version is None:
            continue
        if version.updated_at > cycle.now:
            outcome.add_trouble(f"{record.arxiv_id}: its version {version.n} is dated in the future; skipped")
        elif known is None or (known.backfilled == known.latest < version.n):
            earlier = versions.get(version.arxiv_id)
            if earlier is None or earlier.n < version.n:
                versions[version.arxiv_id] = version
        else:
            outcome.counts["known"] += 1
    return list(versions.values())
