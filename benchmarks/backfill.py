"""Measures a backfill of full texts as a ratio to the pure scan of the same archives in the same run.

`python -m benchmarks.backfill --papers 20000 --jobs 2` writes source archives of made-up papers of realistic size, stores
their records from a snapshot, scans the archives without a store, and runs the whole backfill. It compares the rows of a
pool, of Ray where it is installed, and of a backfill that was killed and resumed, and the cost of a paper at a tenth of the
size. The speeds depend on the machine; the ratios are what counts.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import json
import random
import resource
import tarfile
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import text

from tracker.domain.id_months import parse_months
from tracker.pipeline.backfill import archives, metadata
from tracker.pipeline.backfill.executors import ScanTask, run_in_pool
from tracker.pipeline.backfill.outcome import BackfillOutcome
from tracker.pipeline.backfill.ray_tasks import run_on_ray
from tracker.pipeline.context import begin_cycle
from tracker.pipeline.judge import judge_works
from tracker.pipeline.read import read_papers
from tracker.pipeline.worker import Worker, make_worker
from tracker.settings import load_settings
from tracker.store import judgements
from tracker.store.upgrade import open_store
from tracker.store.views import VIEWS

IN_ARCHIVE = 500
"""Papers of one archive; arXiv's of 500 MB hold about as many."""
TEXT_WORDS = 9_000
"""Words of a paper, which with its commands are 60 kB of TeX."""
MONTH = parse_months("2026-06", "2026-06")
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
SAME = 2_000
"""Papers of which the rows of pool, Ray and resumed are compared."""


class StoppedClock:
    """The same moment for ever, so that the rows of two runs can be compared."""

    def now(self) -> datetime:
        """The moment."""
        return NOW


def make_bodies() -> list[tuple[str, str]]:
    """Beginnings and ends of papers, between which a link stands."""
    chance = random.Random(7)
    words = ["".join(chance.choices("etaoinshrdlucmfw", k=chance.randint(2, 9))) for _ in range(3_000)]

    def section(number: int) -> str:
        lines = (
            " ".join(chance.choices(words, k=15)) + f" \\cite{{key{chance.randrange(40)}}}." for _ in range(60)
        )
        return (
            f"\\section{{Part {number}}}\n"
            + "\n".join(lines)
            + "\n% a comment\n\\begin{equation} x_1 = \\alpha \\end{equation}\n"
        )

    head = "\\documentclass{article}\n\\begin{document}\n"
    count = TEXT_WORDS // (15 * 60 * 2)
    return [
        (head + "".join(map(section, range(count))), "".join(map(section, range(count))) + "\\end{document}\n")
        for _ in range(20)
    ]


def write_bulk(folder: Path, papers: int) -> None:
    """Archives with this many papers, their manifest, and a snapshot of their records."""
    folder.mkdir()
    bodies, entries = make_bodies(), []
    with (folder / "snapshot.json").open("w") as snapshot:
        for start in range(0, papers, IN_ARCHIVE):
            name = f"arXiv_src_2606_{start // IN_ARCHIVE + 1:03}.tar"
            with tarfile.open(folder / name, "w") as archive:
                for number in range(start, min(papers, start + IN_ARCHIVE)):
                    snapshot.write(json.dumps(_record(number)) + "\n")
                    body = _paper_file(bodies[number % len(bodies)], number)
                    info = tarfile.TarInfo(f"2606/2606.{number:05}.gz")
                    info.size = len(body)
                    archive.addfile(info, io.BytesIO(body))
            digest = hashlib.md5((folder / name).read_bytes()).hexdigest()
            entries.append(
                f"<file><filename>src/{name}</filename><md5sum>{digest}</md5sum><size>1</size><yymm>2606</yymm>"
                "<timestamp>2026-07-01 00:00:00</timestamp></file>"
            )
    (folder / "arXiv_src_manifest.xml").write_text(f"<arXivSRC>{''.join(entries)}</arXivSRC>")


def _record(number: int) -> dict[str, object]:
    return {
        "id": f"2606.{number:05}",
        "title": f"On the counting of things, part {number}",
        "abstract": "We study how well things can be counted. " * 25,
        "categories": "cs.LG cs.CL",
        "versions": [{"version": "v1", "created": "Mon, 1 Jun 2026 12:00:00 GMT"}],
        "authors_parsed": [["Author", "Ann", ""], ["Builder", "Bob", ""]],
    }


def _paper_file(body: tuple[str, str], number: int) -> bytes:
    """One paper's source; one in four names its code, and all cite others'."""
    own = f"Our code is available at \\url{{https://github.com/owner{number}/tool}}.\n" if number % 4 == 0 else ""
    cited = f"We compare with \\url{{https://github.com/other{number % 97}/baseline}}.\n"
    tex, packed = (body[0] + own + cited + body[1]).encode(), io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, content in (("main.tex", tex), ("figure.pdf", b"%PDF-1.5\n" + bytes(20_000))):
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return gzip.compress(packed.getvalue(), 1, mtime=0)


def open_worker(folder: Path, bulk: Path) -> tuple[Worker, float]:
    """A worker whose new store has the records of the snapshot, and the processor seconds that bringing them took."""
    settings = load_settings(environ={"TRACKER_DATA_DIR": str(folder), "TRACKER_CONTACT": "benchmark"})
    worker = make_worker(settings, open_store(settings.store_url), StoppedClock())
    watch = Stopwatch()
    metadata.backfill_snapshot(
        worker, bulk / "snapshot.json", metadata.WantedPapers(MONTH), BackfillOutcome(print)
    )
    return worker, watch.stop()[1]


