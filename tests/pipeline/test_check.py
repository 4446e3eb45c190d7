"""Checking goes on where this program breaks off at one artifact, of which nothing is known then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.pipeline.run import StartRun
from tests.pipeline.test_read import OURS
from tests.pipeline.world import CODE, MIT, World
from tracker.domain.artifacts import Reference
from tracker.hosts.resolve import HOSTS
from tracker.pipeline import check, cycle

pytestmark = pytest.mark.usefixtures("without_site")

NAMES = ("one", "two", "three")
BAD = "github:ann/two"


def break_in_decision(monkeypatch: pytest.MonkeyPatch) -> None:
    decide = check.decide_check_licence

    def broken(seen: Any, link: Reference, rules: Any) -> Any:
        if link.key == BAD and seen.reason == "":
            raise RecursionError
        return decide(seen, link, rules)

    monkeypatch.setattr(check, "decide_check_licence", broken)


def break_in_host(monkeypatch: pytest.MonkeyPatch) -> None:
    github = next(host for host in HOSTS if host.name == "github")

    def broken(references: Any, *arguments: Any) -> Any:
        assert github.check_all is not None
        for link, seen in github.check_all(references, *arguments):
            if BAD in {reference.key for reference in references}:
                raise KeyError(link.key)
            yield link, seen

    hosts = [replace(github, check_all=broken) if host is github else host for host in HOSTS]
    monkeypatch.setattr(check, "HOSTS", hosts)


@pytest.mark.parametrize("break_off", [break_in_decision, break_in_host])
def test_the_others_are_checked(
    world: World,
    start_run: StartRun,
    monkeypatch: pytest.MonkeyPatch,
    break_off: Callable[[pytest.MonkeyPatch], None],
) -> None:
    for number, name in enumerate(NAMES, 1):
        world.repository(f"ann/{name}", {**CODE, "LICENSE": MIT})
        world.paper(number, OURS.format(name))
    with start_run() as run:
        with monkeypatch.context() as patch:
            break_off(patch)
            cycle.run_cycle(run.worker)
        checks = run.rows(
            "SELECT reference, outcome, reason FROM artifacts WHERE reference LIKE 'github:ann/%' ORDER BY reference"
        )
        assert [(reference, outcome) for reference, outcome, _ in checks] == [
            ("github:ann/one", "present"), ("github:ann/three", "present"), (BAD, "unknown"),
        ]  # fmt: skip
        assert checks[-1][2].startswith("the program broke off (")
        assert run.rows("SELECT count(*) FROM open_papers") == [(2,)]
        assert run.rows("SELECT code FROM papers WHERE arxiv_id = '2606.00002'") == [("unknown",)]
