"""Models made from other models: their weights are open only as far as the terms of their bases are."""

from __future__ import annotations

import pytest

from tests.pipeline.run import StartRun
from tests.pipeline.world import World
from tracker.domain.terms import Fact
from tracker.pipeline import cycle
from tracker.store import evidence

pytestmark = pytest.mark.usefixtures("without_site")

FILES = {"model.safetensors": "w", "README.md": "# Ours\n"}


def test_weights_follow_the_chain_of_bases(world: World, start_run: StartRun) -> None:
    cases = {
        "lone": [],
        "tuned": ["meta-llama/Llama-3.1-8B"],
        "merged": ["good/base", "ann/tuned"],
        "free": ["good/base"],
        "lost": ["gone/base"],
    }
    papers = {}
    for number, (name, bases) in enumerate(cases.items(), 1):
        papers[name] = world.paper(
            number, f"We train it. Our model is available at https://huggingface.co/ann/{name}."
        )
        world.model(f"ann/{name}", FILES, cardData={"license": "mit", "base_model": bases}, tags=["license:mit"])
    world.model("meta-llama/Llama-3.1-8B", FILES, cardData={"license": "llama3.1"}, gated="manual")
    world.model("good/base", FILES, cardData={"license": "apache-2.0"})
    with start_run() as run:
        cycle.run_cycle(run.worker)
        states = dict(run.rows("SELECT arxiv_id, weights FROM papers"))
        assert {name: states[paper] for name, paper in papers.items()} == {
            "lone": "open", "tuned": "available", "merged": "available", "free": "open", "lost": "available",
        }  # fmt: skip
        work = f"arxiv:{papers['tuned']}"
        (artifact,) = evidence.load_evidence(run.worker.store, [work])[work].artifacts
        ((fact, licence),) = artifact.licences_by_fact
        assert fact is Fact.WEIGHTS
        assert (
            licence.note
            == "its base meta-llama/Llama-3.1-8B is under llama3.1: what is made from it cannot be more open"
        )
        asked = [request["path"] for request in run.requests("huggingface")]
        assert all(asked.count(f"/api/models/{base}") == 1 for base in ("meta-llama/Llama-3.1-8B", "good/base"))
    world.model("gone/base", FILES, cardData={"license": "apache-2.0"})
    with start_run(TRACKER_NOW="2026-08-20T05:00:00Z") as run:
        cycle.run_due_work(run.worker)
        states = dict(run.rows("SELECT arxiv_id, weights FROM papers"))
        assert states[papers["lost"]] == "open", "what is unknown is asked again"
