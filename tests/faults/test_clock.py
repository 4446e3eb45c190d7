"""The clock stepping back an hour, or forward by a day: in a worker that stays, between and inside its cycles."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import feedparser
import pytest

from tests.faults.playing import LONG, NOW, Installation
from tests.faults.worlds import small
from tests.pipeline.run import environment
from tests.pipeline.world import CODE, MIT, World
from tracker import settings
from tracker.pipeline.cycle import run_cycle
from tracker.pipeline.worker import Worker, make_worker
from tracker.sandbox.server import Sandbox
from tracker.store.upgrade import open_store

START = datetime.fromisoformat(NOW).astimezone(UTC)


@dataclass
class Stepping:
    """A clock that is set by hand, or by itself after so many looks at it."""

    moment: datetime
    looks: int = 0
    step_at: int = 0
    step: timedelta = timedelta()

    def now(self) -> datetime:
        self.looks += 1
        if self.looks == self.step_at:
            self.moment += self.step
        return self.moment


@dataclass
class Stay:
    """A worker that stays, on a world that grows."""

    world: World
    installation: Installation
    clock: Stepping
    worker: Worker

    def cycle(self) -> None:
        summary = run_cycle(self.worker)
        assert summary.troubles == []
        self.installation.assert_sound()

    def new_paper(self, number: int) -> str:
        self.world.repository(f"eve/late{number}", {**CODE, "LICENSE": MIT})
        return self.world.paper(number, f"Our code is available at https://github.com/eve/late{number}.", hour=20)

    def dates(self) -> dict[str, datetime]:
        read = feedparser.parse((self.installation.data / "public/feed.xml").read_bytes())
        return {item.id: datetime(*item.published_parsed[:6], tzinfo=UTC) for item in read.entries}


@pytest.fixture
def stay(tmp_path: Path) -> Iterator[Stay]:
    with _stay(tmp_path) as made:
        yield made


@contextmanager
def _stay(tmp_path: Path) -> Iterator[Stay]:
    world = small(tmp_path / "world", papers=4)
    with Sandbox(world.folder) as sandbox:
        installation, clock = Installation(sandbox, tmp_path / "data"), Stepping(START)
        made = settings.load_settings(
            environ=environment(sandbox, installation.data, TRACKER_HARVEST__FIRST_DAYS="2")
        )
        with closing(open_store(made.store_url)) as store, closing(make_worker(made, store, clock)) as worker:
            yield Stay(world, installation, clock, worker)


def _assert_ordered(dates: dict[str, datetime], before: dict[str, datetime], now: datetime) -> None:
    """Nothing that stood in the feed moved; all moments differ, newest first; none of the new ones is in the future."""
    assert before.items() <= dates.items()
    assert all(first > second for first, second in pairwise(dates.values()))
    assert all(moment <= now for guid, moment in dates.items() if guid not in before)


def test_an_hour_back_and_a_day_on(stay: Stay) -> None:
    stay.cycle()
    before = stay.dates()
    stay.clock.moment = START - timedelta(hours=1)
    back = stay.new_paper(500)
    stay.cycle()
    dates = stay.dates()
    assert f"arxiv-code-tracker:arxiv:{back}" in dates
    assert before.items() <= dates.items()
    assert all(first > second for first, second in pairwise(dates.values()))
    stay.clock.moment = START + timedelta(days=1)
    on, before = stay.new_paper(501), dates
    stay.cycle()
    _assert_ordered(stay.dates(), before, stay.clock.moment)
    assert f"arxiv-code-tracker:arxiv:{on}" in stay.dates()
    found = stay.installation.rows("SELECT count(*), count(DISTINCT arxiv_id) FROM papers WHERE code = 'open'")
    assert found[0][0] == found[0][1] == len(stay.dates())


@pytest.mark.parametrize("step", [timedelta(hours=-1), timedelta(days=1)] if LONG else [timedelta(hours=-1)])
@pytest.mark.parametrize("looks", [3, 20, 60, 150] if LONG else [20])
def test_a_step_inside_a_cycle(stay: Stay, step: timedelta, looks: int) -> None:
    stay.clock.step, stay.clock.step_at = step, looks
    stay.cycle()
    before = stay.dates()
    assert before
    late = stay.new_paper(500)
    stay.clock.moment = max(START, stay.clock.moment) + timedelta(hours=7)
    stay.cycle()
    _assert_ordered(stay.dates(), before, stay.clock.moment)
    assert f"arxiv-code-tracker:arxiv:{late}" in stay.dates()


@pytest.mark.skipif(not LONG, reason="in the long form; tests/store/test_upstreams.py has the rule")
def test_what_an_upstream_forbade_by_a_clock_that_ran_ahead_does_not_last(stay: Stay) -> None:
    """Upstreams ask for a day at most; a stop that ends weeks later was noted by another clock."""
    stay.clock.moment = START + timedelta(days=400)
    stay.installation.order({"upstream": "arxiv_api", "kind": "403"})
    assert run_cycle(stay.worker).counts.windows_left
    stay.clock.moment = START
    assert run_cycle(stay.worker).counts.windows_left, "still stopped, now for a day"
    stay.clock.moment = START + timedelta(hours=25)
    stay.cycle()
    assert len(stay.installation.states()) > 10


def test_a_cycle_by_a_clock_that_ran_ahead_leaves_no_gap(stay: Stay) -> None:
    stay.clock.moment = START + timedelta(days=400)
    stay.cycle()
    stay.clock.moment = START
    stay.cycle()
    assert len(stay.installation.states()) > 10
    late = stay.new_paper(500)
    stay.clock.moment = START + timedelta(days=1)
    stay.cycle()
    assert late in stay.installation.states()
