"""What every kind of mixed model hands back, and the deviance they all minimise (floor 3).

With the random effects eliminated a model is known by the cross-products of its columns weighted by the
inverse variance and by a log-determinant; likelihood, coefficients and residual variance follow from those.
Source: Bates, Mächler, Bolker & Walker (2015), Journal of Statistical Software 67(1), section 3.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import minimize

from analysis_lib.errors import SkolbankError
from analysis_lib.statistics.mixed.design import Design, Floats

PERFECT = 1e-12


@dataclass(frozen=True)
class Likelihood:
    """How a deviance is counted: of how many rows and coefficients, restricted (REML) or not (ML)."""

    n: int
    p: int
    is_restricted: bool

    @property
    def degrees(self) -> int:
        """What the residual sum of squares is divided by."""
        return self.n - self.p if self.is_restricted else self.n

    def deviance(self, weighted: Floats, log_determinant: Floats) -> Floats:
        """Minus two log likelihood in scaled units; one for each cross-product matrix of a stack."""
        root = np.linalg.cholesky(weighted)
        diagonal = np.diagonal(root, axis1=-2, axis2=-1)
        residual = np.maximum(diagonal[..., -1] ** 2, PERFECT * self.n)
        found = log_determinant + self.degrees * (1 + np.log(2 * np.pi * residual / self.degrees))
        if self.is_restricted:
            found = found + 2 * np.log(diagonal[..., :-1]).sum(axis=-1)
        return np.asarray(found)


@dataclass(frozen=True)
class Fixed:
    """Coefficients, their covariance over the residual variance, and the residual variance (scaled)."""

    beta: Floats
    inverse: Floats
    variance: float

    @property
    def covariance(self) -> Floats:
        return self.variance * self.inverse


def solve_fixed(weighted: Floats, likelihood: Likelihood) -> Fixed:
    """The coefficients that weighted cross-products give.

    Raises ``model-no-residual`` when the predictors and groups explain the outcome altogether.
    """
    root = np.linalg.cholesky(weighted)
    if root[-1, -1] ** 2 <= 10 * PERFECT * likelihood.n:
        raise no_residual()
    upper = root[:-1, :-1]
    inverse = np.linalg.inv(upper @ upper.T)
    return Fixed(
        np.linalg.solve(upper.T, root[-1, :-1]), inverse, float(root[-1, -1] ** 2) / likelihood.degrees
    )


def no_residual() -> SkolbankError:
    """The refusal of a model that leaves nothing to chance."""
    return SkolbankError(
        "model-no-residual",
        "Modellen förklarar varje värde exakt, så det finns ingen slump att räkna osäkerhet på",
        where="uppgifterna till modellen",
        remedy="Se efter att utfallet inte är uträknat ur de förklarande kolumnerna.",
    )


@dataclass(frozen=True)
class Effects:
    """The effects of one grouping factor in scaled units, one row per group.

    ``error`` is the spread of an effect when coefficients and variances are taken as known (lme4's
    conditional standard deviation), ``full_error`` when their uncertainty is counted too. With a random
    slope ``values`` and the errors have two columns: level and slope.
    """

    values: Floats
    error: Floats
    full_error: Floats


@dataclass(frozen=True)
class Solution:
    """A fitted model in the units of its ``Design``.

    ``variances`` holds, for each factor, the covariance matrix of its effects (1 x 1, with a slope 2 x 2).
    """

    fixed: Fixed
    deviance: float
    variances: tuple[Floats, ...]
    effects: tuple[Effects, ...]
    icc_bounds: tuple[float, float] | None = field(default=None)


def log_likelihood(design: Design, likelihood: Likelihood, deviance: float) -> float:
    """The log likelihood in the frame's own units, with all constants, as lme4 states it."""
    found = deviance + 2 * likelihood.degrees * float(np.log(design.scales[-1]))
    if likelihood.is_restricted:
        found += 2 * design.log_scale
    return -found / 2


def lowest(function: Callable[[Floats], float], starts: list[Floats]) -> Floats:
    """Where a smooth function of a few numbers is lowest, started from several places.

    Quasi-Newton steps find the valley, a simplex then settles its floor; both are deterministic.
    """
    found = [
        minimize(function, start, method="BFGS", options={"gtol": 1e-2})  # type: ignore[no-untyped-call]
        for start in starts
    ]
    best = min(found, key=lambda each: float(each.fun))
    reach = np.maximum(1e-3 * np.abs(best.x), 1e-4)
    simplex = np.vstack([best.x, best.x + np.diag(reach)])
    options = {"initial_simplex": simplex, "xatol": 1e-7, "fatol": 1e-9, "maxfev": 2000}
    settled = minimize(  # type: ignore[no-untyped-call]
        function, best.x, method="Nelder-Mead", options=options
    )
    return np.asarray(settled.x if settled.fun <= best.fun else best.x, dtype=float)


def lowest_near(function: Callable[[Floats], float], start: Floats) -> Floats | None:
    """The same for a costly function of two numbers near its lowest place: a few Newton steps.

    None when the function is not shaped like a bowl there; then ``lowest`` must search.
    """
    here, value, width = start, function(start), 0.02
    for _ in range(10):
        reach = width * np.maximum(np.abs(here), 0.05)
        one, other = np.diag(reach)
        around = [function(here + each) for each in (one, -one, other, -other, one + other)]
        slope = np.array([around[0] - around[1], around[2] - around[3]]) / (2 * reach)
        bend = np.empty((2, 2))
        bend[0, 0] = (around[0] + around[1] - 2 * value) / reach[0] ** 2
        bend[1, 1] = (around[2] + around[3] - 2 * value) / reach[1] ** 2
        bend[0, 1] = bend[1, 0] = (around[4] - around[0] - around[2] + value) / (reach[0] * reach[1])
        if not (np.isfinite(bend).all() and bend[0, 0] > 0 and np.linalg.det(bend) > 0):
            return None
        step = -np.linalg.solve(bend, slope)
        gain = -float(slope @ step) / 2
        if gain < 1e-7:
            return here
        step /= max(1.0, float(np.max(np.abs(step) / np.maximum(0.5 * np.abs(here), 0.05))))
        there = function(here + step)
        if there > value:
            return here if gain < 1e-5 else None
        here, value, width = here + step, there, 0.004
    return None
