"""`kill -9` at any moment of a cycle, then the same cycle again: the public views of an undisturbed run.

Short form: ten kills on a small world. Long form: 200 over a real listing day, at least 20 inside each stage.
"""

from __future__ import annotations

import itertools
import random
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import feedparser
import pytest

from tests.faults import worlds
from tests.faults.playing import LONG, Installation, end, report
from tracker.sandbox.server import Sandbox

STAGES = ("harvest", "scan", "check", "judge", "publish")
KILLS, IN_EACH = (200, 20) if LONG else (10, 1)
OF_ONE_STORE = 15 if LONG else 10
POLL_SECONDS = 0.001
TRIES = 4


@dataclass
class Whole:
    """An undisturbed run: where its stages lie, and what it ended with."""

    installation: Installation
    spans: list[tuple[int, str, float]]
    """Number in the cycle, part of a stage, seconds."""
    killed: Counter[str] = field(default_factory=Counter)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    folder = tmp_path_factory.mktemp("kill")
    if not LONG:
        worlds.small(folder / "world")
    elif not worlds.listing_day(folder / "world"):
        worlds.generated_day(folder / "world")
    with Sandbox(folder / "world") as sandbox:
        made = Installation(sandbox, folder / "whole", days=7 if LONG else 2)
        process = made.begin("once")
        assert process.wait(300) == 0, made.said.read_text()
        made.assert_sound()
        passed = made.passed()
        spans = [
            (number, part, after - moment)
            for number, ((moment, part), (after, _)) in enumerate(itertools.pairwise(passed))
        ]
        found = Whole(made, spans)
        yield found
        report("| stage | kills |\n|---|---|")
        for stage in (*STAGES, "between", "start"):
            report(f"| {stage} | {found.killed[stage]} |")
        report(f"Cycles that had ended before they were killed: {found.killed['none']}")


@pytest.mark.parametrize("seed", range(-(-KILLS // OF_ONE_STORE)))
def test_a_killed_cycle_is_done_again(whole: Whole, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    broken = replace(whole.installation, data=tmp_path / "broken")
    plan = [_moment(whole, stage, chance) for stage in STAGES * (OF_ONE_STORE // len(STAGES))]
    # In the order of the cycle each kill finds work in hand; in any order it finds remains of later work. Judging is short:
    # where it was over before the first kill in it, no later one finds any.
    plan = sorted(plan, key=lambda one: (seed % 3 == 1 and not one[1].startswith("judge."), one))
    plan = plan if seed % 3 < 2 else chance.sample(plan, len(plan))
    seen: set[str] = set()
    for _, wanted, nth, seconds in plan:
        for tried in range(TRIES):
            # What was done before a kill is not done again, so that a stage may be over sooner than it was.
            stage = _killed(broken, wanted, nth, chance.uniform(0, seconds) / 2**tried)
            whole.killed[stage] += 1
            shown = _shown(broken)
            assert seen <= shown
            seen = shown
            if wanted.startswith(stage):
                break
    broken.once()
    broken.assert_sound(sorted(seen))
    assert broken.views() == whole.installation.views()
    name = "public/feed.xml"
    assert (broken.data / name).read_bytes() == (whole.installation.data / name).read_bytes()
    assert broken.once().out.count("0 new in the feed") == 1


def test_every_stage_was_hit(whole: Whole) -> None:
    """After the tests above; alone it kills nothing."""
    if not whole.killed:
        pytest.skip("nothing was killed")
    assert all(whole.killed[stage] >= IN_EACH for stage in STAGES), whole.killed
    assert sum(whole.killed[stage] for stage in whole.killed if stage != "none") >= KILLS


def _moment(whole: Whole, stage: str, chance: random.Random) -> tuple[int, str, int, float]:
    """A random moment inside a stage: where that is in the cycle, the part of the stage, which time of it, and how many
    seconds that takes."""
    within = [span for span in whole.spans if span[1].startswith(f"{stage}.")]
    number, part, seconds = chance.choices(within, [span[2] for span in within])[0]
    return number, part, sum(span[1] == part for span in whole.spans[: number + 1]), seconds


def _killed(broken: Installation, part: str, nth: int, seconds: float) -> str:
    """Kill a cycle so many seconds after it begins a part of a stage for the `nth` time; the stage it was in then, `none` if
    it had ended."""
    process = broken.begin("once")
    deadline = time.monotonic() + 300
    while process.poll() is None and [name for _, name in broken.passed()].count(part) < nth:
        assert time.monotonic() < deadline
        time.sleep(POLL_SECONDS)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        end(process)
        passed = broken.passed()
        return passed[-1][1].partition(".")[0] if passed else "start"
    assert process.returncode == 0, broken.said.read_text()
    return "none"


def _shown(broken: Installation) -> set[str]:
    """What a reader of the feed sees meanwhile: nothing yet, or a valid feed."""
    file = broken.data / "public" / "feed.xml"
    if not file.exists():
        return set()
    read = feedparser.parse(file.read_bytes())
    assert not read.bozo
    return {item.id for item in read.entries}
