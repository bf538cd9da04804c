"""Against pupils with the same start, and as a model with shrinkage (floor 3)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis_lib.statistics.intervals import Z95
from analysis_lib.statistics.mixed import fit_random_intercept
from analysis_lib.statistics.value_added.estimates import estimates, judged, matched
from analysis_lib.statistics.value_added.rules import ValueAddedRules, load_value_added_rules


def prior_bands(prior: pd.Series, *, least: int) -> pd.Series:
    """Each pupil's band of like starts: equal values together, neighbours merged until all hold ``least``.

    With fewer than ``least`` pupils in all there is one band. A start with many values (points) is cut
    into at most twenty bands of equal size.

    >>> prior_bands(pd.Series([1, 1, 1, 2, 3, 3, 3]), least=3).tolist()
    [0, 0, 0, 1, 1, 1, 1]
    """
    values = prior.to_numpy(dtype=float)
    distinct, codes = np.unique(values, return_inverse=True)
    if len(distinct) > 40:
        ranks = pd.Series(values).rank(method="average").to_numpy() - 1
        codes = np.minimum((ranks * 20 / len(values)).astype(np.int64), 19)
        distinct, codes = np.unique(codes, return_inverse=True)
    sizes = np.bincount(codes, minlength=len(distinct))
    band, held, bands = 0, 0, np.zeros(len(distinct), dtype=np.int64)
    for place, size in enumerate(sizes):
        if held >= least:
            band, held = band + 1, 0
        bands[place] = band
        held += int(size)
    if held < least and band > 0:
        bands[bands == band] = band - 1
    return pd.Series(bands[codes], index=prior.index)


def peer_expected(
    frame: pd.DataFrame, *, outcome: str, prior: str, unit: str, rules: ValueAddedRules | None = None
) -> pd.DataFrame:
    """Each unit's mean of: a pupil's result minus the mean of all pupils with the same start.

    ``frame`` is the whole comparison population, one row per pupil. A pupil far below is counted at most
    ``floor_deviations`` standard deviations down; ``capped`` says how many were. Bounds: 1.96 standard
    deviations of the population over the root of n. Source: the form of Progress 8 (DfE).
    """
    known = rules or load_value_added_rules()
    both, coverage = matched(frame, outcome=outcome, prior=prior, unit=unit)
    deviation, capped = peer_deviations(both[outcome], both[prior], rules=known)
    groups = deviation.groupby(both[unit])
    n = groups.size()
    error = pd.Series(float(deviation.std(ddof=1)) / np.sqrt(n.to_numpy(dtype=float)), index=n.index)
    found = estimates(groups.mean(), error, n, coverage.loc[n.index], rules=known)
    return found.assign(capped=capped.groupby(both[unit]).sum())


def peer_deviations(
    outcome: pd.Series, prior: pd.Series, *, rules: ValueAddedRules | None = None
) -> tuple[pd.Series, pd.Series]:
    """Each pupil's result minus the mean of all with the same start, and whether it was counted as less far
    down than it is. Both columns are the whole comparison population, without gaps."""
    known = rules or load_value_added_rules()
    bands = prior_bands(prior, least=known.least_band)
    deviation = outcome - outcome.groupby(bands).transform("mean")
    floor = -known.floor_deviations * float(deviation.std(ddof=0))
    return deviation.clip(lower=floor), deviation < floor


def multilevel(
    frame: pd.DataFrame,
    *,
    outcome: str,
    prior: str,
    unit: str,
    others: Sequence[str] = (),
    rules: ValueAddedRules | None = None,
) -> pd.DataFrame:
    """Each unit's effect in a mixed model with the start (and ``others``) as predictors, drawn to the mean.

    Bounds are those of ``fit_random_intercept``: they count that coefficients and variances are estimated.
    Raises ``model-…`` errors when no model can be fitted.
    """
    both, coverage = matched(frame, outcome=outcome, prior=prior, unit=unit)
    whole = both.join(frame[list(others)]) if others else both
    fit = fit_random_intercept(whole, outcome, [prior, *others], unit)
    effects = fit.effects.rename(columns={"effect": "estimate"})
    effects["se"] = (effects["high"] - effects["low"]) / (2 * Z95)
    return judged(effects.join(coverage.rename("coverage")), rules=rules)
