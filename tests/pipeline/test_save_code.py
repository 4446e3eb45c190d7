"""Code that opened is archived at Software Heritage: asked for once, within the budget, and shown once it is there."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.pipeline.run import NOW, Run, StartRun, order_fault
from tests.pipeline.world import CODE, World
from tracker.pipeline import cycle
from tracker.pipeline.context import Cycle
from tracker.pipeline.save_code import plan_question, save_code
from tracker.publish.citations import build_citation
from tracker.publish.feed_entry import build_entry
from tracker.publish.jsonfeed import describe_facts
from tracker.settings import Archive
from tracker.store import items, saves

START = datetime.fromisoformat(NOW)
ON = {"TRACKER_ARCHIVE__SAVE_CODE": "true", "TRACKER_ARCHIVE__SAVES_PER_HOUR": "2"}
OURS = "Our code is available at https://github.com/ann/{}."


def save(run: Run, minutes: int) -> list[str]:
    """Run the stage so long after the start; returns its troubles."""
    made = Cycle(run.worker, START + timedelta(minutes=minutes))
    save_code(made)
    return [outcome.reason for outcome in made.troubles]


def posts(run: Run) -> list[str]:
    return [asked["path"] for asked in run.requests("software_heritage") if asked["method"] == "POST"]


def rows(run: Run) -> dict[str, tuple[str, str]]:
    return {row[0]: (row[1], row[2]) for row in run.rows("SELECT folded, state, swhid FROM save_request")}


@pytest.fixture(scope="module")
def cycled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The place of the store after one cycle with archiving off, which the first test makes."""
    return tmp_path_factory.mktemp("cycled") / "tracker.db"


@pytest.fixture
def opened(world: World, start_run_at: StartRun, tmp_path: Path, cycled: Path, without_site: None) -> World:
    """Three papers with open code in two repositories, one of them with a folder, and one with code under no licence,
    after one cycle with archiving off."""
    world.paper(1, OURS.format("Tool"))
    world.paper(2, "Our code is available at https://github.com/ann/tool/tree/main/sub.")
    world.paper(3, OURS.format("other"))
    world.paper(4, OURS.format("unlicensed"))
    for name in ("Tool", "other"):
        world.repository(
            f"ann/{name}", {**CODE, "sub/run.py": "print()", "LICENSE": world.mit}, default_branch="main"
        )
    world.repository("ann/unlicensed", CODE)
    store = tmp_path / "data" / "tracker.db"
    if cycled.exists():
        store.parent.mkdir(exist_ok=True)
        shutil.copy(cycled, store)
    else:
        with start_run_at(NOW) as run:
            cycle.run_cycle(run.worker)
            assert run.requests("software_heritage") == []
            assert rows(run) == {}
        if store.exists():  # a database on a server is no file
            shutil.copy(store, cycled)
    return world


def test_code_that_is_not_open_any_more_is_not_archived(opened: World, start_run_at: StartRun) -> None:
    with start_run_at(NOW, **ON) as run:
        with run.worker.store.begin() as connection:
            connection.execute(text("UPDATE verdict SET state = 'available' WHERE fact = 'code'"))
        assert save(run, 0) == []
        assert posts(run) == []


