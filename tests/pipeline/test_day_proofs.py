"""Sources of arXiv that answer and are not right: no day is called complete while a paper is missing."""

from __future__ import annotations

import random
from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from tests.faults.playing import LONG
from tests.pipeline.run import Run, StartRun, environment
from tests.pipeline.test_completeness import DOWN, MONDAY, write
from tests.pipeline.world import World
from tracker.cli import app
from tracker.pipeline.datacite import check_by_datacite
from tracker.settings import load_settings
from tracker.store import day_proofs

pytestmark = pytest.mark.usefixtures("without_site")

TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
LOOPBACK = {
    f"TRACKER_UPSTREAMS__{name}": "http://127.0.0.1:9" for name in ("ARXIV_API", "GITHUB_API", "HUGGINGFACE")
}
NIGHT = "2026-06-18T05:00:00Z"
"""After Wednesday's announcement, when RSS shows it, too."""


def write_days(world: World, papers: int = 40) -> set[str]:
    """So many papers on each of three days; returns their ids."""
    days = enumerate((MONDAY, TUESDAY, WEDNESDAY))
    return {write(world, 100 * n + number, day) for n, day in days for number in range(papers)}


def why(run: Run, day: date) -> str:
    return "; ".join(run.announcement_days()[day].reasons)


def test_oai_pmh_in_the_middle_of_its_update_proves_nothing(world: World, start_run_at: StartRun) -> None:
    ours = write_days(world)
    with start_run_at(NIGHT) as run:
        run.misbehave("arxiv_api", "503", times=DOWN)
        run.misbehave("arxiv_rss", "503", times=DOWN)
        run.misbehave("arxiv_oai", "mid-update", times=DOWN)
        run.cycle()
        assert len(run.arxiv_ids()) == 82
        assert WEDNESDAY in run.short_days()
        assert "only OAI-PMH was read" in why(run, WEDNESDAY)
    with start_run_at("2026-06-18T08:00:00Z") as run:
        run.misbehave("arxiv_api", "503", times=DOWN)
        run.cycle()
        # OAI-PMH is asked again, since the day is not proved, and RSS lists the same.
        assert set(run.arxiv_ids()) == ours
        assert run.announcement_days()[WEDNESDAY].proved_by == ("OAI-PMH", "RSS")
        assert TUESDAY in run.short_days()
    with start_run_at("2026-06-18T12:00:00Z") as run:
        run.cycle()
        assert run.short_days() == []
        assert run.announcement_days()[TUESDAY].proved_by == ("API", "OAI-PMH")


def test_an_empty_list_of_a_new_store_proves_nothing(world: World, start_run_at: StartRun) -> None:
    ours = write_days(world)
    for rss in ("503", ""):
        with start_run_at(NIGHT) as run:
            run.misbehave("arxiv_api", "false-empty", times=DOWN)
            run.misbehave("arxiv_oai", "no-records", times=DOWN)
            if rss:
                run.misbehave("arxiv_rss", rss, times=DOWN)
            run.cycle()
            assert {MONDAY, TUESDAY, WEDNESDAY} <= set(run.short_days())
            assert (len(run.arxiv_ids()) > 0) == (not rss)
    with start_run_at("2026-06-18T08:00:00Z") as run:
        run.cycle()
        assert set(run.arxiv_ids()) == ours
        assert run.short_days() == []


def test_sources_that_contradict_each_other_prove_nothing(world: World, start_run_at: StartRun) -> None:
    write_days(world, papers=3)
    hidden = write(world, 900, TUESDAY, hidden_from=["arxiv_api"])
    with start_run_at("2026-06-17T05:00:00Z") as run:
        run.misbehave("arxiv_rss", "503", times=DOWN)
        run.cycle()
        assert run.short_days() == [TUESDAY]
        assert f"{hidden} listed by OAI-PMH and not by API" in why(run, TUESDAY)
        assert hidden in run.arxiv_ids()
    with start_run_at("2026-06-17T12:00:00Z") as run:
        run.misbehave("arxiv_rss", "503", times=DOWN)
        run.cycle()
        # Hours later the API still lists three of four: its index lacks single papers for days.
        assert run.announcement_days()[TUESDAY].proved_by == ("OAI-PMH",)


def test_a_record_that_cannot_be_read_is_asked_for_at_the_api(world: World, start_run_at: StartRun) -> None:
    write_days(world, papers=3)
    with start_run_at(NIGHT) as run:
        run.misbehave("arxiv_oai", "unreadable", times=1)
        assert run.cycle().troubles == []
        assert any("id_list=2606.00202" in query for query in run.queries("arxiv_api"))
        assert run.short_days() == []


def test_a_record_that_nobody_can_read_is_named(world: World, start_run_at: StartRun) -> None:
    ours = write_days(world, papers=3)
    with start_run_at(NIGHT) as run:
        run.misbehave("arxiv_api", "503", times=DOWN)
        run.misbehave("arxiv_rss", "503", times=DOWN)
        run.misbehave("arxiv_oai", "unreadable", times=1)
        run.cycle()
        assert "OAI-PMH: records that cannot be read: 2606.00202" in why(run, WEDNESDAY)
    with start_run_at("2026-06-18T08:00:00Z") as run:
        run.cycle()
        assert set(run.arxiv_ids()) == ours
        assert run.short_days() == []


