"""Code that is promised without a link is searched under the owners of the operator's list."""

from __future__ import annotations

import pytest

from tests.pipeline.run import StartRun
from tests.pipeline.world import World
from tracker.pipeline import cycle

pytestmark = pytest.mark.usefixtures("without_site")


@pytest.fixture
def arxiv_id(world: World) -> str:
    return str(
        world.paper(1, "We study tides. Our code will be released soon.", title="TideNet: A model of tides")
    )


def test_what_appears_under_a_watched_owner_and_names_the_paper_is_found(
    world: World, start_run: StartRun, arxiv_id: str
) -> None:
    with start_run() as run:
        cycle.run_cycle(run.worker)
        assert run.states() == {arxiv_id: "promised"}
    readme = f"# TideNet\nCode of [our paper](https://arxiv.org/abs/{arxiv_id})."
    world.repository("allenai/TideNet", {"train.py": "x", "README.md": readme, "LICENSE": world.mit})
    world.repository("apple/TideNet", {"train.py": "x", "README.md": "# TideNet\nA game.", "LICENSE": world.mit})
    with start_run(TRACKER_NOW="2026-06-18T05:00:00Z") as run:
        cycle.run_due_work(run.worker)
        assert run.states() == {arxiv_id: "promised"}, "once a week"
    with start_run(TRACKER_NOW="2026-06-25T05:00:00Z", TRACKER_LIMITS__ACCOUNT_LISTS="0") as run:
        cycle.run_due_work(run.worker)
        assert run.states() == {arxiv_id: "open"}
        assert run.rows(f"SELECT reference, role FROM links WHERE arxiv_id = '{arxiv_id}'") == [
            ("github:allenai/TideNet", "own")
        ]
        events = run.rows("SELECT kind, cause FROM events WHERE reference LIKE 'github:allenai/%' ORDER BY kind")
        assert events == [("found", "world"), ("opened", "world"), ("shipped", "world")]
        request_count = len(run.requests("github_api"))
        cycle.run_due_work(run.worker)
        assert len(run.requests("github_api")) == request_count


def test_without_a_token_no_owner_is_searched(start_run: StartRun, arxiv_id: str) -> None:
    with start_run(GITHUB_TOKEN="") as run:
        cycle.run_cycle(run.worker)
        assert not any("tidenet" in str(request).lower() for request in run.requests("github_api"))
