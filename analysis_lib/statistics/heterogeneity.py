"""How much units vary beyond the chance of their own sizes, from estimates with known errors (floor 3).

A school's change has two sources of chance: which pupils it happened to have, known from n, and what else
makes one year differ from another, which must be learnt from other schools. This module splits the two, and
keeps how unsure the second is.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import chdtri, ndtr

Floats = npt.NDArray[np.float64]
NODES = 200
CALM = 0.5
_HALVINGS = 26


def between_variances(values: Floats, variances: Floats, groups: Floats | None = None) -> Floats:
    """Equally likely values of the variance between units, given what was seen: the middle is the estimate.

    ``values`` and their sampling ``variances`` are one per unit; ``groups`` (0, 1 …) have means of their own.
    The weighted sum of squares at the true variance follows a chi-square law, so each of its quantiles gives
    one possible variance. It may be somewhat below 0, by at most half the smallest sampling variance: chance
    reckoned from n is an upper bound, and schools can differ less. Without sampling errors this is exactly
    Student's t. Source: Paule & Mandel (1982), J. Res. NBS 87; Iyer, Wang & Mathew (2004),
    JASA 99. Raises ``ValueError`` when no group has two units.
    """
    labels = _labels(values, groups)
    degrees = len(values) - len(np.unique(labels))
    if degrees < 1:
        raise ValueError("at least two units are needed in a group")
    wanted = chdtri(degrees, (np.arange(NODES) + 0.5) / NODES)
    scale = max(float(np.var(values)), float(np.max(variances)), 1e-12)
    known = np.maximum(variances, scale * 1e-9)
    least = -CALM * max(float(np.min(variances)), 0.0)
    low, high = np.full(NODES, -16.0), np.full(NODES, 16.0)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        above = _squares(values, known, labels, least + scale * 10**middle) > wanted
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    is_wide = _squares(values, known, labels, np.full(NODES, least)) > wanted
    found: Floats = np.where(is_wide, least + scale * 10 ** ((low + high) / 2), least)
    return found


def weighted_means(values: Floats, variances: Floats, between: Floats) -> tuple[Floats, Floats]:
    """The weighted mean of one group and its variance, for each possible variance between units."""
    weights = 1 / (between[:, None] + np.maximum(variances, 1e-12)[None, :])
    total = weights.sum(axis=1)
    means: Floats = (weights * values).sum(axis=1) / total
    return means, 1 / total


def mixture_cdf(point: float, means: Floats, variances: Floats) -> float:
    """The probability below ``point`` in an equal mixture of normal laws."""
    return float(ndtr((point - means) / np.sqrt(variances)).mean())


def mixture_quantile(probability: float, means: Floats, variances: Floats) -> float:
    """The point below which the given probability of an equal mixture of normal laws lies."""
    reach = 40 * float(np.sqrt(variances.max()))
    low, high = float(means.min()) - reach, float(means.max()) + reach
    for _ in range(_HALVINGS + 10):
        middle = (low + high) / 2
        is_below = mixture_cdf(middle, means, variances) < probability
        low, high = (middle, high) if is_below else (low, middle)
    return (low + high) / 2


def _squares(values: Floats, variances: Floats, labels: npt.NDArray[np.intp], between: Floats) -> Floats:
    weights = 1 / (between[:, None] + variances[None, :])
    total = np.zeros(len(between))
    for group in np.unique(labels):
        part, own = weights[:, labels == group], values[labels == group]
        mean = (part * own).sum(axis=1) / part.sum(axis=1)
        total += (part * (own - mean[:, None]) ** 2).sum(axis=1)
    return total


def _labels(values: Floats, groups: Floats | None) -> npt.NDArray[np.intp]:
    return np.zeros(len(values), dtype=np.intp) if groups is None else np.asarray(groups, dtype=np.intp)
