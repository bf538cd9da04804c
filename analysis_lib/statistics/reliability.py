"""Whether the questions of an area measure one thing: Cronbach's alpha in its three usual forms (floor 3).

Source: Cronbach (1951), Psychometrika 16. Values are compared with R's ``psych::alpha`` in the tests.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis_lib.errors import SkolbankError

Floats = npt.NDArray[np.float64]


def cronbach_alpha(frame: pd.DataFrame) -> float:
    """Raw alpha of a frame with one row per answerer and one numeric column per question.

    Rows where an answer is missing are left out. Negative questions must be turned first (``turned_items``).
    Raises ``SkolbankError`` (``alpha-impossible``) with fewer than two questions or two complete rows, with
    text in a column, or when nobody differs from anybody.
    """
    return _raw(np.cov(_complete(frame), rowvar=False))


def standardised_alpha(frame: pd.DataFrame) -> float:
    """Alpha of the questions brought to equal spread, from their correlations; refused like raw alpha."""
    covariance = np.cov(_complete(frame), rowvar=False)
    spread = np.sqrt(np.diag(covariance))
    if not spread.all():
        raise _impossible("alla har svarat lika på någon fråga")
    return _raw(covariance / np.outer(spread, spread))


def alpha_if_dropped(frame: pd.DataFrame) -> dict[str, float]:
    """Raw alpha of the other questions when one is left out, by question; needs three questions or more.

    The rows are those that are complete in all questions, so the values can be compared with each other.
    """
    answers = _complete(frame)
    if answers.shape[1] < 3:
        raise _impossible("minst tre frågor behövs för att pröva vad som händer utan en av dem")
    covariance = np.cov(answers, rowvar=False)
    names = [str(name) for name in frame.columns]
    kept = {name: [i for i in range(len(names)) if i != position] for position, name in enumerate(names)}
    return {name: _raw(covariance[np.ix_(rest, rest)]) for name, rest in kept.items()}


def turned_items(frame: pd.DataFrame, items: Iterable[str], *, lowest: float, highest: float) -> pd.DataFrame:
    """The frame with the named questions turned, so that a high answer means the same in all."""
    turned = frame.copy()
    for item in items:
        if item not in turned:
            raise _impossible(f"frågan {str(item)[:40]} finns inte")
        turned[item] = lowest + highest - turned[item]
    return turned


def _raw(covariance: Floats) -> float:
    items = len(covariance)
    total = float(covariance.sum())
    if total <= 0:
        raise _impossible("svaren skiljer sig inte åt mellan dem som svarat")
    return items / (items - 1) * (1 - float(np.trace(covariance)) / total)


def _complete(frame: pd.DataFrame) -> Floats:
    frame = pd.DataFrame(frame)
    if frame.shape[1] < 2:
        raise _impossible("minst två frågor behövs")
    if not all(pd.api.types.is_numeric_dtype(dtype) for dtype in frame.dtypes):
        raise _impossible("en kolumn innehåller annat än tal")
    answers = frame.to_numpy(dtype=float, na_value=np.nan)
    whole: Floats = answers[np.isfinite(answers).all(axis=1)]
    if len(whole) < 2:
        raise _impossible("minst två fullständiga svar behövs")
    return whole


def _impossible(why: str) -> SkolbankError:
    return SkolbankError("alpha-impossible", f"Cronbachs alfa går inte att räkna: {why}")
