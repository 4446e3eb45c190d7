"""Each misbehaviour of the sandbox alone, and three at a time: nothing lost or doubled, arXiv's pace kept, a 403 obeyed.

Short form: two of them and one mixture. Long form: all of them, and 50 random mixtures.
"""

from __future__ import annotations

import itertools
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.faults.playing import LONG, MOVING, NOW, Installation, report
from tests.faults.worlds import small_world
from tests.new_store import open_new_store
from tests.pipeline.run import environment
from tracker import settings
from tracker.fetch import request_policy
from tracker.pipeline.cycle import run_cycle
from tracker.pipeline.worker import make_worker
from tracker.sandbox.faults import KINDS
from tracker.sandbox.server import Sandbox
from tracker.settings import Settings

PACE = 0.02
READ_SECONDS = 0.3
START = datetime.fromisoformat(NOW).astimezone(UTC)
HOURS = (0.0, 1.0, 5.0, 12.0, 37.0, 62.0) if LONG else (0.0, 1.0, 12.0, 37.0)
"""When the cycles are: in trouble, an hour into a stop of six, late in it, then some after all trouble has ended."""
RECOVERY = 12.0
ARXIV = ("arxiv_api", "arxiv_oai", "arxiv_site")
ALL = [(upstream, kind) for upstream in sorted(KINDS) for kind in sorted(KINDS[upstream])]
SHORT = [("arxiv_api", "403"), ("github_api", "partial")]
PAGED, DEEP = frozenset({"2606.00310"}), frozenset(f"2606.00{number}" for number in range(300, 304))
INDISTINGUISHABLE = {
    ("web", "404"): PAGED,
    ("web", "html"): PAGED,
    ("web", "endless"): PAGED,
    ("web", "bomb"): PAGED,
    ("arxiv_site", "withdrawn"): DEEP,
    ("arxiv_site", "not-public"): DEEP,
    ("arxiv_site", "traversal"): DEEP,
}
"""Responses that cannot be distinguished from correct ones, and the papers whose code they hide."""
MIXTURES = 50 if LONG else 1


class LeapingClock:
    """A clock that only waits advance; short waits, an upstream's pace, take real time."""

    def __init__(self, start: datetime) -> None:
        self.moment = start

    def now(self) -> datetime:
        return self.moment

    def sleep(self, seconds: float) -> None:
        if seconds > 1:
            self.moment += timedelta(seconds=seconds)
        elif seconds > 0:
            _pause(seconds)


def _pause(seconds: float) -> None:
    threading.Event().wait(seconds)


def _settings(installation: Installation) -> Settings:
    more = {
        "TRACKER_PACE__ARXIV": str(PACE),
        "TRACKER_HARVEST__FIRST_DAYS": "2",
        "TRACKER_HARVEST__OVERLAP_DAYS": "1",
        "TRACKER_HARVEST__PAGE_SIZE": "5",
        "TRACKER_LIMITS__READ_SECONDS": str(READ_SECONDS),
        "TRACKER_LIMITS__PAGE_SECONDS": str(READ_SECONDS),
        "TRACKER_LIMITS__FULL_TEXTS_PER_DAY": "100",
    }
    return settings.load_settings(environ=environment(installation.sandbox, installation.data, **more))


@contextmanager
def _service(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[float], list[str]]]:
    """A worker that keeps running, like the service's: called with the hours since the first cycle, it runs one and
    returns the troubles."""
    clock = LeapingClock(START)
    monkeypatch.setattr(request_policy, "make_sleep", lambda _cancel: clock.sleep)
    loaded = _settings(installation)

    def cycle(hours: float) -> list[str]:
        clock.moment = START + timedelta(hours=hours)
        return [str(outcome) for outcome in run_cycle(worker).troubles]

    with closing(open_new_store(loaded.store_url)) as store, closing(make_worker(loaded, store, clock)) as worker:
        yield cycle


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    world = small_world(tmp_path_factory.mktemp("misbehave") / "world", papers=7)
    with Sandbox(world.folder) as running:
        yield running


