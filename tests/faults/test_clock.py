"""A clock that steps back an hour or forward by a day, between and inside the cycles of a running worker."""

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
from tests.faults.worlds import small_world
from tests.new_store import open_new_store
from tests.pipeline.run import environment
from tests.pipeline.world import CODE, MIT, World
from tracker import settings
from tracker.pipeline.cycle import run_cycle
from tracker.pipeline.worker import Worker, make_worker
from tracker.sandbox.server import Sandbox

START = datetime.fromisoformat(NOW).astimezone(UTC)


@dataclass
class SteppingClock:
    """A clock that is set by hand, or steps by itself once it was read so many times."""

    moment: datetime
    reads: int = 0
    step_at: int = 0
    step: timedelta = timedelta()

    def now(self) -> datetime:
        self.reads += 1
        if self.reads == self.step_at:
            self.moment += self.step
        return self.moment


@dataclass
class LongRun:
    """A worker that keeps running, on a world that grows."""

    world: World
    installation: Installation
    clock: SteppingClock
    worker: Worker

    def cycle(self) -> None:
        summary = run_cycle(self.worker)
        assert summary.troubles == []
        self.installation.assert_sound()

    def new_paper(self, number: int) -> str:
        self.world.repository(f"eve/late{number}", {**CODE, "LICENSE": MIT})
        return self.world.paper(number, f"Our code is available at https://github.com/eve/late{number}.", hour=20)

    def dates(self) -> dict[str, datetime]:
        feed = feedparser.parse((self.installation.data / "public/feed.xml").read_bytes())
        return {item.id: datetime(*item.published_parsed[:6], tzinfo=UTC) for item in feed.entries}


@pytest.fixture
def long_run(tmp_path: Path) -> Iterator[LongRun]:
    with _start_long_run(tmp_path) as started:
        yield started


@contextmanager
def _start_long_run(tmp_path: Path) -> Iterator[LongRun]:
    world = small_world(tmp_path / "world", papers=4)
    with Sandbox(world.folder) as sandbox:
        installation, clock = Installation(sandbox, tmp_path / "data"), SteppingClock(START)
        loaded = settings.load_settings(
            environ=environment(sandbox, installation.data, TRACKER_HARVEST__FIRST_DAYS="2")
        )
        with (
            closing(open_new_store(loaded.store_url)) as store,
            closing(make_worker(loaded, store, clock)) as worker,
        ):
            yield LongRun(world, installation, clock, worker)


def _assert_ordered(dates: dict[str, datetime], before: dict[str, datetime], now: datetime) -> None:
    """No entry of the feed moved; all dates differ, newest first; no new one is in the future."""
    assert before.items() <= dates.items()
    assert all(first > second for first, second in pairwise(dates.values()))
    assert all(moment <= now for guid, moment in dates.items() if guid not in before)


def test_an_hour_back_and_a_day_on(long_run: LongRun) -> None:
    long_run.cycle()
    before = long_run.dates()
    long_run.clock.moment = START - timedelta(hours=1)
    back = long_run.new_paper(500)
    long_run.cycle()
    dates = long_run.dates()
    assert f"arxiv-code-tracker:arxiv:{back}" in dates
    assert before.items() <= dates.items()
    assert all(first > second for first, second in pairwise(dates.values()))
    long_run.clock.moment = START + timedelta(days=1)
    on, before = long_run.new_paper(501), dates
    long_run.cycle()
    _assert_ordered(long_run.dates(), before, long_run.clock.moment)
    assert f"arxiv-code-tracker:arxiv:{on}" in long_run.dates()
    counts = long_run.installation.rows(
        "SELECT count(*), count(DISTINCT arxiv_id) FROM papers WHERE code = 'open'"
    )
    assert counts[0][0] == counts[0][1] == len(long_run.dates())


@pytest.mark.parametrize("step", [timedelta(hours=-1), timedelta(days=1)] if LONG else [timedelta(hours=-1)])
@pytest.mark.parametrize("reads", [3, 20, 60, 100] if LONG else [20])
def test_a_step_inside_a_cycle(long_run: LongRun, step: timedelta, reads: int) -> None:
    long_run.clock.step, long_run.clock.step_at = step, reads
    long_run.cycle()
    assert long_run.clock.reads >= reads, "the step lay inside this cycle"
    before = long_run.dates()
    assert before
    late = long_run.new_paper(500)
    long_run.clock.moment = max(START, long_run.clock.moment) + timedelta(hours=7)
    long_run.cycle()
    _assert_ordered(long_run.dates(), before, long_run.clock.moment)
    assert f"arxiv-code-tracker:arxiv:{late}" in long_run.dates()


@pytest.mark.skipif(not LONG, reason="in the long form; tests/store/test_upstreams.py has the rule")
def test_what_an_upstream_forbade_by_a_clock_that_ran_ahead_does_not_last(long_run: LongRun) -> None:
    """Upstreams ask for a day at most; a stop that ends weeks later was stored by another clock."""
    long_run.clock.moment = START + timedelta(days=400)
    long_run.installation.order({"upstream": "arxiv_api", "kind": "403"})
    assert run_cycle(long_run.worker).counts.windows_left
    long_run.clock.moment = START
    assert run_cycle(long_run.worker).counts.windows_left, "still stopped, now for a day"
    long_run.clock.moment = START + timedelta(hours=25)
    long_run.cycle()
    assert len(long_run.installation.states()) > 10


def test_a_cycle_by_a_clock_that_ran_ahead_leaves_no_gap(long_run: LongRun) -> None:
    long_run.clock.moment = START + timedelta(days=400)
    long_run.cycle()
    long_run.clock.moment = START
    long_run.cycle()
    assert len(long_run.installation.states()) > 10
    late = long_run.new_paper(500)
    long_run.clock.moment = START + timedelta(days=1)
    long_run.cycle()
    assert late in long_run.installation.states()


def test_what_a_clock_that_ran_ahead_planned_is_due_when_it_is_set_right(
    long_run: LongRun, caplog: pytest.LogCaptureFixture
) -> None:
    long_run.clock.moment = START + timedelta(days=400)
    long_run.cycle()
    long_run.clock.moment = START
    run_cycle(long_run.worker)
    rows = long_run.installation.rows
    due = "SELECT count(*) FROM artifacts WHERE next_check_at > '2026-12' OR checked_at > '2026-07'"
    assert rows(due) == [(0,)]
    [(trouble,)] = rows("SELECT trouble FROM stage WHERE name = 'clock'")
    assert trouble.startswith("the clock was ahead until 2027-07-22T05:00:00Z, and was set back; ")
    assert any("alarm: clock" in record.getMessage() for record in caplog.records)
    long_run.clock.moment = START + timedelta(days=2)
    run_cycle(long_run.worker)
    assert rows("SELECT count(*) FROM stage WHERE name = 'clock'") == [(0,)]
