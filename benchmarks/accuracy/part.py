"""What measuring gives: named figures, their intervals, and tables to show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

PRF = ("precision", "recall", "f1")


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the report, ready to write; `key` says where it belongs."""

    key: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(slots=True)
class Part:
    """Figures by name (`own.pooled.recall`), 90 % intervals of some of them, tables, counts of errors by class."""

    figures: dict[str, float] = field(default_factory=dict)
    intervals: dict[str, tuple[float, float]] = field(default_factory=dict)
    tables: dict[str, Table] = field(default_factory=dict)
    errors: dict[str, int] = field(default_factory=dict)

    def put(self, name: str, values: Sequence[float], parts: Sequence[str] = PRF) -> None:
        """Name several figures at once: `name.precision` and so on."""
        self.figures.update({f"{name}.{part}": value for part, value in zip(parts, values, strict=True)})

    def put_intervals(self, name: str, values: Sequence[tuple[float, float]], parts: Sequence[str] = PRF) -> None:
        """Name several intervals at once."""
        self.intervals.update({f"{name}.{part}": value for part, value in zip(parts, values, strict=True)})

    def show(self, key: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Add a table."""
        self.tables[key] = Table(key, tuple(header), tuple(tuple(row) for row in rows))

    def join(self, other: Part) -> None:
        """Take over what another part holds."""
        self.figures |= other.figures
        self.intervals |= other.intervals
        self.tables |= other.tables
        self.errors |= other.errors

    def cell(self, name: str) -> str:
        """A figure, with its interval where there is one."""
        if name not in self.intervals:
            return number(self.figures[name])
        low, high = self.intervals[name]
        return f"{number(self.figures[name])} ({number(low)} to {number(high)})"


def number(value: float) -> str:
    """A figure as it is written everywhere: three places."""
    return f"{value:.3f}"
