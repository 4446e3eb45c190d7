"""GitHub and the Hub over real HTTP: the same results with and without a token, and with every passing fault."""

import json
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.stand_ins import Memory, Time
from tracker.domain.errors import UpstreamStopped
from tracker.domain.terms import Content, Outcome
from tracker.fetch.client import Client
from tracker.hosts.github import github
from tracker.hosts.huggingface import huggingface, lists, metadata
from tracker.sandbox.server import Sandbox
from tracker.settings import load_settings

FILES = {
    "a/code": {"README.md": "# Code", "LICENSE": "something of our own", "src/run.py": "print()"},
    "a/deep": {"README.md": "# Deep", "one/two/three/run.py": "print()"},
    "a/soon": {"README.md": "Code coming soon."},
    "a/words": {"README.md": "# Words"},
    "a/data": {"README.md": "# Data", "train.jsonl": "{}"},
    "a/void": {},
}
TRUTH = {
    "a/code": (Outcome.PRESENT, Content.CODE),
    "a/deep": (Outcome.PRESENT, Content.CODE),
    "a/soon": (Outcome.PRESENT, Content.PLACEHOLDER),
    "a/words": (Outcome.PRESENT, Content.README_ONLY),
    "a/data": (Outcome.PRESENT, Content.DATA_ONLY),
    "a/void": (Outcome.PRESENT, Content.EMPTY),
    "a/old": (Outcome.PRESENT, Content.CODE),
    "a/blocked": (Outcome.BLOCKED, Content.UNKNOWN),
    "a/none": (Outcome.ABSENT, Content.UNKNOWN),
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("world")
    for name, files in FILES.items():
        folder = root / "github" / name
        folder.mkdir(parents=True)
        facts = {"moved_from": ["a/old"]} if name == "a/code" else {}
        (folder / "repo.json").write_text(json.dumps(facts))
        for path, text in files.items():
            file = folder / "files" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
    blocked = root / "github" / "a" / "blocked"
    blocked.mkdir()
    (blocked / "repo.json").write_text('{"status": "blocked"}')
    model = root / "huggingface" / "models" / "ns" / "name"
    model.mkdir(parents=True)
    (model / "info.json").write_text('{"cardData": {"license": "mit"}, "createdAt": "2026-06-16T00:00:00.000Z"}')
    (model / "tree.txt").write_text("README.md\nmodel.safetensors\n")
    return root


@pytest.fixture(scope="module")
def clock() -> Time:
    return Time()


@pytest.fixture(scope="module")
def box(world: Path, clock: Time) -> Iterator[Sandbox]:
    with Sandbox(world, clock=clock) as running:
        yield running


@pytest.fixture
def order(box: Sandbox) -> Iterator[Callable[..., None]]:
    def post(path: str, body: object) -> None:
        assert box.url.startswith("http://127.0.0.1:")
        request = urllib.request.Request(f"{box.url}/_sandbox/{path}", json.dumps(body).encode(), method="POST")
        with urllib.request.urlopen(request):
            pass

    post("reset", {})
    yield lambda **fault: post("misbehave", fault)
    post("reset", {})


@pytest.fixture
def connect(box: Sandbox, clock: Time, tmp_path: Path) -> Iterator[Callable[..., Client]]:
    clients: list[Client] = []

    def make(**environ: str) -> Client:
        values = {f"TRACKER_UPSTREAMS__{name.upper()}": url for name, url in box.upstreams.items()}
        values["TRACKER_DATA_DIR"] = str(tmp_path)
        values["TRACKER_LIMITS__READ_SECONDS"] = "0.3"
        settings = load_settings(environ=values | environ)
        clients.append(Client(settings, Memory(), clock, sleep=clock.sleep, jitter=lambda: 0.0))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


def check_world(client: Client) -> dict[str, tuple[Outcome, Content]]:
    references = [github.repository_reference(name) for name in TRUTH]
    return {
        target.key.partition(":")[2]: (check.outcome, check.content)
        for target, check in github.check_all(references, client)
    }


@pytest.mark.parametrize("token", ["", "a-token"])
def test_every_repository_of_the_world_is_checked_right(connect, order, token):
    client = connect(GITHUB_TOKEN=token)
    assert check_world(client) == TRUTH
    moved = github.check(github.repository_reference("a/old"), client)
    assert moved.reference.key == "github:a/code"
    assert [file.text for file in moved.licence_files] == ["something of our own"]


@pytest.mark.parametrize("token", ["", "a-token"])
@pytest.mark.parametrize(
    "kind", ["429", "403", "503", "502", "503-html", "empty", "html", "cut", "hang", "partial", "rate-limit-200"]
)
def test_passing_faults_change_nothing(connect, order, token, kind):
    order(upstream="github_api", kind=kind, times=1, after=1, retry_after=2, seconds=0.6)
    assert check_world(connect(GITHUB_TOKEN=token)) == TRUTH


LASTING = ["503", "502", "503-html", "html", "empty", "cut", "401", "partial"]


@pytest.mark.parametrize("token", ["", "a-token"])
@pytest.mark.parametrize("kind", LASTING)
def test_lasting_faults_are_never_an_absence(connect, order, token, kind):
    order(upstream="github_api", kind=kind, times=10_000)
    client, outcomes = connect(GITHUB_TOKEN=token), {}
    with suppress(UpstreamStopped):  # an upstream that stays down is stopped
        for target, check in github.check_all([github.repository_reference(name) for name in TRUTH], client):
            outcomes[target.key.partition(":")[2]] = check.outcome
    assert outcomes
    assert {
        name: outcome for name, outcome in outcomes.items() if outcome not in (Outcome.UNKNOWN, TRUTH[name][0])
    } == {}


@pytest.mark.parametrize("token", ["", "a-token"])
def test_a_spent_limit_stops(connect, order, token):
    order(upstream="github_api", kind="403-primary", times=10_000)
    with pytest.raises(UpstreamStopped):
        check_world(connect(GITHUB_TOKEN=token))


@pytest.mark.parametrize("kind", ["none", "429", "503", "empty", "html", "cut", "hang"])
def test_the_hub(connect, order, kind):
    if kind != "none":
        order(upstream="huggingface", kind=kind, retry_after=2, seconds=0.6)
    client = connect()
    check = huggingface.check(metadata.make_reference("model", "ns/name"), client)
    assert (check.outcome, check.content, check.licence_claimed) == (Outcome.PRESENT, Content.DATA_ONLY, "mit")
    absent = huggingface.check(metadata.make_reference("model", "ns/none"), client)
    assert absent.outcome is Outcome.ABSENT
    pages = list(lists.list_newest("models", datetime(2026, 6, 1, tzinfo=UTC), client, 3))
    assert [entry.reference.key for page in pages for entry in page] == ["hf-model:ns/name"]
