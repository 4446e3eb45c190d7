"""A small world in every state, and workers on it, over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.new_store import open_new_store
from tests.pipeline.run import Run, StartRun, environment
from tests.pipeline.world import APACHE, CODE, MIT, NONCOMMERCIAL, World
from tracker import settings
from tracker.fetch.client import Client
from tracker.fetch.clock import MovedClock, make_clock
from tracker.harvest.api import ArxivApi
from tracker.pipeline import cycle, publish
from tracker.pipeline.worker import make_worker
from tracker.sandbox.server import Sandbox
from tracker.store.upstreams import StoredUpstreams


@pytest.fixture
def world(tmp_path: Path) -> World:
    folder = tmp_path / "world"
    folder.mkdir()
    return World(folder)


@pytest.fixture
def expected(world: World) -> dict[str, str]:
    """One paper for each state; returns the expected state of the code by arXiv id."""
    ours = "Our code is available at https://github.com/ann/{}."
    expected = {}

    def add(number: int, name: str, state: str, files: dict[str, str] | None, **facts: Any) -> None:
        expected[world.paper(number, f"We study {name}. {ours.format(name)}")] = state
        if files is not None:
            world.repository(f"ann/{name}", files, **facts)

    add(1, "open-mit", "open", {**CODE, "LICENSE": MIT})
    add(2, "open-apache", "open", {"src/deep/model.py": "x", "README.md": "# x", "LICENSE": APACHE})
    add(3, "no-licence", "available", CODE)
    add(4, "restricted", "available", {**CODE, "LICENSE": NONCOMMERCIAL})
    add(5, "only-readme", "none", {"README.md": "# A paper\nSee the arXiv page.", "LICENSE": MIT})
    add(6, "soon", "promised", {"README.md": "# Tool\nCode coming soon!", "LICENSE": MIT})
    add(7, "only-data", "none", {"README.md": "# Data", "train.jsonl": "{}", "LICENSE": MIT})
    add(8, "empty", "promised", {})
    add(9, "missing", "none", None)
    add(10, "taken-down", "unknown", {**CODE, "LICENSE": MIT}, status="blocked")
    expected[world.paper(11, f"We study renaming. {ours.format('old-name')}")] = "open"
    world.repository("ann/new-name", {**CODE, "LICENSE": MIT}, moved_from=["ann/old-name"], id=4711)
    expected[world.paper(12, "We study promises. Code will be released upon acceptance.")] = "promised"
    expected[world.paper(13, "We prove a theorem and ship nothing.")] = "unknown"
    expected[world.paper(14, "A record names our repository, the text does not.")] = "unknown"
    world.repository("bob/recorded", {**CODE, "LICENSE": MIT})
    world.record("2606.00014", githubRepo="https://github.com/bob/recorded", githubRepoAddedBy="user")
    expected[world.paper(15, "We train a model. Our weights are at https://huggingface.co/ann/weights.")] = (
        "unknown"
    )
    world.model(
        "ann/weights",
        {"README.md": "---\nlicense: apache-2.0\n---", "model.safetensors": "x"},
        cardData={"license": "apache-2.0"},
        tags=["license:apache-2.0", "arxiv:2606.00015"],
    )
    world.paper(16, "Not ours: mathematics alone.", categories=("math.CO",))
    return expected


@pytest.fixture
def without_site(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write no files of the site, for tests that read the store alone: it takes half of a cycle on a small world."""
    for module in (publish, cycle):
        monkeypatch.setattr(module, "write_site", lambda *_: True)


@pytest.fixture
def start_run(world: World, tmp_path: Path, database: str) -> StartRun:
    """Begin a run whose clock advances: `with start_run(TRACKER_X="…") as run`."""

    @contextmanager
    def begin(data: str = "data", **more: str) -> Iterator[Run]:
        with Sandbox(world.folder) as sandbox:
            loaded = settings.load_settings(environ=environment(sandbox, tmp_path / data, **more))
            store = open_new_store(loaded.store_url)
            with closing(store), closing(make_worker(loaded, store, make_clock(loaded))) as worker:
                yield Run(worker, sandbox)

    return begin


@pytest.fixture
def start_run_at(world: World, tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch) -> StartRun:
    """Begin a run at one moment, at which the sandbox is too: `with start_run_at("2026-06-17T05:00:00Z") as run`.
    The store stays from run to run, and no wait takes time.

    `shown` is the moment of the sandbox, where it differs from the worker's.
    """
    make_api = ArxivApi.__init__

    def without_waits(api: ArxivApi, *arguments: Any, **options: Any) -> None:
        make_api(api, *arguments, sleep=lambda _seconds: None, **options)

    monkeypatch.setattr(ArxivApi, "__init__", without_waits)

    @contextmanager
    def begin(now: str, shown: str = "", **options: str) -> Iterator[Run]:
        with Sandbox(world.folder, clock=MovedClock(datetime.fromisoformat(shown or now))) as sandbox:
            loaded = settings.load_settings(
                environ=environment(sandbox, tmp_path / "data", TRACKER_NOW=now, **options)
            )
            clock, store = MovedClock(datetime.fromisoformat(now)), open_new_store(loaded.store_url)
            fetch = Client(loaded, StoredUpstreams(store), clock, sleep=lambda _seconds: None)
            with closing(store), closing(make_worker(loaded, store, clock)) as worker, fetch:
                yield Run(replace(worker, fetch=fetch), sandbox)

    return begin
