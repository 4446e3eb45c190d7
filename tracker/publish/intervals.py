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
