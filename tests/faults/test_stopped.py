"""A cycle that another process ends or pauses; and two cycles at a time."""

from __future__ import annotations

import random
import shutil
import signal
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import closing

import pytest

from tests.faults.playing import LONG, Installation, end, later, report

NewInstallation = Callable[[str], Installation]
PAUSE_SECONDS = 65.0 if LONG else 1.0
"""Long form: longer than the upstreams keep a connection open."""
MOMENTS = 50 if LONG else 3
"""How many starts of each kind of store are ended."""


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


@pytest.mark.parametrize("store", ["new", "old"])
def test_sigterm_at_any_moment_of_the_start_ends_the_service(
    new: NewInstallation, undisturbed: Installation, store: str
) -> None:
    installation, chance = new("started"), random.Random(store)
    if store == "old":
        shutil.copytree(undisturbed.data, installation.data)
    seconds = _end_at_readiness(installation)
    for _ in range(MOMENTS):
        if store == "new":
            shutil.rmtree(installation.data)
        process = installation.begin("run", TRACKER_WEB__PORT=_free_port())
        time.sleep(chance.uniform(0, 1.2 * seconds))  # the moment of the signal is what is tested
        begun = time.monotonic()
        assert end(process, signal.SIGTERM) in {0, -signal.SIGTERM, 128 + signal.SIGTERM}
        assert time.monotonic() - begun < 10
        assert "Traceback" not in installation.output.read_text()
    installation.once(later(1))  # the service's time went on, and what it planned is due after that
    installation.assert_sound(undisturbed.feed())
    assert installation.states() == undisturbed.states()
    report(f"SIGTERM at {MOMENTS} moments of the first {1.2 * seconds:.1f} s of a start, {store} store")


def _end_at_readiness(installation: Installation) -> float:
    """Start the service, end it when it answers; the seconds until then."""
    port, begun = _free_port(), time.monotonic()
    process = installation.begin("run", TRACKER_WEB__PORT=port)
    while not _answers(port):
        assert process.poll() is None, installation.output.read_text()
        assert time.monotonic() - begun < 120
        time.sleep(0.02)
    seconds = time.monotonic() - begun
    assert end(process, signal.SIGTERM) == 0
    return seconds


def _answers(port: str) -> bool:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def _free_port() -> str:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        return str(listener.getsockname()[1])
