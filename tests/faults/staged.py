"""Runs one command of `tracker`, and writes to the file of FAULT_STAGES which stage begins and when, one a line,
at once: `1234.5 scan.full_text`. At the place of FAULT_STAND it stops itself, until SIGCONT or its end comes from
outside. FAULT_BUSY_SECONDS is how long a lock is waited for, FAULT_MIGRATIONS a folder of revisions in place of the
program's own.

The program itself logs a stage only now and then; a test that wants to know in which one it killed needs every
change.
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
    "check": ("check", "archived_copies", "promises"),
    "judge": ("judge",),
    "publish": ("publish", "websub", "notices"),
}
"""The stages by what they do, as the kills are counted; those of a host (`check.github`) are in the group of
`check`."""
GROUP_OF = {stage: group for group, stages in GROUPS.items() for stage in stages}

_inside = ["between.stages"]
_passed: list[str] = []


def place(passed: Sequence[str]) -> str:
    """Where in a cycle the last of these stages lies: after how many judgings, the stage, and its which time since
    then. A cycle that finds work done passes fewer stages than a first one, but judges as often."""
    judged = [number for number, part in enumerate(passed) if part == "judge.judge"]
    since = passed[judged[-1] :] if judged else passed
    return f"{len(judged)} {passed[-1]} {since.count(passed[-1])}"


def _note(log: int) -> None:
    os.write(log, f"{time.monotonic():.4f} {_inside[-1]}\n".encode())
    _passed.append(_inside[-1])
    if place(_passed) == os.environ.get("FAULT_STAND"):
        os.kill(os.getpid(), signal.SIGSTOP)


def _note_stages(log: int) -> None:
    """Let every stage that is opened from now on be noted where it begins and ends."""
    open_stage = Cycle.stage

    @contextmanager
    def stage(cycle: Cycle, name: str, **options: Any) -> Iterator[Stage]:
        group = GROUP_OF.get(name.partition(".")[0])
        if group is None:
            with open_stage(cycle, name, **options) as opened:
                yield opened
            return
        _inside.append(f"{group}.{name}")
        _note(log)
        try:
            with open_stage(cycle, name, **options) as opened:
                yield opened
        finally:
            _inside.pop()
            _note(log)

    Cycle.stage = stage  # type: ignore[method-assign] # the stages themselves, and nothing else


def main() -> int:
    """As `python -m tracker` does."""
    log = os.open(os.environ["FAULT_STAGES"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    _note_stages(log)
    if os.environ.get("FAULT_BUSY_SECONDS"):
        engine.BUSY_SECONDS = float(os.environ["FAULT_BUSY_SECONDS"])  # type: ignore[assignment] # a short minute
    if os.environ.get("FAULT_MIGRATIONS"):
        upgrade.MIGRATIONS = Path(os.environ["FAULT_MIGRATIONS"])
    _note(log)
    return app.run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
