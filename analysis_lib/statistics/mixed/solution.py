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


def lowest(function: Callable[[Floats], float], starts: list[Floats], *, is_costly: bool = False) -> Floats:
    """Where a smooth function of a few numbers is lowest, started from several places.

    Quasi-Newton steps find the valley, a simplex then settles its floor; both are deterministic. A costly
    function, one of many groups, is sharp enough to be settled more coarsely.
    """
    found = [
        minimize(function, start, method="BFGS", options={"gtol": 1e-2})  # type: ignore[no-untyped-call]
        for start in starts
    ]
    best = min(found, key=lambda each: float(each.fun))
    reach = np.maximum(1e-3 * np.abs(best.x), 1e-4)
    simplex = np.vstack([best.x, best.x + np.diag(reach)])
    nearness, depth = (1e-4, 1e-5) if is_costly else (1e-7, 1e-9)
    options = {"initial_simplex": simplex, "xatol": nearness, "fatol": depth, "maxfev": 2000}
    settled = minimize(  # type: ignore[no-untyped-call]
        function, best.x, method="Nelder-Mead", options=options
    )
    return np.asarray(settled.x if settled.fun <= best.fun else best.x, dtype=float)
