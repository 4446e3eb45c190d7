"""A cycle that another process ends or pauses; and two cycles at a time."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable

import pytest

from tests.faults.playing import LONG, Installation, end, later

NewInstallation = Callable[[str], Installation]
PAUSE_SECONDS = 65.0 if LONG else 1.0
"""Long form: longer than the upstreams keep a connection open."""


def _wait_for_part(broken: Installation, part: str) -> None:
    """Wait until the running cycle is in a part of a stage."""
    deadline = time.monotonic() + 120
    while part not in [name for _, name in broken.stages_passed()]:
        assert time.monotonic() < deadline
        time.sleep(0.001)


@pytest.mark.parametrize(
    "part",
    ["check.check.github"]
    if not LONG
    else ["harvest.harvest", "scan.read", "check.check.github", "judge.judge", "publish.publish", "scan.full_text"]
    * 3,
)
def test_a_cycle_ends_in_order_on_sigterm(new: NewInstallation, undisturbed: Installation, part: str) -> None:
    broken = new("ended")
    process = broken.begin("once")
    _wait_for_part(broken, part)
    time.sleep(random.Random(part).uniform(0, 0.05))
    code = end(process, signal.SIGTERM)
    output = broken.output.read_text()
    assert "Traceback" not in output
    assert code == 0 or "tracker: " in output, (code, output)
    broken.once()
    broken.assert_sound()
    assert broken.views() == undisturbed.views()


@pytest.mark.parametrize(
    "part", ["scan.full_text"] if not LONG else ["harvest.harvest", "check.check.github", "scan.full_text"]
)
def test_a_cycle_goes_on_after_a_pause_and_the_next_is_a_day_later(
    new: NewInstallation, undisturbed: Installation, part: str
) -> None:
    broken = new("paused")
    process = broken.begin("once")
    _wait_for_part(broken, part)
    process.send_signal(signal.SIGSTOP)
    time.sleep(PAUSE_SECONDS)
    assert process.poll() is None
    process.send_signal(signal.SIGCONT)
    assert process.wait(120) == 0, broken.output.read_text()
    broken.assert_sound(undisturbed.feed())
    assert broken.states() == undisturbed.states()
    broken.once(later(24))
    broken.assert_sound(undisturbed.feed())


def test_two_workers_on_one_store_do_the_work_once(new: NewInstallation, undisturbed: Installation) -> None:
    both = new("both")
    first, second = both.begin("once"), both.begin("once")
    assert first.wait(120) == 0
    assert second.wait(120) == 0
    both.assert_sound()
    assert both.views() == undisturbed.views()
    paths = [request["path"] for request in both.requests("arxiv_site")]
    assert len(paths) == len(set(paths))
