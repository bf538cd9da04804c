"""``fit_random_intercept``: the one door to the mixed models (floor 3).

Gives coefficients, variances and likelihood as R's lme4 does, in the frame's own units, and for each group
an effect that is drawn towards the mean the more the fewer its rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from analysis_lib.errors import SkolbankError, did_you_mean
from analysis_lib.statistics.intervals import Z95, Interval
from analysis_lib.statistics.mixed.design import Design, Floats, Frame, Grouping, make_design
from analysis_lib.statistics.mixed.factors import fit_factors
from analysis_lib.statistics.mixed.intercepts import fit_intercepts
from analysis_lib.statistics.mixed.slopes import fit_slopes
from analysis_lib.statistics.mixed.solution import Effects, Likelihood, Solution, log_likelihood, no_residual

Method = Literal["REML", "ML"]


@dataclass(frozen=True)
class MixedFit:
    """A fitted mixed model, everything in the units of the frame.

    ``coefficients`` and ``standard_errors`` are indexed by ``intercept`` and the predictors' names;
    ``group_variances`` by the factors' names and, with a random slope, also ``<factor>:<slope>`` (variance)
    and ``<factor>:covariance``. ``icc`` is the share of the variance that lies between groups (both factors
    together; with a slope where the predictor is 0), ``icc_interval`` its 95 % profile interval for one
    factor. ``effects`` has a row per group, indexed by label, with two factors by factor and label:
    ``effect``, ``se`` (conditional, as lme4's ``condVar``), ``n``, ``low``, ``high``; with a slope also
    ``slope``, ``slope_se``, ``slope_low``, ``slope_high``.
    """

    coefficients: pd.Series
    standard_errors: pd.Series
    group_variances: pd.Series
    residual_variance: float
    log_likelihood: float
    icc: float
    effects: pd.DataFrame
    method: Method
    n: int
    left_out: int
    icc_interval: Interval | None = None


def fit_random_intercept(
    frame: Frame,
    outcome: str,
    predictors: Sequence[str],
    groups: str | Sequence[str],
    method: Method = "REML",
    slope: str | None = None,
) -> MixedFit:
    """Fit ``outcome ~ predictors`` with a random level for each group, by REML or ML.

    ``groups`` is a column, or two: whether they are nested or crossed the labels tell (a class ``9A`` at two
    schools is one group unless its label says otherwise). ``slope`` names a predictor whose coefficient
    varies between the groups of one factor. Rows with a missing value are left out and counted. ``low`` and
    ``high`` are 95 % bounds of the true effect: they count the uncertainty of the coefficients and, with one
    factor, of the variances too, so with few groups they are wider than 1.96 ``se``. Raises
    ``SkolbankError`` (codes ``model-…``) when there is nothing to fit.
    Source: Bates et al. (2015), JSS 67(1).
    """
    factors = [groups] if isinstance(groups, str) else list(groups)
    wanted = [predictors] if isinstance(predictors, str) else list(predictors)
    _check(wanted, factors, method, slope)
    design = make_design(frame, outcome=outcome, predictors=wanted, groups=factors)
    likelihood = Likelihood(design.n, design.p, method == "REML")
    solution = _solve(design, likelihood, slope)
    beta, covariance = design.back(solution.fixed.beta, solution.fixed.covariance)
    unit = float(design.scales[-1])
    residual = solution.fixed.variance * unit**2
    variances = _variances(design, solution, slope)
    between = float(sum(variances[name] for name in factors))
    bounds = solution.icc_bounds
    icc = between / (between + residual)
    return MixedFit(
        coefficients=pd.Series(beta, index=list(design.names)),
        standard_errors=pd.Series(np.sqrt(np.diagonal(covariance)), index=list(design.names)),
        group_variances=variances,
        residual_variance=residual,
        log_likelihood=log_likelihood(design, likelihood, solution.deviance),
        icc=icc,
        effects=_effects(design, solution, with_slope=slope is not None),
        method=method,
        n=design.n,
        left_out=design.left_out,
        icc_interval=Interval(icc, min(bounds[0], icc), max(bounds[1], icc)) if bounds else None,
    )


def _check(predictors: list[str], factors: list[str], method: str, slope: str | None) -> None:
    fault, remedy = "", ""
    if method not in ("REML", "ML"):
        fault, remedy = f"Metoden {str(method)[:20]} finns inte", "Skriv REML eller ML."
    elif len(factors) not in (1, 2) or len(set(factors)) != len(factors):
        fault, remedy = (
            "En modell har en eller två olika indelningar i grupper",
            "Ange en eller två kolumner.",
        )
    elif len(set(predictors)) != len(predictors):
        fault, remedy = "En förklarande kolumn står två gånger", "Ta bort den ena."
    elif slope is not None and len(factors) != 1:
        fault, remedy = "En lutning per grupp går att räkna för en indelning", "Ange en kolumn i groups."
    elif slope is not None and slope not in predictors:
        fault = f"Lutningen {slope[:40]} finns inte bland de förklarande kolumnerna"
        remedy = did_you_mean(slope, predictors) or "Ta med den i predictors."
    if fault:
        raise SkolbankError("model-wrong", fault, where="fit_random_intercept", remedy=remedy)


def _solve(design: Design, likelihood: Likelihood, slope: str | None) -> Solution:
    try:
        if slope is not None:
            return fit_slopes(design, likelihood, slope)
        if len(design.groups) == 2:
            return fit_factors(design, likelihood)
        return fit_intercepts(design, likelihood)
    except np.linalg.LinAlgError:
        raise no_residual() from None


def _variances(design: Design, solution: Solution, slope: str | None) -> pd.Series:
    unit = float(design.scales[-1]) ** 2
    found: dict[str, float] = {}
    for grouping, matrix in zip(design.groups, solution.variances, strict=True):
        found[grouping.name] = unit * float(matrix[0, 0])
        if slope is not None:
            found[f"{grouping.name}:{slope}"] = unit * float(matrix[1, 1])
            found[f"{grouping.name}:covariance"] = unit * float(matrix[0, 1])
    return pd.Series(found)


def _effects(design: Design, solution: Solution, *, with_slope: bool) -> pd.DataFrame:
    unit = float(design.scales[-1])
    frames = {}
    for grouping, effects in zip(design.groups, solution.effects, strict=True):
        frames[grouping.name] = _effect_frame(grouping, effects, unit, with_slope=with_slope)
    if len(frames) == 1:
        return next(iter(frames.values()))
    return pd.concat(frames, names=["factor", "label"])


def _effect_frame(grouping: Grouping, effects: Effects, unit: float, *, with_slope: bool) -> pd.DataFrame:
    values, errors, full = (
        unit * each.reshape(grouping.count, -1)
        for each in (effects.values, effects.error, effects.full_error)
    )
    columns: dict[str, Floats] = {
        "effect": values[:, 0],
        "se": errors[:, 0],
        "n": grouping.sizes.astype(np.int64),
        "low": values[:, 0] - Z95 * full[:, 0],
        "high": values[:, 0] + Z95 * full[:, 0],
    }
    if with_slope:
        columns |= {
            "slope": values[:, 1],
            "slope_se": errors[:, 1],
            "slope_low": values[:, 1] - Z95 * full[:, 1],
            "slope_high": values[:, 1] + Z95 * full[:, 1],
        }
    return pd.DataFrame(columns, index=grouping.labels.rename(grouping.name))
