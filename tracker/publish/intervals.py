"""The uncertainty of a share; pure.

Sources: Wilson (1927), "Probable inference, the law of succession, and statistical inference", JASA 22; for its choice
over others Brown, Cai and DasGupta (2001), "Interval estimation for a binomial proportion", Statistical Science 16.
"""

from __future__ import annotations

from math import sqrt

Z_95 = 1.959963984540054
"""The 0.975 quantile of the standard normal distribution."""


def wilson_interval(hits: int, size: int) -> tuple[float, float]:
    """Wilson's score interval of 95 % for the share `hits` of `size`, from 0 to 1; the whole range for an empty sample."""
    if size <= 0:
        return 0.0, 1.0
    share, square = hits / size, Z_95 * Z_95
    middle = (share + square / (2 * size)) / (1 + square / size)
    half = Z_95 / (1 + square / size) * sqrt(share * (1 - share) / size + square / (4 * size * size))
    # The ends are exact where all or none are hits; rounding would miss them by a digit.
    return (0.0 if hits == 0 else middle - half), (1.0 if hits == size else middle + half)


def difference_interval(before: tuple[int, int], after: tuple[int, int]) -> tuple[float, float]:
    """The interval of 95 % for the share of `after` less that of `before`, each as (hits, size).

    Source: Newcombe (1998), "Interval estimation for the difference between independent proportions", Statistics in
    Medicine 17, method 10: from the Wilson intervals of both. An empty sample may be anything.
    """
    if not before[1] or not after[1]:
        return -1.0, 1.0
    (low_before, high_before), (low_after, high_after) = wilson_interval(*before), wilson_interval(*after)
    share_before, share_after = before[0] / before[1], after[0] / after[1]
    difference = share_after - share_before
    down = sqrt((share_after - low_after) ** 2 + (high_before - share_before) ** 2)
    up = sqrt((high_after - share_after) ** 2 + (share_before - low_before) ** 2)
    return difference - down, difference + up
