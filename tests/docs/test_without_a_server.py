"""The example workflow of docs/without-a-server.md: its steps run here, with the sandbox and a host of static files."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import feedparser
import pytest
import yaml

from tests.docs.documents import ROOT
from tests.pipeline.world import CODE, MIT, World
from tracker.sandbox.server import Sandbox

WORKFLOW: dict[str, Any] = yaml.safe_load((ROOT / "docs/site-workflow.yml").read_text(encoding="utf-8"))
STEPS: list[dict[str, Any]] = WORKFLOW["jobs"]["site"]["steps"]
COMMANDS = [step["run"] for step in STEPS if "run" in step and step["name"] != "Install"]

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")


class Handler(SimpleHTTPRequestHandler):
    """Serves the folder of the host, or refuses everything."""

    refuses = False

    def do_GET(self) -> None:
        if Handler.refuses:
            self.send_error(403)
        else:
            super().do_GET()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@dataclass
class Job:
    """One run of the workflow in a folder of its own, as a hosted runner gives it; it is uploaded by `upload()`."""

    folder: Path
    host: Path
    environment: dict[str, str]
    done: list[str] = field(default_factory=list)

    def run(self, *, until: int = len(COMMANDS)) -> int:
        """Run the steps up to `until`; the exit code of the first that fails."""
        for command in COMMANDS[len(self.done) : until]:
            # As a hosted runner calls it.
            ended = subprocess.run(
                ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", command],
                cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False, timeout=120,
            )  # fmt: skip
            if ended.returncode:
                self.done.append(ended.stderr)
                return ended.returncode
            self.done.append(command)
        return 0

    def upload(self) -> None:
        """What the host's own step does: the folder replaces the site as a whole."""
        shutil.rmtree(self.host)
        shutil.copytree(self.folder / "site", self.host)


@dataclass
class Place:
    """A world, a host of static files, and the jobs that come and go."""

    root: Path
    world: World
    sandbox: Sandbox
    address: str

    @property
    def host(self) -> Path:
        return self.root / "host"

    def job(self, name: str, now: str, **environment: str) -> Job:
        folder = self.root / name
        (folder / "bin").mkdir(parents=True)
        command = folder / "bin" / "tracker"
        command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m tracker "$@"\n')
        command.chmod(0o755)
        inherited = {
            key: value for key, value in os.environ.items() if not key.startswith(("TRACKER_", "GITHUB_", "HF_"))
        }
        upstreams = {f"TRACKER_UPSTREAMS__{key.upper()}": url for key, url in self.sandbox.upstreams.items()}
        return Job(
            folder,
            self.host,
            {
                **inherited, **upstreams, "PATH": f"{command.parent}{os.pathsep}{os.environ['PATH']}",
                "PYTHONPATH": str(ROOT), "TRACKER_NOW": now, "TRACKER_PACE__ARXIV": "0", "GITHUB_TOKEN": "any",
                "TRACKER_DATA_DIR": "data", "TRACKER_CONTACT": "ann@x.example", "TRACKER_PUBLIC_URL": self.address,
                "MINUTES": WORKFLOW["env"]["MINUTES"], "SITE_URL": self.address, "START_ANEW": "false", "NO_PROXY": "127.0.0.1", **environment,
            },
        )  # fmt: skip

    def entries(self) -> dict[str, str]:
        """The guids of the main feed on the host, with their dates."""
        parsed = feedparser.parse((self.host / "feed.xml").read_bytes())
        assert not parsed.bozo
        return {entry.id: entry.published for entry in parsed.entries}

    def announce(self, number: int) -> str:
        """A further paper with open code appears at arXiv; the guid of its entry."""
        self.world.repository(f"ann/tool{number}", {**CODE, "LICENSE": MIT})
        abstract = f"Our code is available at https://github.com/ann/tool{number}."
        return f"arxiv-code-tracker:arxiv:{self.world.paper(number, abstract)}"


EVENING, MORNING, NEXT = "2026-06-17T04:40:00Z", "2026-06-17T17:10:00Z", "2026-06-18T04:40:00Z"


