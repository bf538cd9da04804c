"""One grouping factor with a random level and a random slope (floor 3).

From each group's size, sums and sums of squares of the slope's predictor; level and slope may vary together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis_lib.statistics.mixed.design import Design, Floats
from analysis_lib.statistics.mixed.solution import Effects, Likelihood, Solution, lowest, solve_fixed


@dataclass(frozen=True)
class SlopeSums:
    """Per group the products of (1, slope predictor) with itself and with every column; the totals."""

    own: Floats
    crossed: Floats
    products: Floats

    @classmethod
    def of(cls, design: Design, place: int) -> SlopeSums:
        """The sums of a design whose column ``place`` has the random slope."""
        crossed = np.stack(
            [
                design.group_sums(design.groups[0]),
                design.group_sums(design.groups[0], design.columns[place]),
            ],
            axis=1,
        )
        own = np.stack([crossed[:, :, 0], crossed[:, :, place]], axis=2)
        return cls(own, crossed, design.products)

    def weighted(self, factor: Floats) -> tuple[Floats, float, Floats, Floats]:
        """Weighted cross-products and log-determinant; per group the inner inverse and turned products."""
        inner = np.eye(2) + factor.T @ self.own @ factor
        (a, b), (_, d) = inner[:, 0].T, inner[:, 1].T
        determinant = a * d - b * b
        inverse = np.empty_like(inner)
        inverse[:, 0, 0], inverse[:, 1, 1] = d / determinant, a / determinant
        inverse[:, 0, 1] = inverse[:, 1, 0] = -b / determinant
        turned = factor.T @ self.crossed
        taken = np.einsum("jaq,jar->qr", turned, inverse @ turned)
        return self.products - taken, float(np.log(determinant).sum()), inverse, turned


def fit_slopes(design: Design, likelihood: Likelihood, slope: str) -> Solution:
    """The model with a random level and a random slope of ``slope``."""
    place = design.names.index(slope)
    sums = SlopeSums.of(design, place)

    def deviance(theta: Floats) -> float:
        weighted, log_determinant, _, _ = sums.weighted(_factor(theta))
        try:
            return float(likelihood.deviance(weighted, np.asarray(log_determinant)))
        except np.linalg.LinAlgError:
            return np.inf

    starts = [np.array(start) for start in ((0.5, 0.0, 0.3), (1.0, 0.0, 1.0), (0.3, 0.1, 0.05))]
    theta = lowest(deviance, starts)
    factor = _factor(theta)
    weighted, _, inverse, turned = sums.weighted(factor)
    fixed = solve_fixed(weighted, likelihood)
    # Effects in units of (1, raw slope predictor): the level is that at 0 of the frame's own predictor.
    turn = np.array([[1.0, -design.means[place] / design.scales[place]], [0.0, 1 / design.scales[place]]])
    lean = turn @ factor @ inverse @ turned
    values = lean[:, :, -1] - lean[:, :, :-1] @ fixed.beta
    own = fixed.variance * (turn @ factor) @ inverse @ (turn @ factor).T
    around = own + lean[:, :, :-1] @ fixed.covariance @ lean[:, :, :-1].transpose(0, 2, 1)
    error, full = (np.sqrt(np.diagonal(each, axis1=1, axis2=2)) for each in (own, around))
    covariance = fixed.variance * turn @ factor @ factor.T @ turn.T
    return Solution(fixed, deviance(theta), (covariance,), (Effects(values, error, full),))


def _factor(theta: Floats) -> Floats:
    # The sign of a column changes nothing, so the search needs no bounds.
    return np.array([[theta[0], 0.0], [theta[1], theta[2]]])
