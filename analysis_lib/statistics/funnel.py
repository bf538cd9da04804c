"""How far from the common value units of each size land by chance alone: limits of a funnel (floor 3).

Small schools always lie at both ends of a list. A funnel shows that chance does it, and names only those
outside the limits. Source: Spiegelhalter (2005), Statistics in Medicine 24.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import bdtr, bdtrik, ndtri

from analysis_lib.errors import SkolbankError

Floats = npt.NDArray[np.float64]
LEVELS = (0.95, 0.998)
Method = Literal["exact", "wilson"]


def funnel_limits(
    share: float, sizes: npt.ArrayLike, *, level: float = 0.95, method: Method = "exact"
) -> tuple[Floats, Floats]:
    """The lower and upper limit (0-1) around the common ``share`` (0-1) for groups of these sizes.

    ``exact``: binomial quantiles, interpolated between counts as Spiegelhalter does; ``wilson``: where the
    common share is just inside the group's own Wilson interval. Raises ``SkolbankError`` (``funnel-invalid``)
    for a share outside 0-1 or a size below 1.

    >>> low, high = funnel_limits(0.8, [50], method="wilson")
    >>> f"{low[0]:.3f} {high[0]:.3f}"
    '0.689 0.911'
    """
    n = np.atleast_1d(np.asarray(sizes, dtype=float))
    if not 0 <= share <= 1 or not 0 < level < 1 or not (np.isfinite(n) & (n >= 1)).all():
        raise SkolbankError("funnel-invalid", "Trattens gränser går inte att räkna: andel eller antal är fel")
    tail = (1 - level) / 2
    if method == "wilson":
        reach = -float(ndtri(tail)) * np.sqrt(share * (1 - share) / n)
        return np.maximum(share - reach, 0), np.minimum(share + reach, 1)
    low, missed = _interpolated(share, n, tail), _interpolated(1 - share, n, tail)
    return np.clip(low / n, 0, 1), np.clip(1 - missed / n, 0, 1)


def places_outside(
    share: float, counts: npt.ArrayLike, sizes: npt.ArrayLike, *, method: Method = "exact"
) -> list[str]:
    """For each group, the widest limit that it lies outside: ``99.8``, ``95`` or an empty text."""
    n = np.atleast_1d(np.asarray(sizes, dtype=float))
    own = np.atleast_1d(np.asarray(counts, dtype=float)) / n
    told = np.full(len(n), "", dtype=object)
    for level in LEVELS:
        low, high = funnel_limits(share, n, level=level, method=method)
        told[(own < low - 1e-12) | (own > high + 1e-12)] = f"{100 * level:g}"
    return [str(each) for each in told]


def _interpolated(share: float, n: Floats, probability: float) -> Floats:
    """The count below which at most that probability lies, interpolated so that limits run smoothly."""
    if share in (0.0, 1.0):
        return share * n
    count = np.ceil(np.nan_to_num(bdtrik(probability, n, share)))
    count = np.where(_below(count - 1, n, share) >= probability, count - 1, count)
    above = _below(count, n, share)
    step = above - _below(count - 1, n, share)
    inside = np.where(step > 0, (above - probability) / np.where(step > 0, step, 1), 0.0)
    found: Floats = count - np.clip(inside, 0, 1)
    return found


def _below(count: Floats, n: Floats, share: float) -> Floats:
    """The probability of at most so many; none of fewer than zero."""
    found: Floats = np.where(count < 0, 0.0, bdtr(np.maximum(count, 0), n.astype(int), share))
    return found
