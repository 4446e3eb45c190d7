"""Runs one command of `tracker`, and writes to the file of FAULT_STAGES which part of which stage begins and when, one a
line, at once: `1234.5 scan.full_texts`. At the place of FAULT_STAND it stops itself, until SIGCONT or its end comes from outside.
FAULT_BUSY_SECONDS is how long a lock is waited for.

The program itself tells a stage only now and then; a test that wants to know in which one it killed needs every change.
The stages are the issue's: harvest, scan, check, judge, publish.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from tracker.cli import app
from tracker.pipeline import check, cycle, harvest, notify, promises, publish, read
from tracker.store import engine

STAGES = {
    "harvest": [(harvest, "harvest"), (harvest, "changes")],
    "scan": [(read, name) for name in ("listings", "read", "records", "full_texts", "project_pages")],
    "check": [(check, "check"), (check, "copies"), (promises, "watch")],
    "judge": [(cycle, "judge")],
    "publish": [(publish, "publish"), (publish, "write_site"), (notify, "tell")],
}


_inside = ["between.stages"]
_passed: list[str] = []


def place(passed: Sequence[str]) -> str:
    """Where in a cycle the last of these parts lies: after how many judgings, the part, and its which time since then. A
    cycle that finds work done passes fewer parts than a first one, but judges as often."""
    judged = [number for number, part in enumerate(passed) if part == "judge.judge"]
    since = passed[judged[-1] :] if judged else passed
    return f"{len(judged)} {passed[-1]} {since.count(passed[-1])}"


def _note(log: int) -> None:
    os.write(log, f"{time.monotonic():.4f} {_inside[-1]}\n".encode())
    _passed.append(_inside[-1])
    if place(_passed) == os.environ.get("FAULT_STAND"):
        os.kill(os.getpid(), signal.SIGSTOP)


def _telling(work: Callable[..., Any], stage: str, log: int) -> Callable[..., Any]:
    def told(*args: Any, **named: Any) -> Any:
        _inside.append(stage)
        _note(log)
        try:
            return work(*args, **named)
        finally:
            _inside.pop()
            _note(log)

    return told


def main() -> int:
    """As `python -m tracker` does."""
    log = os.open(os.environ["FAULT_STAGES"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stage, works in STAGES.items():
        for module, name in works:
            setattr(module, name, _telling(getattr(module, name), f"{stage}.{name}", log))
    if os.environ.get("FAULT_BUSY_SECONDS"):
        engine.BUSY_SECONDS = float(os.environ["FAULT_BUSY_SECONDS"])  # type: ignore[assignment] # a short minute
    _note(log)
    return app.run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
