"""Whole cycles on a small world in every state, over real HTTP."""

from __future__ import annotations

import json
import shutil
from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import feedparser
import pytest

from tests.pipeline.run import StartRun
from tests.pipeline.world import World
from tracker.domain.terms import Role
from tracker.hosts.resolve import resolve_url
from tracker.pipeline import cycle, judge, prepare, read
from tracker.pipeline.context import begin_cycle
from tracker.store import judgements, releases, windows

CLAIM = "We study {0}. Our code is available at https://github.com/ann/{0}."


@pytest.mark.parametrize("token", ["a-token", ""])
def test_every_state_is_stored_and_published(expected: dict[str, str], start_run: StartRun, token: str) -> None:
    shown: dict[str, list[tuple[int, int | None]]] = defaultdict(list)

    class Shown:
        def step(self, stage: str, done: int, total: int | None = None) -> None:
            if stage.startswith("check."):
                shown[stage].append((done, total))

    with start_run(GITHUB_TOKEN=token) as run:
        summary = cycle.run_cycle(replace(run.worker, progress=Shown()))
        assert summary.counts.windows_left == 0
        assert {host: steps[-1] for host, steps in shown.items()} == {
            host: (len(steps), len(steps)) for host, steps in shown.items()
        }, "each host counts its own checks, up to their true number"
        assert len(shown["check.github"]) > len(shown["check.huggingface"]) > 0
        assert run.states() == expected
        opened = sorted(key for key, state in expected.items() if state == "open")
        assert [row[0] for row in run.rows("SELECT arxiv_id FROM open_papers ORDER BY 1")] == opened
        feed = feedparser.parse((run.worker.settings.public_dir / "feed.xml").read_bytes())
        assert not feed.bozo
        assert sorted(item.id for item in feed.entries) == [f"arxiv-code-tracker:arxiv:{key}" for key in opened]
        assert run.rows("SELECT reference, artifact FROM links WHERE arxiv_id = '2606.00011'") == [
            ("github:ann/old-name", "github:ann/new-name")
        ]
        assert run.rows("SELECT weights FROM papers WHERE arxiv_id = '2606.00015'") == [("open",)]
        page = (run.worker.settings.public_dir / "index.html").read_text()
        assert "Without a GITHUB_TOKEN" in page if not token else "Without a GITHUB_TOKEN" not in page


def test_a_second_cycle_changes_nothing(expected: dict[str, str], start_run: StartRun) -> None:
    with start_run() as run:
        cycle.run_cycle(run.worker)
        feed = run.worker.settings.public_dir / "feed.xml"
        views, content, written = run.views(), feed.read_bytes(), feed.stat().st_mtime_ns
        request_count = len(run.requests("github_api"))
        summary = cycle.run_cycle(run.worker)
        assert (summary.counts.new_papers, summary.counts.checked, summary.counts.entered) == (0, 0, 0)
        assert run.views() == views
        assert (feed.read_bytes(), feed.stat().st_mtime_ns) == (content, written)
        assert len(run.requests("github_api")) == request_count


def test_a_swapped_licence_and_an_emptied_repository_are_followed(
    expected: dict[str, str], world: World, start_run: StartRun
) -> None:
    with start_run() as run:
        cycle.run_cycle(run.worker)
    repositories = world.folder / "github" / "ann"
    (repositories / "open-mit" / "files" / "LICENSE").write_text("All rights reserved. Research use only.")
    shutil.rmtree(repositories / "open-apache" / "files")
    with start_run(TRACKER_NOW="2026-08-01T05:00:00Z") as run:
        cycle.run_due_work(run.worker)
        states = run.states()
        assert states["2606.00001"] == "available"
        assert states["2606.00002"] in ("none", "promised")
        closed = {row[0] for row in run.rows("SELECT arxiv_id FROM events WHERE kind = 'closed'")}
        assert closed == {"2606.00001", "2606.00002"}
        assert run.rows("SELECT count(*) FROM feed_entry WHERE feed = 'main'") == [(3,)], (
            "what closed stays where it was"
        )


