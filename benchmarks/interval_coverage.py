"""How often the intervals of the figures cover the truth, over many simulated years: they should in 95 of 100.

    python -m benchmarks.interval_coverage [YEARS]

The truth of a share is that of all simulated years together.
"""

from __future__ import annotations

import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from math import exp

from benchmarks.figure_truth import expected_days
from benchmarks.simulated_year import END, make_papers
from tracker.domain.evidence import PromiseWait
from tracker.publish.intervals import difference_interval, wilson_interval
from tracker.publish.survival import group_promises

PAPERS, AGE = 1000, 90
_Sizes = dict[tuple[str, str, int], tuple[int, int]]
"""(open, known) by month, category and day."""


def main(years: int) -> None:
    """Print the level of each kind of interval."""
    simulated = [_sizes(seed) for seed in range(years)]
    total: dict[tuple[str, str, int], list[int]] = defaultdict(lambda: [0, 0])
    for sizes in simulated:
        for key, (opened, known) in sizes.items():
            total[key][0] += opened
            total[key][1] += known
    truth = {key: opened / known for key, (opened, known) in total.items() if known}
    shares, changes = Counter[bool](), Counter[bool]()
    for sizes in simulated:
        for key, (opened, known) in sizes.items():
            low, high = wilson_interval(opened, known)
            shares[low <= truth[key] <= high] += 1
        for first, second in _pairs(sizes):
            low, high = difference_interval(sizes[first], sizes[second])
            changes[low <= truth[second] - truth[first] <= high] += 1
    for name, covered in {
        "shares of a month and day (Wilson)": shares,
        "changes from month to month (Newcombe)": changes,
        f"promises kept after {AGE} days (Greenwood, log-log)": _cover_promises(10 * years),
    }.items():
        print(f"{covered[True] / covered.total():.4f} of {covered.total():,} intervals cover the truth: {name}")


def _sizes(seed: int) -> _Sizes:
    sizes = {}
    for key, states in expected_days(make_papers(PAPERS, seed)).items():
        known = states.total() - states["unknown",]
        if known and key[0] < f"{END:%Y-%m}":
            sizes[key] = (states["open",], known)
    return sizes


def _pairs(sizes: _Sizes) -> Iterator[tuple[tuple[str, str, int], tuple[str, str, int]]]:
    ordered = sorted(sizes, key=lambda key: (key[1], key[2], key[0]))
    for first, second in pairwise(ordered):
        if first[1:] == second[1:]:
            yield first, second


def _cover_promises(draws: int) -> Counter[bool]:
    """Promises whose waiting has a known law, which are first seen late and are watched for a part of it."""
    chance, covered, truth = random.Random(7), Counter[bool](), 1 - exp(-AGE / 120)
    for _ in range(draws):
        waits = []
        while len(waits) < 80:
            since, until, watched = chance.uniform(0, 20), chance.expovariate(1 / 120), chance.uniform(30, 300)
            if until > since:
                end = min(until, since + watched)
                waits.append(PromiseWait(since, end, end == until, "soon"))
        step = next(row.step for row in group_promises(waits, ())[0].after if row.days == AGE)
        if step and step.interval:
            covered[step.interval[0] <= truth <= step.interval[1]] += 1
    return covered


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