@contextmanager
def opened_place(root: Path) -> Iterator[Place]:
    """A place in a folder that holds `host/` and `world/`."""
    Handler.refuses = False
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(root / "host")))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    with Sandbox(root / "world") as sandbox:
        yield Place(root, World(root / "world"), sandbox, f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the very first run left: a host with one paper in the feed, and the world of then."""
    root = tmp_path_factory.mktemp("begun")
    (root / "host").mkdir()
    (root / "world" / "github").mkdir(parents=True)
    with opened_place(root) as place:
        place.announce(1)
        first = place.job("first", EVENING, START_ANEW="true")
        assert first.run() == 0, first.done[-1]
        first.upload()
    return root


@pytest.fixture
def place(begun: Path, tmp_path: Path) -> Iterator[Place]:
    for name in ("host", "world"):
        shutil.copytree(begun / name, tmp_path / name)
    with opened_place(tmp_path) as place:
        place.announce(1)
        yield place


def test_the_steps_are_those_that_the_page_names() -> None:
    assert [step.get("name") or step["uses"].partition("@")[0] for step in STEPS] == [
        "actions/checkout", "actions/setup-python", "Install", "Restore the store that the site carries", "Do what is due",
        "Write the site, and the store into it", "Drop this run where another one has published since it began",
        "actions/upload-pages-artifact", "actions/deploy-pages",
    ]  # fmt: skip
    (install,) = (step["run"] for step in STEPS if step.get("name") == "Install")
    assert "--require-hashes -r requirements.lock" in install
    assert WORKFLOW["concurrency"] == {"group": "site", "cancel-in-progress": False}


def test_the_history_goes_on_from_run_to_run_also_where_runs_are_lost(place: Place) -> None:
    before = place.entries()
    assert len(before) == 1
    fresh = place.announce(2)
    for name, until in (("lost at work", 2), ("lost before the upload", 4)):
        assert place.job(name, MORNING).run(until=until) == 0
        assert place.entries() == before
    job = place.job("next", NEXT)
    assert job.run() == 0, job.done[-1]
    job.upload()
    after = place.entries()
    assert after.keys() == {*before, fresh}
    assert after.items() >= before.items(), "no date moves"
    assert (place.host / "docs" / "feed.html").is_file()
    assert (place.host / "snapshot" / "tracker.db.zst.sha256").is_file()
    assert not list(place.host.rglob("*.gz")), "the host compresses by itself"


def test_it_begins_anew_only_when_told(place: Place) -> None:
    shutil.rmtree(place.host)
    place.host.mkdir()
    job = place.job("first", EVENING)
    assert job.run() == 1
    assert "Nothing was published." in job.done[-1]
    assert not (job.folder / "site").exists()


def test_of_two_runs_at_once_the_later_is_dropped(place: Place) -> None:
    before = place.entries()
    fresh = place.announce(2)
    one, other = place.job("one", MORNING), place.job("other", NEXT)
    assert (one.run(until=1), other.run(until=3)) == (0, 0)
    assert one.run() == 0
    one.upload()
    published = place.entries()
    assert published.keys() == {*before, fresh}
    assert other.run() == 1
    assert "Another run has published; this one is dropped." in other.done[-1]
    assert place.entries() == published


def test_a_site_that_cannot_be_read_or_a_broken_store_ends_the_run(place: Place) -> None:
    before = place.entries()
    Handler.refuses = True
    refused = place.job("refused", MORNING, START_ANEW="true")
    assert refused.run() == 1
    assert "(403)" in refused.done[-1]
    Handler.refuses = False
    store = place.host / "snapshot" / "tracker.db.zst"
    store.write_bytes(store.read_bytes()[:-100])
    assert place.job("broken", MORNING).run() == 1
    assert place.entries() == before


@pytest.mark.parametrize(("code", "ends"), [(0, 0), (1, 0), (3, 0), (2, 2), (70, 70), (130, 130)])
def test_what_is_left_open_does_not_keep_the_rest_from_the_site(tmp_path: Path, code: int, ends: int) -> None:
    command = tmp_path / "tracker"
    command.write_text(f"#!/bin/sh\nexit {code}\n")
    command.chmod(0o755)
    job = Job(
        tmp_path,
        tmp_path,
        {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "MINUTES": "1"},
        done=COMMANDS[:1],
    )
    assert job.run(until=2) == ends
