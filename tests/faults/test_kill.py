"""`kill -9` at any moment of a cycle, then the same cycle again: the public views of an undisturbed run.

Short form: one kill in each stage on a small world. Long form: 200 over a real listing day, at least 20 inside each stage.
"""

from __future__ import annotations

import itertools
import json
import random
import re
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import feedparser
import pytest

from tests.faults import worlds
from tests.faults.playing import LONG, SECONDS, Installation, end, later, report, wait_until_stopped
from tests.faults.staged import place
from tracker.fetch.clock import make_clock
from tracker.pipeline import publish
from tracker.pipeline.context import begin_cycle
from tracker.pipeline.worker import make_worker
from tracker.sandbox.server import Sandbox
from tracker.settings import load_settings
from tracker.store.upgrade import open_store

STAGES = ("harvest", "scan", "check", "judge", "publish")
KILLS, IN_EACH = (200, 20) if LONG else (5, 1)
OF_ONE_STORE = (*STAGES * 3, "between") if LONG else STAGES
"""In which stages one store's cycles are killed."""
TRIES = 4


@dataclass(frozen=True, order=True)
class Stretch:
    """The time between two lines of a cycle's log of stages."""

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
class UndisturbedRun:
    """An undisturbed run: its installation and its stretches."""

    installation: Installation
    stretches: list[Stretch]
    killed: Counter[str] = field(default_factory=Counter)
    """Kills by stage, as the killed process logged it."""
    retries: Counter[str] = field(default_factory=Counter)
    """Kills that were repeated, by reason."""
    killed_at_stop: int = 0
    """Kills that came too late until the last try, which killed the stopped process."""


@pytest.fixture(scope="module")
def undisturbed_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UndisturbedRun]:
    folder = tmp_path_factory.mktemp("kill")
    if not LONG:
        worlds.small_world(folder / "world")
    elif not worlds.listing_day(folder / "world"):
        worlds.generated_day(folder / "world")
    with Sandbox(folder / "world") as sandbox:
        installation = Installation(sandbox, folder / "whole", days=7 if LONG else 2)
        process = installation.begin("once")
        assert process.wait(SECONDS) == 0, installation.output.read_text()
        installation.assert_sound()
        passed = installation.stages_passed()
        parts = [part for _, part in passed]
        stretches = [
            Stretch(number, place(parts[: number + 1]), after - moment)
            for number, ((moment, _), (after, _)) in enumerate(itertools.pairwise(passed))
        ]
        run = UndisturbedRun(installation, stretches)
        yield run
        report("| stage | kills |\n|---|---|")
        for stage in (*STAGES, "between"):
            report(f"| {stage} | {run.killed[stage]} |")
        report(f"Undone and repeated, by reason: {dict(run.retries)}")
        report(f"Killed while stopped: {run.killed_at_stop}")


