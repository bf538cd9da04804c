"""Two grouping factors, nested or crossed (floor 3).

The factor with more groups is eliminated group by group; what is left is a system as large as the other
factor, diagonal when one is nested in the other, sparse or dense when they cross.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import sparse
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse.linalg import splu

from analysis_lib.errors import SkolbankError
from analysis_lib.statistics.mixed.design import Design, Floats
from analysis_lib.statistics.mixed.intercepts import fit_intercepts
from analysis_lib.statistics.mixed.solution import (
    Effects,
    Likelihood,
    Solution,
    lowest,
    lowest_near,
    solve_fixed,
)

_DENSE_CELLS = 40_000_000
_FULL_ENOUGH = 0.05
_THIN = 60  # a sparse multiplication costs as much as so many dense ones
_BLOCK = 256
_COSTLY = 200


@dataclass(frozen=True)
class _Remainder:
    """The smaller factor's system when the larger has been eliminated, ready to be solved."""

    solver: Any
    log_determinant: float
    size: int

    def solve(self, right: Floats) -> Floats:
        if isinstance(self.solver, np.ndarray):
            return np.asarray((right.T / self.solver).T)
        if isinstance(self.solver, tuple):
            return np.asarray(cho_solve(self.solver, right))  # type: ignore[no-untyped-call]
        return np.asarray(self.solver.solve(np.ascontiguousarray(right)))

    def inverse_forms(self, rows: Any) -> tuple[Floats, Floats]:
        """The diagonal of the inverse, and each row's quadratic form in it, some columns at a time."""
        if isinstance(self.solver, np.ndarray):
            return 1 / self.solver, np.asarray(rows.multiply(rows) @ (1 / self.solver))
        diagonal, forms = np.empty(self.size), np.zeros(rows.shape[0])
        for start in range(0, self.size, _BLOCK):
            stop = min(start + _BLOCK, self.size)
            unit = np.zeros((self.size, stop - start))
            unit[np.arange(start, stop), np.arange(stop - start)] = 1
            part = self.solve(unit)
            diagonal[start:stop] = part[np.arange(start, stop), np.arange(stop - start)]
            forms += np.asarray(rows[:, start:stop].multiply(rows @ part).sum(axis=1)).ravel()
        return diagonal, forms


@dataclass(frozen=True)
class FactorSums:
    """Sizes and sums of the larger and the smaller factor, and the rows they share."""

    sizes: tuple[Floats, Floats]
    sums: tuple[Floats, Floats]
    shared: Any
    dense: Floats | None
    products: Floats

    @classmethod
    def of(cls, design: Design, order: tuple[int, int]) -> FactorSums:
        """The sums of a design's two factors, the larger first as ``order`` says."""
        large, small = (design.groups[place] for place in order)
        cells = (np.ones(design.n), (large.codes, small.codes))
        shape = (large.count, small.count)
        shared: Any = sparse.csr_matrix(cells, shape=shape)  # type: ignore[no-untyped-call]
        shared.sum_duplicates()
        if shared.nnz == small.count == large.count:
            raise SkolbankError(
                "model-same-groups",
                "De två indelningarna är samma grupper, så deras betydelse kan inte skiljas åt",
                where=f"kolumnerna {design.groups[0].name} och {design.groups[1].name}",
                remedy="Ange bara den ena.",
            )
        return cls(
            (large.sizes, small.sizes),
            (design.group_sums(large), design.group_sums(small)),
            shared,
            shared.toarray() if _is_thick(shared) else None,
            design.products,
        )

    def remainder(self, theta: tuple[float, float]) -> tuple[_Remainder, Floats]:
        """The smaller factor's system, and what the larger factor's groups are divided by."""
        divisor = 1 + theta[0] ** 2 * self.sizes[0]
        diagonal = 1 + theta[1] ** 2 * self.sizes[1]
        product = (theta[0] * theta[1]) ** 2
        if self.shared.nnz == len(self.sizes[0]):  # nested: each larger group meets one smaller
            squares = self.shared.multiply(self.shared).T @ (1 / divisor)
            left = diagonal - product * np.asarray(squares)
            return _Remainder(left, float(np.log(left).sum()), left.size), divisor
        if self.dense is not None:
            thick = self.dense / np.sqrt(divisor)[:, None]
            return _dense(np.diag(diagonal) - product * (thick.T @ thick)), divisor
        overlap = (self.shared.multiply(1 / divisor[:, None]).T @ self.shared).tocsc()
        if overlap.nnz > _FULL_ENOUGH * diagonal.size**2 and diagonal.size**2 <= _DENSE_CELLS:
            return _dense(np.diag(diagonal) - product * overlap.toarray()), divisor
        left = -product * overlap
        left.setdiag(left.diagonal() + diagonal)
        factored = splu(  # type: ignore[no-untyped-call]
            left, permc_spec="MMD_AT_PLUS_A", options={"SymmetricMode": True}
        )
        logs = float(np.log(np.abs(factored.U.diagonal())).sum())
        return _Remainder(factored, logs, diagonal.size), divisor

    def effects(
        self, theta: tuple[float, float], remainder: _Remainder, divisor: Floats
    ) -> tuple[Floats, Floats]:
        """What every column's sums give as spherical effects of the two factors (groups by columns)."""
        passed = self.shared.T @ (self.sums[0] / divisor[:, None])
        right = theta[1] * (self.sums[1] - theta[0] ** 2 * passed)
        small = remainder.solve(right)
        large = (theta[0] * self.sums[0] - theta[0] * theta[1] * (self.shared @ small)) / divisor[:, None]
        return large, small

    def weighted(self, theta: tuple[float, float]) -> tuple[Floats, float]:
        """Weighted cross-products and log-determinant."""
        remainder, divisor = self.remainder(theta)
        large, small = self.effects(theta, remainder, divisor)
        taken = theta[0] * self.sums[0].T @ large + theta[1] * self.sums[1].T @ small
        logs = float(np.log(divisor).sum()) + remainder.log_determinant
        return self.products - (taken + taken.T) / 2, logs


