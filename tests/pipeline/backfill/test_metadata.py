"""Records of past months: into the store, silent in the feeds, and once however often they come."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline.run import Run, StartRun
from tests.pipeline.world import CODE, MIT, World
from tracker.domain.id_months import parse_months
from tracker.pipeline.backfill import metadata
from tracker.pipeline.backfill.outcome import BackfillOutcome
from tracker.pipeline.cycle import run_due_work
from tracker.store import artifact_queue

JUNE = metadata.WantedPapers(parse_months("2026-06", "2026-06"))


@pytest.fixture(autouse=True)
def _world_without_papers(world: World) -> None:
    (world.folder / "github").mkdir()


def paper(number: int, abstract: str = "We count.", *, versions: int = 1, **changes: Any) -> dict[str, Any]:
    created = [f"{day} Jun 2026 12:00:00 GMT" for day in range(1, versions + 1)]
    return {
        "id": f"2606.{number:05}",
        "title": f"On counting, part {number}",
        "abstract": abstract,
        "comments": None,
        "categories": "cs.LG",
        "license": None,
        "doi": None,
        "versions": [{"version": f"v{n}", "created": at} for n, at in enumerate(created, 1)],
        "update_date": "2026-06-16",
        "authors_parsed": [["Author", "Ann", ""]],
        **changes,
    }


def write(folder: Path, papers: Iterable[dict[str, Any]]) -> Path:
    path = folder / "snapshot.json"
    path.write_text("".join(json.dumps(paper) + "\n" for paper in papers))
    return path


def backfill(run: Run, path: Path, wanted: metadata.WantedPapers = JUNE) -> BackfillOutcome:
    outcome = BackfillOutcome([].append)
    metadata.backfill_snapshot(run.worker, path, wanted, outcome)
    return outcome


def test_what_a_backfill_finds_is_no_news_however_new_the_paper_is(
    start_run: StartRun, world: World, tmp_path: Path, without_site: None
) -> None:
    world.repository("ann/tool", {**CODE, "LICENSE": MIT})
    snapshot = write(tmp_path, [paper(1, "Our code is available at https://github.com/ann/tool.")])
    with start_run() as run:
        assert backfill(run, snapshot).counts["new"] == 1
        run_due_work(run.worker)
        assert run.states() == {"2606.00001": "open"}
        assert set(run.rows("SELECT kind, cause FROM events WHERE arxiv_id = '2606.00001'")) == {
            ("found", "backfill"),
            ("shipped", "backfill"),
            ("opened", "backfill"),
        }
        assert run.rows("SELECT * FROM feed_entry") == []
        assert run.rows("SELECT announced_at FROM papers") == [(None,)], "a snapshot does not say when"
        assert run.rows("SELECT text_due_at FROM work WHERE latest > 0") == [(None,)], (
            "arXiv's pace is for the papers of the day"
        )


def test_what_the_harvest_brought_is_left_to_it(
    start_run: StartRun, world: World, tmp_path: Path, without_site: None
) -> None:
    world.paper(1, "The harvest has read this.")
    with start_run() as run:
        run.cycle()
        before = run.views()
        outcome = backfill(run, write(tmp_path, [paper(1, "An older text.", versions=2)]))
        assert (outcome.counts["known"], outcome.counts["new"]) == (1, 0)
        assert run.views() == before


def test_a_newer_snapshot_brings_newer_versions_in_silence(start_run: StartRun, tmp_path: Path) -> None:
    with start_run() as run:
        backfill(run, write(tmp_path, [paper(1)]))
        newer = write(tmp_path, [paper(1, "Code: https://github.com/ann/tool.", versions=2)])
        assert backfill(run, newer).counts["new"] == 1
        assert backfill(run, newer).counts["new"] == 0
        assert run.rows("SELECT latest, backfilled FROM work") == [(2, 2)]
        assert set(run.rows("SELECT cause FROM events")) == {("backfill",)}


def test_months_and_categories_choose_and_troubles_are_named(start_run: StartRun, tmp_path: Path) -> None:
    lines = [
        paper(1),
        paper(2, categories="math.CO"),
        paper(3, id="2605.00003"),
        paper(4, versions=28),
        {"id": "2606.00005"},
    ]
    sentences: list[str] = []
    outcome = BackfillOutcome(sentences.append)
    with start_run() as run:
        wanted = metadata.WantedPapers(JUNE.months, frozenset({"cs.LG"}))
        metadata.backfill_snapshot(run.worker, write(tmp_path, lines), wanted, outcome)
        assert run.arxiv_ids() == ["2606.00001"]
    assert sentences == [
        "snapshot.json, line 5: `versions` is not a list of versions; skipped",
        "2606.00004: its version 28 is dated in the future; skipped",
    ]
    assert outcome.troubles == 2


def test_a_backfill_killed_in_the_middle_and_repeated_equals_an_undisturbed_one(
    start_run: StartRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    papers = [paper(number, f"Code: https://github.com/ann/r{number % 3}.") for number in range(1, 8)]
    snapshot, judge_works = write(tmp_path, papers), metadata.judge_works
    monkeypatch.setattr(metadata, "BATCH", 3)
    with start_run("whole") as run:
        backfill(run, snapshot)
        whole = run.views()
    turns: list[object] = []

    def fail(cycle: Any) -> None:
        turns.append(cycle)
        if len(turns) == 2:
            raise KeyboardInterrupt
        judge_works(cycle)

    with start_run("killed") as run:
        monkeypatch.setattr(metadata, "judge_works", fail)
        with pytest.raises(KeyboardInterrupt):
            backfill(run, snapshot)
        assert backfill(run, snapshot).counts["new"] == 1
        assert {**run.views(), "events": None, "links": None} == {**whole, "events": None, "links": None}
        assert len(run.views()["links"]) == len(whole["links"]) == 7


def test_their_artifacts_are_checked_after_all_others_within_a_share_of_the_budget(
    start_run: StartRun, world: World, tmp_path: Path, without_site: None
) -> None:
    world.paper(20, "Our code is available at https://github.com/ann/daily.")
    for name in ("daily", "b1", "b2", "b3"):
        world.repository(f"ann/{name}", {**CODE, "LICENSE": MIT})
    past = [paper(n, f"Our code is available at https://github.com/ann/b{n}.") for n in (1, 2, 3)]
    budget = {
        "TRACKER_LIMITS__GITHUB_ANONYMOUS_PER_HOUR": "60",
        "GITHUB_TOKEN": "",
        "TRACKER_CHECK__BACKFILL_SHARE": "0.1",
    }
    with start_run(**budget) as run:
        backfill(run, write(tmp_path, past))
        store, now = run.worker.store, run.worker.now()
        assert artifact_queue.due_artifacts(store, "github", now, 9) == []
        assert len(artifact_queue.due_artifacts(store, "github", now, 9, backfilled=True)) == 3
        run.cycle()
        checked = run.rows("SELECT reference FROM artifacts WHERE outcome = 'present' ORDER BY 1")
        # A tenth of 60 requests is two checks of three requests each.
        assert checked == [("github:ann/b1",), ("github:ann/b2",), ("github:ann/daily",)]
        asked = [request["path"] for request in run.requests("github_api")]
        assert [path for path in asked if path.count("/") == 3 and "ann" in path] == [
            "/repos/ann/daily",
            "/repos/ann/b1",
            "/repos/ann/b2",
        ]


def test_oai_walks_the_months_of_change_once_and_keeps_the_months_of_ids(
    start_run: StartRun, world: World, tmp_path: Path
) -> None:
    world.paper(1, "Our code is available at https://github.com/ann/one.")
    world.paper(2, "Mathematics.", categories=("math.CO",))
    papers = [json.loads(line) for line in (world.folder / "papers.jsonl").read_text().splitlines()]
    papers[1] |= {"arxiv_id": "2604.00002", "published": "2026-04-02T12:00:00Z", "updated": "2026-04-02T12:00:00Z"}
    (world.folder / "papers.jsonl").write_text("".join(json.dumps(paper) + "\n" for paper in papers))
    with start_run() as run:
        wanted, outcome = metadata.WantedPapers(parse_months("2026-05", "2026-06")), BackfillOutcome([].append)
        metadata.backfill_oai(run.worker, wanted, outcome)
        assert (run.arxiv_ids(), outcome.troubles) == (["2606.00001"], 0)
        assert set(run.rows("SELECT cause FROM events WHERE arxiv_id IS NOT NULL")) == {("backfill",)}
        asked = run.queries("arxiv_oai")
        assert [query.count("until=2026-05-31") for query in asked] == [1, 0]
        metadata.backfill_oai(run.worker, wanted, outcome)
        assert len(run.queries("arxiv_oai")) == 3, "May is over and was read whole"
        (marker,) = (run.worker.settings.data_dir / "backfill").glob("oai_2026-05_2026-06_*/2026-05.done")
        marker.unlink()
        run.misbehave("arxiv_oai", "html", times=1)
        metadata.backfill_oai(run.worker, wanted, outcome)
        assert outcome.troubles == 1
        metadata.backfill_oai(run.worker, wanted, outcome)
        assert sum("until=2026-05-31" in query for query in run.queries("arxiv_oai")) == 3, (
            "what failed is asked again"
        )
