"""Marks of readiness from a repository's files to the view, the API, the explanation and the feeds."""

from __future__ import annotations

import pytest

from tests.pipeline.run import StartRun
from tests.pipeline.world import World
from tracker.domain.terms import Mark
from tracker.pipeline import cycle
from tracker.publish import explain
from tracker.store import api_queries, evidence, export, items

pytestmark = pytest.mark.usefixtures("without_site")

README = (
    "# <b>Parts</b>\n\nRun `python train.py --lr 1`.\n\n| M | Acc |\n|--|--|\n| a<script> | 1.5 |\n| b | 2.5 |\n"
)
SCRIPT = "x = step(x)\n" * 250


@pytest.mark.parametrize("token", ["", "t"], ids=["rest", "graphql"])
def test_marks_are_kept_with_their_evidence(world: World, start_run: StartRun, token: str) -> None:
    paper = world.paper(1, "We study parts. Our code is available at https://github.com/ann/parts.")
    files = {"main.py": SCRIPT, "README.md": README, "LICENSE": world.mit}
    world.repository("ann/parts", {**files, "tests/test_main.py": SCRIPT, "vendor/x/Dockerfile": "FROM x\n"})
    with start_run(GITHUB_TOKEN=token) as run:
        cycle.run_cycle(run.worker)
        store = run.worker.store
        (artifact,) = evidence.load_evidence(store, [f"arxiv:{paper}"])[f"arxiv:{paper}"].artifacts
        assert artifact.readiness == (
            (Mark.TRAINING, "README: python train.py --lr 1"),
            (Mark.RESULTS, "README: | M | Acc |"),
            (Mark.TESTS, "tests/test_main.py"),
        )
        with export.open_consistent(run.worker.settings.store_url) as connection:
            shown = api_queries.load_paper(connection, paper)
        assert shown is not None
        assert shown["artifacts"][0]["readiness"] == [[mark.value, seen] for mark, seen in artifact.readiness]
        assert "    tests: tests/test_main.py" in explain.render_explanation(
            evidence.load_stored_rows(store, f"arxiv:{paper}")
        )
        (link,) = items.load_items(store, [f"arxiv:{paper}"])[0].own_artifacts()
        assert link.ready == (Mark.TRAINING, Mark.RESULTS, Mark.TESTS)
