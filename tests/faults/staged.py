"""Runs one command of `tracker` and logs its stages, for tests that stop it inside one.

Each line of the file FAULT_STAGES says which stage begins and when: `1234.5 scan.full_text`. The program itself logs
a stage only now and then; a test that wants to know in which one it killed needs every change.

At the place of FAULT_STOP_AT the command stops itself (SIGSTOP), until another process sends SIGCONT or ends it.
FAULT_BUSY_SECONDS is how long a lock is waited for, FAULT_MIGRATIONS a folder of revisions in place of the program's
own.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tracker.cli import app
from tracker.pipeline.context import Cycle
from tracker.pipeline.stage import Stage
from tracker.store import engine, upgrade

GROUPS = {
    "harvest": ("harvest", "versions", "rss"),
    "scan": ("hub_lists", "read", "hub_records", "full_text", "project_pages"),
    "check": ("check", "archived_copies", "save_code", "promises", "account_releases"),
    "judge": ("judge",),
    "publish": ("publish", "websub", "notices", "webhooks"),
}
"""The groups of stages by which kills are counted; the stage of a host (`check.github`) is in the group `check`."""
GROUP_OF = {stage: group for group, stages in GROUPS.items() for stage in stages}

_inside = ["between.stages"]
_passed: list[str] = []


def place(passed: Sequence[str]) -> str:
    """The place in a cycle of the last of these stages: how many times works were judged before, the stage, and
    how often it came since.

    A cycle that finds work done passes fewer stages than a first one, and judges only once where it reads nothing.
    """
    judged = [number for number, part in enumerate(passed) if part == "judge.judge"]
    since = passed[judged[-1] :] if judged else passed
    return f"{len(judged)} {passed[-1]} {since.count(passed[-1])}"


def _log_stage(log: int) -> None:
    os.write(log, f"{time.monotonic():.4f} {_inside[-1]}\n".encode())
    _passed.append(_inside[-1])
    if place(_passed) == os.environ.get("FAULT_STOP_AT"):
        os.kill(os.getpid(), signal.SIGSTOP)


def _log_stages(log: int) -> None:
    """Write to the log where each stage begins and ends, from now on."""
    open_stage = Cycle.stage

    @contextmanager
    def stage(cycle: Cycle, name: str, **options: Any) -> Iterator[Stage]:
        group = GROUP_OF.get(name.partition(".")[0])
        if group is None:
            with open_stage(cycle, name, **options) as opened:
                yield opened
            return
        _inside.append(f"{group}.{name}")
        _log_stage(log)
        try:
            with open_stage(cycle, name, **options) as opened:
                yield opened
        finally:
            _inside.pop()
            _log_stage(log)

    Cycle.stage = stage  # type: ignore[method-assign] # the stages themselves, and nothing else


def main() -> int:
    """Run a command like `python -m tracker` does."""
    log = os.open(os.environ["FAULT_STAGES"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    _log_stages(log)
    if os.environ.get("FAULT_BUSY_SECONDS"):
        engine.BUSY_SECONDS = float(os.environ["FAULT_BUSY_SECONDS"])  # type: ignore[assignment] # a short minute
    if os.environ.get("FAULT_MIGRATIONS"):
        upgrade.MIGRATIONS = Path(os.environ["FAULT_MIGRATIONS"])
    _log_stage(log)
    return app.run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
