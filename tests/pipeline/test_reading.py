"""Rounds of reading: bounded by time, one after the other until nothing waits, the newest and the oldest first."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.pipeline.run import StartRun
from tests.pipeline.test_full_text import FILLER, HTML, SILENT
from tests.pipeline.world import World
from tracker.domain.papers import Version
from tracker.domain.reading import ReadDepth
from tracker.pipeline import cycle
from tracker.store import reading_queue, scans
from tracker.store.engine import Store
from tracker.store.papers import save_versions
from tracker.store.roles import save_roles

SHORT = "0.00001"
"""Minutes of a round in which nothing can be read."""


def test_rounds_follow_until_nothing_waits(world: World, start_run: StartRun) -> None:
    for number in range(1, 6):
        world.html(world.paper(number, SILENT), FILLER)
    with start_run(TRACKER_LIMITS__ROUND_MINUTES=SHORT) as run:
        assert cycle.run_cycle(run.worker).is_unfinished
    with start_run() as run:
        done = cycle.run_until_read(run.worker)
        assert (done.is_unfinished, done.counts.further[ReadDepth.TEXT]) == (False, 5)
        assert run.rows("SELECT DISTINCT read_depth FROM papers") == [("text",)]
        assert run.rows("SELECT count(*) FROM openness_by_month WHERE unread > 0") == [(0,)]


def test_a_deadline_ends_the_work_and_what_is_left_stays_due(world: World, start_run: StartRun) -> None:
    for number in range(1, 6):
        world.html(world.paper(number, SILENT), FILLER)
    with start_run() as run:
        done = cycle.run_until_read(run.worker, deadline=run.worker.now())
        assert done.is_late
        assert done.counts.windows_left > 0
    with start_run() as run:
        assert cycle.run_until_read(run.worker).counts.windows_left == 0


class Recorded:
    """Progress that is kept: the steps of each stage."""

    def __init__(self) -> None:
        self.steps: dict[str, list[tuple[int, int | None]]] = {}

    def step(self, stage: str, done: int, total: int | None = None) -> None:
        self.steps.setdefault(stage, []).append((done, total))


@pytest.mark.usefixtures("without_site")
def test_the_totals_of_reading_are_those_of_all_rounds_and_true_at_its_end(
    world: World, start_run: StartRun
) -> None:
    for number in range(1, 6):
        world.html(world.paper(number, SILENT), FILLER)
    world.repository("bob/recorded", {"train.py": "x", "LICENSE": world.mit})
    world.record("2606.00005", githubRepo="https://github.com/bob/recorded", githubRepoAddedBy="user")
    with start_run() as run:
        progress = Recorded()
        done = cycle.run_until_read(replace(run.worker, progress=progress))
        texts = done.counts.further[ReadDepth.TEXT]
        assert progress.steps["hub_records"][0] == (1, 5)
        assert progress.steps["full_text"][0] == (1, 5)
        assert progress.steps["full_text"][-1] == (texts, texts)
        assert [step[0] for step in progress.steps["full_text"][:texts]] == list(range(1, texts + 1))


def test_a_harvest_comes_before_reading(world: World, start_run: StartRun) -> None:
    world.html(world.paper(1, SILENT), FILLER)
    with start_run() as run:
        object.__setattr__(run.worker, "next_harvest", run.worker.now)
        done = cycle.run_cycle(run.worker)
        assert (done.is_unfinished, done.counts.further.total()) == (True, 0)


def test_what_a_round_gives_is_published_and_says_how_late(world: World, start_run: StartRun) -> None:
    paper = world.paper(1, SILENT, title="Deep things")
    world.html(paper, HTML)
    world.repository("ann/deep", {"train.py": "print()", "LICENSE": world.mit})
    with start_run(TRACKER_LIMITS__FULL_TEXTS_PER_DAY="0") as run:
        cycle.run_cycle(run.worker)
        assert run.rows("SELECT read_depth, code FROM papers") == [("record", "unknown")]
    with start_run(TRACKER_NOW="2026-06-27T05:00:00Z") as run:
        cycle.run_due_work(run.worker)
        assert run.rows("SELECT code FROM papers") == [("open",)]
        assert run.rows("SELECT count(*) FROM feed_entry WHERE feed = 'main'") == [(1,)], (
            "our delay is not its age"
        )
        body = (run.worker.settings.public_dir / "feed.xml").read_text()
        assert "read by this tracker 10 days later" in body
        assert "its code opened" not in body, "it may have been open before"


def test_the_newest_come_first_and_of_five_the_oldest(store: Store) -> None:
    now = datetime(2026, 6, 17, 5, tzinfo=UTC)
    papers = [
        Version(arxiv_id=f"2606.{number:05}", n=1, title="T", abstract="A", authors=("Ann",), categories=("cs.LG",),
                primary_category="cs.LG", submitted_at=now, updated_at=now, comment=None)
        for number in range(1, 31)
    ]  # fmt: skip
    announced = {paper.arxiv_id: now - timedelta(days=30 - number) for number, paper in enumerate(papers)}
    save_versions(store, papers, announced, now)
    works = [f"arxiv:{paper.arxiv_id}" for paper in papers]
    read = [scans.ScanResult(work=work, version=1, source=scans.Source.METADATA) for work in works]
    scans.save_scans(store, read, "r", now)
    save_roles(store, {work: [] for work in works}, "r", [], now)
    chosen = [paper.work[-2:] for paper in reading_queue.papers_to_read(store, ReadDepth.RECORD, 10, now)]
    assert chosen == ["30", "29", "28", "27", "01", "26", "25", "24", "23", "02"]
    assert reading_queue.papers_to_read(store, ReadDepth.TEXT, 10, now, [ReadDepth.RECORD]) == []
    assert len(reading_queue.papers_to_read(store, ReadDepth.TEXT, 10, now)) == 10
    waiting = reading_queue.count_waiting(store, now)
    assert (waiting.papers, waiting.oldest) == (30, now)
