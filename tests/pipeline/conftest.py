"""A small world in every state, and a worker on it, over real HTTP."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tracker import settings
from tracker.config_files import config_dir
from tracker.fetch import clock
from tracker.fetch.client import Client
from tracker.fetch.clock import MovedClock
from tracker.harvest.api import ArxivApi
from tracker.pipeline import completeness
from tracker.pipeline.context import Cycle
from tracker.pipeline.cycle import run_cycle
from tracker.pipeline.status import read_status
from tracker.pipeline.worker import Worker, make_worker
from tracker.sandbox.server import Sandbox
from tracker.settings import Settings
from tracker.store import upstreams
from tracker.store.upgrade import open_store
from tracker.web.health import health_document

NOW = "2026-06-17T05:00:00Z"
MIT = (config_dir() / "licences" / "MIT.txt").read_text()
APACHE = (config_dir() / "licences" / "Apache-2.0.txt").read_text()
NONCOMMERCIAL = f"{MIT}\n\nThe Software may not be used for commercial purposes.\n"
CODE = {"train.py": "print()", "README.md": "# Tool\nHow to train."}
At = Callable[..., Any]
VIEWS = ("papers", "links", "artifacts", "checks", "events", "open_papers")


@dataclass
class World:
    """Writes a world folder."""

    folder: Path
    papers: list[dict[str, Any]] = field(default_factory=list)
    mit: str = MIT

    def paper(
        self,
        number: int,
        abstract: str,
        *,
        comment: str | None = None,
        hour: int | None = None,
        categories: tuple[str, ...] = ("cs.LG",),
        title: str = "",
        version: int = 1,
    ) -> str:
        arxiv_id = f"2606.{number:05}"
        moment = datetime(2026, 6, 16, (number if hour is None else hour) % 24, number % 60, tzinfo=UTC)
        self.papers = [one for one in self.papers if one["arxiv_id"] != arxiv_id]
        self.papers.append(
            {
                "arxiv_id": arxiv_id,
                "title": title or f"Paper {number} on things",
                "abstract": abstract,
                "authors": ["Ann Author", "Bob Builder"],
                "categories": list(categories),
                "comments": comment,
                "published": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
                "updated": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
                "version": version,
            }
        )
        (self.folder / "papers.jsonl").write_text("".join(json.dumps(one) + "\n" for one in self.papers))
        return arxiv_id

    def repository(self, name: str, files: dict[str, str], **facts: Any) -> Path:
        place = self.folder / "github" / name
        (place / "files").mkdir(parents=True, exist_ok=True)
        for path, content in files.items():
            target = place / "files" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(content)
        (place / "repo.json").write_text(json.dumps(facts))
        return place

    def model(self, name: str, files: dict[str, str], **info: Any) -> None:
        place = self.folder / "huggingface" / "models" / name
        (place / "files").mkdir(parents=True, exist_ok=True)
        for path, content in files.items():
            (place / "files" / path).write_text(content)
        (place / "info.json").write_text(json.dumps({"createdAt": "2026-06-16T10:00:00.000Z", **info}))

    def html(self, arxiv_id: str, body: str) -> None:
        """What arXiv shows of a paper as HTML."""
        self._text("html", f"{arxiv_id}.html", f"<html><body><article>{body}</article></body></html>")

    def tex(self, arxiv_id: str, source: str) -> None:
        """A paper's TeX source, one file."""
        self._text(f"e-print/{arxiv_id}", "main.tex", source)

    def _text(self, folder: str, name: str, content: str) -> None:
        place = self.folder / "arxiv" / folder
        place.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(content)

    def page(self, host: str, path: str, body: str) -> None:
        """A page of the open web."""
        place = self.folder / "web" / host / path
        place.mkdir(parents=True, exist_ok=True)
        (place / "index.html").write_text(f"<html><body>{body}</body></html>")

    def record(self, arxiv_id: str, **known: Any) -> None:
        place = self.folder / "huggingface" / "papers"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{arxiv_id}.json").write_text(json.dumps({"id": arxiv_id, **known}))


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
    expected[world.paper(14, "A record tells of our repository, the text does not.")] = "open"
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


@dataclass
class Run:
    """A worker on a world, with what tests ask of its store."""

    worker: Worker
    sandbox: Sandbox

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with self.worker.store.read() as connection:
            return [tuple(row) for row in connection.execute(text(sql))]

    def states(self) -> dict[str, str]:
        return {str(key): str(state) for key, state in self.rows("SELECT arxiv_id, code FROM papers")}

    def views(self) -> dict[str, list[tuple[Any, ...]]]:
        """The public views without the times of checks."""
        told = {name: self.rows(f"SELECT * FROM {name} ORDER BY 1, 2, 3") for name in VIEWS}
        columns = "reference, host, kind, url, outcome, content, licence_spdx, licence_class, archived, gated, created_at"
        told["artifacts"] = self.rows(f"SELECT {columns} FROM artifacts ORDER BY 1")
        return told

    def requests(self, upstream: str) -> list[dict[str, Any]]:
        """What the sandbox was asked, in order."""
        import urllib.request  # noqa: PLC0415 # only here

        with urllib.request.urlopen(f"{self.sandbox.url}/_sandbox/requests") as answer:
            return [one for one in json.load(answer) if one["upstream"] == upstream]

    def misbehave(self, upstream: str, kind: str, **how: Any) -> None:
        import urllib.request  # noqa: PLC0415 # only here

        body = json.dumps({"upstream": upstream, "kind": kind, **how}).encode()
        asked = urllib.request.Request(
            f"{self.sandbox.url}/_sandbox/misbehave", body, {"content-type": "application/json"}
        )
        urllib.request.urlopen(asked).close()


