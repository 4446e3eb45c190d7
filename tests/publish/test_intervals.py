"""The uncertainty of a share."""

from __future__ import annotations

from math import comb
from statistics import mean

import pytest

from tracker.publish.intervals import wilson_interval


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
