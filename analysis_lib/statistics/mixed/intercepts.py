"""One grouping factor with a random level, from sums per group (floor 3).

After one pass over the rows everything is reckoned from each group's size and sums and the total
cross-products, so a million pupils cost no more than the number of their schools.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.optimize import brentq, minimize_scalar

from analysis_lib.statistics.intervals import Z95
from analysis_lib.statistics.mixed.design import Design, Floats
from analysis_lib.statistics.mixed.solution import Effects, Fixed, Likelihood, Solution, solve_fixed

# The ratio of the groups' spread to the residual spread is sought as an angle, tan(angle): from no spread
# between groups to almost no spread within them.
_STEEPEST = np.pi / 2 - 1e-4
_NODES = 61
_FAR = 20.0


@dataclass(frozen=True)
class GroupSums:
    """Sizes and column sums per group, and the cross-products within groups."""

    sizes: Floats
    sums: Floats
    within: Floats
    n: int

    @classmethod
    def of(cls, design: Design) -> GroupSums:
        """The sums of a design's first grouping factor."""
        sizes, sums = design.groups[0].sizes, design.group_sums(design.groups[0])
        between = (sums / sizes[:, None]).T @ sums
        return cls(sizes, sums, design.products - between, design.n)

    @property
    def columns(self) -> int:
        return int(self.sums.shape[1])

    @cached_property
    def squares(self) -> Floats:
        """Each group's products of column sums over its size, one flat row per group."""
        made = self.sums[:, :, None] * self.sums[:, None, :] / self.sizes[:, None, None]
        return made.reshape(len(self.sizes), -1)

    def weighted(self, ratio: Floats) -> tuple[Floats, Floats]:
        """Weighted cross-products and log-determinants, one for each ratio of spreads."""
        inflation = 1 + np.square(ratio)[:, None] * self.sizes
        between = ((1 / inflation) @ self.squares).reshape(-1, self.columns, self.columns)
        return self.within + between, np.log(inflation).sum(axis=1)


@dataclass(frozen=True)
class _Curve:
    """The deviance as a function of the angle."""

    sums: GroupSums
    likelihood: Likelihood

    def __call__(self, angle: float) -> float:
        return float(self.at(np.array([angle]))[0])

    def at(self, angles: Floats) -> Floats:
        return self.likelihood.deviance(*self.sums.weighted(np.tan(angles)))

    @cached_property
    def best(self) -> float:
        """The angle with the lowest deviance; exactly 0 when no spread between groups fits best."""
        grid = np.linspace(0, _STEEPEST, 48)
        place = int(self.at(grid).argmin())
        bounds = grid[max(place - 1, 0)], grid[min(place + 1, len(grid) - 1)]
        found = minimize_scalar(  # type: ignore[no-untyped-call]
            self, bounds=bounds, method="bounded", options={"xatol": 1e-11}
        )
        return 0.0 if self(0.0) <= found.fun + 1e-9 else float(found.x)

    def crossing(self, rise: float, *, is_upward: bool) -> float:
        """How far from the best angle the deviance has risen by ``rise``, within what is possible."""
        target, end = self(self.best) + rise, _STEEPEST if is_upward else 0.0
        if self(end) <= target:
            return end
        low, high = sorted((self.best, end))
        found = brentq(lambda angle: self(angle) - target, low, high, xtol=1e-9)  # type: ignore[no-untyped-call]
        return float(found)


def fit_intercepts(design: Design, likelihood: Likelihood) -> Solution:
    """The model with one grouping factor; its ICC has the profile likelihood's 95 % bounds."""
    sums = GroupSums.of(design)
    curve = _Curve(sums, likelihood)
    restricted = curve if likelihood.is_restricted else _Curve(sums, Likelihood(design.n, design.p, True))
    ratio = float(np.tan(curve.best))
    fixed = _fixed(sums, ratio, likelihood)
    values, error, _ = _predicted(sums, ratio, fixed)
    full = _full_error(sums, restricted, values)
    bounds = [np.sin(restricted.crossing(Z95**2, is_upward=up)) ** 2 for up in (False, True)]
    variance = np.array([[fixed.variance * ratio**2]])
    effects = Effects(values, error, np.maximum(full, error))
    return Solution(fixed, curve(curve.best), (variance,), (effects,), (float(bounds[0]), float(bounds[1])))


def _fixed(sums: GroupSums, ratio: float, likelihood: Likelihood) -> Fixed:
    weighted, _ = sums.weighted(np.array([ratio]))
    return solve_fixed(weighted[0], likelihood)


def _predicted(sums: GroupSums, ratio: float, fixed: Fixed) -> tuple[Floats, Floats, Floats]:
    """Effects with their error, coefficients taken as known, and with the coefficients' error in it."""
    pull = ratio**2 / (1 + ratio**2 * sums.sizes)
    slopes = pull[:, None] * sums.sums[:, :-1]
    values = pull * (sums.sums[:, -1] - sums.sums[:, :-1] @ fixed.beta) + 0.0
    own = fixed.variance * pull
    return values, np.sqrt(own), np.sqrt(own + np.einsum("jp,pq,jq->j", slopes, fixed.covariance, slopes))


def _full_error(sums: GroupSums, curve: _Curve, values: Floats) -> Floats:
    """The error of each effect when the variances are not known but estimated.

    The squared error is averaged over the spread ratios that the data allow, weighted by the restricted
    likelihood with a half-Cauchy prior of scale 1 on the ratio (flat in the angle). With many groups it
    equals the usual error; with few, or a variance estimated as 0, it tells what is really known.
    """
    low, high = (curve.crossing(_FAR, is_upward=up) for up in (False, True))
    angles = np.linspace(low, high, _NODES)
    deviances = curve.at(angles)
    weights = np.exp(-(deviances - deviances.min()) / 2)
    weights[[0, -1]] /= 2
    weights /= weights.sum()
    squared = np.zeros_like(values)
    for angle, weight in zip(angles, weights, strict=True):
        ratio = float(np.tan(angle))
        there, _, error = _predicted(sums, ratio, _fixed(sums, ratio, curve.likelihood))
        squared += weight * (error**2 + (there - values) ** 2)
    return np.asarray(np.sqrt(squared))
