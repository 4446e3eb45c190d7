"""What a person sees: progress as bars or log lines, and results as tables, CSV or JSON."""

from __future__ import annotations

import csv
import json
import logging
import sys
import time
from collections.abc import Iterable, Sequence
from itertools import islice
from types import TracebackType
from typing import Any

LINE_SECONDS = 10.0
"""Least time between two log lines of one stage's progress."""


class LogProgress:
    """Progress as log lines: at most one every ten seconds for each stage, and one at its end."""

    def __init__(self) -> None:
        self._last: dict[str, float] = {}
        self._began: dict[str, tuple[float, int]] = {}

    def step(self, stage: str, done: int, total: int | None = None) -> None:
        """Report that `done` of `total` steps of `stage` are done."""
        now = time.monotonic()
        since, before = self._began.setdefault(stage, (now, done))
        if done < before:  # the stage runs again
            since, before = self._began[stage] = (now, done)
        if done == total or now - self._last.get(stage, 0.0) >= LINE_SECONDS:
            self._last[stage] = now
            of_total = f" of {total}" if total is not None else ""
            if total is not None and before < done < total:
                minutes = (now - since) / (done - before) * (total - done) / 60
                of_total += f", about {max(1, round(minutes))} min left"
            logging.getLogger("tracker").info("%s: %s%s", stage, done, of_total, extra={"stage": stage})


class BarProgress:
    """Progress as bars on a terminal; a context manager."""

    def __init__(self) -> None:
        from rich.progress import (  # slow to import
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        self._bars = Progress(
            TextColumn("{task.description:>24}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
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
        """Report that `done` of `total` steps of `stage` are done."""
        from rich.progress import TaskID  # slow to import

        if stage not in self._tasks:
            self._tasks[stage] = self._bars.add_task(stage, total=total)
        self._bars.update(TaskID(self._tasks[stage]), completed=done, total=total)


TABLE_ROWS = 500
"""Rows of one table; a longer result is printed as several tables, so that memory stays flat."""
CONTROLS = dict.fromkeys((*range(32), *range(127, 160)), "�") | dict.fromkeys((9, 10, 13), " ")
"""What `str.translate` puts in place of control characters: a space for tabs and line ends."""


def print_rows(names: Sequence[str], rows: Iterable[Sequence[Any]], form: str) -> None:
    """Print a result row by row as `table`, `csv` (RFC 4180 but for its line ends), `json` (an array of objects)
    or `jsonl` (an object a line, jsonlines.org).

    In JSON, a blob is written as hexadecimal digits, and a repeated column name gets a number.
    """
    if form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(names)
        writer.writerows(rows)
    elif form in ("json", "jsonl"):
        before, between, after = ("[", ",\n", "]\n") if form == "json" else ("", "\n", "\n")
        keys, is_first = _unique(names), True
        for row in rows:
            lead = before if is_first else between
            sys.stdout.write(lead + json.dumps(dict(zip(keys, row, strict=True)), default=_as_text))
            is_first = False
        if not is_first or form == "json":
            sys.stdout.write(after if not is_first else "[]\n")
    else:
        _print_tables(names, rows)


def _unique(names: Sequence[str]) -> list[str]:
    """The column names as keys of an object, in which no key may come twice."""
    keys: list[str] = []
    for name in names:
        number, key = 1, name
        while key in keys:
            number += 1
            key = f"{name}_{number}"
        keys.append(key)
    return keys


def _as_text(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def _print_tables(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    from rich.console import Console  # slow to import
    from rich.table import Column, Table
    from rich.text import Text

    console, remaining = Console(width=None if sys.stdout.isatty() else 200), iter(rows)
    block = list(islice(remaining, TABLE_ROWS))
    while True:
        table = Table(*(Column(Text(name.translate(CONTROLS))) for name in names), show_lines=False)
        for row in block:
            # Text without control characters, not markup: what papers say must not style a terminal.
            table.add_row(*(Text("" if value is None else str(value).translate(CONTROLS)) for value in row))
        console.print(table)
        block = list(islice(remaining, TABLE_ROWS))
        if not block:
            return
