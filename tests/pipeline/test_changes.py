"""What the worker stores of a generated world of repositories in all states.

The world changes between cycles, and the events must be exactly the changes, at their times.
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

pytestmark = pytest.mark.usefixtures("without_site")

Generate = Callable[[Path, int, int], Generator]
Subject = Any
BEGIN = datetime(2026, 6, 17, 5, 0, tzinfo=UTC)
BEFORE, BETWEEN, AFTER = 1.2, 41.4, 69.0
DAYS = (0.0, BEFORE, 3.6, 8.0, 15.0, 33.7, 35.0, 36.5, BETWEEN, 45.3, 67.5, AFTER)
"""Days of cycles; the world changes after the second cycle and before day 45 (`Generator.advance_to`)."""
PAPERS = int(os.environ.get("CHANGES_PAPERS", "240"))
"""The least number of papers; 240 include every kind of change. Set it to thousands for a run by hand."""
TICK = 0.05
"""Days that a cycle may take."""
ARRIVAL = {"code": "shipped", "data-only": "shipped", "empty": "placeholder", "placeholder": "placeholder", "readme-only": "linked", "unknown": "linked"}  # fmt: skip # one table


@pytest.fixture
def generate() -> Generate:
    """`generate(folder, seed, count)`: a generator that has written at least so many papers."""

    def make(folder: Path, seed: int, count: int) -> Generator:
        generator = Generator(folder, seed)
        generator.fill(count)
        return generator

    return make


def at(day: float) -> str:
    return f"{BEGIN + timedelta(days=day):%Y-%m-%dT%H:%M:%SZ}"


def day_of(moment: Any) -> float:
    when = datetime.fromisoformat(str(moment))
    return (when.replace(tzinfo=UTC) - BEGIN) / timedelta(days=1)


def cycle(run: Any) -> None:
    summary = run_cycle(run.worker)
    assert (summary.counts.windows_left, summary.troubles) == (0, [])


def load_artifacts(run: Any) -> dict[str, set[tuple[str, str, str]]]:
    artifacts = defaultdict(set)
    for key, *truth in run.rows("SELECT reference, outcome, content, licence_class FROM artifacts"):
        artifacts[str(key).casefold()].add((truth[0], truth[1], truth[2]))
    return artifacts


def compare_artifacts(run: Any, subjects: Sequence[Subject], moment: int) -> tuple[list[Any], list[Any], int]:
    """(wrong, unknown, total): the subjects that are stored otherwise than they are, and how many were compared."""
    artifacts, wrong, unknown, total = load_artifacts(run), [], [], 0
    for subject in subjects:
        truth, stored_truths = subject.truths[moment], artifacts.get(subject.reference.casefold(), set())
        if truth is None:
            continue
        total += 1
        if truth in stored_truths:
            continue
        # Unknown in some of the three columns and right in the others: incomplete, but not wrong.
        undecided = any(
            all(b in (a, "unknown") for a, b in zip(truth, stored_truth, strict=True))
            for stored_truth in stored_truths
        )
        (unknown if undecided else wrong).append((subject.kind, subject.reference, truth, *stored_truths))
    return wrong, unknown, total


def list_first_events(subject: Subject) -> tuple[str, ...]:
    """The kinds of events that the first check of a link adds."""
    truth = subject.truths[0]
    if subject.first is not None or truth is None:
        return subject.first or ()
    if truth[0] != "present":
        return ("found",)
    opened = truth[1:] == ("code", "osi") and not subject.reference.startswith("hf-")
    return ("found", ARRIVAL[truth[1]], *(("opened",) if opened else ()))


def compare_events(run: Any, subjects: Sequence[Subject], until: float) -> dict[str, list[Any]]:
    """The faults of these subjects' events up to a day, by kind of fault."""
    kinds = {(subject.arxiv_id, subject.reference.casefold()): subject.kind for subject in subjects}
    bounds = defaultdict(list)
    for subject in subjects:
        expected = [
            *((kind, 0.0, 0.0) for kind in list_first_events(subject)),
            *(event for event in subject.events if event[1] <= until),
        ]
        for kind, since, by in expected:
            bounds[subject.arxiv_id, subject.reference.casefold(), kind].append((since, by))
    event_days = defaultdict(list)
    faults: dict[str, list[Any]] = {"missing": [], "extra": [], "late": [], "cause": [], "gone too soon": []}
    rows = run.rows(
        "SELECT arxiv_id, reference, kind, happened_at, observed_at, cause FROM events"
        " WHERE arxiv_id IS NOT NULL ORDER BY happened_at"
    )
    for arxiv_id, reference, kind, happened, observed, cause in rows:
        key = (arxiv_id, str(reference).casefold(), kind)
        event_days[key].append(day_of(happened))
        if cause != "world":
            faults["cause"].append((*key, cause))
        if kind == "gone" and day_of(observed) - day_of(happened) < 7:
            faults["gone too soon"].append((*key, happened, observed))
    for key in bounds.keys() | event_days.keys():
        days, spans = event_days.get(key, []), sorted(bounds.get(key, []))
        detail = (kinds.get(key[:2], "another link"), *key, spans, days)
        if len(days) != len(spans):
            faults["missing" if len(days) < len(spans) else "extra"].append(detail)
        elif not all(since <= day <= by + TICK for day, (since, by) in zip(days, spans, strict=True)):
            faults["late"].append(detail)
    return {name: sorted(rows) for name, rows in faults.items() if rows}