def test_a_paper_that_rss_alone_announces_is_asked_for_by_id(world: World, start_run_at: StartRun) -> None:
    ours = write_days(world, papers=3)
    with start_run_at(NIGHT) as run:
        run.misbehave("arxiv_api", "503", times=DOWN)
        run.misbehave("arxiv_oai", "mid-update", times=DOWN)
        run.cycle()
        assert set(run.arxiv_ids()) == ours
        assert "announced by RSS, and listed by no other source yet" in why(run, WEDNESDAY)
    with start_run_at("2026-06-18T08:00:00Z") as run:
        run.cycle()
        assert run.short_days() == []


def both_down(run: Run) -> None:
    for upstream in ("arxiv_api", "arxiv_oai"):
        run.misbehave(upstream, "503", times=DOWN)


def test_datacite_beside_rss_proves_a_day_while_api_and_oai_pmh_are_down(
    world: World, start_run_at: StartRun
) -> None:
    ours = write_days(world, papers=3)
    crossed = write(world, 950, WEDNESDAY, categories=("math.CO", "cs.LG"))
    for time, asked in (("05:00", 1), ("10:00", 1), ("10:30", 0)):
        with start_run_at(f"2026-06-18T{time}:00Z") as run:
            both_down(run)
            run.cycle()
            assert len(run.queries("datacite")) == asked, "every two hours, of the days that it must list by now"
            read = day_proofs.load_readings(run.worker.store, WEDNESDAY, WEDNESDAY).get(WEDNESDAY, {})
            assert ("datacite" in read) == (time != "05:00"), "it lists a day hours late"
            assert {MONDAY, TUESDAY} <= set(run.short_days()), "RSS shows Wednesday's announcement alone"
            assert {name for name in ours if name >= "2606.00200"} <= set(run.arxiv_ids()) <= {*ours, crossed}
            proved_by = run.announcement_days()[WEDNESDAY].proved_by
    # RSS is read first while both are down: what it shows as cross-listed counts once another source lists it.
    assert proved_by == ("RSS", "DataCite")
    with start_run_at("2026-06-18T14:00:00Z") as run:
        run.cycle()
        assert (run.short_days(), run.queries("datacite")) == ([], [])
        assert set(run.arxiv_ids()) == {*ours, crossed}


def test_datacite_refuses_a_day_of_which_a_paper_is_missing(world: World, start_run_at: StartRun) -> None:
    write_days(world, papers=3)
    hidden = write(world, 900, WEDNESDAY, hidden_from=["arxiv_rss"])
    with start_run_at("2026-06-18T10:00:00Z") as run:
        both_down(run)
        run.cycle()
        assert WEDNESDAY in run.short_days()
        assert hidden not in run.arxiv_ids(), "its text is never DataCite's"
    with start_run_at("2026-06-18T14:00:00Z") as run:
        run.misbehave("arxiv_oai", "503", times=DOWN)
        run.cycle()
        assert hidden in run.arxiv_ids()
        assert run.announcement_days()[WEDNESDAY].proved_by == ("API", "DataCite")
        assert run.queries("datacite") == []


def test_an_installation_without_datacite_never_asks_it() -> None:
    for variables in ({"TRACKER_UPSTREAMS__DATACITE": ""}, {"TRACKER_NOW": NIGHT, **LOOPBACK}):
        cycle = SimpleNamespace(settings=load_settings(environ=variables))
        check_by_datacite(cycle)  # type: ignore[arg-type] # nothing but the settings is looked at


def test_once_and_gaps_exit_by_the_same_truth(
    world: World, start_run_at: StartRun, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_days(world, papers=3)
    with start_run_at(NIGHT) as run:
        variables = environment(run.sandbox, run.worker.settings.data_dir.with_name("another"))
        for name, value in {**variables, "TRACKER_NOW": NIGHT, "TRACKER_HARVEST__FIRST_DAYS": "4"}.items():
            monkeypatch.setenv(name, value)
        run.misbehave("arxiv_api", "503", times=DOWN)
        run.misbehave("arxiv_rss", "503", times=DOWN)
        for command in ("once", "gaps"):
            assert app.run([command]) == 1
        run.misbehave("arxiv_oai", "mid-update", times=DOWN)
    out = capsys.readouterr().out
    assert "announcement days are not complete; `tracker gaps` says why." in out


FAULTS = {
    "arxiv_api": ("503", "false-empty", "cut", "error-200", "empty", "moving"),
    "arxiv_oai": ("503", "mid-update", "no-records", "cut", "unreadable", "empty"),
    "arxiv_rss": ("503", "cut", "html"),
    "datacite": ("503", "cut", "html", "empty", "late"),
}


@pytest.mark.parametrize("seed", range(500 if LONG else 3))
def test_no_mixture_of_faults_calls_a_day_complete(world: World, start_run_at: StartRun, seed: int) -> None:
    rng = random.Random(seed)
    ours = write_days(world, papers=rng.randint(8, 30))
    by_day = {
        day: {name for name in ours if name[5:8] == f"{n:03}"}
        for n, day in enumerate((MONDAY, TUESDAY, WEDNESDAY))
    }
    for hour in ("18T05", "18T09", "18T22", "19T05"):
        with start_run_at(f"2026-06-{hour}:00:00Z") as run:
            for upstream, kinds in FAULTS.items():
                if rng.random() < 0.7:
                    run.misbehave(
                        upstream, rng.choice(kinds), times=rng.choice((1, 3, DOWN)), after=rng.choice((0, 0, 1))
                    )
            run.cycle()
            stored = set(run.arxiv_ids())
            complete = {day for day, record in run.announcement_days(MONDAY).items() if not record.short}
            assert [day for day in complete & by_day.keys() if not by_day[day] <= stored] == []
    with start_run_at("2026-06-19T12:00:00Z") as run:
        run.cycle()
        assert set(run.arxiv_ids()) == ours
        assert run.short_days() == []
