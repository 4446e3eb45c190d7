"""A whole listing day over real HTTP, with every way in which arXiv's API misbehaves."""

import itertools
import json
import urllib.request
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from tracker.domain.errors import UpstreamStopped
from tracker.harvest.api import ArxivApi
from tracker.harvest.windows import plan_windows
from tracker.sandbox.server import Sandbox
from tracker.settings import Settings, load_settings

PASSING = [
    "429",
    "503",
    "empty",
    "html",
    "cut",
    "hang",
    "false-empty",
    "unsorted",
    "moving",
    "truncated",
    "error-200",
]
IDS = [f"2606.{number:05}" for number in range(1, 61)]


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    root = tmp_path_factory.mktemp("world")
    papers = [
        {
            "arxiv_id": arxiv_id,
            "title": f"Title {arxiv_id}",
            "abstract": "Text.",
            "authors": ["A B"],
            "categories": ["cs.CL"],
        }
        for arxiv_id in IDS
    ]
    (root / "2026-06-16.jsonl").write_text("\n".join(map(json.dumps, papers)))
    with Sandbox(root) as running:
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
def settings(box: Sandbox, tmp_path: Path) -> Settings:
    values = {f"TRACKER_UPSTREAMS__{name.upper()}": url for name, url in box.upstreams.items()}
    more = {"DATA_DIR": str(tmp_path), "HARVEST__PAGE_SIZE": "20", "LIMITS__READ_SECONDS": "0.3"}
    return load_settings(environ=values | {f"TRACKER_{key}": value for key, value in more.items()})


def read(api: ArxivApi, settings: Settings, now) -> tuple[list[str], list[bool]]:
    """(ids in order of reading, whether each window was proved complete)."""
    ids: list[str] = []
    proved: list[bool] = []
    for window in plan_windows(now, date(2026, 6, 12), date(2026, 6, 16), None, settings):
        reading = api.read_window(*window)
        while True:
            try:
                ids += [version.arxiv_id for version in next(reading)]
            except StopIteration as end:
                proved.append(end.value.complete)
                break
    return ids, proved


def test_a_listing_day(api, settings, ticks):
    ids, proved = read(api, settings, ticks.now())
    assert sorted(set(ids)) == IDS
    assert all(proved)


@pytest.mark.parametrize(
    "kinds", [*((kind,) for kind in PASSING), *itertools.islice(itertools.combinations(PASSING, 3), 0, 165, 15)]
)
def test_passing_faults_lose_and_duplicate_nothing(api, settings, ticks, order, kinds):
    for number, kind in enumerate(kinds):
        order(upstream="arxiv_api", kind=kind, after=3 * number, times=1, retry_after=2, seconds=0.5)
    ids, proved = read(api, settings, ticks.now())
    assert sorted(set(ids)) == IDS
    assert all(proved)


@pytest.mark.parametrize("kind", ["empty", "html", "truncated", "error-200", "error-400", "503", "cut"])
def test_lasting_faults_leave_windows_open(api, settings, ticks, order, kind):
    order(upstream="arxiv_api", kind=kind, times=10_000)
    ids, proved = read(api, settings, ticks.now())
    assert ids == []
    assert not any(proved)


@pytest.mark.parametrize("kind", ["403", "429"])
def test_a_refusal_stops_the_walk(api, settings, ticks, order, kind):
    order(upstream="arxiv_api", kind=kind, times=10_000)
    with pytest.raises(UpstreamStopped):
        read(api, settings, ticks.now())