def test_code_that_opened_is_archived_once_and_shown(opened: World, start_run_at: StartRun) -> None:
    with start_run_at(NOW, **ON) as run:
        assert save(run, 0) == []
        assert sorted(posts(run)) == [
            "/origin/save/git/url/https://github.com/ann/Tool/",
            "/origin/save/git/url/https://github.com/ann/other/",
        ]
        assert {state for state, _ in rows(run).values()} == {"waiting"}
        assert run.rows("SELECT archived_copy FROM artifacts WHERE archived_copy IS NOT NULL") == []
        for minutes in (5, 11, 25, 60, 120):
            assert save(run, minutes) == []
        assert len(posts(run)) == 2
        state, swhid = rows(run)["github:ann/tool"]
        assert (state, swhid[:10]) == ("archived", "swh:1:snp:")
        copy = f"https://archive.softwareheritage.org/{swhid}"
        shown = dict(run.rows("SELECT reference || ' ' || path, archived_copy FROM artifacts"))
        assert shown["github:ann/Tool "] == shown["github:ann/Tool main/sub"] == copy
        item = items.load_item(run.worker.store, "arxiv:2606.00001")
        facts = describe_facts(build_entry(item, ""))
        assert [link["copy_url"] for link in facts["artifacts"]] == [copy]
        citation = build_citation(item)
        assert citation.software.swhid.startswith("swh:1:rev:"), "the commit that was read is more exact"
        asked = len(run.requests("software_heritage"))
        assert save(run, 600) == []
        assert len(run.requests("software_heritage")) == asked, "what ended is not followed"
        off = run.worker.settings.model_copy(update={"archive": Archive(save_code=False, saves_per_hour=9)})
        again = Cycle(replace(run.worker, settings=off), START)
        save_code(again)
        assert again.outcomes == []


def test_the_budget_of_an_hour_and_refusals(opened: World, start_run_at: StartRun) -> None:
    (opened.folder / "swh").mkdir()
    refused = {"https://github.com/ann/other": {"save_request_status": "rejected"}}
    (opened.folder / "swh/save.json").write_text(json.dumps(refused))
    with start_run_at(NOW, **(ON | {"TRACKER_ARCHIVE__SAVES_PER_HOUR": "1"})) as run:
        save(run, 0)
        assert len(posts(run)) == 1
        save(run, 59)
        assert len(posts(run)) == 1
        assert save(run, 61) == []
        assert len(posts(run)) == 2
        save(run, 400)
        assert len(posts(run)) == 2
        assert rows(run)["github:ann/other"] == ("refused", "")
        assert rows(run)["github:ann/tool"][0] == "archived"


@pytest.mark.parametrize(("kind", "made"), [("cut", 3), ("503", 4)])
def test_an_answer_that_is_lost_makes_no_second_request_where_the_first_arrived(
    opened: World, start_run_at: StartRun, kind: str, made: int
) -> None:
    with start_run_at(NOW, **ON) as run:
        order_fault(run.sandbox, "software_heritage", kind, times=2, path="/origin/save/")
        assert save(run, 0) != []
        (first,) = rows(run)
        assert rows(run) == {first: ("asked", "")}
        for minutes in (11, 25, 75, 200, 500):
            save(run, minutes)
        assert {state for state, _ in rows(run).values()} == {"archived"}
        # One answer was lost twice (a retry follows at once); only what did not arrive was asked for again.
        assert len(posts(run)) == made


def test_a_kill_after_the_request_asks_for_no_second_one(
    opened: World, start_run_at: StartRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with start_run_at(NOW, **ON) as run:
        with monkeypatch.context() as patch:
            patch.setattr(saves, "save_status", killed)
            with pytest.raises(KeyboardInterrupt):
                save(run, 0)
        assert len(posts(run)) == 1
        for minutes in (11, 25, 75, 200):
            assert save(run, minutes) == []
        assert len(posts(run)) == 2, "the other repository"
        assert {state for state, _ in rows(run).values()} == {"archived"}


def test_one_request_that_is_not_understood_keeps_no_other_waiting(opened: World, start_run_at: StartRun) -> None:
    with start_run_at(NOW, **ON) as run:
        save(run, 0)
        order_fault(run.sandbox, "software_heritage", "html", times=1, path="/origin/save/1/")
        assert "not understood" in save(run, 11)[0]
        assert save(run, 25) == []
        assert save(run, 60) == []
        assert {state for state, _ in rows(run).values()} == {"archived"}


def test_questions_become_rarer_and_end() -> None:
    moment, asked = START, 0
    while (after := plan_question(START, moment)) is not None:
        assert timedelta(minutes=10) <= after - moment <= timedelta(days=1)
        moment, asked = after, asked + 1
    assert timedelta(days=60) <= moment - START <= timedelta(days=61)
    assert asked < 75
