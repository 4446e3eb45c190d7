"""What the service does while nothing is due: few statements, and no request for what cannot have changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from tests.pipeline.run import Run, StartRun
from tests.pipeline.world import World
from tracker.pipeline import cycle

OURS = "Our code is available at https://github.com/ann/{}."


@contextmanager
def counted_statements(run: Run) -> Iterator[list[str]]:
    """The statements that reach the store meanwhile."""
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        found.append(statement)

    engine = run.worker.store.engine
    event.listen(engine, "before_cursor_execute", note)
    yield found
    event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("papers", [3, 30])
def test_the_cost_of_idling_does_not_grow_with_the_papers(world: World, start_run: StartRun, papers: int) -> None:
    for number in range(1, papers + 1):
        world.paper(number, OURS.format(f"tool{number % 3}"))
    for number in range(3):
        world.repository(f"ann/tool{number}", {"train.py": "print()", "LICENSE": world.mit})
    with start_run() as run:
        cycle.run_cycle(run.worker)
        cycle.run_due_work(run.worker)
        asked = {name: len(run.requests(name)) for name in ("arxiv_api", "arxiv_site", "github_api")}
        with counted_statements(run) as due:
            cycle.run_due_work(run.worker)
        with counted_statements(run) as round_of_reading:
            cycle.run_reading_round(run.worker)
        assert {name: len(run.requests(name)) for name in asked} == asked
        assert len(due) <= 420, (len(due), len(round_of_reading))
        assert len(round_of_reading) <= 40, len(round_of_reading)
