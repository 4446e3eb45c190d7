"""What the reading stages share: the choice among mentions of one link, and scans committed in batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from tracker.detect.roles.decision import decide_roles
from tracker.detect.roles.role_rules import RoleRules
from tracker.domain.mentions import Mention
from tracker.domain.papers import Paper
from tracker.domain.terms import Place
from tracker.pipeline.context import Cycle
from tracker.store.scans import ScanResult, save_scans


def strongest_mentions(mentions: Sequence[Mention], paper: Paper, rules: RoleRules) -> tuple[Mention, ...]:
    """For each reference and place the mention that makes it likeliest the authors' own: the store keeps one of
    each."""
    strongest: dict[tuple[str, Place], Mention] = {}
    for mention in mentions:
        key = (mention.reference.folded, mention.place)
        before = strongest.setdefault(key, mention)
        if before is not mention and _probability(mention, paper, rules) > _probability(before, paper, rules):
            strongest[key] = mention
    return tuple(strongest.values())


def _probability(mention: Mention, paper: Paper, rules: RoleRules) -> float:
    return decide_roles([mention], paper, rules, pages_trusted=True)[0].probability


@contextmanager
def saved_in_batches(cycle: Cycle, size: int) -> Iterator[Callable[[ScanResult], None]]:
    """Gives a function that takes a scan, and saves every `size` of them; the rest at the end, however it
    comes."""
    batch: list[ScanResult] = []

    def save() -> None:
        if batch:
            save_scans(cycle.store, batch, cycle.rules.roles.version, cycle.now)
            batch.clear()

    def add_scan(scan: ScanResult) -> None:
        batch.append(scan)
        if len(batch) >= size:
            save()

    try:
        yield add_scan
    finally:
        save()
