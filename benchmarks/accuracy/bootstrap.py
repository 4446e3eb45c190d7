"""Intervals of figures by drawing papers again and again with the same seed."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

DRAWS = 2_000
SEED = 2_026
SHARE = 0.90
_BITS = 32
_MASK = (1 << _BITS) - 1


def intervals(
    papers: Sequence[Sequence[int]],
    figures: Callable[[Sequence[int]], Sequence[float]],
    *,
    draws: int = DRAWS,
    seed: int = SEED,
    share: float = SHARE,
) -> list[tuple[float, float]]:
    """(low, high) of each figure over `draws` samples of as many papers, drawn with replacement.

    `papers` holds one row of counts (non-negative, below 2^16) for each paper; `figures` makes figures of
    the counts' sums. `share` is the part of the draws between low and high.
    """
    if not papers:
        return []
    width = len(papers[0])
    # Counts side by side in one integer add up in one addition, which is what makes this quick.
    packed = [sum(count << (_BITS * at) for at, count in enumerate(row)) for row in papers]
    draw = random.Random(seed)
    samples = []
    for _ in range(draws):
        total = sum(draw.choices(packed, k=len(packed)))
        samples.append(figures([(total >> (_BITS * at)) & _MASK for at in range(width)]))
    edge = round(draws * (1 - share) / 2)
    columns = [sorted(column) for column in zip(*samples, strict=True)]
    return [(column[edge], column[draws - 1 - edge]) for column in columns]
