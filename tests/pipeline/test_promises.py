"""A promise without a link is looked for under the owners of the operator's list."""

from __future__ import annotations

import pytest

from tests.pipeline.run import StartRun
from tests.pipeline.world import World
from tracker.pipeline import cycle


@pytest.fixture
def promised(world: World) -> str:
    return str(
        world.paper(1, "We study tides. Our code will be released soon.", title="TideNet: A model of tides")
    )


def test_what_appears_under_a_watched_owner_and_names_the_paper_is_found(
    world: World, start_run: StartRun, promised: str
) -> None:
    with start_run() as run:
        cycle.run_cycle(run.worker)
        assert run.states() == {promised: "promised"}
    readme = f"# TideNet\nCode of [our paper](https://arxiv.org/abs/{promised})."
    world.repository("allenai/TideNet", {"train.py": "x", "README.md": readme, "LICENSE": world.mit})
    world.repository("apple/TideNet", {"train.py": "x", "README.md": "# TideNet\nA game.", "LICENSE": world.mit})
    with start_run(TRACKER_NOW="2026-06-18T05:00:00Z") as run:
        cycle.run_due_work(run.worker)
        assert run.states() == {promised: "promised"}, "once a week"
    with start_run(TRACKER_NOW="2026-06-25T05:00:00Z") as run:
        cycle.run_due_work(run.worker)
        assert run.states() == {promised: "open"}
        assert run.rows(f"SELECT reference, role FROM links WHERE arxiv_id = '{promised}'") == [
            ("github:allenai/TideNet", "own")
        ]
        told = run.rows("SELECT kind, cause FROM events WHERE reference LIKE 'github:allenai/%' ORDER BY kind")
        assert told == [("found", "world"), ("opened", "world"), ("shipped", "world")]
        asked = len(run.requests("github_api"))
        cycle.run_due_work(run.worker)
        assert len(run.requests("github_api")) == asked


def test_without_a_token_nobody_is_asked(start_run: StartRun, promised: str) -> None:
    with start_run(GITHUB_TOKEN="") as run:
        cycle.run_cycle(run.worker)
        assert not any("tidenet" in str(request).lower() for request in run.requests("github_api"))