def fit_factors(design: Design, likelihood: Likelihood) -> Solution:
    """The model with two grouping factors, each with a random level of its own."""
    order = (0, 1) if design.groups[0].count >= design.groups[1].count else (1, 0)
    sums = FactorSums.of(design, order)

    def deviance(theta: Floats) -> float:
        try:
            weighted, logs = sums.weighted((float(theta[0]), float(theta[1])))
            return float(likelihood.deviance(weighted, np.asarray(logs)))
        except np.linalg.LinAlgError:
            return np.inf

    found = None
    if sums.sizes[1].size > _COSTLY:
        alone = [fit_intercepts(replace(design, groups=(design.groups[k],)), likelihood) for k in order]
        ratios = [float(each.variances[0][0, 0]) / each.fixed.variance for each in alone]
        found = lowest_near(deviance, np.sqrt(ratios))
    if found is None:
        found = lowest(deviance, [np.array([0.5, 0.5])])
    theta = (float(found[0]), float(found[1]))
    weighted, _ = sums.weighted(theta)
    fixed = solve_fixed(weighted, likelihood)
    remainder, divisor = sums.remainder(theta)
    diagonal, forms = remainder.inverse_forms(sums.shared)
    own = (1 / divisor + (theta[0] * theta[1] / divisor) ** 2 * forms, diagonal)
    made = [
        _effects(ratio * lean, ratio**2 * fixed.variance * variance, fixed.beta, fixed.covariance)
        for ratio, lean, variance in zip(theta, sums.effects(theta, remainder, divisor), own, strict=True)
    ]
    variances = [np.array([[fixed.variance * ratio**2]]) for ratio in theta]
    back = (order.index(0), order.index(1))
    return Solution(
        fixed,
        deviance(np.array(theta)),
        (variances[back[0]], variances[back[1]]),
        (made[back[0]], made[back[1]]),
    )


def _is_thick(shared: Any) -> bool:
    """Whether so many groups share rows that plain matrices are quicker than sparse ones."""
    meetings = float(np.square(np.diff(shared.indptr).astype(float)).sum())
    large, small = shared.shape
    return bool(large * small <= _DENSE_CELLS and large * float(small) ** 2 < _THIN * meetings)


def _effects(lean: Floats, own: Floats, beta: Floats, covariance: Floats) -> Effects:
    slopes = lean[:, :-1]
    around = own + np.einsum("jp,pq,jq->j", slopes, covariance, slopes)
    return Effects(lean[:, -1] - slopes @ beta, np.sqrt(own), np.sqrt(around))


def _dense(matrix: Floats) -> _Remainder:
    root, is_lower = cho_factor(matrix, lower=True, overwrite_a=True, check_finite=False)
    return _Remainder((root, is_lower), 2 * float(np.log(np.diagonal(root)).sum()), len(matrix))
