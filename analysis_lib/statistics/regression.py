"""Least squares over units, with errors that hold when small units scatter more (floor 3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis_lib.errors import SkolbankError

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Regression:
    """A fitted line: coefficients (``intercept`` first) with HC3 errors, fit and leverage of every row."""

    coefficients: pd.Series
    robust_errors: pd.Series
    r_squared: float
    residual_error: float
    fitted: Floats
    leverage: Floats
    n: int

    @property
    def p(self) -> int:
        return len(self.coefficients)


def fit_ols(frame: pd.DataFrame, outcome: str, predictors: Sequence[str]) -> Regression:
    """Ordinary least squares with heteroscedasticity-consistent errors (HC3).

    Raises ``model-too-few`` with fewer rows than three more than the coefficients and ``model-singular`` when
    a predictor does not vary or repeats another. Source: MacKinnon & White (1985), J. of Econometrics 29.
    """
    y = frame[outcome].to_numpy(dtype=float)
    raw = frame[list(predictors)].to_numpy(dtype=float)
    n, p = len(y), len(predictors) + 1
    if n < p + 3:
        raise SkolbankError(
            "model-too-few",
            f"{n} enheter räcker inte till modellen",
            where=f"kolumnen {outcome}",
            remedy=f"Det behövs minst {p + 3} enheter med alla uppgifter.",
        )
    means, scales = raw.mean(axis=0), raw.std(axis=0)
    scaled = (raw - means) / np.where(scales > 0, scales, 1)
    x = np.column_stack([np.ones(n), scaled])
    if (scales == 0).any() or np.linalg.svd(x, compute_uv=False)[-1] < 1e-6 * np.sqrt(n):
        raise SkolbankError(
            "model-singular",
            "Förklarande kolumner är konstanta eller säger samma sak, så deras betydelse kan inte skiljas åt",
            where=", ".join(predictors),
            remedy="Ta bort någon av dem.",
        )
    inverse = np.linalg.inv(x.T @ x)
    beta = inverse @ x.T @ y
    fitted = x @ beta
    leverage = np.einsum("ij,jk,ik->i", x, inverse, x)
    left = y - fitted
    weights = np.square(left / np.maximum(1 - leverage, 1e-9))
    covariance = inverse @ (x.T * weights) @ x @ inverse
    turn = np.diag(np.r_[1.0, 1 / scales])
    turn[0, 1:] = -means / scales
    names = ["intercept", *predictors]
    total = float(np.square(y - y.mean()).sum())
    return Regression(
        coefficients=pd.Series(turn @ beta, index=names),
        robust_errors=pd.Series(np.sqrt(np.diagonal(turn @ covariance @ turn.T)), index=names),
        r_squared=1 - float(left @ left) / total if total else 0.0,
        residual_error=float(np.sqrt(left @ left / (n - p))),
        fitted=fitted,
        leverage=leverage,
        n=n,
    )
