"""An announcement that appears before the timetable expects it: it is asked for by small requests, and harvested."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest

from tests.pipeline.run import Run, StartRun
from tests.pipeline.test_completeness import write
from tests.pipeline.world import MIT, World
from tracker.domain.appearances import Appearance
from tracker.harvest.announcements import NEW_YORK
from tracker.pipeline.cycle import run_cycle
from tracker.pipeline.harvest_probe import next_probe, probe_announcement
from tracker.store.appearances import load_appearance

TUESDAY = date(2026, 6, 16)
AFTERNOON = "2026-06-16T17:00:00Z"
PAPERS = 4
CODE = {"train.py": "print()", "README.md": "# Tool", "LICENSE": MIT}


def clock_time(text: str) -> str:
    """A time in New York, of the evening of that Tuesday or the night after it, in UTC."""
    hour, minute = map(int, text.split(":"))
    moment = datetime(2026, 6, 16 + (hour < 20), hour, minute, tzinfo=NEW_YORK)
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def no_harvest(_moment: datetime) -> None:
    """A timetable without harvests."""


def probe(run: Run) -> tuple[date, date] | None:
    return probe_announcement(run.worker, no_harvest)


def list_probes(run: Run) -> list[dict[str, list[str]]]:
    """The requests that asked for a single paper, as their parameters."""
    asked = [parse_qs(query) for query in run.queries("arxiv_api")]
    return [parameters for parameters in asked if parameters["max_results"] == ["1"]]


def write_day(world: World, day: date, **more: Any) -> list[str]:
    """Four papers of an announcement; the second opens its code."""
    first = 100 * day.day
    opened = {"abstract": f"Our code is available at https://github.com/ann/tool{first}."}
    world.repository(f"ann/tool{first}", CODE)
    return [write(world, first + n, day, **{**(opened if n == 1 else {}), **more}) for n in range(PAPERS)]


@pytest.fixture
def earlier(world: World) -> list[str]:
    """Three announcements from before that Tuesday."""
    return [paper for days in (2, 1, 5) for paper in write_day(world, TUESDAY - timedelta(days=days))]


@pytest.mark.usefixtures("without_site")
def test_an_announcement_at_20_20_is_in_the_feed_by_21_00(
    world: World, start_run_at: StartRun, earlier: list[str]
) -> None:
    with start_run_at(AFTERNOON) as run:
        run.cycle()
        assert run.arxiv_ids() == sorted(earlier)
    early = write(world, 1650, TUESDAY, submitted=f"{TUESDAY}T17:59:00Z")
    with start_run_at(clock_time("20:10")) as run:
        assert probe(run) is None, "a paper that is shown early proves no announcement"
        (asked,) = list_probes(run)
        assert (asked["sortBy"], asked["sortOrder"]) == (["submittedDate"], ["descending"])
        assert run.arxiv_ids() == sorted(earlier)
    new = [*write_day(world, TUESDAY), early]
    with start_run_at(clock_time("20:30")) as run:
        before = len(run.rows("SELECT work FROM feed_entry WHERE feed = 'main'"))
        days = probe(run)
        assert days == (TUESDAY - timedelta(days=1), TUESDAY)
        assert len(run.queries("arxiv_api")) == 1
        done = run_cycle(run.worker, *days)
        assert done.troubles == []
        assert run.arxiv_ids() == sorted([*earlier, *new])
        assert len(run.queries("arxiv_api")) == 3, "two windows of a page each, and the probe"
        assert len(run.rows("SELECT work FROM feed_entry WHERE feed = 'main'")) == before + 1
        assert load_appearance(run.worker.store, "arxiv_api", TUESDAY) == Appearance(
            TUESDAY, at("20:10"), at("20:30"), 2, at("20:30")
        )
    with start_run_at(clock_time("20:35")) as run:
        planned = next_probe(run.worker.store, run.worker.settings, run.worker.now(), no_harvest)
        assert planned == (TUESDAY + timedelta(days=1), at("20:10") + timedelta(days=1))
        assert probe(run) is None
        assert run.queries("arxiv_api") == []


def at(text: str) -> datetime:
    return datetime.fromisoformat(clock_time(text))


@pytest.mark.usefixtures("without_site", "earlier")
@pytest.mark.parametrize("kind", ["429", "403", "503", "truncated"])
def test_a_refusal_ends_the_probes_of_the_evening_after_one_request(start_run_at: StartRun, kind: str) -> None:
    with start_run_at(clock_time("20:10")) as run:
        run.misbehave("arxiv_api", kind, times=1)
        assert probe(run) is None
        assert len(run.requests("arxiv_api")) == 1
    with start_run_at(clock_time("20:30")) as run:
        assert probe(run) is None
        assert run.requests("arxiv_api") == []
        planned = next_probe(run.worker.store, run.worker.settings, run.worker.now(), no_harvest)
        assert planned == (TUESDAY + timedelta(days=1), at("20:10") + timedelta(days=1))


@pytest.mark.usefixtures("without_site", "earlier")
def test_a_restart_in_the_evening_neither_loses_nor_repeats_a_probe(start_run_at: StartRun) -> None:
    with start_run_at(clock_time("20:10")) as run:
        assert probe(run) is None
    for time, requests in (("20:11", 0), ("20:45", 1), ("20:46", 0), ("21:00", 1), ("00:20", 1), ("00:21", 0)):
        with start_run_at(clock_time(time)) as run:
            assert probe(run) is None
            assert len(run.requests("arxiv_api")) == requests, time


@pytest.mark.usefixtures("earlier")
def test_the_setting_switches_it_off(start_run_at: StartRun) -> None:
    with start_run_at(clock_time("20:30"), TRACKER_SCHEDULE__PROBES="0") as run:
        assert next_probe(run.worker.store, run.worker.settings, run.worker.now(), no_harvest) is None
        assert probe(run) is None
        assert run.requests("arxiv_api") == []


@pytest.mark.usefixtures("without_site", "earlier")
def test_every_source_notes_when_it_first_showed_the_announcement(world: World, start_run_at: StartRun) -> None:
    write_day(world, TUESDAY, hidden_from=["arxiv_api"])
    with start_run_at(AFTERNOON) as run:
        run.cycle()
    for time in ("23:30", "01:00", "03:00"):
        with start_run_at(clock_time(time)) as run:
            run.cycle()
            found = {name: load_appearance(run.worker.store, name, TUESDAY) for name in
                     ("arxiv_api", "arxiv_oai", "arxiv_rss")}  # fmt: skip
    assert found["arxiv_api"] == Appearance(TUESDAY, at("03:00"))
    assert found["arxiv_oai"] == Appearance(TUESDAY, None, at("23:30"))
    assert found["arxiv_rss"].shown_at == at("01:00"), "asked where the others disagree"