@pytest.mark.usefixtures("without_site")
def test_few_requests_reach_arxiv_and_github_with_a_token(world: World, start_run: StartRun) -> None:
    for number in range(1, 301):
        world.paper(
            number, CLAIM.format(f"tool{number}") if number % 4 == 0 else "We study nothing in particular."
        )
        if number % 4 == 0:
            world.repository(f"ann/tool{number}", {"train.py": "x"})
    with start_run() as run:
        cycle.run_cycle(run.worker)
        assert run.rows("SELECT count(*) FROM papers") == [(300,)]
        assert len(run.requests("arxiv_api")) + len(run.requests("github_api")) <= 30
        assert len(run.requests("huggingface")) <= 300


def test_without_a_token_new_papers_come_first_within_the_budget(world: World, start_run: StartRun) -> None:
    for number in range(1, 24):
        world.paper(number, CLAIM.format(f"tool{number}"), hour=number)
        world.repository(f"ann/tool{number}", {"train.py": "x"})
    with start_run(GITHUB_TOKEN="", TRACKER_LIMITS__GITHUB_ANONYMOUS_PER_HOUR="20") as run:
        cycle.run_cycle(run.worker)
        assert len(run.requests("github_api")) <= 20
        checked = [row[0] for row in run.rows("SELECT reference FROM artifacts WHERE outcome = 'present'")]
        assert sorted(checked) == sorted(f"github:ann/tool{number}" for number in range(23, 23 - len(checked), -1))
        assert 5 < len(checked) < 23
        page = (run.worker.settings.public_dir / "index.html").read_text()
        assert f"{23 - len(checked)} checks pending" in page, "the release of the watch list was checked"
        assert "Some sources are failing" not in page, "a spent budget is no fault"
    with start_run(
        GITHUB_TOKEN="", TRACKER_LIMITS__GITHUB_ANONYMOUS_PER_HOUR="20", TRACKER_NOW="2026-06-17T06:30:00Z"
    ) as run:
        run.sandbox.limits.github_anonymous = 1000
        cycle.run_due_work(run.worker)
        more = run.rows("SELECT count(*) FROM artifacts WHERE outcome = 'present'")[0][0]
        assert more > len(checked), "the next hour goes on where this one stopped"


@pytest.mark.usefixtures("without_site")
def test_the_pace_holds_over_a_whole_cycle(expected: dict[str, str], start_run: StartRun) -> None:
    with start_run(TRACKER_PACE__ARXIV="0.1") as run:
        cycle.run_cycle(run.worker)
        times = [request["monotonic"] for request in run.requests("arxiv_api")]
        assert len(times) > 5
        assert min(later - earlier for earlier, later in pairwise(times)) >= 0.1


def test_a_403_stops_arxiv_for_hours_over_restarts_and_empties_nothing(
    expected: dict[str, str], start_run: StartRun
) -> None:
    with start_run() as run:
        cycle.run_cycle(run.worker)
        feed = (run.worker.settings.public_dir / "feed.xml").read_bytes()
    with start_run(TRACKER_NOW="2026-06-17T09:00:00Z") as run:
        run.misbehave("arxiv_api", "403", times=1)
        summary = cycle.run_cycle(run.worker)
        assert summary.counts.windows_left > 0
        assert len(run.requests("arxiv_api")) == 1
        assert (run.worker.settings.public_dir / "feed.xml").read_bytes() == feed
        page = (run.worker.settings.public_dir / "index.html").read_text()
        assert "Some sources are failing" in page
        assert "2026-06-17 15:00 UTC" in page, "the page names the next try"
    with start_run(TRACKER_NOW="2026-06-17T14:00:00Z") as run:
        assert cycle.run_cycle(run.worker).counts.windows_left > 0
        assert run.requests("arxiv_api") == []
    with start_run(TRACKER_NOW="2026-06-17T16:00:00Z") as run:
        assert cycle.run_cycle(run.worker).counts.windows_left == 0
        assert "Some sources are failing" not in (run.worker.settings.public_dir / "index.html").read_text()


