"""How sure a number is: 95 % intervals for shares, means and their differences (floor 3).

Every function takes counts or sums, never rows, and works on single numbers and arrays alike, so one
call serves a whole cube. A pupil group is treated as a sample of the groups the school could have had.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

Numbers: TypeAlias = float | npt.ArrayLike
Floats: TypeAlias = npt.NDArray[np.float64]

Z95 = 1.959963984540054


@dataclass(frozen=True)
class Interval:
    """An estimate with its lower and upper 95 % bound."""

    value: float
    low: float
    high: float

    @property
    def excludes_zero(self) -> bool:
        """Whether zero lies outside the bounds, so that the sign of the value is sure."""
        return self.low > 0 or self.high < 0


def wilson(k: Numbers, n: Numbers) -> tuple[Floats, Floats]:
    """The Wilson score interval for ``k`` of ``n``, as shares of 0-1; NaN where ``n`` is 0 or unknown.

    Source: Wilson (1927), JASA 22; recommended for small n by Brown, Cai & DasGupta (2001),
    Statistical Science 16.

    >>> low, high = wilson(18, 24)
    >>> f"{100 * low:.1f}-{100 * high:.1f}"
    '55.1-88.0'
    """
    counts, sizes = np.broadcast_arrays(np.asarray(k, dtype=float), np.asarray(n, dtype=float))
    sizes = np.where(sizes > 0, sizes, np.nan)
    share = counts / sizes
    weight = Z95**2 / sizes
    centre = (share + weight / 2) / (1 + weight)
    half_width = Z95 * np.sqrt(share * (1 - share) / sizes + weight / (4 * sizes)) / (1 + weight)
    low = np.where(counts == 0, np.where(np.isnan(sizes), np.nan, 0.0), np.maximum(centre - half_width, 0))
    high = np.where(counts == sizes, 1.0, np.minimum(centre + half_width, 1))
    return low, high


def mean_interval(total: Numbers, total_sq: Numbers, n: Numbers) -> tuple[Floats, Floats]:
    """Student's t interval for a mean, from the sum and the sum of squares; NaN where ``n`` < 2.

    >>> low, high = mean_interval(30, 190, 5)  # 4, 5, 6, 7, 8
    >>> f"{low:.2f}-{high:.2f}"
    '4.04-7.96'
    """
    sums, squares, sizes = _sums(total, total_sq, n)
    mean = sums / sizes
    degrees = np.where(sizes > 1, sizes - 1, np.nan)
    half_width = stdtrit(degrees, 0.975) * np.sqrt(_variance(sums, squares, sizes) / sizes)
    return mean - half_width, mean + half_width


def sums_of_interval(value: Numbers, low: Numbers, high: Numbers, n: Numbers) -> tuple[Floats, Floats]:
    """The sum and the sum of squares that a mean with this t interval has; NaN where ``n`` < 2.

    An interval that was widened before it was shown gives a larger spread: on the safe side.

    >>> total, squares = sums_of_interval(6, 4.0369, 7.9631, 5)
    >>> f"{total:.0f} {squares:.0f}"
    '30 190'
    """
    values, lows, highs, sizes = (np.asarray(each, dtype=float) for each in (value, low, high, n))
    degrees = np.where(sizes > 1, sizes - 1, np.nan)
    error = (highs - lows) / 2 / stdtrit(degrees, 0.975)
    return values * sizes, sizes * values**2 + error**2 * sizes * degrees


def share_difference(k1: float, n1: float, k2: float, n2: float) -> Interval:
    """The share ``k1/n1`` minus ``k2/n2`` (0-1) with Newcombe's hybrid score interval.

    Source: Newcombe (1998), Statistics in Medicine 17, method 10. Raises ``ValueError`` when a
    group is empty.

    >>> change = share_difference(56, 70, 48, 80)
    >>> f"{change.value:.3f} {change.low:.4f} {change.high:.4f}"
    '0.200 0.0524 0.3339'
    """
    if n1 <= 0 or n2 <= 0:
        raise ValueError("both groups need at least one member")
    p1, p2 = k1 / n1, k2 / n2
    low1, high1 = (float(bound) for bound in wilson(k1, n1))
    low2, high2 = (float(bound) for bound in wilson(k2, n2))
    value = p1 - p2
    below = float(np.hypot(p1 - low1, high2 - p2))
    above = float(np.hypot(high1 - p1, p2 - low2))
    return Interval(value, value - below, value + above)


def mean_difference(
    total1: float, total_sq1: float, n1: float, total2: float, total_sq2: float, n2: float
) -> Interval:
    """The first mean minus the second with Welch's t interval, from sums and sums of squares.

    Source: Welch (1947), Biometrika 34. Raises ``ValueError`` when a group has fewer than two members.

    >>> change = mean_difference(30, 190, 5, 15, 55, 5)  # 4-8 against 1-5
    >>> f"{change.value:.1f} {change.low:.2f} {change.high:.2f}"
    '3.0 0.69 5.31'
    """
    if n1 < 2 or n2 < 2:
        raise ValueError("both groups need at least two members")
    part1 = float(_variance(*_sums(total1, total_sq1, n1))) / n1
    part2 = float(_variance(*_sums(total2, total_sq2, n2))) / n2
    value = total1 / n1 - total2 / n2
    if part1 + part2 == 0:
        return Interval(value, value, value)
    degrees = (part1 + part2) ** 2 / (part1**2 / (n1 - 1) + part2**2 / (n2 - 1))
    half_width = float(stdtrit(degrees, 0.975)) * float(np.sqrt(part1 + part2))
    return Interval(value, value - half_width, value + half_width)


def _sums(total: Numbers, total_sq: Numbers, n: Numbers) -> tuple[Floats, Floats, Floats]:
    sums, squares, sizes = np.broadcast_arrays(
        np.asarray(total, dtype=float), np.asarray(total_sq, dtype=float), np.asarray(n, dtype=float)
    )
    return sums, squares, np.where(sizes > 0, sizes, np.nan)


def _variance(sums: Floats, squares: Floats, sizes: Floats) -> Floats:
    # n·Σx² − (Σx)² is exact in whole numbers for grade points, so equal values give exactly zero.
    spread = np.maximum(sizes * squares - sums**2, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance: Floats = spread / (sizes * (sizes - 1))
    return variance
