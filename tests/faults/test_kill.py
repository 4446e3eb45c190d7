"""`kill -9` at any moment of a cycle, then the same cycle again: the public views of an undisturbed run.

Short form: ten kills on a small world. Long form: 200 over a real listing day, at least 20 inside each stage.
"""

from __future__ import annotations

import itertools
import random
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import feedparser
import pytest

from tests.faults import worlds
from tests.faults.playing import LONG, SECONDS, Installation, end, report, stands
from tests.faults.staged import place
from tracker.sandbox.server import Sandbox

STAGES = ("harvest", "scan", "check", "judge", "publish")
KILLS, IN_EACH = (200, 20) if LONG else (10, 1)
OF_ONE_STORE = (*STAGES * 3, "between") if LONG else STAGES * 2
"""In which stages one store's cycles are killed."""
TRIES = 4


@dataclass(frozen=True, order=True)
class Stretch:
    """What lies between two lines of a cycle's log."""

    number: int
    place: str
    seconds: float

    @property
    def part(self) -> str:
        """Like `scan.full_text`."""
        return self.place.split()[1]

    @property
    def stage(self) -> str:
        return self.part.partition(".")[0]


@dataclass
class Whole:
    """An undisturbed run: its stretches, and what it ended with."""

    installation: Installation
    stretches: list[Stretch]
    killed: Counter[str] = field(default_factory=Counter)
    """By the stage that the killed process was in, as it wrote itself."""
    again: Counter[str] = field(default_factory=Counter)
    """What had to be made again, by why."""
    stood: int = 0
    """Kills that came too late until the last try."""


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
        assert process.wait(SECONDS) == 0, made.said.read_text()
        made.assert_sound()
        passed = made.passed()
        parts = [part for _, part in passed]
        stretches = [
            Stretch(number, place(parts[: number + 1]), after - moment)
            for number, ((moment, _), (after, _)) in enumerate(itertools.pairwise(passed))
        ]
        found = Whole(made, stretches)
        yield found
        report("| stage | kills |\n|---|---|")
        for stage in (*STAGES, "between"):
            report(f"| {stage} | {found.killed[stage]} |")
        report(f"Undone and made again, by why: {dict(found.again)}")
        report(f"Killed where they stood: {found.stood}")


@pytest.mark.parametrize("seed", range(-(-KILLS // len(OF_ONE_STORE))))
def test_a_killed_cycle_is_done_again(whole: Whole, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    broken = replace(whole.installation, data=tmp_path / "broken")
    # In the order of the cycle each kill finds its work still to be done; in any order it finds remains of later work.
    plan = _chosen(whole, chance)
    plan = plan if seed % 3 < 2 else chance.sample(plan, len(plan))
    seen: set[str] = set()
    for aim in plan:
        whole.killed[_killed(whole, broken, aim, chance)] += 1
        shown = _shown(broken)
        assert seen <= shown
        seen = shown
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
    assert whole.killed.total() >= KILLS


def _chosen(whole: Whole, chance: random.Random) -> list[Stretch]:
    """Where to kill the cycles of one store, in the order of the cycle: each stretch is the likelier the longer it takes, and
    comes once while its stage has others."""
    plan: list[Stretch] = []
    for stage, times in Counter(OF_ONE_STORE).items():
        within: list[Stretch] = []
        for _ in range(times):
            within = within or [stretch for stretch in whole.stretches if stretch.stage == stage]
            # The log tells no time shorter than that.
            plan += chance.choices(within, [candidate.seconds + 0.0001 for candidate in within])
            within.remove(plan[-1])
    return sorted(plan)


def _killed(whole: Whole, broken: Installation, aim: Stretch, chance: random.Random) -> str:
    """Kill a cycle at a random moment of a stretch; the stage it was in then.

    The cycle stands still where the stretch begins, so that it does not matter how fast it came there. How long it goes on
    from there is chance. If that was too long, the kill is undone: the store from before it is put back, and the log tells
    how long the stretch takes with that store on this machine. The last try kills it where it stands.
    """
    before, where, seconds = broken.data.with_name("before"), aim.place, aim.seconds
    broken.data.mkdir(exist_ok=True)
    shutil.rmtree(before, ignore_errors=True)
    shutil.copytree(broken.data, before)
    for left in reversed(range(TRIES)):
        process = broken.begin("once", FAULT_STAND=where)
        if stands(process):
            stood, begun = len(broken.passed()), time.monotonic()
            code = _end_after(process, chance.uniform(0, seconds) if left else 0)
            assert code in {0, -signal.SIGKILL}, broken.said.read_text()
            gone = [moment for moment, part in broken.passed()[stood:] if not part.startswith(f"{aim.stage}.")]
            if code == -signal.SIGKILL and not gone:
                whole.stood += not left
                return broken.passed()[-1][1].partition(".")[0]
            seconds = (gone[0] if gone else time.monotonic()) - begun
            whole.again["too late"] += 1
        else:
            # With some work done before, the part has fewer turns.
            assert process.wait() == 0, broken.said.read_text()
            where = f"{aim.place.split()[0]} {aim.part} 1"
            whole.again["fewer turns"] += 1
        shutil.rmtree(broken.data)
        shutil.copytree(before, broken.data)
    raise AssertionError(f"no cycle came to {where}")


def _end_after(process: subprocess.Popen[bytes], seconds: float) -> int:
    """Let a process that stands still go on for so long, then kill it; 0 if it had ended well."""
    if seconds:
        process.send_signal(signal.SIGCONT)
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            pass
    return end(process)


def _shown(broken: Installation) -> set[str]:
    """What a reader of the feed sees meanwhile: nothing yet, or a valid feed."""
    file = broken.data / "public" / "feed.xml"
    if not file.exists():
        return set()
    read = feedparser.parse(file.read_bytes())
    assert not read.bozo
    return {item.id for item in read.entries}
