"""A generated world of repositories in all states, whose truth its generator knows, and what the worker makes of
it.

Then the world changes between cycles, and the events told must be exactly the changes, at their times.
"""

from __future__ import annotations

import json
import os
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline.changes_generator import Generator
from tests.pipeline.run import StartRun
from tests.pipeline.world import World
from tracker.pipeline.cycle import run_cycle

Generate = Callable[[Path, int, int], Generator]
Subject = Any
BEGIN = datetime(2026, 6, 17, 5, 0, tzinfo=UTC)
BEFORE, BETWEEN, AFTER = 1.2, 41.4, 69.0
DAYS = (0.0, BEFORE, 3.6, 8.0, 15.0, 33.7, 35.0, 36.5, BETWEEN, 45.3, 67.5, AFTER)
"""Days of cycles; the world changes after the second one and before day 45 (the generator's `turn`)."""
PAPERS = int(os.environ.get("CHANGES_PAPERS", "240"))
"""How many at least; every kind of change stands in 240. Set it to thousands for a run by hand."""
TICK = 0.05
"""Days that a cycle may take."""
ARRIVAL = {"code": "shipped", "data-only": "shipped", "empty": "placeholder", "placeholder": "placeholder", "readme-only": "linked"}  # fmt: skip # one table


@pytest.fixture
def generate() -> Generate:
    """`generate(folder, seed, count)`: a generator that has written at least so many papers."""

    def make(folder: Path, seed: int, count: int) -> Generator:
        made = Generator(folder, seed)
        made.fill(count)
        return made

    return make


def at(day: float) -> str:
    return f"{BEGIN + timedelta(days=day):%Y-%m-%dT%H:%M:%SZ}"


def day_of(moment: Any) -> float:
    when = datetime.fromisoformat(str(moment))
    return (when.replace(tzinfo=UTC) - BEGIN) / timedelta(days=1)


def cycle(run: Any) -> None:
    summary = run_cycle(run.worker)
    assert (summary.counts.windows_left, summary.troubles) == (0, [])


def stored(run: Any) -> dict[str, set[tuple[str, str, str]]]:
    known = defaultdict(set)
    for key, *truth in run.rows("SELECT reference, outcome, content, licence_class FROM artifacts"):
        known[str(key).casefold()].add((truth[0], truth[1], truth[2]))
    return known


def differing(run: Any, subjects: Sequence[Subject], moment: int) -> tuple[list[Any], list[Any], int]:
    """(wrong, unknown, how many in all): what is stored otherwise than it is."""
    known, wrong, unknown, compared = stored(run), [], [], 0
    for subject in subjects:
        truth, found = subject.truths[moment], known.get(subject.reference.casefold(), set())
        if truth is None:
            continue
        compared += 1
        if truth in found:
            continue
        # Said to be unknown in one of the three, and right in the others: not told, but not wrong.
        careful = any(all(b in (a, "unknown") for a, b in zip(truth, each, strict=True)) for each in found)
        (unknown if careful else wrong).append((subject.kind, subject.reference, truth, *found))
    return wrong, unknown, compared


def first_look(subject: Subject) -> tuple[str, ...]:
    """What the first look at a link tells."""
    truth = subject.truths[0]
    if subject.first is not None or truth is None:
        return subject.first or ()
    if truth[0] != "present":
        return ("found",)
    opened = truth[1:] == ("code", "osi") and not subject.reference.startswith("hf-")
    return ("found", ARRIVAL[truth[1]], *(("opened",) if opened else ()))


def compared(run: Any, subjects: Sequence[Subject], until: float) -> dict[str, list[Any]]:
    """What is amiss with the events of these subjects, told of the days until then."""
    kinds = {(subject.arxiv_id, subject.reference.casefold()): subject.kind for subject in subjects}
    bounds = defaultdict(list)
    for subject in subjects:
        expected = [
            *((kind, 0.0, 0.0) for kind in first_look(subject)),
            *(each for each in subject.events if each[1] <= until),
        ]
        for kind, since, by in expected:
            bounds[subject.arxiv_id, subject.reference.casefold(), kind].append((since, by))
    seen = defaultdict(list)
    amiss: dict[str, list[Any]] = {"missing": [], "extra": [], "late": [], "cause": [], "gone too soon": []}
    rows = run.rows(
        "SELECT arxiv_id, reference, kind, happened_at, observed_at, cause FROM events"
        " WHERE arxiv_id IS NOT NULL ORDER BY happened_at"
    )
    for arxiv_id, reference, kind, happened, observed, cause in rows:
        key = (arxiv_id, str(reference).casefold(), kind)
        seen[key].append(day_of(happened))
        if cause != "world":
            amiss["cause"].append((*key, cause))
        if kind == "gone" and day_of(observed) - day_of(happened) < 7:
            amiss["gone too soon"].append((*key, happened, observed))
    for key in bounds.keys() | seen.keys():
        told, wanted = seen.get(key, []), sorted(bounds.get(key, []))
        shown = (kinds.get(key[:2], "another link"), *key, wanted, told)
        if len(told) != len(wanted):
            amiss["missing" if len(told) < len(wanted) else "extra"].append(shown)
        elif not all(since <= day <= by + TICK for day, (since, by) in zip(told, wanted, strict=True)):
            amiss["late"].append(shown)
    return {name: sorted(rows) for name, rows in amiss.items() if rows}


