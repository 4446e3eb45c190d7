"""The contract of a stage: what ends it, what ends the cycle, and what is recorded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tracker import settings
from tracker.domain.errors import Cancelled, SettingsError, StoreError, UpstreamError, UpstreamStopped
from tracker.domain.status import Trouble
from tracker.fetch import clock
from tracker.pipeline.context import Cycle, begin_cycle
from tracker.pipeline.stage import StageOutcome
from tracker.pipeline.worker import make_worker
from tracker.store import stage_status
from tracker.store.engine import Store

NOW = datetime(2026, 6, 17, 5, tzinfo=UTC)
LATER = NOW + timedelta(hours=6)


@pytest.fixture
def cycle(store: Store, tmp_path: Path) -> Iterator[Cycle]:
    loaded = settings.load_settings(environ={"TRACKER_DATA_DIR": str(tmp_path)})
    with closing(make_worker(loaded, store, clock.make_clock(loaded))) as worker:
        yield Cycle(worker, NOW)


def test_a_stage_that_ends_well_is_recorded(cycle: Cycle) -> None:
    with cycle.stage("read"):
        pass
    assert cycle.outcomes == [StageOutcome("read")]
    assert cycle.troubles == []
    assert stage_status.load_stages(cycle.store) == ({"read": NOW}, [])


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (UpstreamError("arxiv_site", "503"), StageOutcome("read", "arxiv_site: 503")),
        (
            UpstreamStopped("arxiv_site", "403", LATER),
            StageOutcome("read", "arxiv_site: 403; next try 2026-06-17T11:00:00Z", LATER),
        ),
    ],
)
def test_an_upstream_that_fails_ends_the_stage_alone(
    cycle: Cycle, error: UpstreamError, outcome: StageOutcome
) -> None:
    with cycle.stage("read"):
        raise error
    assert cycle.outcomes == cycle.troubles == [outcome]
    assert stage_status.load_stages(cycle.store)[1] == [Trouble("read", outcome.reason, NOW, outcome.next_try)]


def test_a_failure_that_the_stage_notes_waits_as_long_as_the_stage_says(cycle: Cycle) -> None:
    with cycle.stage("snapshot", retry_at=LATER) as stage:
        stage.fail("no room")
    with cycle.stage("versions") as stage:
        stage.fail("a page is missing")
        stage.fail("")
    assert cycle.outcomes == [StageOutcome("snapshot", "no room", LATER), StageOutcome("versions")]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (SettingsError("TRACKER_X is wrong."), "TRACKER_X is wrong."),
        (StoreError("/data/tracker.db: the disk is full"), "broke off (StoreError)"),
        (KeyError("https://secret"), "broke off (KeyError)"),
    ],
)
def test_other_errors_end_the_cycle_unless_they_are_contained(cycle: Cycle, error: Exception, reason: str) -> None:
    with pytest.raises(type(error)), cycle.stage("judge"):
        raise error
    assert cycle.outcomes == []
    with cycle.stage("websub", contained=True):
        raise error
    assert cycle.outcomes == [StageOutcome("websub", reason)]


def test_a_stage_that_is_cancelled_ends_the_cycle_and_has_no_outcome(cycle: Cycle) -> None:
    processed = []

    def work() -> None:
        with cycle.stage("full_text", contained=True) as stage:
            for item in stage.each(["a", "b"]):
                processed.append(item)
                cycle.cancel.set()

    with pytest.raises(Cancelled):
        work()
    assert (processed, cycle.outcomes) == (["a"], [])


def test_a_cycle_has_one_moment_in_whole_seconds(cycle: Cycle) -> None:
    assert begin_cycle(cycle.worker).now.microsecond == 0