@pytest.fixture(scope="module")
def fault_free(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """After all cycles without any misbehaviour."""
    installation = Installation(sandbox, tmp_path_factory.mktemp("fault-free") / "data")
    with pytest.MonkeyPatch.context() as patch, _service(installation, patch) as cycle:
        for hours in HOURS:
            assert cycle(hours) == []
    installation.assert_sound()
    return installation


def _orders(chosen: list[tuple[str, str]], chance: random.Random) -> list[dict[str, Any]]:
    return [
        {
            "upstream": upstream,
            "kind": kind,
            "times": chance.choice((1, 2, 5, 40)),
            "after": chance.choice((0, 0, 1, 3)),
            "retry_after": chance.choice((None, 2, 90)),
            "seconds": 2 * READ_SECONDS,
        }
        for upstream, kind in chosen
    ]


def _run_with_faults(
    broken: Installation, fault_free: Installation, orders: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken.reset()
    broken.order(*orders)
    guids: list[str] = []
    old_log: list[dict[str, Any]] = []
    refused_at: float | None = None
    with _service(broken, monkeypatch) as cycle:
        for hours in HOURS:
            if hours == RECOVERY:
                broken.reset()
                old_log = []
            troubles = cycle(hours)
            broken.assert_sound(guids)
            guids = broken.feed()
            log = broken.requests(*ARXIV)
            _assert_pace(log)
            new_requests, old_log = log[len(old_log) :], log
            if refused_at is not None and hours < refused_at + 6:
                assert not new_requests, f"{len(new_requests)} requests {hours - refused_at} hours after a 403"
            refusals = [place for place, request in enumerate(new_requests) if request["fault"] == "403"]
            if refusals:
                assert len(new_requests) == refusals[0] + 1, "arXiv was asked again after a 403"
                refused_at = hours
    assert troubles == []
    allowed = {key for order in orders for key in INDISTINGUISHABLE.get((order["upstream"], order["kind"]), ())}
    ours, theirs = broken.states(), fault_free.states()
    assert ours.keys() == theirs.keys()
    assert {key for key in ours if ours[key] != theirs[key]} <= allowed
    missing = {key.rpartition(":")[2] for key in set(fault_free.feed()) - set(guids)}
    assert missing <= allowed
    assert set(guids) <= set(fault_free.feed())
    if allowed:
        return
    views = ("papers", "links", "artifacts", "open_papers")
    without = {**MOVING, "papers": {"announced_at", *MOVING["papers"]}, "open_papers": {"opened_at"}}
    if any((order["upstream"], order["kind"]) == ("github_api", "401") for order in orders):
        # The process goes on without a token that was refused once, and REST names no commit without one request more.
        without["artifacts"] = {"commit_id", *MOVING["artifacts"]}
    views_found, views_expected = broken.views(without=without), fault_free.views(without=without)
    for view in views:
        assert views_found[view] == views_expected[view], view


def _assert_pace(log: list[dict[str, Any]]) -> None:
    gaps = [after["monotonic"] - before["monotonic"] for before, after in itertools.pairwise(log)]
    assert all(gap >= PACE * 0.9 for gap in gaps), min(gaps)


@pytest.mark.parametrize(("upstream", "kind"), ALL if LONG else SHORT)
def test_one_misbehaviour_alone(
    sandbox: Sandbox,
    fault_free: Installation,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    upstream: str,
    kind: str,
) -> None:
    broken = Installation(sandbox, tmp_path / "data")
    _run_with_faults(
        broken, fault_free, _orders([(upstream, kind)], random.Random(f"{upstream} {kind}")), monkeypatch
    )


@pytest.mark.parametrize("seed", range(MIXTURES))
def test_three_at_a_time(
    sandbox: Sandbox, fault_free: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    chance = random.Random(seed)
    orders = _orders(chance.sample(ALL, 3), chance)
    report(
        f"mixture {seed}: "
        + ", ".join(f"{order['upstream']} {order['kind']} x{order['times']}" for order in orders)
    )
    _run_with_faults(Installation(sandbox, tmp_path / "data"), fault_free, orders, monkeypatch)