def test_a_changing_world_is_told_as_it_is(world: World, start_run: StartRun, generate: Generate) -> None:
    """At least 99.5 % of all stored as it is, at most 0.5 % unknown, none wrong; and exactly the events that
    happened."""
    made = generate(world.folder, 11, PAPERS)
    wrong, unsure, amiss, asked = {}, {}, {}, {}
    for day in DAYS:
        made.turn(day)
        with start_run(TRACKER_NOW=at(day)) as run:
            cycle(run)
            asked[day] = len(run.requests("github_api"))
            if day in (0.0, BETWEEN, AFTER):
                wrong[day], unknown, every = differing(run, made.subjects, (0.0, BETWEEN, AFTER).index(day))
                unsure[day] = unknown if len(unknown) > 0.005 * every else []
            if day in (0.0, BEFORE, BETWEEN, AFTER):
                amiss[day] = compared(run, made.subjects, day)
            if day == AFTER:
                roles = dict(run.rows("SELECT reference, role FROM links"))
    assert [error for day in wrong for error in wrong[day]] == []
    assert [error for day in unsure for error in unsure[day]] == []
    assert [error for day in amiss for error in amiss[day].items()] == []
    assert [rival for rival in made.rivals if roles.get(rival) == "own"] == []
    assert max(asked.values()) <= max(12, PAPERS // 20), "GitHub is asked in batches"


def test_a_gate_that_opens_is_seen(world: World, start_run: StartRun, generate: Generate) -> None:
    made = generate(world.folder, 3, 0)
    made.hub("model", "gated", "community")
    made.hub("model", "gated")
    made.flush()
    states = []
    for day in (0.0, 33.7):
        made.turn(3.6 if day else day)
        with start_run(TRACKER_NOW=at(day)) as run:
            cycle(run)
            states.append([row[0] for row in run.rows("SELECT weights FROM papers ORDER BY arxiv_id")])
    assert states == [["gated", "gated"], ["available", "gated"]]


def test_a_cycle_repeated_tells_nothing_new(world: World, start_run: StartRun, generate: Generate) -> None:
    generate(world.folder, 7, 30)
    told = []
    for day in (0.0, 0.0, 0.2):
        with start_run(TRACKER_NOW=at(day)) as run:
            cycle(run)
            told.append(run.rows("SELECT id, kind, happened_at FROM events ORDER BY id"))
    assert told[0] == told[1] == told[2]


def test_with_and_without_a_token_the_same_is_seen(world: World, start_run: StartRun, generate: Generate) -> None:
    made = generate(world.folder, 5, 0)
    made.fill_github()
    found: dict[str, list[Any]] = {}
    most = {"a-token": 8, "": 4 * len(made.subjects)}
    for token, bound in most.items():
        plan = {"GITHUB_TOKEN": token, "TRACKER_LIMITS__GITHUB_ANONYMOUS_PER_HOUR": "9999"}
        for day in (0.0, 40.0):
            with start_run(f"data-{token}", TRACKER_NOW=at(day), **plan) as run:
                body = json.dumps({"github_anonymous": 9999}).encode()
                urllib.request.urlopen(f"{run.sandbox.url}/_sandbox/limits", body).close()
                cycle(run)
                found.setdefault(token, []).append(stored(run))
                assert len(run.requests("github_api")) <= bound
    assert found["a-token"] == found[""]


@pytest.mark.parametrize("fault", ["partial", "403-primary"])
def test_what_could_not_be_seen_has_not_happened(
    world: World, start_run: StartRun, generate: Generate, fault: str
) -> None:
    made = generate(world.folder, 9, 0)
    made.fill_github()
    told = []
    for day, misbehaves in ((0.0, False), (33.7, True), (34.0, False)):
        with start_run(TRACKER_NOW=at(day)) as run:
            if misbehaves:
                run.misbehave("github_api", fault, times=10_000)
            run_cycle(run.worker)
            told.append((run.rows("SELECT id FROM events ORDER BY id"), run.states(), stored(run)))
    assert told[0] == told[1] == told[2]
