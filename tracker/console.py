"""What a person sees while work goes on: progress bars on a terminal, log lines elsewhere."""

from __future__ import annotations

import csv
import json
import logging
import sys
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

LINE_SECONDS = 10.0
"""Least time between two progress lines of one stage where there is no terminal."""


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, message; an error's traceback as a field of its own."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON."""
        told = {
            "at": datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            told["error"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=True)


def set_up_logs(log_format: str, *, quiet: bool = False) -> None:
    """Log to standard error: `plain`, `json`, or `auto` (plain on a terminal). `quiet` keeps warnings only."""
    plain = log_format == "plain" or (log_format == "auto" and sys.stderr.isatty())
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S") if plain else JsonLines()
    )
    logging.basicConfig(level=logging.WARNING if quiet else logging.INFO, handlers=[handler], force=True)
    # These libraries tell every request and job at the level of information; ours tells the stages.
    for name in (
        "httpx",
        "httpcore",
        "arxiv",
        "apscheduler",
        "alembic",
        "urllib3",
        "uvicorn.error",
        "uvicorn.access",
    ):
        logging.getLogger(name).setLevel(logging.WARNING)


class LogProgress:
    """Progress as log lines, at most one a stage every ten seconds."""

    def __init__(self) -> None:
        self._last: dict[str, float] = {}

    def step(self, stage: str, done: int, total: int | None = None) -> None:
        """`done` of `total` in `stage`."""
        now = time.monotonic()
        if done == total or now - self._last.get(stage, 0.0) >= LINE_SECONDS:
            self._last[stage] = now
            logging.getLogger("tracker").info("%s: %s%s", stage, done, f" of {total}" if total is not None else "")


class BarProgress:
    """Progress as bars on a terminal; a context manager."""

    def __init__(self) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415 # slow to import

        self._bars = Progress(
            TextColumn("{task.description:>24}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            transient=False,
        )
        self._tasks: dict[str, int] = {}

    def __enter__(self) -> BarProgress:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def step(self, stage: str, done: int, total: int | None = None) -> None:
        """`done` of `total` in `stage`."""
        from rich.progress import TaskID  # noqa: PLC0415 # slow to import

        if stage not in self._tasks:
            self._tasks[stage] = self._bars.add_task(stage, total=total)
        self._bars.update(TaskID(self._tasks[stage]), completed=done, total=total)


def print_rows(names: Sequence[str], rows: Iterable[Sequence[Any]], form: str) -> None:
    """Print a result as `table`, `csv` or `json` (an array of objects, written as it comes)."""
    if form == "json":
        print("[", end="")
        for number, row in enumerate(rows):
            print(
                ",\n" if number else "",
                json.dumps(dict(zip(names, row, strict=True)), default=str),
                sep="",
                end="",
            )
        print("]")
    elif form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(names)
        writer.writerows(rows)
    else:
        _print_table(names, list(rows))


def _print_table(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    from rich.console import Console  # noqa: PLC0415 # slow to import
    from rich.table import Table  # noqa: PLC0415 # as above
    from rich.text import Text  # noqa: PLC0415 # as above

    shown = Table(*names, show_lines=False)
    for row in rows:
        # Text, not markup: what papers say must not style a terminal.
        shown.add_row(*(Text("" if value is None else str(value)) for value in row))
    Console(width=None if sys.stdout.isatty() else 200).print(shown)
