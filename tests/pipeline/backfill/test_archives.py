"""Full texts from source archives: into the store once, whatever the archives hold and however often it runs."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline.backfill.bulk import code_at, make_tar, paper_file, single_file, tex, write_bulk
from tests.pipeline.backfill.test_metadata import JUNE, backfill, paper, write
from tests.pipeline.run import Run, StartRun
from tests.pipeline.world import World
from tracker.domain.errors import TrackerError
from tracker.harvest import tex_archive
from tracker.pipeline.backfill import archives
from tracker.pipeline.backfill.executors import ScanTask, run_in_pool
from tracker.pipeline.backfill.outcome import BackfillOutcome

FIRST, SECOND = "arXiv_src_2606_001.tar", "arXiv_src_2606_002.tar"


@pytest.fixture(autouse=True)
def _world_without_papers(world: World) -> None:
    (world.folder / "github").mkdir()


def run_here(tasks: Iterable[ScanTask], jobs: int) -> Iterator[ScanTask]:
    """An executor without processes."""
    for task in tasks:
        task.run()
        yield task


def read_texts(run: Run, folder: Path, execute: Any = run_here) -> tuple[BackfillOutcome, list[str]]:
    sentences: list[str] = []
    outcome = BackfillOutcome(sentences.append)
    source = archives.FolderArchives(folder)
    archives.backfill_archives(run.worker, source, JUNE.months, execute, 2, outcome)
    return outcome, sentences


def links(run: Run) -> list[tuple[Any, ...]]:
    return run.rows("SELECT arxiv_id, reference, role, evidence FROM links ORDER BY 1, 2")


@pytest.fixture
def bulk(tmp_path: Path) -> Path:
    """Two archives with four papers, of which the last one is stored nowhere."""
    first = make_tar(("2606/2606.00001.gz", paper_file(code_at("ann/one"))), ("2606/2606.00002.gz", single_file(code_at("ann/two"))))  # fmt: skip
    second = make_tar(("2606/2606.00003.gz", paper_file(tex("Nothing."))), ("2606/2606.00009.gz", paper_file(code_at("x/y"))))  # fmt: skip
    return write_bulk(tmp_path / "bulk", {FIRST: first, SECOND: second})


def test_texts_of_stored_papers_are_read_and_others_are_named(
    start_run: StartRun, tmp_path: Path, bulk: Path
) -> None:
    with start_run() as run:
        backfill(run, write(tmp_path, [paper(n) for n in (1, 2, 3)]))
        outcome, sentences = read_texts(run, bulk)
        assert [row[:3] for row in links(run)] == [
            ("2606.00001", "github:ann/one", "own"),
            ("2606.00002", "github:ann/two", "own"),
        ]
        assert run.rows("SELECT arxiv_id, source FROM readings WHERE source = 'tex' ORDER BY 1") == [
            (f"2606.0000{n}", "tex") for n in (1, 2, 3)
        ]
        assert set(run.rows("SELECT cause FROM events")) == {("backfill",)}
        assert sentences == [f"{SECOND}: not in the store, so not read: 2606.00009"]
        assert (outcome.troubles, outcome.counts["unknown"], outcome.counts["texts"]) == (0, 1, 3)
        again, _ = read_texts(run, bulk, execute=lambda tasks, jobs: iter(list(tasks)[:0]))
        assert (again.counts["archives"], again.counts["settled"]) == (2, 3), "nothing is left to scan"


def test_a_pool_writes_the_same_rows_and_a_process_that_dies_is_named(
    start_run: StartRun, tmp_path: Path, bulk: Path
) -> None:
    papers = write(tmp_path, [paper(n) for n in (1, 2, 3)])
    with start_run("serial") as run:
        backfill(run, papers)
        read_texts(run, bulk)
        serial = run.views()
    with start_run("pool") as run:
        backfill(run, papers)
        assert read_texts(run, bulk, run_in_pool)[0].troubles == 0
        pool = run.views()
    timed = ("events", "links")
    assert {**pool, **dict.fromkeys(timed)} == {**serial, **dict.fromkeys(timed)}
    assert len(pool["links"]) == len(serial["links"]) == 2


def test_a_backfill_killed_in_the_middle_goes_on_with_the_next_archive(
    start_run: StartRun, tmp_path: Path, bulk: Path
) -> None:
    def run_one(tasks: Iterable[ScanTask], jobs: int) -> Iterator[ScanTask]:
        yield next(run_here(tasks, jobs))
        raise KeyboardInterrupt

    scanned: list[str] = []

    def run_rest(tasks: Iterable[ScanTask], jobs: int) -> Iterator[ScanTask]:
        for task in run_here(tasks, jobs):
            scanned.append(task.shard.name)
            yield task

    with start_run("killed") as run:
        backfill(run, write(tmp_path, [paper(n) for n in (1, 2, 3)]))
        with pytest.raises(KeyboardInterrupt):
            read_texts(run, bulk, run_one)
        read_texts(run, bulk, run_rest)
        assert scanned == [SECOND]
        assert [row[1] for row in links(run)] == ["github:ann/one", "github:ann/two"]
        assert (
            sorted(path.suffix for path in (run.worker.settings.data_dir / "backfill").iterdir()) == [".done"] * 2
        )


def test_an_archive_is_read_again_where_the_store_lost_its_texts(
    start_run: StartRun, tmp_path: Path, bulk: Path
) -> None:
    """As after the return of an older snapshot, or with another store beside the same data folder."""
    with start_run("first") as run:
        backfill(run, write(tmp_path, [paper(n) for n in (1, 2, 3)]))
        read_texts(run, bulk)
        done = run.worker.settings.data_dir / "backfill"
        with start_run("second") as other:
            backfill(other, write(tmp_path, [paper(n) for n in (1, 2, 3)]))
            shutil.copytree(done, other.worker.settings.data_dir / "backfill", dirs_exist_ok=True)
            assert read_texts(other, bulk)[0].counts["texts"] == 3
            assert links(other)
            assert read_texts(other, bulk)[0].counts["texts"] == 0


GOOD = ("2606/2606.00001.gz", paper_file(code_at("ann/one")))


@pytest.mark.parametrize(
    ("body", "says", "is_read"),
    [
        (make_tar(("2606/2606.00002.gz", gzip.compress(bytes(3 << 20), 9)), GOOD), "2606.00002.gz: unpacks to more", True),
        (make_tar(("2606/2606.00002.gz", paper_file(b"x")[:-12]), GOOD), "2606.00002.gz: its source is cut off", True),
        (make_tar(("2606/2606.00002.gz", b"no archive"), GOOD), "2606.00002.gz: something else", True),
        (make_tar(("2606/2606.00002.gz", make_tar(("../../up.tex", b"x"), ("main.tex", tex("x")), mode="w:gz")), GOOD),
         "2606.00002.gz: holds ../../up.tex, which leads out of it", True),
        (make_tar(("2606/2606.00002.pdf", b"%PDF-1.4 and no more"), GOOD), "2606.00002.pdf: its PDF is cut off", True),
        (make_tar(("../up.gz", b"x"), GOOD), "../up.gz: leads out of the archive", True),
        (make_tar(GOOD)[:600], "2606/2606.00001.gz: is cut off", False),
    ],
    ids=["bomb", "cut", "no-archive", "inner-traversal", "cut-pdf", "traversal", "cut-tar"],
)  # fmt: skip
def test_what_is_wrong_with_one_file_is_named_and_the_others_go_on(
    start_run: StartRun, tmp_path: Path, body: bytes, says: str, is_read: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tex_archive, "MOST_UNPACKED", 2 << 20)
    folder = write_bulk(tmp_path / "bulk", {FIRST: body, SECOND: make_tar(("2606/2606.00003.gz", paper_file(code_at("ann/three"))))})  # fmt: skip
    with start_run() as run:
        backfill(run, write(tmp_path, [paper(n) for n in (1, 2, 3)]))
        outcome, (sentence,) = read_texts(run, folder)
        assert sentence.startswith(f"{FIRST}: ")
        assert says in sentence
        assert outcome.troubles == 1
        found = {row[1] for row in links(run)}
        assert found == {"github:ann/three"} | ({"github:ann/one"} if is_read else set())
        assert read_texts(run, folder)[1] == [sentence], "a later run does not forget it"


def test_an_archive_with_another_checksum_is_not_read_until_it_is_right(
    start_run: StartRun, tmp_path: Path, bulk: Path
) -> None:
    whole = (bulk / FIRST).read_bytes()
    (bulk / FIRST).write_bytes(whole + b"\0")
    with start_run() as run:
        backfill(run, write(tmp_path, [paper(n) for n in (1, 2, 3)]))
        outcome, sentences = read_texts(run, bulk)
        assert outcome.troubles == 1
        assert "its checksum is" in sentences[-1] or "its checksum is" in sentences[0]
        assert links(run) == []
        (bulk / FIRST).write_bytes(whole)
        assert read_texts(run, bulk)[0].troubles == 0
        assert len(links(run)) == 2


def test_what_is_missing_or_not_listed_is_named(start_run: StartRun, tmp_path: Path, bulk: Path) -> None:
    (bulk / SECOND).rename(bulk / "arXiv_src_2606_003.tar")
    with start_run() as run:
        outcome, sentences = read_texts(run, bulk)
        assert outcome.troubles == 2
        assert sentences[0].startswith(f"{SECOND}: is in the manifest and not in")
        assert sentences[1].startswith("arXiv_src_2606_003.tar: is not in the manifest")
        (bulk / "arXiv_src_manifest.xml").write_text("<html/>")
        with pytest.raises(TrackerError, match=r"manifest.xml: is not a manifest .* get it again"):
            read_texts(run, bulk)
        (bulk / "arXiv_src_manifest.xml").unlink()
        with pytest.raises(TrackerError, match=r"has no arXiv_src_manifest.xml"):
            read_texts(run, bulk)


def test_a_text_is_of_the_version_that_its_archive_can_hold(start_run: StartRun, tmp_path: Path) -> None:
    # Version 2 is of 2 June; the members of an archive have no version.
    body = make_tar(GOOD)
    with start_run() as run:
        backfill(run, write(tmp_path, [paper(1, versions=2)]))
        old = write_bulk(tmp_path / "bulk", {FIRST: body}, at="2026-06-02 11:00:00")
        assert read_texts(run, old)[0].counts["newer"] == 1
        assert links(run) == []
        new = write_bulk(tmp_path / "bulk", {FIRST: body}, at="2026-06-02 13:00:00")
        assert read_texts(run, new)[0].counts["texts"] == 1
        assert run.rows("SELECT first_version FROM mention") == [(2,)]


def test_the_papers_of_the_last_weeks_are_left_to_the_daily_reading(
    start_run: StartRun, world: World, tmp_path: Path, without_site: None
) -> None:
    world.paper(1, "We count.")
    with start_run(TRACKER_LIMITS__FULL_TEXTS_PER_DAY="0") as run:
        run.cycle()
        outcome, _ = read_texts(run, write_bulk(tmp_path / "bulk", {FIRST: make_tar(GOOD)}))
        assert (outcome.counts["recent"], outcome.counts["texts"]) == (1, 0)