def test_stored_state_and_events_follow_a_changing_world(
    world: World, start_run: StartRun, generate: Generate
) -> None:
    """At least 99.5 % is stored right, at most 0.5 % is unknown, nothing is wrong; and the events are exactly those
    that happened."""
    generator = generate(world.folder, 11, PAPERS)
    wrong, undecided, faults, requests = {}, {}, {}, {}
    for day in DAYS:
        generator.advance_to(day)
        with start_run(TRACKER_NOW=at(day)) as run:
            cycle(run)
            requests[day] = len(run.requests("github_api"))
            if day in (0.0, BETWEEN, AFTER):
                wrong[day], unknown, total = compare_artifacts(
                    run, generator.subjects, (0.0, BETWEEN, AFTER).index(day)
                )
                undecided[day] = unknown if len(unknown) > 0.005 * total else []
            if day in (0.0, BEFORE, BETWEEN, AFTER):
                faults[day] = compare_events(run, generator.subjects, day)
            if day == AFTER:
                roles = dict(run.rows("SELECT reference, role FROM links"))
    assert [error for day in wrong for error in wrong[day]] == []
    assert [error for day in undecided for error in undecided[day]] == []
    assert [error for day in faults for error in faults[day].items()] == []
    assert [rival for rival in generator.rivals if roles.get(rival) == "own"] == []
    assert max(requests.values()) <= max(12, PAPERS // 20), "GitHub is queried in batches"


def test_weights_of_a_gated_model_that_opens_become_available(
    world: World, start_run: StartRun, generate: Generate
) -> None:
    generator = generate(world.folder, 3, 0)
    generator.add_hub_artifact("model", "gated", "community")
    generator.add_hub_artifact("model", "gated")
    generator.write_papers()
    states = []
    for day in (0.0, 33.7):
        generator.advance_to(3.6 if day else day)
        with start_run(TRACKER_NOW=at(day)) as run:
            cycle(run)
            states.append([row[0] for row in run.rows("SELECT weights FROM papers ORDER BY arxiv_id")])
    assert states == [["gated", "gated"], ["available", "gated"]]


def test_a_repeated_cycle_adds_no_event(world: World, start_run: StartRun, generate: Generate) -> None:
    generate(world.folder, 7, 30)
    events = []
    for day in (0.0, 0.0, 0.2):
        with start_run(TRACKER_NOW=at(day)) as run:
            cycle(run)
            events.append(run.rows("SELECT id, kind, happened_at FROM events ORDER BY id"))
    assert events[0] == events[1] == events[2]


def test_artifacts_are_the_same_with_and_without_a_token(
    world: World, start_run: StartRun, generate: Generate
) -> None:
    generator = generate(world.folder, 5, 0)
    generator.fill_github()
    artifacts: dict[str, list[Any]] = {}
    # Four requests for a repository with a licence file; tiny scripts, forks and other branches cost one more each.
    bounds = {"a-token": 8, "": 5 * len(generator.subjects)}
    for token, bound in bounds.items():
        variables = {"GITHUB_TOKEN": token, "TRACKER_LIMITS__GITHUB_ANONYMOUS_PER_HOUR": "9999"}
        for day in (0.0, 40.0):
            with start_run(f"data-{token}", TRACKER_NOW=at(day), **variables) as run:
                body = json.dumps({"github_anonymous": 9999}).encode()
                urllib.request.urlopen(f"{run.sandbox.url}/_sandbox/limits", body).close()
                cycle(run)
                artifacts.setdefault(token, []).append(load_artifacts(run))
                assert len(run.requests("github_api")) <= bound
    assert artifacts["a-token"] == artifacts[""]


@pytest.mark.parametrize("fault", ["partial", "403-primary"])
def test_a_failed_check_changes_nothing(world: World, start_run: StartRun, generate: Generate, fault: str) -> None:
    generator = generate(world.folder, 9, 0)
    generator.fill_github()
    results = []
    for day, fails in ((0.0, False), (33.7, True), (34.0, False)):
        with start_run(TRACKER_NOW=at(day)) as run:
            if fails:
                run.misbehave("github_api", fault, times=10_000)
            run_cycle(run.worker)
            results.append((run.rows("SELECT id FROM events ORDER BY id"), run.states(), load_artifacts(run)))
    assert results[0] == results[1] == results[2]