class Stopwatch:
    """Seconds of time and of processor, with those of processes that have ended."""

    def __init__(self) -> None:
        self._began, self._used = time.perf_counter(), self._processor()

    def stop(self) -> tuple[float, float]:
        """(seconds of time, seconds of processor) since it was made."""
        return time.perf_counter() - self._began, self._processor() - self._used

    def _processor(self) -> float:
        used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return sum(usage.ru_utime + usage.ru_stime for usage in used)


def scan_alone(worker: Worker, bulk: Path, work: Path, jobs: int) -> tuple[float, float]:
    """The seconds of time and of processor that the pure scan of all archives takes in a pool."""
    work.mkdir()
    kept: list[ScanTask] = []

    def keep(tasks: Iterable[ScanTask], _jobs: int) -> Iterator[ScanTask]:
        kept.extend(ScanTask(task.path, task.shard, task.rules, work / task.result.name) for task in tasks)
        return iter(())

    archives.backfill_archives(worker, archives.FolderArchives(bulk), MONTH, keep, jobs, BackfillOutcome(print))
    watch = Stopwatch()
    for _ in run_in_pool(kept, jobs):
        pass
    return watch.stop()


def digest_rows(worker: Worker) -> str:
    """A digest of all rows of all public views."""
    digest = hashlib.sha256()
    with worker.store.read() as connection:
        for view in VIEWS:
            rows = sorted(repr(tuple(row)) for row in connection.execute(text(f"SELECT * FROM {view}")))
            digest.update("\n".join([view, *rows]).encode())
    return digest.hexdigest()[:16]


def measure(bulk: Path, folder: Path, papers: int, jobs: int) -> float:
    """Print the speeds of the pure scan and of the whole backfill; returns the processor seconds of the latter.

    The ratio of processor seconds is that of the throughput where all processors are busy, and does not depend on what
    else the machine does.
    """
    worker, seconds = open_worker(folder, bulk)
    with closing(worker.store), closing(worker):
        print(f"{papers:,} records from the snapshot: {1e3 * seconds / papers:.1f} ms of processor each")
        pure, pure_used = scan_alone(worker, bulk, folder / "pure", jobs)
        watch, outcome = Stopwatch(), BackfillOutcome(print)
        archives.backfill_archives(worker, archives.FolderArchives(bulk), MONTH, run_in_pool, jobs, outcome)
        whole, used = watch.stop()
        assert outcome.counts["texts"] == papers, outcome
        print(
            f"{papers:,} full texts, {jobs} jobs: {1e3 * used / papers:.1f} ms of processor each, {papers / whole:,.0f} a "
            f"second; ratio to the pure scan {pure_used / used:.2f} by processor, {pure / whole:.2f} by time (goal 0.85)"
        )
        judge_again(worker, papers)
    return used


def judge_again(worker: Worker, papers: int) -> None:
    """Read the stored texts of all papers again, as after a change of the rules, and judge them again; print the speed
    of each and how the memory grew."""
    cycle = begin_cycle(worker)
    for what, queue, work in (
        ("read again", partial(judgements.queue_changed_rules, worker.store, "other rules", ""), read_papers),
        ("judged again", partial(judgements.queue_all_judgements, worker.store), judge_works),
    ):
        queue()
        watch, most = Stopwatch(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        work(cycle)
        seconds, used = watch.stop()
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - most
        print(
            f"{papers:,} papers {what}: {papers / seconds:,.0f} a second, {1e6 / papers * used / 60:.1f} minutes of "
            f"processor for a million; memory grew by {grown / 1024:.0f} MB"
        )


def compare(bulk: Path, folder: Path, jobs: int) -> None:
    """Assert that pool, Ray and a killed and resumed backfill give the same rows."""

    def killed(tasks: Iterable[ScanTask], jobs: int) -> Iterator[ScanTask]:
        for number, task in enumerate(run_in_pool(tasks, jobs)):
            if number == 2:
                raise KeyboardInterrupt
            yield task

    ways = {"pool": (run_in_pool,), "killed and resumed": (killed, run_in_pool)}
    if find_spec("ray"):
        ways["Ray"] = (run_on_ray,)
    digests = {}
    for way, runs in ways.items():
        worker, _ = open_worker(folder / way.replace(" ", "-"), bulk)
        with closing(worker.store), closing(worker):
            for execute in runs:
                with suppress(KeyboardInterrupt):
                    archives.backfill_archives(
                        worker, archives.FolderArchives(bulk), MONTH, execute, jobs, BackfillOutcome(print)
                    )
            digests[way] = digest_rows(worker)
    print("rows: " + ", ".join(f"{way} {digest}" for way, digest in digests.items()))
    assert len(set(digests.values())) == 1, "the rows differ"


def main() -> None:
    """Measure, compare and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=int, default=20_000)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="backfill-") as name:
        folder, small = Path(name), max(IN_ARCHIVE, options.papers // 10)
        write_bulk(folder / "bulk", options.papers)
        write_bulk(folder / "small", small)
        write_bulk(folder / "same", min(SAME, options.papers))
        few = measure(folder / "small", folder / "few", small, options.jobs)
        many = measure(folder / "bulk", folder / "many", options.papers, options.jobs)
        cost = (many / options.papers) / (few / small)
        print(f"cost of a paper at {options.papers:,} papers: {cost:.2f} of that at {small:,}")
        compare(folder / "same", folder / "compared", options.jobs)


if __name__ == "__main__":
    main()
