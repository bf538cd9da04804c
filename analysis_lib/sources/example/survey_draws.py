"""How many chose each answer of a survey, drawn around a planted leaning, and its true index (floor 3)."""

from __future__ import annotations

import numpy as np


def drawn_answers(rng: np.random.Generator, n: int, steps: int, lean: float) -> np.ndarray:
    """How many chose each step, the most positive first, and last those who did not know."""
    place = np.linspace(1.2, -1.6, steps)
    weights = np.exp(-0.5 * ((place - lean) / 0.9) ** 2)
    shares = np.append(weights / weights.sum() * 0.96, 0.04)
    return rng.multinomial(n, shares)


def true_index(counts: np.ndarray, highest: float) -> float:
    """The mean weight of those who took a stand."""
    weights = np.linspace(highest, 0, counts.size - 1)
    return float((counts[:-1] * weights).sum() / counts[:-1].sum())
