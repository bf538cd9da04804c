"""Whether pupils moved up or down among all (floor 3): normal curve equivalents and growth percentiles."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import bdtr, stdtrit

from analysis_lib.statistics.value_added.estimates import estimates, matched
from analysis_lib.statistics.value_added.expected import prior_bands
from analysis_lib.statistics.value_added.rules import ValueAddedRules, load_value_added_rules

NCE_SCALE = 21.063


def nce(values: pd.Series) -> pd.Series:
    """Normal curve equivalents within the population: mean 50, standard deviation 21.063.

    Where all are equal everyone stands at 50.
    """
    spread = float(values.std(ddof=0))
    if not spread > 0:
        return values * 0.0 + 50.0
    return 50 + NCE_SCALE * (values - values.mean()) / spread


def relative_position(
    frame: pd.DataFrame, *, outcome: str, prior: str, unit: str, rules: ValueAddedRules | None = None
) -> pd.DataFrame:
    """Each unit's mean change in NCE, the growth index (gain over its error) and its band.

    ``band`` counts from -2 to 2: beyond one and two standard errors. With fewer than two pupils there is no
    error and no bounds. Source: EVAAS' gain model; the bands are a convention.
    """
    both, coverage = matched(frame, outcome=outcome, prior=prior, unit=unit)
    gain = nce(both[outcome]) - nce(both[prior])
    groups = gain.groupby(both[unit])
    n = groups.size()
    error: pd.Series = groups.std(ddof=1) / np.sqrt(n)
    reach = pd.Series(stdtrit(np.maximum(n - 1, 1), 0.975), index=n.index)
    found = estimates(groups.mean(), error, n, coverage.loc[n.index], reach=reach, rules=rules)
    index = found["estimate"] / found["se"].where(found["se"] > 0)
    band = np.select([index <= -2, index < -1, index >= 2, index > 1], [-2, -1, 2, 1], default=0)
    return found.assign(growth_index=index, band=band)


def growth_percentiles(
    frame: pd.DataFrame, *, outcome: str, prior: str, unit: str, rules: ValueAddedRules | None = None
) -> pd.DataFrame:
    """Each unit's median percentile among pupils with a like start, with bounds from order statistics.

    A pupil's percentile is the middle rank of the result within the band of like starts, 0-100. Columns:
    ``median``, ``low``, ``high``, ``n``, ``level`` (mean NCE of the outcome) and ``quadrant``: level and
    growth each ``high`` or ``low`` against 50, or empty where the growth's bounds hold 50. With fewer than
    six pupils no bounds exist.
    """
    known = rules or load_value_added_rules()
    both, _ = matched(frame, outcome=outcome, prior=prior, unit=unit)
    bands = prior_bands(both[prior], least=known.least_band)
    ranks = both[outcome].groupby(bands)
    percentile = 100 * (ranks.rank(method="average") - 0.5) / ranks.transform("size")
    level = nce(both[outcome]).groupby(both[unit]).mean()
    rows = {code: _median(np.sort(each.to_numpy())) for code, each in percentile.groupby(both[unit])}
    found = pd.DataFrame.from_dict(rows, orient="index", columns=["median", "low", "high", "n"])
    found["level"] = level
    growth = np.select([found["low"] > 50, found["high"] < 50], ["high", "low"], default="")
    standing = np.where(found["level"] >= 50, "high", "low")
    pairs = zip(standing, growth, strict=True)
    found["quadrant"] = [f"level {a}, growth {b}" if b else "" for a, b in pairs]
    return found.astype({"n": "int64"}).sort_index()


def _median(ordered: np.ndarray[tuple[int], np.dtype[np.float64]]) -> tuple[float, float, float, int]:
    """The median with its 95 % bounds: the order statistics that a fair coin leaves out."""
    n = ordered.size
    outside = int(np.searchsorted(bdtr(np.arange(n), n, 0.5), 0.025, side="right"))
    if outside == 0:
        return float(np.median(ordered)), np.nan, np.nan, n
    return float(np.median(ordered)), float(ordered[outside - 1]), float(ordered[n - outside]), n
