"""One group of units' change against another's, with an honest interval when there are few units (floor 3).

The heart of "difference in differences": each unit gives one change and the sampling variance of it. What
else makes schools change by different amounts is learnt from the comparison units, so the interval is as wide
as the calmest and the wildest of them say it must be.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis_lib.statistics.heterogeneity import (
    between_variances,
    mixture_cdf,
    mixture_quantile,
    weighted_means,
)

Floats = npt.NDArray[np.float64]
POWER = 0.8


@dataclass(frozen=True)
class Contrast:
    """The first group's mean change minus the second's, in the outcome's own unit, with a 95 % interval.

    ``detectable`` is the smallest true difference that would be called sure four times in five.
    """

    own_change: float
    peer_change: float
    difference: float
    low: float
    high: float
    p_value: float
    detectable: float

    @property
    def excludes_zero(self) -> bool:
        return self.low > 0 or self.high < 0


def contrast(own: Floats, own_variances: Floats, peers: Floats, peer_variances: Floats) -> Contrast:
    """Compares changes of units with those of their comparison units (at least two).

    Units are weighted by how sure their changes are. The variance between units is not known but estimated
    from few, so the interval is that of a mixture over its possible values; with equal large units it is
    Student's t with one degree of freedom less than there are units in each group. Raises ``ValueError``
    when there are fewer than two comparison units.
    """
    if len(own) < 1 or len(peers) < 2:
        raise ValueError("one unit and two comparison units are needed")
    values, known = np.concatenate([own, peers]), np.concatenate([own_variances, peer_variances])
    groups = np.concatenate([np.zeros(len(own)), np.ones(len(peers))])
    between = between_variances(values, known, groups)
    own_means, own_errors = weighted_means(own, own_variances, between)
    peer_means, peer_errors = weighted_means(peers, peer_variances, between)
    means, variances = own_means - peer_means, own_errors + peer_errors
    difference = float(means.mean())
    low, high, strong = (mixture_quantile(each, means, variances) for each in (0.025, 0.975, POWER))
    below = mixture_cdf(0.0, means, variances)
    return Contrast(
        own_change=float(own_means.mean()),
        peer_change=float(peer_means.mean()),
        difference=difference,
        low=low,
        high=high,
        p_value=min(2 * min(below, 1 - below), 1.0),
        detectable=(high - low) / 2 + strong - difference,
    )


def paired_share_change(up: int, down: int, n: int) -> tuple[float, float]:
    """The change of a share in per cent and its variance, for the same ``n`` pupils measured twice.

    ``up`` did not reach it before but do now, ``down`` the other way round. Source: McNemar (1947),
    Psychometrika 12, with one half added to each count so that nobody moving is not taken for certainty.

    >>> change, variance = paired_share_change(9, 3, 40)
    >>> f"{change:.1f} {variance:.1f}"
    '15.0 73.6'
    """
    if n < 1 or min(up, down) < 0 or up + down > n:
        raise ValueError("counts of pupils who moved up and down must fit in n")
    change = (up - down) / n
    moved = (up + down + 1) / (n + 1)
    return 100 * change, 1e4 * (moved - change**2) / n
