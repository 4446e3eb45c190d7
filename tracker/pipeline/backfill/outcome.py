"""What a backfill did and could not do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

MOST_NAMED = 1_000
"""Troubles that are named one by one; a file that is something else altogether would name millions."""


@dataclass(slots=True)
class BackfillOutcome:
    """Counts of what was done, by name; each trouble is named to `report` as a sentence, and counted."""

    report: Callable[[str], None]
    counts: Counter[str] = field(default_factory=Counter)
    troubles: int = 0

    def add_trouble(self, sentence: str) -> None:
        """Name what could not be read; the rest goes on."""
        self.troubles += 1
        if self.troubles <= MOST_NAMED:
            self.report(sentence)
        elif self.troubles == MOST_NAMED + 1:
            self.report(f"more than {MOST_NAMED:,} such troubles; the others are only counted")
