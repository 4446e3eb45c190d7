"""Backfill of full texts from arXiv's source archives: which are read, of which papers, and what came of it.

An archive gives texts only of papers whose records are stored: it has neither their titles nor their authors, which the
rules of roles read. Each archive is one shard. Its result is loaded in order, and then replaced by a marker, so that a
backfill that was killed goes on with the next archive.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import Protocol

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


class ArchiveSource(Protocol):
    """Where archives come from."""

    def find(self, months: Months, outcome: BackfillOutcome) -> Sequence[SourceArchive]:
        """The archives of these months; what is missing is named. Raises TrackerError without a manifest."""

    def state_volume(self, archives: Sequence[SourceArchive], done: int, outcome: BackfillOutcome) -> None:
        """Report what the archives that are not done cost. Raises TrackerError where nobody agreed to it."""

    def get(self, archive: SourceArchive, outcome: BackfillOutcome) -> Path | None:
        """The archive as a file; None where it cannot be had, which is named."""

    def release(self, archive: SourceArchive) -> None:
        """The file is needed no more."""


class FolderArchives:
    """The archives of a folder, which stay there."""

    def __init__(self, folder: Path) -> None:
        # A task on a cluster runs in another folder than this command.
        self._folder = folder.resolve()
        self._paths: dict[str, Path] = {}

    def find(self, months: Months, outcome: BackfillOutcome) -> Sequence[SourceArchive]:
        """The archives of these months that are there; what is missing is named."""
        folder = self._folder
        manifest = next((path for path in (folder / MANIFEST, folder / "src" / MANIFEST) if path.is_file()), None)
        if manifest is None:
            raise TrackerError(
                f"{folder}: has no {MANIFEST}; get it from arXiv's bucket too: without its checksums no archive is read."
            )
        try:
            archives, broken = source_archives.parse_manifest(
                read_regular(manifest, source_archives.MOST_MANIFEST)
            )
        except (OSError, ValueError) as error:
            raise TrackerError(f"{manifest}: {getattr(error, 'strerror', None) or error}; get it again.") from None
        for clause in broken:
            outcome.add_trouble(f"{manifest.name}: {clause}")
        found = []
        for archive in sorted(archives, key=_order):
            if archive.month not in months:
                continue
            path = next((path for path in _candidates(folder, manifest, archive) if path.exists()), None)
            if path is None:
                outcome.add_trouble(
                    f"{archive.name}: is in the manifest and not in {folder}; its papers are not read"
                )
            else:
                self._paths[archive.name] = path
                found.append(archive)
        listed = {archive.name for archive in archives}
        for path in sorted(manifest.parent.glob("arXiv_src_*.tar")):
            if path.name not in listed:
                outcome.add_trouble(f"{path.name}: is not in the manifest, which has its checksum; not read")
        return found

    def state_volume(self, archives: Sequence[SourceArchive], done: int, outcome: BackfillOutcome) -> None:
        """Nothing is transferred."""

    def get(self, archive: SourceArchive, outcome: BackfillOutcome) -> Path | None:  # noqa: ARG002 # as the protocol has it
        """The archive where it lies."""
        return self._paths[archive.name]

    def release(self, archive: SourceArchive) -> None:
        """It stays."""


def backfill_archives(
    worker: Worker, source: ArchiveSource, months: Months, execute: Executor, jobs: int, outcome: BackfillOutcome
) -> None:
    """Read the full texts of stored papers of these months from source archives.

    Raises TrackerError where the source has no manifest that can be read, and Cancelled.
    """
    work = work_folder(worker)
    archives = sorted(source.find(months, outcome), key=_order)
    opened = [archive for archive in archives if not _is_done(worker, archive, months, work)]
    source.state_volume(opened, len(archives) - len(opened), outcome)
    turns = StoreTurns(worker)
    running: dict[str, tuple[SourceArchive, list[str]]] = {}
    for task in execute(_plan_tasks(worker, source, archives, months, running, outcome), jobs):
        worker.check_cancelled()
        archive, ids = running.pop(task.shard.name)
        _load_result(turns, task, ids, outcome)
        source.release(archive)
        outcome.counts["archives"] += 1
        worker.progress.step("backfill", outcome.counts["archives"], len(archives))


def work_folder(worker: Worker) -> Path:
    """The folder of markers, results and downloads, made where it is missing."""
    work = (worker.settings.data_dir / "backfill").resolve()
    work.mkdir(parents=True, exist_ok=True)
    return work


def _order(archive: SourceArchive) -> tuple[date, str]:
    return archive.month, archive.name


def _candidates(folder: Path, manifest: Path, archive: SourceArchive) -> Sequence[Path]:
    return (manifest.parent / archive.name, folder / archive.name, folder / "src" / archive.name)


def _is_done(worker: Worker, archive: SourceArchive, months: Months, work: Path) -> bool:
    marker = _read_marker(work, archive)
    if marker is None:
        return False
    return _choose_papers(worker, archive, marker.ids, months).wanted.keys() <= marker.unread


def _plan_tasks(
    worker: Worker,
    source: ArchiveSource,
    archives: Sequence[SourceArchive],
    months: Months,
    running: dict[str, tuple[SourceArchive, list[str]]],
    outcome: BackfillOutcome,
) -> Iterator[ScanTask]:
    """The scans that are not done yet, each with its archive and ids in `running`; what is known of the others is added
    to the outcome."""
    work = work_folder(worker)
    for archive in archives:
        marker = _read_marker(work, archive)
        if marker is not None:
            choice = _choose_papers(worker, archive, marker.ids, months)
            if choice.wanted.keys() <= marker.unread:
                choice.count(archive, outcome)
                for reason in marker.troubles:
                    outcome.add_trouble(f"{archive.name}: {reason}")
                outcome.counts["archives"] += 1
                continue
        path = source.get(archive, outcome)
        if path is None:
            continue
        ids = _list_ids(path)
        choice = _choose_papers(worker, archive, ids, months)
        choice.count(archive, outcome)
        running[archive.name] = archive, ids
        shard = Shard(archive.name, archive.md5, choice.wanted)
        yield ScanTask(path, shard, worker.rules.roles, _file_of(work, archive, "jsonl"))


def _list_ids(path: Path) -> list[str]:
    try:
        with os.fdopen(open_regular(path), "rb") as file:
            return list(dict.fromkeys(source_archives.list_ids(file)))
    except OSError:
        return []  # the scan names what is wrong


@dataclass(frozen=True, slots=True)
class _Choice:
    """The stored papers of an archive for which it is to be read, with the version that it holds of each, and how many
    others there are, by why they are not."""

    wanted: dict[str, tuple[int, Paper]]
    others: Counter[str]
    unknown: list[str]

    def count(self, archive: SourceArchive, outcome: BackfillOutcome) -> None:
        """Add the others to an outcome."""
        outcome.counts += self.others
        if self.unknown:
            more = f" and {len(self.unknown) - MOST_SHOWN:,} more" if len(self.unknown) > MOST_SHOWN else ""
            outcome.report(
                f"{archive.name}: not in the store, so not read: {', '.join(self.unknown[:MOST_SHOWN])}{more}"
            )


def _choose_papers(worker: Worker, archive: SourceArchive, listed: Iterable[str], months: Months) -> _Choice:
    """Which of the papers that an archive lists are to be read of it."""
    recent = worker.now() - lifecycle.LATE_NEWS - timedelta(days=worker.settings.feed.window_days)
    ids = [arxiv_id for arxiv_id in listed if month_of_id(arxiv_id) in months]
    stored = load_text_states(worker.store, ids)
    choice = _Choice({}, Counter(), [arxiv_id for arxiv_id in ids if arxiv_id not in stored])
    choice.others["unknown"] += len(choice.unknown)
    for state in stored.values():
        if state.is_settled:
            choice.others["settled"] += 1
        elif state.version > 1 and (archive.made_at is None or state.since > archive.made_at):
            choice.others["newer"] += 1
        elif not state.is_backfilled and max(state.since, state.seen_at) > recent:
            choice.others["recent"] += 1
        else:
            choice.wanted[state.paper.arxiv_id] = (state.version, state.paper)
    return choice


def _load_result(turns: StoreTurns, task: ScanTask, ids: Sequence[str], outcome: BackfillOutcome) -> None:
    """Bring the result of one archive into the store, and put a marker in its place."""
    shard, name = task.shard, task.shard.name
    entries = read_result(task.result, shard.header(task.rules.version))
    if entries is None:
        outcome.add_trouble(f"{name}: the process that read it died; run the same command again, or leave it out")
        return
    troubles: list[ShardTrouble] = []
    unread = set(shard.papers)

    def papers_of_entries() -> Iterator[ShardPaper]:
        for entry in entries:
            if isinstance(entry, ShardTrouble):
                troubles.append(entry)
            else:
                unread.discard(entry.arxiv_id)
                yield entry

    found = papers_of_entries()
    while batch := list(islice(found, BATCH)):
        _store_texts(turns, batch, task.rules.version, outcome)
    for trouble in troubles:
        outcome.add_trouble(f"{name}: {trouble.reason}")
    if not any(trouble.is_damaged for trouble in troubles):
        _write_marker(task, ids, unread, [trouble.reason for trouble in troubles])
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
    """What is kept of an archive that is done: the ids that it lists, for which papers it was read and gave no text, and
    what could not be read. Which texts were read is in the store alone: it may be another one, or an older one that was
    restored."""

    ids: tuple[str, ...]
    unread: frozenset[str]
    troubles: tuple[str, ...]


def _file_of(work: Path, archive: SourceArchive, suffix: str) -> Path:
    return work / f"{archive.name}.{archive.md5[:8]}.{suffix}"


def _read_marker(work: Path, archive: SourceArchive) -> _Marker | None:
    """The marker of an archive with this checksum; None where it is not done, or its marker cannot be read."""
    try:
        data = json.loads(read_regular(_file_of(work, archive, "done"), MOST_MARKER))
        return _Marker(tuple(data["ids"]), frozenset(data["unread"]), tuple(data["troubles"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write_marker(task: ScanTask, ids: Sequence[str], unread: Iterable[str], troubles: Sequence[str]) -> None:
    path = task.result.with_suffix(".done")
    aside = path.with_suffix(".part")
    aside.write_text(json.dumps({"ids": list(ids), "unread": sorted(unread), "troubles": troubles}))
    aside.replace(path)