@pytest.mark.usefixtures("without_site")
@pytest.mark.usefixtures("without_site")
@pytest.mark.parametrize(
    "kind",
    ["503", "empty", "html", "cut", "truncated", "error-400", "error-200", "false-empty", "unsorted", "moving"],
)
def test_a_passing_fault_of_arxiv_loses_no_paper(expected: dict[str, str], start_run: StartRun, kind: str) -> None:
    with start_run() as run:
        run.misbehave("arxiv_api", kind, times=1)
        cycle.run_cycle(run.worker)
        second = cycle.run_cycle(run.worker)
        assert second.counts.windows_left == 0
        assert run.states() == expected


@pytest.mark.usefixtures("without_site")
def test_a_dead_github_makes_nothing_absent(expected: dict[str, str], start_run: StartRun) -> None:
    with start_run() as run:
        run.misbehave("github_api", "502", times=1000)
        summary = cycle.run_cycle(run.worker)
        assert any(trouble.name == "check.github" for trouble in summary.troubles)
        assert run.rows("SELECT count(*) FROM artifacts WHERE host = 'github' AND outcome = 'absent'") == [(0,)]
        assert run.rows("SELECT count(*) FROM open_papers") == [(0,)]


@pytest.mark.usefixtures("without_site")
def test_the_hubs_lists_give_a_paper_its_authors_model_and_not_those_that_cite_it(
    world: World, start_run: StartRun
) -> None:
    key = world.paper(1, CLAIM.format("coolnet"), title="CoolNet: Networks that Are Cool")
    world.repository("ann/coolnet", {"train.py": "x"})
    for name in ("ann/CoolNet-7B", "stranger/merge-of-all", "TheQuantizer/whatever-GGUF"):
        world.model(
            name,
            {"README.md": "x", "model.safetensors": "x"},
            tags=[f"arxiv:{key}", "license:mit"],
            cardData={"license": "mit"},
        )
    world.model("ann/Unrelated", {"README.md": "x"}, tags=["arxiv:2401.00001"])
    with start_run() as run:
        cycle.run_cycle(run.worker)
        roles = dict(run.rows("SELECT reference, role FROM links"))
        assert roles["hf-model:ann/CoolNet-7B"] == Role.OWN.value
        assert roles["hf-model:stranger/merge-of-all"] != Role.OWN.value
        assert roles["hf-model:TheQuantizer/whatever-GGUF"] != Role.OWN.value
        assert "hf-model:ann/Unrelated" not in roles
        assert run.rows("SELECT weights FROM papers") == [("open",)]


@pytest.mark.usefixtures("without_site")
def test_a_model_that_precedes_its_paper_is_found_when_the_paper_comes(world: World, start_run: StartRun) -> None:
    world.paper(1, "We study nothing.")
    world.model("ann/CoolNet", {"README.md": "x", "model.safetensors": "x"}, tags=["arxiv:2606.00002"])
    with start_run() as run:
        cycle.run_cycle(run.worker)
        assert run.rows("SELECT count(*) FROM links") == [(0,)]
    world.paper(2, "We study CoolNet.", title="CoolNet: Networks")
    with start_run(TRACKER_NOW="2026-06-20T05:00:00Z") as run:
        cycle.run_cycle(run.worker)
        assert run.rows("SELECT arxiv_id, reference FROM links") == [("2606.00002", "hf-model:ann/CoolNet")]


@pytest.mark.usefixtures("without_site")
def test_a_new_version_that_adds_a_link_is_read(world: World, start_run: StartRun) -> None:
    key = world.paper(1, "We study tools.")
    with start_run() as run:
        cycle.run_cycle(run.worker)
        assert run.states() == {key: "unknown"}
    world.paper(1, CLAIM.format("tool"), version=2)
    world.repository("ann/tool", {"train.py": "x", "LICENSE": "MIT License\n"})
    with start_run(TRACKER_NOW="2026-06-20T05:00:00Z") as run:
        cycle.run_cycle(run.worker)
        assert run.rows("SELECT first_version, last_version FROM links") == [(2, 2)]
        assert run.rows("SELECT version FROM papers") == [(2,)]


