"""One cycle over a world of well-known systems, on the database of the run (`--database`)."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tests.acceptance.systems import deepseek, meta, openai, others, xai
from tests.acceptance.worlds import DAYS, NOW, World
from tests.new_store import Server, open_new_store
from tracker import settings
from tracker.fetch import clock
from tracker.pipeline import cycle
from tracker.pipeline.worker import Worker, make_worker
from tracker.publish import explain
from tracker.sandbox.budget import RequestLimits
from tracker.sandbox.server import Sandbox
from tracker.store import evidence


@dataclass
class Run:
    """A worker after one complete cycle on a world."""

    worker: Worker
    sandbox: Sandbox

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with self.worker.store.read() as connection:
            return [tuple(row) for row in connection.execute(text(sql))]

    def verdicts(self, work: str) -> dict[str, dict[str, Any]]:
        """The four facts of a work, by name: state, licence_class, reference, reasons."""
        stored = evidence.load_stored_rows(self.worker.store, work)
        return {str(row["fact"]): dict(row) for row in stored["verdicts"]}

    def asked(self, upstream: str) -> list[dict[str, Any]]:
        """The requests that an upstream got."""
        with urllib.request.urlopen(f"{self.sandbox.url}/_sandbox/requests?upstream={upstream}") as answer:
            return list(json.load(answer))

    def explained(self, work: str) -> str:
        """What `tracker explain` prints."""
        return explain.render_explanation(evidence.load_stored_rows(self.worker.store, work))


Play = Callable[[World, Path], Any]


@contextmanager
def run_world(world: World, data: Path, token: str = "a-token", database_url: str = "") -> Iterator[Run]:
    """Run one cycle over all years; gives the worker and its store after it."""
    with Sandbox(world.folder, limits=RequestLimits(github_anonymous=9_999)) as sandbox:
        env = {f"TRACKER_UPSTREAMS__{name.upper()}": url for name, url in sandbox.upstreams.items()} | {
            "TRACKER_NOW": NOW,
            "TRACKER_DATA_DIR": str(data),
            "TRACKER_PACE__ARXIV": "0",
            "TRACKER_PACE__GITHUB": "0",
            "TRACKER_LIMITS__FULL_TEXTS_PER_DAY": "100",
            "TRACKER_LIMITS__GITHUB_ANONYMOUS_PER_HOUR": "9999",
            **({"GITHUB_TOKEN": token} if token else {}),
            **({"TRACKER_DATABASE_URL": database_url} if database_url else {}),
            **{f"TRACKER_HARVEST__{name}_DAYS": DAYS for name in ("FIRST", "WINDOW", "OVERLAP")},
        }
        loaded = settings.load_settings(environ=env)
        with (
            closing(open_new_store(loaded.store_url)) as store,
            closing(make_worker(loaded, store, clock.make_clock(loaded))) as worker,
        ):
            summary = cycle.run_cycle(worker)
            assert summary.counts.windows_left == 0
            assert summary.troubles == []
            yield Run(worker, sandbox)


def write_all(folder: Path) -> World:
    """A folder with every system in it."""
    folder.mkdir()
    world = World(folder)
    for write in (meta, xai, openai, deepseek, others):
        write(world)
    return world


@pytest.fixture(scope="session")
def systems(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Run]:
    """All systems, after one cycle."""
    place, url = tmp_path_factory.mktemp("acceptance"), ""
    if request.config.getoption("database") == "postgresql":
        # Made here, because the stores of `database` are dropped after each test.
        server: Server = request.getfixturevalue("postgresql_server")
        url = server.create_database("acceptance")
    with run_world(write_all(place / "world"), place / "data", database_url=url) as run:
        yield run


@pytest.fixture(autouse=True)
def _on(database: str) -> None:
    """Each test here runs on the database of the run."""


@pytest.fixture
def new_world(tmp_path: Path) -> World:
    """A world of all systems, to change before it is played."""
    return write_all(tmp_path / "world")


@pytest.fixture
def play() -> Play:
    """`with play(world, data) as run`: one cycle over a world."""
    return run_world