@pytest.mark.parametrize("seed", range(-(-KILLS // len(OF_ONE_STORE))))
def test_a_killed_cycle_is_done_again(undisturbed_run: UndisturbedRun, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    broken = replace(undisturbed_run.installation, data=tmp_path / "broken")
    # In the order of the cycle each kill finds its work still to be done; in any order it finds remains of later work.
    plan = _choose_stretches(undisturbed_run, chance)
    plan = plan if seed % 3 < 2 else chance.sample(plan, len(plan))
    guids: set[str] = set()
    for aim in plan:
        undisturbed_run.killed[_kill_cycle(undisturbed_run, broken, aim, chance)] += 1
        shown = _read_guids(broken)
        assert guids <= shown
        guids = shown
    broken.once()
    broken.assert_sound(sorted(guids))
    assert broken.views() == undisturbed_run.installation.views()
    assert _read_items(broken) == _read_items(undisturbed_run.installation)
    assert _read_saved(broken) == _read_saved(undisturbed_run.installation) != []
    assert broken.once().out.count("0 new in the feed") == 1


def test_every_stage_was_hit(undisturbed_run: UndisturbedRun) -> None:
    """After the tests above; alone it kills nothing."""
    if not undisturbed_run.killed:
        pytest.skip("nothing was killed")
    assert all(undisturbed_run.killed[stage] >= IN_EACH for stage in STAGES), undisturbed_run.killed
    assert undisturbed_run.killed.total() >= KILLS


def _read_items(installation: Installation) -> list[str]:
    """The items of the main feed without their dates. A paper that a killed cycle had not reached enters after those that
    it had, and what entered at one time is dated a second apart in the order in which it entered."""
    text = (installation.data / "public" / "feed.xml").read_text(encoding="utf-8")
    items = re.findall(r"<item>.*?</item>", text, re.DOTALL)
    return sorted(re.sub(r"<pubDate>[^<]*</pubDate>", "", item) for item in items)


def _read_saved(installation: Installation) -> list[str]:
    """The names of the items of a feed of 50 saved papers, half of them open."""
    papers = "SELECT arxiv_id FROM papers WHERE code {} 'open' ORDER BY arxiv_id LIMIT 25"
    saved = sorted(row[0] for sign in ("=", "<>") for row in installation.rows(papers.format(sign)))
    loaded = load_settings(environ=installation.environment(later(1)))
    with (
        closing(open_store(loaded.store_url)) as store,
        closing(make_worker(loaded, store, make_clock(loaded))) as worker,
    ):
        publish.write_site(begin_cycle(worker))
        body = worker.composer.answer("feed.json", f"paper={','.join(saved)}").body
    assert body
    return sorted(item["id"] for item in json.loads(body)["items"])


def _choose_stretches(undisturbed_run: UndisturbedRun, chance: random.Random) -> list[Stretch]:
    """Where to kill the cycles of one store, in the order of the cycle: each stretch is the likelier the longer it takes, and
    comes once while its stage has others."""
    plan: list[Stretch] = []
    for stage, times in Counter(OF_ONE_STORE).items():
        within: list[Stretch] = []
        for _ in range(times):
            within = within or [stretch for stretch in undisturbed_run.stretches if stretch.stage == stage]
            # The log resolves no shorter time.
            plan += chance.choices(within, [candidate.seconds + 0.0001 for candidate in within])
            within.remove(plan[-1])
    return sorted(plan)


def _kill_cycle(undisturbed_run: UndisturbedRun, broken: Installation, aim: Stretch, chance: random.Random) -> str:
    """Kill a cycle at a random moment of a stretch; returns the stage that it was in.

    The cycle stops itself where the stretch begins, so that it does not matter how fast it got there, and continues
    for a random time. If that was too long, the kill is undone: the store from before is put back, and the log shows
    how long the stretch takes with that store on this machine. The last try kills the stopped process.
    """
    before, stop_place, seconds = broken.data.with_name("before"), aim.place, aim.seconds
    broken.data.mkdir(exist_ok=True)
    shutil.rmtree(before, ignore_errors=True)
    shutil.copytree(broken.data, before)
    for tries_left in reversed(range(TRIES)):
        process = broken.begin("once", FAULT_STOP_AT=stop_place)
        if wait_until_stopped(process):
            passed_before, begun = len(broken.stages_passed()), time.monotonic()
            code = _end_after(process, chance.uniform(0, seconds) if tries_left else 0)
            assert code in {0, -signal.SIGKILL}, broken.output.read_text()
            left_stage = [
                moment
                for moment, part in broken.stages_passed()[passed_before:]
                if not part.startswith(f"{aim.stage}.")
            ]
            if code == -signal.SIGKILL and not left_stage:
                undisturbed_run.killed_at_stop += not tries_left
                return broken.stages_passed()[-1][1].partition(".")[0]
            seconds = (left_stage[0] if left_stage else time.monotonic()) - begun
            undisturbed_run.retries["too late"] += 1
        else:
            # With some work done before, the part has fewer turns: where nothing is left to read, a cycle publishes once.
            assert process.wait() == 0, broken.output.read_text()
            stop_place = _last_turn(broken, aim)
            undisturbed_run.retries["fewer turns"] += 1
        shutil.rmtree(broken.data)
        shutil.copytree(before, broken.data)
    raise AssertionError(f"no cycle came to {stop_place}")


def _last_turn(broken: Installation, aim: Stretch) -> str:
    """The last place in the cycle that just ended, after no more judging than in the undisturbed run, where the part of a
    stretch came; its stage, where the part has nothing left to do in this store."""
    parts = [part for _, part in broken.stages_passed()]
    places = [place(parts[: number + 1]) for number in range(len(parts))]
    judged = int(aim.place.split()[0])
    of_stage = [
        (part, turn)
        for part, turn in zip(parts, places, strict=True)
        if part.startswith(f"{aim.stage}.") and int(turn.split()[0]) <= judged
    ]
    assert of_stage, f"a cycle had no {aim.stage} after {judged} times of judging or fewer"
    return [turn for part, turn in of_stage if part == aim.part or aim.part not in parts][-1]


def _end_after(process: subprocess.Popen[bytes], seconds: float) -> int:
    """Let a stopped process continue for so many seconds, then kill it; returns its exit code."""
    if seconds:
        process.send_signal(signal.SIGCONT)
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            pass
    return end(process)


def _read_guids(broken: Installation) -> set[str]:
    """The guids that a reader of the feed sees meanwhile; empty where there is no feed yet."""
    file = broken.data / "public" / "feed.xml"
    if not file.exists():
        return set()
    feed = feedparser.parse(file.read_bytes())
    assert not feed.bozo
    return {item.id for item in feed.entries}
