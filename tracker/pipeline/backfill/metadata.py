"""Brings records of papers of past months into the store, reads them, and judges what they say.

A record is taken where its paper is not stored, or where a backfill stored an older version of it; papers that the harvest
brought are left to it. Whatever is done twice changes nothing, so a backfill that was killed runs again from its start.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from tracker.domain.id_months import Months, month_of_id
from tracker.domain.papers import Version
from tracker.harvest import metadata_snapshot
from tracker.harvest.metadata_snapshot import BadLine
from tracker.harvest.oai_records import OaiRecord, newest_version
from tracker.pipeline.backfill.outcome import BackfillOutcome
from tracker.pipeline.backfill.turns import Turns
from tracker.pipeline.context import Cycle
from tracker.pipeline.judge import judge_works
from tracker.pipeline.read import read_papers
from tracker.pipeline.worker import Worker
from tracker.store import papers

BATCH = 2_000
"""Records that are stored, read and judged in one turn."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which papers are wanted: months of arXiv ids, and categories, of which none means all."""

    months: Months
    categories: frozenset[str] = frozenset()

    def wants(self, record: OaiRecord) -> bool:
        """Whether a record is of a wanted paper."""
        of_category = not self.categories or not self.categories.isdisjoint(record.categories)
        return of_category and month_of_id(record.arxiv_id) in self.months


def backfill_snapshot(worker: Worker, path: Path, wanted: Wanted, outcome: BackfillOutcome) -> None:
    """Bring the wanted papers of a snapshot of arXiv's metadata into the store. Raises TrackerError where the file
    cannot be read to its end, and Cancelled."""
    with metadata_snapshot.open_snapshot(path) as lines:
        found = _wanted_records(metadata_snapshot.read_snapshot(lines), wanted, path.name, outcome)
        store_in_turns(worker, found, outcome)


def store_in_turns(worker: Worker, records: Iterator[OaiRecord], outcome: BackfillOutcome) -> None:
    """Store all these records, a batch in each turn."""
    turns = Turns(worker)
    while batch := list(islice(records, BATCH)):
        _store_records(turns, batch, outcome)
        worker.progress.step("backfill", outcome.counts["records"])


def _wanted_records(
    lines: Iterable[OaiRecord | BadLine], wanted: Wanted, name: str, outcome: BackfillOutcome
) -> Iterator[OaiRecord]:
    for line in lines:
        if isinstance(line, BadLine):
            outcome.add_trouble(f"{name}, line {line.number}: {line.reason}; skipped")
        elif wanted.wants(line):
            yield line


def _store_records(turns: Turns, records: Sequence[OaiRecord], outcome: BackfillOutcome) -> None:
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
