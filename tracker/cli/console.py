"""What a person sees while work goes on: progress bars on a terminal, log lines elsewhere."""

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
"""Least time between two progress lines of one stage where there is no terminal."""


class LogProgress:
    """Progress as log lines, at most one a stage every ten seconds."""

    def __init__(self) -> None:
        self._last: dict[str, float] = {}

    def step(self, stage: str, done: int, total: int | None = None) -> None:
        """`done` of `total` in `stage`."""
        now = time.monotonic()
        if done == total or now - self._last.get(stage, 0.0) >= LINE_SECONDS:
            self._last[stage] = now
            told = f" of {total}" if total is not None else ""
            logging.getLogger("tracker").info("%s: %s%s", stage, done, told, extra={"stage": stage})


class BarProgress:
    """Progress as bars on a terminal; a context manager."""

    def __init__(self) -> None:
        from rich.progress import (  # slow to import
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
        )

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
        from rich.progress import TaskID  # slow to import

        if stage not in self._tasks:
            self._tasks[stage] = self._bars.add_task(stage, total=total)
        self._bars.update(TaskID(self._tasks[stage]), completed=done, total=total)


TABLE_ROWS = 500
"""Rows of one table; a longer result is a sequence of tables, so that memory stays flat."""
CONTROLS = dict.fromkeys((*range(32), *range(127, 160)), "�") | {
    9: " ",
    10: " ",
    13: " ",
}


def print_rows(names: Sequence[str], rows: Iterable[Sequence[Any]], form: str) -> None:
    """Print a result, as it comes: `table`, `csv` (RFC 4180 but for its line ends), `json` (an array of objects)
    or `jsonl` (an object a line, jsonlines.org). In JSON, a blob is its hexadecimal digits, and a column name that
    comes again gets a number."""
    if form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(names)
        writer.writerows(rows)
    elif form in ("json", "jsonl"):
        before, between, after = ("[", ",\n", "]\n") if form == "json" else ("", "\n", "\n")
        keys, is_first = _apart(names), True
        for row in rows:
            lead = before if is_first else between
            sys.stdout.write(lead + json.dumps(dict(zip(keys, row, strict=True)), default=_plain))
            is_first = False
        if not is_first or form == "json":
            sys.stdout.write(after if not is_first else "[]\n")
    else:
        _print_tables(names, rows)


def _apart(names: Sequence[str]) -> list[str]:
    """Column names without repetition: two columns of one name would be one key."""
    apart: list[str] = []
    for name in names:
        number, unique = 1, name
        while unique in apart:
            number += 1
            unique = f"{name}_{number}"
        apart.append(unique)
    return apart


def _plain(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def _print_tables(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    from rich.console import Console  # slow to import
    from rich.table import Column, Table  # as above
    from rich.text import Text  # as above

    console, left = Console(width=None if sys.stdout.isatty() else 200), iter(rows)
    block = list(islice(left, TABLE_ROWS))
    while True:
        shown = Table(*(Column(Text(name.translate(CONTROLS))) for name in names), show_lines=False)
        for row in block:
            # Text without control characters, not markup: what papers say must not style a terminal.
            shown.add_row(*(Text("" if value is None else str(value).translate(CONTROLS)) for value in row))
        console.print(shown)
        block = list(islice(left, TABLE_ROWS))
        if not block:
            return
