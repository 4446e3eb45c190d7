"""Backfill of full texts from a folder of arXiv's source archives: which are read, of which papers, and what came of it.

An archive gives texts only of papers whose records are stored: it has neither their titles nor their authors, which the
rules of roles read. Each archive is one shard. Its result is loaded in order, and then replaced by a marker, so that a
backfill that was killed goes on with the next archive.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from pathlib import Path

from tracker.domain.errors import TrackerError
from tracker.domain.id_months import Months, month_of_id
from tracker.domain.papers import Paper
from tracker.harvest import source_archives
from tracker.harvest.source_archives import MANIFEST, SourceArchive
from tracker.judge import lifecycle
from tracker.pipeline.backfill.executors import ScanTask
from tracker.pipeline.backfill.outcome import BackfillOutcome
from tracker.pipeline.backfill.scan_shard import Shard, ShardPaper, ShardTrouble, read_result
from tracker.pipeline.backfill.turns import StoreTurns
from tracker.pipeline.judge import judge_works
from tracker.pipeline.read import read_papers
from tracker.pipeline.worker import Worker
from tracker.regular_files import open_regular, read_regular
from tracker.store import papers
from tracker.store.keys import paper_work
from tracker.store.reading_queue import load_text_states
from tracker.store.scans import ScanResult, save_scans

BATCH = 500
"""Papers whose texts are stored, read and judged in one turn."""
MOST_SHOWN = 5
MOST_MARKER = 64 * 1024 * 1024
Executor = Callable[[Iterable[ScanTask], int], Iterator[ScanTask]]


@dataclass(frozen=True, slots=True)
class _Place:
    """An archive of the wanted months, and where it is."""

    archive: SourceArchive
    path: Path


def backfill_archives(
    worker: Worker, folder: Path, months: Months, execute: Executor, jobs: int, outcome: BackfillOutcome
) -> None:
    """Read the full texts of stored papers of these months from the source archives of a folder.

    Raises TrackerError where the folder has no manifest that can be read, and Cancelled.
    """
    # A task on a cluster runs in another folder than this command.
    places = _find_archives(folder.resolve(), months, outcome)
    work = (worker.settings.data_dir / "backfill").resolve()
    work.mkdir(parents=True, exist_ok=True)
    turns = StoreTurns(worker)
    for task in execute(_plan_tasks(worker, places, months, work, outcome), jobs):
        worker.check_cancelled()
        _load_result(turns, task, outcome)
        outcome.counts["archives"] += 1
        worker.progress.step("backfill", outcome.counts["archives"], len(places))


def _find_archives(folder: Path, months: Months, outcome: BackfillOutcome) -> list[_Place]:
    """The archives of these months that are there, in the order of their months; what is missing is named."""
    manifest = next((path for path in (folder / MANIFEST, folder / "src" / MANIFEST) if path.is_file()), None)
    if manifest is None:
        raise TrackerError(
            f"{folder}: has no {MANIFEST}; get it from arXiv's bucket too: without its checksums no archive is read."
        )
    try:
        archives, broken = source_archives.parse_manifest(read_regular(manifest, source_archives.MOST_MANIFEST))
    except (OSError, ValueError) as error:
        raise TrackerError(f"{manifest}: {getattr(error, 'strerror', None) or error}; get it again.") from None
    for clause in broken:
        outcome.add_trouble(f"{manifest.name}: {clause}")
    places, missing = [], []
    for archive in sorted(archives, key=lambda archive: (archive.month, archive.name)):
        if archive.month not in months:
            continue
        found = next((path for path in _candidates(folder, manifest, archive) if path.exists()), None)
        if found is None:
            missing.append(archive.name)
        else:
            places.append(_Place(archive, found))
    for name in missing:
        outcome.add_trouble(f"{name}: is in the manifest and not in {folder}; its papers are not read")
    listed = {archive.name for archive in archives}
    for path in sorted(manifest.parent.glob("arXiv_src_*.tar")):
        if path.name not in listed:
            outcome.add_trouble(f"{path.name}: is not in the manifest, which has its checksum; not read")
    return places


def _candidates(folder: Path, manifest: Path, archive: SourceArchive) -> Sequence[Path]:
    return (manifest.parent / archive.name, folder / archive.name, folder / "src" / archive.name)


def _plan_tasks(
    worker: Worker, places: Sequence[_Place], months: Months, work: Path, outcome: BackfillOutcome
) -> Iterator[ScanTask]:
    """The scans that are not done yet; what is known of the others is added to the outcome."""
    for place in places:
        wanted = _choose_papers(worker, place, months, outcome)
        marker = _read_marker(work, place.archive)
        if marker is not None and wanted.keys() <= marker.tried:
            for reason in marker.troubles:
                outcome.add_trouble(f"{place.archive.name}: {reason}")
            outcome.counts["archives"] += 1
            continue
        shard = Shard(place.archive.name, place.archive.md5, wanted)
        yield ScanTask(place.path, shard, worker.rules.roles, _file_of(work, place.archive, "jsonl"))


def _choose_papers(
    worker: Worker, place: _Place, months: Months, outcome: BackfillOutcome
) -> dict[str, tuple[int, Paper]]:
    """The stored papers of an archive whose texts it is to be read for, with the version that it holds of each."""
    archive, now = place.archive, worker.now()
    recent = now - lifecycle.LATE_NEWS - timedelta(days=worker.settings.feed.window_days)
    try:
        with os.fdopen(open_regular(place.path), "rb") as file:
            ids = dict.fromkeys(found for found in source_archives.list_ids(file) if month_of_id(found) in months)
    except OSError:
        return {}  # the scan names what is wrong
    chosen: dict[str, tuple[int, Paper]] = {}
    stored = load_text_states(worker.store, ids)
    for state in stored.values():
        if state.is_settled:
            outcome.counts["settled"] += 1
        elif state.version > 1 and (archive.made_at is None or state.since > archive.made_at):
            outcome.counts["newer"] += 1
        elif not state.is_backfilled and max(state.since, state.seen_at) > recent:
            outcome.counts["recent"] += 1
        else:
            chosen[state.paper.arxiv_id] = (state.version, state.paper)
    unknown = [arxiv_id for arxiv_id in ids if arxiv_id not in stored]
    if unknown:
        outcome.counts["unknown"] += len(unknown)
        more = f" and {len(unknown) - MOST_SHOWN:,} more" if len(unknown) > MOST_SHOWN else ""
        outcome.report(f"{archive.name}: not in the store, so not read: {', '.join(unknown[:MOST_SHOWN])}{more}")
    return chosen


def _load_result(turns: StoreTurns, task: ScanTask, outcome: BackfillOutcome) -> None:
    """Bring the result of one archive into the store, and put a marker in its place."""
    shard, name = task.shard, task.shard.name
    entries = read_result(task.result, shard.header(task.rules.version))
    if entries is None:
        outcome.add_trouble(f"{name}: the process that read it died; run the same command again, or leave it out")
        return
    troubles: list[ShardTrouble] = []

    def papers_of_entries() -> Iterator[ShardPaper]:
        for entry in entries:
            if isinstance(entry, ShardTrouble):
                troubles.append(entry)
            else:
                yield entry

    found = papers_of_entries()
    while batch := list(islice(found, BATCH)):
        _store_texts(turns, batch, task.rules.version, outcome)
    for trouble in troubles:
        outcome.add_trouble(f"{name}: {trouble.reason}")
    if not any(trouble.is_damaged for trouble in troubles):
        _write_marker(task, [trouble.reason for trouble in troubles])
    task.result.unlink()


def _store_texts(turns: StoreTurns, batch: Sequence[ShardPaper], rules: str, outcome: BackfillOutcome) -> None:
    with turns.take() as cycle:
        stored = papers.load_stored_papers(cycle.store, [paper.arxiv_id for paper in batch])
        scans = [
            ScanResult(
                work=paper_work(paper.arxiv_id),
                version=paper.version,
                source=paper.reading.source,
                mentions=paper.reading.mentions,
                promise=paper.reading.promise,
                promise_evidence=paper.reading.promise_evidence,
            )
            for paper in batch
            # A service beside the backfill may have stored a newer version meanwhile.
            if stored[paper.arxiv_id].latest == paper.version
        ]
        save_scans(cycle.store, scans, rules, cycle.now)
        outcome.counts["texts"] += len(scans)
        read_papers(cycle)
        judge_works(cycle)


@dataclass(frozen=True, slots=True)
class _Marker:
    """What is kept of an archive that is done: for which papers it was read, and what could not be read."""

    tried: frozenset[str]
    troubles: tuple[str, ...]


def _file_of(work: Path, archive: SourceArchive, suffix: str) -> Path:
    return work / f"{archive.name}.{archive.md5[:8]}.{suffix}"


def _read_marker(work: Path, archive: SourceArchive) -> _Marker | None:
    """The marker of an archive with this checksum; None where it is not done, or its marker cannot be read."""
    try:
        data = json.loads(read_regular(_file_of(work, archive, "done"), MOST_MARKER))
        return _Marker(frozenset(data["tried"]), tuple(data["troubles"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write_marker(task: ScanTask, troubles: Sequence[str]) -> None:
    path = task.result.with_suffix(".done")
    aside = path.with_suffix(".part")
    tried = set(task.shard.papers)
    aside.write_text(json.dumps({"tried": sorted(tried), "troubles": troubles}))
    aside.replace(path)