@pytest.mark.usefixtures("without_site")
def test_since_and_until_bound_the_windows(world: World, start_run: StartRun) -> None:
    world.paper(1, "We study.")
    with start_run() as run:
        cycle.run_cycle(run.worker, date(2026, 6, 1), date(2026, 6, 14))
        assert run.rows("SELECT count(*) FROM papers") == [(0,)]
        spans = run.rows("SELECT min(since), max(until) FROM \"window\" WHERE source = 'arxiv'")
        assert spans == [("2026-06-01T00:00:00Z", "2026-06-15T00:00:00Z")]
        cycle.run_cycle(run.worker, date(2026, 6, 16), date(2026, 6, 16))
        assert run.rows("SELECT count(*) FROM papers") == [(1,)]


def test_rules_that_changed_read_and_judge_again_without_the_network(
    expected: dict[str, str], start_run: StartRun
) -> None:
    with start_run() as run:
        cycle.run_cycle(run.worker)
        views = run.views()
        with run.worker.store.begin() as connection:
            connection.exec_driver_sql("UPDATE scan SET rules = 'old'")
            connection.exec_driver_sql("UPDATE work SET judged_rules = 'old'")
        request_count = len(run.requests("github_api")) + len(run.requests("huggingface"))
        begun = begin_cycle(run.worker)
        prepare.prepare(begun)
        read.read_papers(begun)
        judge.judge_works(begun)
        assert begun.counts.read_papers == 15
        assert run.views() == views
        assert len(run.requests("github_api")) + len(run.requests("huggingface")) == request_count


def test_the_status_of_a_good_cycle(expected: dict[str, str], start_run: StartRun) -> None:
    from tracker.pipeline.status import read_status  # noqa: PLC0415 # beside the test that uses it

    with start_run() as run:
        cycle.run_cycle(run.worker)
        status = read_status(run.worker, run.worker.now())
        assert (status.papers, status.open_papers, status.checks_waiting, status.scans_waiting) == (15, 3, 0, 0)
        assert status.troubles == ()
        assert status.stages["harvest"] is not None
        assert abs(status.now - status.stages["harvest"]) < timedelta(minutes=5)
        json.dumps({name: str(at) for name, at in status.stages.items()})


@pytest.mark.usefixtures("without_site")
def test_a_first_harvest_that_was_cut_off_goes_back_no_further(world: World, start_run: StartRun) -> None:
    world.paper(1, "We study one.")
    with start_run() as run:
        run.misbehave("arxiv_api", "403", after=2)
        cycle.run_cycle(run.worker)
    with start_run(TRACKER_NOW="2026-06-17T12:00:00Z") as run:
        assert cycle.run_cycle(run.worker).counts.windows_left == 0
        first = windows.first_asked(run.worker.store, "arxiv")
        assert first
        assert first.date() == date(2026, 6, 10)


@pytest.mark.usefixtures("without_site")
def test_a_release_that_another_process_entered_is_judged(world: World, start_run: StartRun) -> None:
    world.paper(1, "We study things.")
    with start_run() as run:
        cycle.run_cycle(run.worker)
        assert run.rows("SELECT count(*) FROM releases WHERE judged_at IS NOT NULL")[0][0] > 0
        link = resolve_url("https://github.com/ann/elsewhere")
        releases.save_release(run.worker.store, "Theirs", [link], "listed", "r1", (), run.worker.now())
        judgements.queue_all_judgements(run.worker.store)
        summary = cycle.run_due_work(run.worker)
        assert summary.troubles == []
        assert run.rows("SELECT count(*) FROM work WHERE judge_due") == [(0,)]
