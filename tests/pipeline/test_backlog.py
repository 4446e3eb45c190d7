"""The backlog of reading: what it says, and the alarm when it grows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.pipeline.run import StartRun
from tests.pipeline.test_full_text import FILLER, SILENT
from tests.pipeline.world import World
from tracker.domain.status import Backlog, format_duration
from tracker.pipeline import backlog, cycle
from tracker.store import backlog_days


@pytest.mark.parametrize(
    ("seconds", "text"), [(20, "1 min"), (1500, "25 min"), (9000, "2.5 hours"), (400_000, "4.6 days")]
)
def test_durations_are_said_as_people_say_them(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text


def test_a_stop_of_arxiv_is_what_slows_the_reading(world: World, start_run: StartRun) -> None:
    for number in range(1, 5):
        world.html(world.paper(number, SILENT), FILLER)
    with start_run() as run:
        run.misbehave("arxiv_site", "403", times=1)
        done = cycle.run_cycle(run.worker)
        assert not done.is_unfinished, "no round is begun while arXiv is left alone"
        found = run.health()["backlog"]
        assert found["papers"] == 4
        assert found["slowed_by"].startswith("no requests to arXiv until 2026-06-17 11:")
        assert found["estimated_seconds"] > 5 * 3600
        page = (run.worker.settings.public_dir / "index.html").read_text()
        assert "4 papers wait to be read further" in page


@pytest.mark.parametrize(
    ("fewest", "is_raised"), [((1, 2, 3), True), ((1, 2, 2), False), ((3, 2, 5), False), ((None, 2, 3), False)]
)
def test_the_alarm_is_raised_where_the_backlog_grew_three_days(
    world: World, start_run: StartRun, fewest: tuple[int | None, ...], is_raised: bool
) -> None:
    for number in range(1, 5):
        world.html(world.paper(number, SILENT), FILLER)
    with start_run(TRACKER_LIMITS__ROUND_MINUTES="0.00001") as run:
        today = run.worker.now().date()
        for number, papers in enumerate(fewest):
            if papers is not None:
                backlog_days.note_day(run.worker.store, today - timedelta(days=3 - number), papers)
        done = cycle.run_cycle(run.worker)
        assert done.is_unfinished
        troubles = {trouble["what"]: trouble["reason"] for trouble in run.health()["troubles"]}
        assert ("backlog" in troubles) == is_raised
        if is_raised:
            assert troubles["backlog"].startswith(
                "more papers wait to be read each day: 1, 2, 3, 4 in the last days; "
            )


def test_of_each_day_the_fewest_count(world: World, start_run: StartRun) -> None:
    world.paper(1, SILENT)
    with start_run() as run:
        today = run.worker.now().date()
        for papers in (5, 3, 7):
            backlog_days.note_day(run.worker.store, today, papers)
        assert backlog_days.load_days(run.worker.store, today) == {today: 3}
        assert backlog.read_backlog(run.worker.store, run.worker.settings, run.worker.now()) == Backlog()
