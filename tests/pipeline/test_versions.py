"""What OAI-PMH adds to the API in whole cycles: new versions, withdrawals, papers that the API misses."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from tests.pipeline.run import StartRun
from tests.pipeline.world import World
from tracker.config_files import config_dir
from tracker.pipeline import cycle

pytestmark = pytest.mark.usefixtures("without_site")

MIT = (config_dir() / "licences" / "MIT.txt").read_text()
KEY = "2606.00001"
BY = "http://creativecommons.org/licenses/by/4.0/"
V1 = {"n": 1, "submitted": "2026-06-16T01:00:00Z", "comments": "8 pages"}
V2 = {
    "n": 2,
    "submitted": "2026-06-30T12:00:00Z",
    "comments": "9 pages. Code: https://github.com/ann/tool",
    "abstract": "We study tools. Our code is available.",
}
V3 = {"n": 3, "submitted": "2026-07-10T12:00:00Z", "comments": "10 pages"}


def write(world: World, *versions: dict[str, Any], arxiv_id: str = KEY, **more: Any) -> None:
    """A paper with its versions, besides those of the world that have other ids."""
    line = {
        "arxiv_id": arxiv_id,
        "title": "On tools",
        "abstract": "We study tools.",
        "authors": ["Ann Author", "Bob Builder"],
        "categories": ["cs.LG", "stat.ML"],
        "license": BY,
        "versions": versions,
    }
    world.papers = [paper for paper in world.papers if paper["arxiv_id"] != arxiv_id] + [line | more]
    (world.folder / "papers.jsonl").write_text("".join(json.dumps(paper) + "\n" for paper in world.papers))


def links(run: Any) -> list[tuple[Any, ...]]:
    return run.rows("SELECT reference, first_version, last_version FROM links")


def kinds(run: Any) -> set[str]:
    return {row[0] for row in run.rows("SELECT kind FROM events WHERE reference = 'github:ann/tool'")}


def test_a_link_comes_with_a_new_version_and_goes_with_the_next(world: World, start_run_at: StartRun) -> None:
    write(world, V1, V2, V3)
    world.repository("ann/tool", {"train.py": "print()", "README.md": "# Tool", "LICENSE": MIT})
    with start_run_at("2026-06-17T05:00:00Z") as run:
        assert run.cycle().troubles == []
        assert run.rows("SELECT version, comment, licence FROM papers") == [(1, "8 pages", BY)]
        assert links(run) == []
    with start_run_at("2026-06-26T05:00:00Z") as run:
        run.cycle()
    with start_run_at("2026-07-01T05:00:00Z") as run:
        assert run.cycle().troubles == []
        assert run.rows("SELECT version, updated_at, submitted_at FROM papers") == [
            (2, "2026-06-30T12:00:00Z", "2026-06-16T01:00:00Z")
        ]
        assert links(run) == [("github:ann/tool", 2, 2)]
        assert kinds(run) >= {"found", "shipped", "opened"}
        assert run.rows("SELECT code FROM papers") == [("open",)]
    with start_run_at("2026-07-11T05:00:00Z") as run:
        run.cycle()
        assert run.rows("SELECT version, comment FROM papers") == [(3, "10 pages")]
        assert links(run) == [("github:ann/tool", 2, 2)]
        assert run.rows("SELECT n FROM version ORDER BY n") == [(1,), (2,), (3,)]


def test_a_version_is_not_stored_before_it_is_announced(world: World, start_run_at: StartRun) -> None:
    write(world, V1, V2)
    with start_run_at("2026-06-17T05:00:00Z") as run:
        run.cycle()
    with start_run_at("2026-06-26T05:00:00Z") as run:
        run.cycle()
    with start_run_at("2026-06-30T13:00:00Z") as run:
        run.cycle()
        assert run.rows("SELECT version FROM papers") == [(1,)]


def test_a_paper_is_withdrawn_and_returns(world: World, start_run_at: StartRun) -> None:
    gone = {**V2, "withdrawn": True, "comments": "An error was found in Section 3"}
    write(world, V1, gone, V3)
    flags = []
    for now in (
        "2026-06-17T05:00:00Z",
        "2026-06-26T05:00:00Z",
        "2026-07-01T05:00:00Z",
        "2026-07-02T05:00:00Z",
        "2026-07-11T05:00:00Z",
    ):
        with start_run_at(now) as run:
            run.cycle()
            flags += run.rows("SELECT version, withdrawn FROM papers")
            flags += run.rows("SELECT withdrawn FROM work WHERE arxiv_id IS NOT NULL")
    assert flags == [(1, 0), (0,), (1, 0), (0,), (2, 1), (1,), (2, 1), (1,), (3, 0), (0,)]


def test_the_api_reading_a_version_again_changes_nothing(world: World, start_run_at: StartRun) -> None:
    """Within the overlap both sources return the same version, day by day."""
    write(world, {**V1, "withdrawn": True}, authors=["Jörg Müller", "Ann Author"], doi="10.1000/x")
    stored = []
    for now in ("2026-06-17T05:00:00Z", "2026-06-18T05:00:00Z", "2026-06-19T05:00:00Z"):
        with start_run_at(now) as run:
            run.cycle()
            stored.append(run.rows("SELECT * FROM version"))
            assert run.rows("SELECT withdrawn, licence FROM papers") == [(1, BY)]
    assert stored[0] == stored[1] == stored[2]


def test_changed_metadata_of_a_version_are_stored(world: World, start_run_at: StartRun) -> None:
    write(world, V1)
    with start_run_at("2026-06-17T05:00:00Z") as run:
        run.cycle()
    with start_run_at("2026-06-26T05:00:00Z") as run:
        run.cycle()
    write(
        world,
        {**V1, "comments": "Accepted. Code: https://github.com/ann/tool"},
        datestamp="2026-07-01",
        categories=["cs.LG", "stat.ML", "cs.CL"],
        title="A title that stays as it was",
        license=None,
    )
    world.repository("ann/tool", {"train.py": "print()", "LICENSE": MIT})
    with start_run_at("2026-07-01T05:00:00Z") as run:
        run.cycle()
        assert links(run) == [("github:ann/tool", 1, 1)]
        assert run.rows("SELECT title, categories, licence FROM papers") == [
            ("On tools", '["cs.LG","stat.ML","cs.CL"]', BY)
        ]
        assert run.rows("SELECT category FROM work_category ORDER BY 1") == [("cs.CL",), ("cs.LG",), ("stat.ML",)]


def test_what_the_api_misses_is_stored_and_old_papers_are_not(world: World, start_run_at: StartRun) -> None:
    write(world, V1, hidden_from=["arxiv_api"])
    old = {"n": 1, "submitted": "2025-01-02T00:00:00Z"}
    write(world, old, arxiv_id="2501.00001", datestamp="2026-06-17")
    write(world, V1, arxiv_id="2606.00002", categories=["cs.CR"], hidden_from=["arxiv_api"])
    with start_run_at("2026-06-17T05:00:00Z") as run:
        assert run.cycle().counts.new_papers == 1
        assert run.rows("SELECT arxiv_id, announced_at, primary_category FROM papers") == [
            (KEY, "2026-06-17T00:00:00Z", "cs.LG")
        ]


def test_future_versions_are_not_stored(world: World, start_run_at: StartRun) -> None:
    """A sandbox whose clock is ahead returns future versions."""
    write(world, V1, V2, hidden_from=["arxiv_api"])
    write(world, V1, arxiv_id="2606.00002", hidden_from=["arxiv_api"])
    with start_run_at("2026-06-17T05:00:00Z", shown="2026-07-20T00:00:00Z") as run:
        run.cycle()
        assert run.rows("SELECT arxiv_id FROM papers") == [("2606.00002",)]


def test_when_the_api_is_down_papers_come_all_the_same(world: World, start_run_at: StartRun) -> None:
    write(world, V1)
    with start_run_at("2026-06-17T05:00:00Z", TRACKER_HARVEST__FIRST_DAYS="1") as run:
        run.misbehave("arxiv_api", "error-400", times=1000)
        summary = run.cycle()
        assert summary.counts.windows_left == 2
        assert [trouble.name for trouble in summary.troubles] == ["harvest"]
        assert run.rows("SELECT arxiv_id FROM papers") == [(KEY,)]


def test_oai_pmh_is_listed_once_a_day_in_few_requests(world: World, start_run_at: StartRun) -> None:
    write(world, V1)
    with start_run_at("2026-06-17T03:30:00Z") as run:
        run.cycle()
        queries = run.queries("arxiv_oai")
        assert len(queries) == 3
        assert [query.partition("&set=")[2] for query in queries] == ["cs", "eess", "stat%3Astat%3AML"]
        assert all("from=2026-06-10" in query for query in queries)
        run.cycle()
        assert run.queries("arxiv_oai") == queries
    for now, listed in (
        ("2026-06-17T17:00:00Z", False),
        ("2026-06-18T03:30:00Z", True),
        ("2026-06-18T05:00:00Z", False),
    ):
        with start_run_at(now) as run:
            run.cycle()
            assert bool(run.queries("arxiv_oai")) == listed
            assert all("from=2026-06-16" in query for query in run.queries("arxiv_oai"))


@pytest.mark.parametrize("kind", ["503", "html", "truncated", "cut", "empty", "bomb"])
def test_a_failure_of_oai_pmh_is_reported_and_the_rest_completes(
    world: World, start_run_at: StartRun, kind: str
) -> None:
    write(world, {**V1, "comments": V2["comments"]})
    world.repository("ann/tool", {"train.py": "print()", "README.md": "# Tool", "LICENSE": MIT})
    with start_run_at("2026-06-17T05:00:00Z") as run:
        run.misbehave("arxiv_oai", kind, times=1000)
        summary = run.cycle()
        assert summary.counts.windows_left == 0
        assert [trouble.name for trouble in summary.troubles] == ["versions"]
        assert run.rows("SELECT code, licence FROM papers") == [("open", None)]
        assert run.rows("SELECT state FROM \"window\" WHERE source = 'arxiv_oai'") == [("open",)]
    with start_run_at("2026-06-18T05:00:00Z") as run:
        assert run.cycle().troubles == []
        assert run.rows("SELECT licence FROM papers") == [(BY,)]
        assert run.rows("SELECT state, since, until FROM \"window\" WHERE source = 'arxiv_oai'") == [
            ("complete", "2026-06-10T00:00:00Z", "2026-06-18T05:00:00Z")
        ]


def test_a_refusal_stops_all_of_arxiv_and_says_until_when(world: World, start_run_at: StartRun) -> None:
    write(world, V1)
    with start_run_at("2026-06-17T05:00:00Z") as run:
        run.misbehave("arxiv_oai", "403", times=1000)
        summary = run.cycle()
        assert summary.counts.windows_left == 0
        assert any(
            trouble.name == "versions" and "next try 2026-06-17T11:0" in trouble.reason
            for trouble in summary.troubles
        )
        assert len(run.queries("arxiv_oai")) == 1
        run.cycle()
        assert len(run.queries("arxiv_oai")) == 1


def test_a_moved_clock_sends_no_request_to_public_hosts(world: World, start_run_at: StartRun) -> None:
    write(world, V1)
    with start_run_at("2026-06-17T05:00:00Z", TRACKER_UPSTREAMS__ARXIV_OAI="https://oaipmh.arxiv.org/oai") as run:
        assert run.cycle().troubles == []
        assert run.rows("SELECT count(*) FROM \"window\" WHERE source = 'arxiv_oai'") == [(0,)]


def test_days_between_two_asked_times_are_not_new(world: World, start_run_at: StartRun) -> None:
    """`--since` and `--until` bound what is new, for both sources."""
    write(world, V1)
    with start_run_at("2026-06-17T05:00:00Z") as run:
        cycle.run_cycle(run.worker, date(2026, 6, 1), date(2026, 6, 10))
        assert run.queries("arxiv_oai")
        assert run.rows("SELECT count(*) FROM papers") == [(0,)]
