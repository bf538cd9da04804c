"""Likvärdighet: how much of a result hangs on which unit a pupil goes to (floor 3).

Between-unit share, spread, sex gap and segregation of background, each with an interval, so that chance in
small units is not read as inequality.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis_lib.errors import SkolbankError
from analysis_lib.statistics.heterogeneity import between_variances
from analysis_lib.statistics.intervals import Interval, mean_difference
from analysis_lib.statistics.mixed import fit_random_intercept

Floats = npt.NDArray[np.float64]
_DRAWS = 2000
_SEED = 20260701


@dataclass(frozen=True)
class UnitSpread:
    """How far the units lie from each other: estimates with 95 % bounds, in the measure's own unit."""

    between_share: Interval
    range: Interval
    deviation: Interval
    units: int
    n: int


def between_unit_share(pupils: pd.DataFrame, outcome: str, unit: str) -> Interval:
    """The share of the variance between pupils that lies between units (ICC, 0-1), profile bounds.

    For results that are reached or not (0 and 1) it is the share on that scale. Raises ``model-…`` errors.
    """
    found = fit_random_intercept(pupils, outcome, [], unit).icc_interval
    if found is None:
        raise AssertionError("a model with one factor has bounds of its ICC")
    return found


def unit_spread(pupils: pd.DataFrame, outcome: str, unit: str) -> UnitSpread:
    """Between-unit share, the gap between the highest and the lowest unit, and the units' true deviation.

    The gap and the deviation are those of the units' effects, drawn to the mean, not of raw means, which lie
    far apart by chance alone in small units; the gap's bounds come from simulating the effects within their
    errors. Raises ``model-…`` errors when there is nothing to compare.
    """
    fit = fit_random_intercept(pupils, outcome, [], unit)
    if fit.icc_interval is None:
        raise AssertionError("a model with one factor has bounds of its ICC")
    effects = fit.effects
    error = ((effects["high"] - effects["low"]) / 2).to_numpy(dtype=float) / 1.959963984540054
    rng = np.random.default_rng(_SEED)
    drawn = effects["effect"].to_numpy() + error * rng.standard_normal((_DRAWS, len(effects)))
    ranges = drawn.max(axis=1) - drawn.min(axis=1)
    value = float(effects["effect"].max() - effects["effect"].min())
    low, high = (float(each) for each in np.quantile(ranges, [0.025, 0.975]))
    share = fit.icc_interval
    spread = [_deviation(each, fit.residual_variance) for each in (share.value, share.low, share.high)]
    return UnitSpread(
        between_share=share,
        range=Interval(value, min(low, value), high),
        deviation=Interval(*spread),
        units=len(effects),
        n=fit.n,
    )


def deviation_between(values: npt.ArrayLike, variances: npt.ArrayLike) -> Interval:
    """How far units typically lie from each other beyond chance: a standard deviation in the values' own
    unit.

    ``values`` and their sampling ``variances`` are one per unit, as released. The lower bound is 0 where the
    whole spread can be chance. Source: ``heterogeneity.between_variances``. Raises ``equity-few-units`` with
    fewer than two units.

    >>> deviation_between([50, 50.2, 49.8, 50.1, 49.9], [25.0] * 5).low
    0.0
    """
    seen, known = np.asarray(values, dtype=float), np.asarray(variances, dtype=float)
    if seen.size < 2:
        raise SkolbankError(
            "equity-few-units", "Det behövs minst två enheter för att jämföra dem", where="likvärdighet"
        )
    found = np.sqrt(np.maximum(between_variances(seen, known), 0))
    low, middle, high = (float(each) for each in np.quantile(found, [0.025, 0.5, 0.975]))
    return Interval(middle, low, high)


def sex_gap(pupils: pd.DataFrame, outcome: str, sex: str = "sex") -> Interval:
    """Girls' mean minus boys' mean with Welch's bounds; rows without ``F`` or ``P`` are left out.

    Raises ``equity-one-sex`` with fewer than two girls or two boys.
    """
    values = {code: pupils.loc[pupils[sex] == code, outcome].dropna().to_numpy(dtype=float) for code in "FP"}
    if min(each.size for each in values.values()) < 2:
        raise SkolbankError(
            "equity-one-sex",
            "Det behövs minst två flickor och två pojkar för att jämföra dem",
            where=f"kolumnen {sex}",
        )
    sums = [
        float(part) for each in values.values() for part in (each.sum(), np.square(each).sum(), each.size)
    ]
    return mean_difference(*sums)


