"""The floors under the figures: `floor.toml` beside this file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.accuracy.part import number

PATH = Path(__file__).with_name("floor.toml")


@dataclass(frozen=True, slots=True)
class Floor:
    """A bound on one figure: the lowest value allowed, or the highest where less is better."""

    figure: str
    bound: float
    less_is_better: bool

    def holds(self, value: float) -> bool:
        """Whether the figure keeps to its bound."""
        return value <= self.bound if self.less_is_better else value >= self.bound


def load_floors(path: Path = PATH) -> tuple[Floor, ...]:
    """All floors of a file, in its order."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return tuple(
        Floor(figure, float(bound), section == "at_most")
        for section in ("at_least", "at_most")
        for figure, bound in table[section].items()
    )


def find_fallen(floors: tuple[Floor, ...], figures: Mapping[str, float]) -> list[str]:
    """A sentence for each figure that broke its floor or is not measured any more."""
    return [
        f"{floor.figure} is {number(figures[floor.figure])}, its floor {number(floor.bound)}"
        if floor.figure in figures
        else f"{floor.figure} has a floor and is not measured"
        for floor in floors
        if floor.figure not in figures or not floor.holds(figures[floor.figure])
    ]
