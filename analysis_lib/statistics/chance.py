"""How often chance alone gives such a difference: p-values that agree with the intervals (floor 3).

They are never shown. They only decide which of a report's many changes may be said (``discoveries``).
"""

from __future__ import annotations

import math

from scipy.special import ndtr, stdtr

from analysis_lib.statistics.intervals import Z95

_FARTHEST = 40.0


def share_difference_p(k1: float, n1: float, k2: float, n2: float) -> float:
    """The p-value that belongs to Newcombe's interval: below 0.05 exactly when the 95 % interval excludes 0.

    >>> f"{share_difference_p(56, 70, 48, 80):.3f}", share_difference_p(5, 10, 5, 10)
    ('0.008', 1.0)
    """
    more, less = ((k1, n1), (k2, n2)) if k1 / n1 >= k2 / n2 else ((k2, n2), (k1, n1))
    gap = more[0] / more[1] - less[0] / less[1]
    if gap == 0:
        return 1.0

    def excludes_zero(z: float) -> bool:
        below = more[0] / more[1] - _score_bound(*more, -z)
        above = _score_bound(*less, z) - less[0] / less[1]
        return gap > math.hypot(below, above)

    narrow, wide = 0.0, _FARTHEST
    for _ in range(60):
        middle = (narrow + wide) / 2
        narrow, wide = (middle, wide) if excludes_zero(middle) else (narrow, middle)
    return 2 * float(ndtr(-narrow))


def mean_difference_p(
    total1: float, total_sq1: float, n1: float, total2: float, total_sq2: float, n2: float
) -> float:
    """The two-sided p-value of Welch's t test, from sums and sums of squares as in ``mean_difference``.

    >>> f"{mean_difference_p(30, 190, 5, 15, 55, 5):.3f}"
    '0.017'
    """
    part1, part2 = (
        (n * squares - total**2) / (n * (n - 1)) / n
        for total, squares, n in ((total1, total_sq1, n1), (total2, total_sq2, n2))
    )
    part1, part2 = max(part1, 0.0), max(part2, 0.0)
    difference = total1 / n1 - total2 / n2
    if part1 + part2 == 0:
        return 1.0 if difference == 0 else 0.0
    degrees = (part1 + part2) ** 2 / (part1**2 / (n1 - 1) + part2**2 / (n2 - 1))
    return 2 * float(stdtr(degrees, -abs(difference) / math.sqrt(part1 + part2)))


def interval_p(difference: float, reach: float) -> float:
    """The two-sided p-value of a difference whose 95 % interval reaches so far to each side."""
    if reach <= 0:
        return 1.0 if difference == 0 else 0.0
    return 2 * float(ndtr(-abs(difference) / reach * Z95))


def _score_bound(k: float, n: float, z: float) -> float:
    """The lower (``z`` below 0) or upper bound of the score interval for ``k`` of ``n``."""
    share, weight = k / n, z * z / n
    reach = z * math.sqrt(share * (1 - share) / n + weight / (4 * n))
    return min(max((share + weight / 2 + reach) / (1 + weight), 0.0), 1.0)
