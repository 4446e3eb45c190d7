"""The record of announcement days over whole weeks, from every source of arXiv, with the clock moved."""

from __future__ import annotations

import json
import logging
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from tests.pipeline.run import Run, StartRun
from tests.pipeline.world import MIT, World
from tracker.cli import app
from tracker.store import enum_columns

DOWN = 10_000
"""Requests with a fault: more than a test makes."""

MONDAY = date(2026, 6, 15)
WEEK = [MONDAY - timedelta(days=1), *(MONDAY + timedelta(days=n) for n in range(4)), MONDAY + timedelta(days=6)]
"""Sunday to Thursday, and the Sunday after: Friday the 19th is a holiday that would have no announcement
anyway."""
STARTED = "2026-06-12T12:00:00Z"
AFTER = "2026-06-22T12:00:00Z"
SMALL = {
    "TRACKER_HARVEST__PAGE_SIZE": "10",
    "TRACKER_HARVEST__FIRST_DAYS": "4",
    "TRACKER_HARVEST__WINDOW_DAYS": "7",
}
"""One window of several pages."""

WITHOUT_DATACITE = {"TRACKER_UPSTREAMS__DATACITE": ""}
"""Nothing then settles a day of which arXiv's own sources say too little."""


def write(world: World, number: int, day: date, *, submitted: str = "", month: str = "2606", **more: Any) -> str:
    """A paper announced on a New York day; submitted four hours before that day's deadline unless given."""
    arxiv_id = f"{month}.{number:05}"
    line = {
        "arxiv_id": arxiv_id,
        "title": f"Paper {number} on tools",
        "abstract": "We study tools.",
        "authors": ["Ann Author", "Bob Builder"],
        "categories": ["cs.LG"],
        "published": submitted or deadline(day),
        "announced": day.isoformat(),
        **more,
    }
    world.papers = [paper for paper in world.papers if paper["arxiv_id"] != arxiv_id] + [line]
    (world.folder / "papers.jsonl").write_text("".join(json.dumps(paper) + "\n" for paper in world.papers))
    return arxiv_id


def deadline(day: date) -> str:
    last = day - timedelta(days=2) if day.weekday() == 6 else day
    return f"{last}T14:00:00Z"


def write_week(world: World) -> set[str]:
    """Every kind of announcement; returns the ids that must be stored at the end."""
    ours = {write(world, 10 * n + m, day) for n, day in enumerate(WEEK, 1) for m in range(3)}
    # Sources that list nothing at all would prove nothing.
    ours.add(write(world, 3, MONDAY - timedelta(days=4)))
    # Submitted on Monday, announced on Wednesday.
    ours.add(write(world, 45, MONDAY + timedelta(days=2), submitted=f"{MONDAY}T13:00:00Z"))
    # Submitted weeks before the harvest began, held by moderators until Thursday.
    ours.add(write(world, 55, MONDAY + timedelta(days=3), submitted="2026-05-20T10:00:00Z"))
    # Statistics first, listed in machine learning two days later.
    ours.add(
        write(
            world,
            25,
            MONDAY,
            categories=["math.ST", "cs.LG"],
            cross_listed={"cs.LG": str(MONDAY + timedelta(days=2))},
        )
    )
    # Announced as a cross-list at once.
    ours.add(write(world, 26, MONDAY, categories=["math.ST", "stat.ML"]))
    tuesday, wednesday = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
    first = {"n": 1, "submitted": deadline(MONDAY), "announced": str(MONDAY)}
    link = {"n": 2, "submitted": deadline(tuesday), "announced": str(wednesday),
            "comments": "Code: https://github.com/ann/tool"}  # fmt: skip
    gone = {"n": 2, "submitted": deadline(wednesday), "announced": str(wednesday), "withdrawn": True,
            "comments": "This paper has been withdrawn by the authors"}  # fmt: skip
    ours |= {
        write(world, 27, MONDAY, versions=[first, link]),
        write(world, 28, MONDAY, versions=[first, gone]),
    }
    write(world, 29, MONDAY, categories=["math.CO"])
    # From before the harvest began, and changed during it.
    write(world, 1, date(2026, 6, 2), submitted="2026-06-01T10:00:00Z", datestamp=str(wednesday))
    world.repository("ann/tool", {"train.py": "print()", "README.md": "# Tool", "LICENSE": MIT})
    return ours


