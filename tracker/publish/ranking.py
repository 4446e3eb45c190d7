"""The one order of pages of a day and of digests: what shipped, then kept promises; pure. Feeds of papers are by date."""

from __future__ import annotations

from collections.abc import Iterable

from tracker.domain.items import Item
from tracker.domain.terms import Fact, State

ORDER = (
    "Papers with open code and weights come first, then those with open code and data or a demo, then code alone; "
    "in each group kept promises come first, then the newest."
)
"""The order, in a sentence for readers."""


def rank(item: Item) -> tuple[int, ...]:
    """The place of a paper among others: smaller is earlier. Papers of one rank keep the order they have."""
    opened = {verdict.fact for verdict in item.verdicts if verdict.state is State.OPEN}
    shipped = 2
    if Fact.WEIGHTS in opened:
        shipped = 0
    elif opened & {Fact.DATA, Fact.DEMO}:
        shipped = 1
    return (int(item.withdrawn or Fact.CODE not in opened), shipped, int(not item.kept_promise))


def ranked(items: Iterable[Item]) -> list[Item]:
    """Papers, given with the newest first, in their order."""
    return sorted(items, key=rank)
