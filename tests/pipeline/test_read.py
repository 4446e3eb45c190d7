"""Reading goes on where this program breaks off at one paper: nothing is known of that paper, and it is tried again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.pipeline.run import StartRun
from tests.pipeline.test_full_text import FILLER, SILENT
from tests.pipeline.world import CODE, MIT, World
from tracker.detect.roles.decision import decide_roles
from tracker.pipeline import cycle, full_text, read
from tracker.pipeline.text_reading import read_paper_text

pytestmark = pytest.mark.usefixtures("without_site")

OURS = "Our code is available at https://github.com/ann/{}."
SECRET = "the text of an error may quote http://user:password@host"


def break_at(arxiv_id: str, work: Callable[..., Any], paper_at: int) -> Callable[..., Any]:
    """A function that works, but for one paper."""

    def broken(*arguments: Any, **options: Any) -> Any:
        if arguments[paper_at].arxiv_id == arxiv_id:
            raise ValueError(SECRET)
        return work(*arguments, **options)

    return broken


@pytest.fixture
def two(world: World) -> tuple[str, str]:
    """Two papers that ship open code."""
    for name in ("one", "two"):
        world.repository(f"ann/{name}", {**CODE, "LICENSE": MIT})
    return world.paper(1, OURS.format("one")), world.paper(2, OURS.format("two"))


@pytest.mark.parametrize(("name", "paper_at"), [("detect_paper", 0), ("decide_roles", 1)])
def test_others_are_read_and_it_is_tried_again(
    two: tuple[str, str], start_run: StartRun, monkeypatch: pytest.MonkeyPatch, name: str, paper_at: int
) -> None:
    good, bad = two
    with start_run() as run:
        with monkeypatch.context() as patch:
            patch.setattr(read, name, break_at(bad, getattr(read, name), paper_at))
            for _ in range(2):
                [trouble] = {*map(str, cycle.run_cycle(run.worker).troubles)}
                assert (
                    str(trouble)
                    == f"read: arXiv:{bad}: reading broke off by an error of this program; see its log"
                )
                assert run.rows("SELECT arxiv_id FROM open_papers") == [(good,)]
                [(state, depth)] = run.rows(f"SELECT code, read_depth FROM papers WHERE arxiv_id = '{bad}'")
                assert (state, depth) == ("unknown", None)
        assert cycle.run_cycle(run.worker).troubles == []
        assert {arxiv_id for (arxiv_id,) in run.rows("SELECT arxiv_id FROM open_papers")} == {good, bad}


def test_what_was_known_before_stays(
    two: tuple[str, str], start_run: StartRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    with start_run() as run:
        cycle.run_cycle(run.worker)
        before = run.rows("SELECT arxiv_id, opened_at FROM open_papers")
        with run.worker.store.begin() as connection:
            connection.exec_driver_sql("UPDATE scan SET rules = 'old'")
        monkeypatch.setattr(read, "decide_roles", break_at(two[0], decide_roles, 1))
        assert cycle.run_cycle(run.worker).troubles
        assert len(before) == 2
        assert run.rows("SELECT arxiv_id, opened_at FROM open_papers") == before


def test_a_full_text_that_breaks_the_program_is_read_later(
    world: World, start_run: StartRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = world.paper(1, SILENT), world.paper(2, SILENT)
    for arxiv_id in (good, bad):
        world.html(arxiv_id, FILLER)
    monkeypatch.setattr(full_text, "read_paper_text", break_at(bad, read_paper_text, 1))
    with start_run() as run:
        [trouble] = cycle.run_cycle(run.worker).troubles
        assert str(trouble) == f"full_text: arXiv:{bad}: broke off (ValueError); see the log of this program"
        assert dict(run.rows("SELECT arxiv_id, read_depth FROM papers")) == {good: "text", bad: "record"}
        assert run.rows("SELECT count(*) FROM work WHERE text_due_at IS NOT NULL") == [(1,)]