def list_cycle_times(first: str = STARTED, last: str = AFTER) -> list[str]:
    """Each day at noon and after the announcement, like the service's cycles."""
    now, times = datetime.fromisoformat(first), []
    while now <= datetime.fromisoformat(last):
        times += [f"{now:%Y-%m-%dT%H:%M:%SZ}"]
        now += timedelta(hours=16 if now.hour == 12 else 8)
    return times


def list_nights(first: str = STARTED, last: str = AFTER) -> list[str]:
    """The first moment, and each day when all sources have shown the announcement."""
    return [first, *(now for now in list_cycle_times(first, last) if "T04:" in now and now > first)]


def assert_complete(run: Run, ours: set[str], week: list[date] | None = None) -> None:
    """Everything is stored once, and the record of announcement days agrees."""
    assert set(run.arxiv_ids()) == ours
    days = run.announcement_days()
    week = week or WEEK
    assert [day for day in days if day >= week[0]] == week
    assert {day: record.reasons for day, record in days.items() if record.short} == {}
    assert all(record.announced == record.stored == record.scanned for record in days.values())
    assert sum(record.announced for record in days.values()) == run.rows("SELECT count(*) FROM version")[0][0]
    assert run.rows("SELECT work, n FROM version GROUP BY 1, 2 HAVING count(*) > 1") == []