def dissimilarity(members: npt.ArrayLike, totals: npt.ArrayLike) -> Interval:
    """The share (0-1) of a group that would have to change unit for all units to be alike, less chance.

    ``members`` are the group's pupils per unit, ``totals`` all pupils. The index rises by chance in small
    units, so the units' shares are drawn together until they spread as much as ``background_share_between``
    says that they truly do; its bounds give the index its bounds. Source: Duncan & Duncan (1955).
    """
    inside, outside = _two_groups(members, totals)
    sizes = inside + outside
    mean = inside.sum() / sizes.sum()
    deviations = inside / sizes - mean
    found = float((sizes * np.abs(deviations)).sum() / sizes.sum() / (2 * mean * (1 - mean)))
    seen = float((sizes * deviations**2).sum() / sizes.sum())
    share = background_share_between(members, totals)
    ratios = [np.sqrt(part * mean * (1 - mean) / seen) if seen else 0.0 for part in _parts(share)]
    value, low, high = (float(min(found * ratio, 1.0)) for ratio in ratios)
    return Interval(value, low, high)


def background_share_between(members: npt.ArrayLike, totals: npt.ArrayLike) -> Interval:
    """The share (0-1) of the variance of a background that lies between units, chance taken off.

    0 when units are mixed like lots drawn, 1 when each unit holds only one kind. The bounds come from a
    bootstrap of the pupils in each unit, its own excess taken off.
    """
    inside, outside = _two_groups(members, totals)
    sizes = inside + outside
    observed = float(_variance_share(inside, sizes))
    rng = np.random.default_rng(_SEED)
    share = inside / np.where(sizes > 0, sizes, 1)
    drawn = rng.binomial(sizes.astype(np.int64), share, size=(_DRAWS, sizes.size)).astype(float)
    again = np.array(_variance_share(drawn, sizes))
    low, high = _bounds(again - (again.mean() - observed))
    value = float(np.clip(observed, 0, 1))
    return Interval(value, float(np.clip(low, 0, value)), float(np.clip(high, value, 1)))


def _deviation(share: float, residual: float) -> float:
    return float(np.sqrt(residual * share / (1 - share))) if share < 1 else float("inf")


def _two_groups(members: npt.ArrayLike, totals: npt.ArrayLike) -> tuple[Floats, Floats]:
    inside, sizes = np.asarray(members, dtype=float), np.asarray(totals, dtype=float)
    fits = inside.shape == sizes.shape and np.isfinite(inside).all() and np.isfinite(sizes).all()
    if not fits or (inside < 0).any() or (inside > sizes).any():
        raise SkolbankError(
            "equity-counts",
            "Antal i gruppen ska ligga mellan 0 och alla elever för varje enhet",
            where="segregation",
        )
    used = sizes > 0
    if used.sum() < 2 or not 0 < inside.sum() < sizes.sum():
        raise SkolbankError(
            "equity-one-group",
            "Det behövs minst två enheter och elever både i och utanför gruppen",
            where="segregation",
        )
    return inside[used], (sizes - inside)[used]


def _parts(interval: Interval) -> tuple[float, float, float]:
    return interval.value, interval.low, interval.high


def _variance_share(inside: Floats, sizes: Floats) -> Floats:
    """Between-unit share of a 0/1 variable by analysis of variance (can fall below 0 by chance)."""
    n, units = sizes.sum(), sizes.size
    share, mean = inside / sizes, inside.sum(axis=-1, keepdims=True) / n
    between = (sizes * (share - mean) ** 2).sum(axis=-1) / (units - 1)
    within = (sizes * share * (1 - share)).sum(axis=-1) / (n - units) if n > units else between * 0
    typical = (n - (sizes**2).sum() / n) / (units - 1)
    spread = (between - within) / typical
    return np.asarray(spread / np.maximum(spread + within, 1e-12))


def _bounds(values: Floats) -> tuple[float, float]:
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)