Start = Callable[..., Any]


def environment(sandbox: Sandbox, data: Path, **more: str) -> dict[str, str]:
    upstreams = {f"TRACKER_UPSTREAMS__{name.upper()}": url for name, url in sandbox.upstreams.items()}
    return {
        **upstreams,
        "TRACKER_NOW": NOW,
        "TRACKER_DATA_DIR": str(data),
        "TRACKER_PACE__ARXIV": "0",
        "TRACKER_PACE__GITHUB": "0",
        "GITHUB_TOKEN": "a-token",
        **more,
    }


@pytest.fixture
def start(world: World, tmp_path: Path) -> Start:
    """Begin a run: `with start(TRACKER_X="…") as run`. An empty value leaves a variable out."""

    @contextmanager
    def begin(data: str = "data", **more: str) -> Iterator[Run]:
        with Sandbox(world.folder) as sandbox:
            env = environment(sandbox, tmp_path / data, **more)
            made: Settings = settings.load_settings(environ={name: value for name, value in env.items() if value})
            store = open_store(made.store_url)
            with closing(store), closing(make_worker(made, store, clock.make_clock(made))) as worker:
                yield Run(worker, sandbox)

    return begin


@dataclass
class Moment:
    """A worker at one moment, on a sandbox at the same."""

    worker: Worker
    sandbox: Sandbox

    def cycle(self) -> Cycle:
        return run_cycle(self.worker)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with self.worker.store.read() as connection:
            return [tuple(row) for row in connection.execute(text(sql))]

    def ids(self) -> list[str]:
        return [row[0] for row in self.rows("SELECT arxiv_id FROM papers ORDER BY 1")]

    def days(self, since: date | None = None) -> dict[date, Any]:
        found = completeness.list_announcement_days(
            self.worker.store, self.worker.settings, self.worker.now(), since
        )
        return {one.day: one for one in found}

    def short(self) -> list[date]:
        return [day for day, one in self.days().items() if one.short]

    def misbehave(self, upstream: str, kind: str, times: int = 10_000, **how: Any) -> None:
        body = json.dumps({"upstream": upstream, "kind": kind, "times": times, **how}).encode()
        urllib.request.urlopen(f"{self.sandbox.url}/_sandbox/misbehave", body).close()

    def asked(self, upstream: str) -> list[str]:
        """The queries that an upstream was asked."""
        with urllib.request.urlopen(f"{self.sandbox.url}/_sandbox/requests?upstream={upstream}") as answer:
            return [one["query"] for one in json.load(answer)]

    def health(self) -> dict[str, Any]:
        return health_document(read_status(self.worker, self.worker.now()), self.worker.now())


@pytest.fixture
def at(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> At:
    """`with at("2026-06-17T05:00:00Z") as moment`: the store stays from moment to moment. No wait takes time.

    `shown`: the sandbox stands at another moment than the worker.
    """
    made_api = ArxivApi.__init__
    monkeypatch.setattr(
        ArxivApi, "__init__", lambda self, *given, **more: made_api(self, *given, sleep=lambda _s: None, **more)
    )

    @contextmanager
    def begin(now: str, shown: str = "", **more: str) -> Iterator[Moment]:
        moment = datetime.fromisoformat(now).astimezone(UTC)
        with Sandbox(world.folder, clock=MovedClock(datetime.fromisoformat(shown or now))) as sandbox:
            environ = {f"TRACKER_UPSTREAMS__{name.upper()}": url for name, url in sandbox.upstreams.items()}
            environ |= {"TRACKER_NOW": now, "TRACKER_DATA_DIR": str(tmp_path / "data"), "GITHUB_TOKEN": "a-token"}
            environ |= {"TRACKER_PACE__ARXIV": "0", "TRACKER_PACE__GITHUB": "0", **more}
            made = settings.load_settings(environ=environ)
            clock = MovedClock(moment)
            store = open_store(made.store_url)
            fetch = Client(made, upstreams.StoredUpstreams(store), clock, sleep=lambda _seconds: None)
            with closing(store), closing(make_worker(made, store, clock)) as worker, fetch:
                yield Moment(replace(worker, fetch=fetch), sandbox)

    return begin
