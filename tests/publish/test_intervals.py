"""The uncertainty of a share."""

from __future__ import annotations

from itertools import product
from math import comb
from statistics import mean

import pytest

from tracker.publish.intervals import difference_interval, wilson_interval


@pytest.mark.parametrize(
    ("hits", "size", "low", "high"),
    [
        # Newcombe (1998), Statistics in Medicine 17, table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (29, 29, 0.8830, 1.0),
        (0, 0, 0.0, 1.0),
    ],
)
def test_published_values(hits: int, size: int, low: float, high: float) -> None:
    assert wilson_interval(hits, size) == pytest.approx((low, high), abs=5e-5)


def test_intervals_cover_the_truth_at_their_level() -> None:
    size = 120
    intervals = [wilson_interval(hits, size) for hits in range(size + 1)]
    levels = []
    for truth in (step / 100 for step in range(2, 99)):
        chances = [comb(size, hits) * truth**hits * (1 - truth) ** (size - hits) for hits in range(size + 1)]
        levels.append(
            sum(chance for chance, (low, high) in zip(chances, intervals, strict=True) if low <= truth <= high)
        )
    assert mean(levels) == pytest.approx(0.95, abs=0.005)
    assert min(levels) > 0.92


def test_intervals_of_differences_cover_the_truth_at_their_level() -> None:
    before, after = 25, 40
    hits = list(product(range(before + 1), range(after + 1)))
    intervals = [difference_interval((low, before), (high, after)) for low, high in hits]
    levels = []
    for first, second in product((0.1, 0.3, 0.5, 0.8), repeat=2):
        chances = (
            comb(before, low) * first**low * (1 - first) ** (before - low)
            * comb(after, high) * second**high * (1 - second) ** (after - high)
            for low, high in hits
        )  # fmt: skip
        truth = second - first
        levels.append(
            sum(chance for chance, (low, high) in zip(chances, intervals, strict=True) if low <= truth <= high)
        )
    assert mean(levels) == pytest.approx(0.955, abs=0.01)
    assert min(levels) > 0.93