@pytest.mark.usefixtures("without_site")
def test_a_week_of_announcements_ends_with_nothing_missing(
    world: World, start_run_at: StartRun, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = write_week(world)
    for now in list_cycle_times():
        with start_run_at(now) as run:
            assert run.cycle().troubles == [], now
            assert run.short_days() == [], now
    with start_run_at(AFTER) as run:
        assert_complete(run, ours)
        kinds = {day: record.kinds for day, record in run.announcement_days().items()}
        assert kinds[MONDAY] == {"new": 5, "cross": 1}
        assert kinds[MONDAY + timedelta(days=2)] == {"new": 4, "cross": 1, "replaced": 1, "withdrawn": 1}
        assert kinds[MONDAY + timedelta(days=3)] == {"new": 4}
        assert run.rows("SELECT arxiv_id FROM papers WHERE withdrawn") == [("2606.00028",)]
        assert run.rows("SELECT arxiv_id, code FROM papers WHERE code = 'open'") == [("2606.00027", "open")]
        assert run.rows("SELECT first_version FROM links WHERE reference = 'github:ann/tool'") == [(2,)]
        assert {row[0] for row in run.rows("SELECT kind FROM events WHERE arxiv_id = '2606.00027'")} >= {"opened"}
        for name in ("NOW", "DATA_DIR"):
            value = {"NOW": AFTER, "DATA_DIR": str(run.worker.settings.data_dir)}[name]
            monkeypatch.setenv(f"TRACKER_{name}", value)
        for name, url in run.sandbox.upstreams.items():
            monkeypatch.setenv(f"TRACKER_UPSTREAMS__{name.upper()}", url)
        assert app.run(["gaps"]) == 0
        head, *lines = capsys.readouterr().out.splitlines()
        assert head.split() == ["day", "announced", "stored", "scanned", "missing", "why"]
        assert lines
        assert {line.split()[4] for line in lines} == {"0"}
        assert all("complete by API and OAI-PMH" in line for line in lines)
        assert (
            "2026-06-17          7       7        7        0  complete by API and OAI-PMH (1 cross, 4 new,"
            in "\n".join(lines)
        )
        assert app.run(["gaps", "--json", "--since", "2026-06-17", "--until", "2026-06-17"]) == 0
        [only] = json.loads(capsys.readouterr().out)
        assert (only["day"], only["announced"], only["missing"], only["short"]) == ("2026-06-17", 7, [], False)
        with run.worker.store.begin() as connection:
            connection.execute(text("UPDATE announcement SET n = 7 WHERE arxiv_id = '2606.00030'"))
        assert app.run(["gaps"]) == 1
        assert "SHORT: announced but not stored: 2606.00030v7" in capsys.readouterr().out
        assert app.run(["gaps", "--since", "2026-06-01", "--until", "2026-06-02"]) == 1
        for wrong in (["--since", "soon"], ["--since", "2026-06-17", "--until", "2026-06-16"]):
            assert app.run(["gaps", *wrong]) == 1
            error = capsys.readouterr().err
            assert error.count("\n") == 1
            assert error.startswith("tracker: ")


@pytest.mark.usefixtures("without_site")
def test_oai_pmh_and_rss_replace_the_api_while_it_is_down(world: World, start_run_at: StartRun) -> None:
    ours = write_week(world)
    for now in list_nights():
        with start_run_at(now) as run:
            down = "2026-06-15T12" < now < "2026-06-21T00"
            if down:
                run.misbehave("arxiv_api", "503", times=DOWN)
            summary = run.cycle()
            assert any(trouble.name == "harvest" for trouble in summary.troubles) == down, now
            assert run.short_days() == [], now
            if now == "2026-06-19T04:00:00Z":
                assert run.announcement_days()[MONDAY + timedelta(days=3)].proved_by == ("OAI-PMH", "RSS")
                assert "2606.00055" in run.arxiv_ids()
    with start_run_at(AFTER) as run:
        assert_complete(run, ours)
        assert run.rows("SELECT count(*) FROM \"window\" WHERE state = 'open' AND source LIKE 'arxiv%'") == [(0,)]


@pytest.mark.usefixtures("without_site")
def test_rss_replaces_api_and_oai_pmh_while_both_are_down(world: World, start_run_at: StartRun) -> None:
    ours = write_week(world)
    for now in list_nights():
        with start_run_at(now, **WITHOUT_DATACITE) as run:
            down = "2026-06-15T12" < now < "2026-06-18T12"
            # Once both were down, RSS is read first: a refusal by either would stop it too.
            uses_rss = "2026-06-15T12" < now < "2026-06-19T12"
            if down:
                run.misbehave("arxiv_api", "503", times=DOWN)
                run.misbehave("arxiv_oai", "503", times=DOWN)
            run.cycle()
            assert bool(run.queries("arxiv_rss")) == uses_rss, now
            if now == "2026-06-18T04:00:00Z":
                assert {"2606.00030", "2606.00045", "2606.00025", "2606.00026"} <= set(run.arxiv_ids())
                assert run.rows("SELECT comment, code FROM papers WHERE arxiv_id = '2606.00027'") == [
                    (None, "unknown")
                ]
                assert run.rows("SELECT max(version) FROM papers WHERE arxiv_id = '2606.00027'") == [(2,)]
                [why] = run.announcement_days()[MONDAY + timedelta(days=1)].reasons
                assert why.startswith("not proved complete (the API: ")
    with start_run_at(AFTER) as run:
        assert_complete(run, ours)
        rows = run.rows("SELECT submitted_at, comment, code FROM papers WHERE arxiv_id = '2606.00027'")
        assert rows == [("2026-06-15T14:00:00Z", "Code: https://github.com/ann/tool", "open")]
        assert run.rows("SELECT submitted_at FROM work WHERE arxiv_id = '2606.00045'") == [
            ("2026-06-15T13:00:00Z",)
        ]


def test_the_feed_keeps_its_items_when_every_upstream_is_down(world: World, start_run_at: StartRun) -> None:
    write_week(world)
    with start_run_at("2026-06-19T04:00:00Z") as run:
        run.cycle()
        assert "2606.00027" in (run.worker.settings.public_dir / "feed.xml").read_text()
    for now in list_nights("2026-06-19T12:00:00Z"):
        with start_run_at(now) as run:
            for upstream in ("arxiv_api", "arxiv_oai", "arxiv_rss", "github_api", "huggingface"):
                run.misbehave(upstream, "503", times=DOWN)
            run.cycle()
            assert "2606.00027" in (run.worker.settings.public_dir / "feed.xml").read_text()


@pytest.mark.usefixtures("without_site")
def test_a_refusal_in_the_middle_of_a_window_loses_nothing(world: World, start_run_at: StartRun) -> None:
    ours = {write(world, number, MONDAY) for number in range(1, 30)}
    with start_run_at("2026-06-16T04:00:00Z", **SMALL, **WITHOUT_DATACITE) as run:
        run.misbehave("arxiv_api", "403", times=1, after=2)
        summary = run.cycle()
        assert summary.counts.windows_left > 0
        assert run.queries("arxiv_oai") == []
        stored = run.arxiv_ids()
        assert len(stored) == 20
        assert run.rows(
            f"SELECT count(*) FROM scan WHERE source = {enum_columns.SOURCE.values.index('metadata')}"
        ) == [(20,)]
    with start_run_at("2026-06-16T09:00:00Z", **SMALL, **WITHOUT_DATACITE) as run:
        run.cycle()
        assert run.queries("arxiv_api") + run.queries("arxiv_oai") + run.queries("arxiv_rss") == []
    with start_run_at("2026-06-16T12:00:00Z", **SMALL, **WITHOUT_DATACITE) as run:
        run.misbehave("arxiv_api", "403", times=DOWN)
        run.cycle()
        # The source that refused is asked last, so that the other one is read.
        assert set(run.arxiv_ids()) == ours
        assert run.short_days() == [MONDAY]
        [why] = run.announcement_days()[MONDAY].reasons
        assert why.endswith("only OAI-PMH was read, and too few such weekdays are known to believe one source)")
    with start_run_at("2026-06-16T20:00:00Z", **SMALL, **WITHOUT_DATACITE) as run:
        assert run.cycle().troubles == []
        assert set(run.arxiv_ids()) == ours
        assert run.rows("SELECT count(*) FROM version") == [(29,)]
        assert run.announcement_days()[MONDAY].proved_by == ("API", "OAI-PMH")


def test_an_alarm_is_raised_once_and_ends(
    world: World, start_run_at: StartRun, caplog: pytest.LogCaptureFixture
) -> None:
    write_week(world)
    caplog.set_level(logging.INFO, logger="tracker.pipeline.alarms")
    for now in list_nights("2026-06-15T04:00:00Z", "2026-06-20T12:00:00Z"):
        # A day after the first failure, however slow this machine was in that cycle.
        with start_run_at(now.replace("18T04:00", "18T04:30"), **WITHOUT_DATACITE) as run:
            if "2026-06-16T12" < now < "2026-06-19T12":
                for upstream in ("arxiv_api", "arxiv_oai"):
                    run.misbehave(upstream, "503", times=DOWN)
            run.cycle()
            troubles = {trouble["what"]: trouble for trouble in run.health()["troubles"]}
            page = (run.worker.settings.public_dir / "index.html").read_text()
            shown = "the announcement of 2026-06-16 is short" in page
            if now == "2026-06-18T04:00:00Z":
                alarm = troubles["announcements"]
                assert alarm["since"] == "2026-06-17T00:00:00Z"
                assert "not proved complete" in alarm["reason"]
                assert troubles["harvest"]["reason"] == "arXiv cannot be read (server error (503))"
                assert not {name for name in troubles if "arxiv" in name or name in ("versions", "rss")}, (
                    "one trouble"
                )
                assert shown
            if now < "2026-06-17T12" or now > "2026-06-19T12":
                assert not {
                    trouble for trouble in troubles if "upstream" in trouble or trouble == "announcements"
                }, now
                assert not shown
    raised = [record.getMessage() for record in caplog.records if "alarm: announcements" in record.getMessage()]
    assert len(raised) == 1
    assert (
        len([record for record in caplog.records if "the alarm is over: announcements" in record.getMessage()])
        == 1
    )


@pytest.mark.usefixtures("without_site")
def test_a_holiday_has_no_announcement_and_defers_papers(world: World, start_run_at: StartRun) -> None:
    friday = date(2026, 6, 21)
    variables = {"TRACKER_HARVEST__HOLIDAYS": "2026-06-16"}
    ours = {write(world, 1, MONDAY), write(world, 2, MONDAY + timedelta(days=2), submitted="2026-06-16T10:00:00Z")}
    with start_run_at("2026-06-18T04:00:00Z", **variables) as run:
        run.cycle()
        assert set(run.arxiv_ids()) == ours
        days = run.announcement_days(MONDAY)
        assert list(days) == [MONDAY, MONDAY + timedelta(days=2)]
        assert [day.announced for day in days.values()] == [1, 1]
        assert friday not in days


@pytest.mark.usefixtures("without_site")
def test_a_week_over_a_holiday_in_winter_time(world: World, start_run_at: StartRun) -> None:
    """Thanksgiving: what came from Wednesday's deadline to Friday's is announced on Sunday."""
    monday = date(2026, 11, 23)
    week = [
        monday - timedelta(days=1),
        *(monday + timedelta(days=n) for n in range(3)),
        monday + timedelta(days=6),
    ]
    ours = {write(world, 10 * n + m, day, month="2611") for n, day in enumerate(week, 1) for m in range(3)}
    ours.add(write(world, 3, monday - timedelta(days=4), month="2611"))
    wednesday, sunday = week[3], week[4]
    for number, hour in ((60, "2026-11-25T19:00:00Z"), (61, "2026-11-26T12:00:00Z"), (62, "2026-11-27T18:59:59Z")):
        ours.add(write(world, number, sunday, month="2611", submitted=hour))
    # Held by moderators over the holiday.
    ours.add(write(world, 63, sunday, month="2611", submitted="2026-11-23T13:00:00Z"))
    late = {"cs.LG": str(sunday)}
    ours.add(write(world, 25, monday, month="2611", categories=["math.ST", "cs.LG"], cross_listed=late))
    first = {"n": 1, "submitted": "2026-11-23T13:00:00Z", "announced": str(monday)}
    second = {"n": 2, "submitted": "2026-11-25T20:00:00Z", "announced": str(sunday)}
    ours.add(write(world, 27, monday, month="2611", versions=[first, second]))
    ours.add(write(world, 28, monday, month="2611", versions=[first, {**second, "withdrawn": True}]))
    for now in list_nights("2026-11-20T12:00:00Z", "2026-11-30T12:00:00Z"):
        with start_run_at(now) as run:
            assert run.cycle().troubles == [], now
            assert run.short_days() == [], now
            if now == "2026-11-27T04:00:00Z":
                assert max(run.announcement_days()) == wednesday
    with start_run_at("2026-11-30T12:00:00Z") as run:
        assert_complete(run, ours, week)
        assert run.announcement_days()[sunday].kinds == {"cross": 1, "new": 7, "replaced": 1, "withdrawn": 1}


@pytest.mark.usefixtures("without_site")
def test_a_window_that_is_cut_by_429_is_taken_up_again(world: World, start_run_at: StartRun) -> None:
    ours = {write(world, number, MONDAY) for number in range(1, 30)}
    with start_run_at("2026-06-16T04:00:00Z", **SMALL) as run:
        run.misbehave("arxiv_api", "429", after=2, retry_after=30, times=DOWN)
        run.misbehave("arxiv_oai", "503", times=DOWN)
        run.cycle()
        assert len(run.arxiv_ids()) == 20
        assert run.short_days() == [MONDAY]
    with start_run_at("2026-06-16T12:00:00Z", **SMALL) as run:
        assert run.cycle().troubles == []
        assert set(run.arxiv_ids()) == ours
        assert run.rows("SELECT count(*) FROM version") == [(29,)]
        assert run.short_days() == []


@pytest.mark.usefixtures("without_site")
def test_a_day_that_was_never_harvested_is_short(world: World, start_run_at: StartRun) -> None:
    write(world, 1, MONDAY)
    with start_run_at("2026-06-18T04:00:00Z") as run:
        run.cycle()
        assert run.announcement_days(date.max) == {}
        assert min(run.announcement_days(date.min)) == date(1991, 8, 14)
        day = run.announcement_days(date(2026, 6, 1))[date(2026, 6, 1)]
        assert day.short
        assert day.reasons == ("not proved complete (neither the API nor OAI-PMH was read to the end since)",)
