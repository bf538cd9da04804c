"""Municipalities with measures whose true effects are known, to try the estimator of effects on (benchmarks).

Every unit has a level of its own, every year something that touches all, every unit and year something of
its own; pupils come on top. Measures are started for three reasons: by chance, where the level is low, and
after an unusually bad year, which is the trap: the next year is better anyway.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis_lib.statistics.effect import Measure

REASONS = ("chance", "low_level", "bad_year")
YEARS = tuple(f"{year}/{(year + 1) % 100:02d}" for year in range(2019, 2026))
START = 5  # the first school year that a measure can have touched


@dataclass(frozen=True)
class PlantedMeasure:
    """A measure, the results around it, its true effect (outcome's unit) and why it was started."""

    results: pd.DataFrame
    measure: Measure
    truth: float
    reason: str


def planted_measures(municipalities: int, *, seed: int = 1, per_place: int = 10) -> Iterator[PlantedMeasure]:
    """``per_place`` measures in each of so many generated municipalities; shares and means by turns."""
    for place in range(municipalities):
        rng = np.random.default_rng([seed, place])
        for position in range(per_place):
            reason = REASONS[position % len(REASONS)]
            yield _planted(rng, reason, is_share=(place + position) % 2 == 0)


def _planted(rng: np.random.Generator, reason: str, *, is_share: bool) -> PlantedMeasure:
    units = int(rng.integers(8, 16))
    level = rng.normal(0, 1, units)
    shock = rng.normal(0, 1, (units, len(YEARS)))
    weather = rng.normal(0, 0.5, len(YEARS))
    latent = level[:, None] + 0.75 * shock + weather
    treated = {
        "chance": int(rng.integers(units)),
        "low_level": int(level.argmin()),
        "bad_year": int(latent[:, START - 1].argmin()),
    }[reason]
    truth = float(rng.choice([0.0, 6.0, 12.0, -6.0])) * (1.0 if is_share else 1.5)
    sizes = rng.integers(18, 110, (units, len(YEARS)))
    make = _shares if is_share else _means
    results = make(rng, latent, sizes, treated, truth)
    unit = f"{treated:08d}"
    kind = "share" if is_share else "mean"
    measure = Measure((unit,), YEARS[START], kind=kind, is_triggered=reason == "bad_year")  # type: ignore[arg-type]
    return PlantedMeasure(results, measure, truth, reason)


def _shares(
    rng: np.random.Generator, latent: np.ndarray, sizes: np.ndarray, treated: int, truth: float
) -> pd.DataFrame:
    chance = np.clip(0.68 + 0.06 * latent, 0.15, 0.85)
    chance[treated, START:] = chance[treated, START:] + truth / 100
    numerator = rng.binomial(sizes, np.clip(chance, 0.01, 0.99))
    return _frame(sizes, numerator=numerator)


def _means(
    rng: np.random.Generator, latent: np.ndarray, sizes: np.ndarray, treated: int, truth: float
) -> pd.DataFrame:
    mean = 215 + 10 * latent
    mean[treated, START:] += truth
    own = [[rng.normal(mean[row, year], 55, sizes[row, year]) for year in range(len(YEARS))]
           for row in range(len(mean))]  # fmt: skip
    total = np.array([[pupils.sum() for pupils in row] for row in own])
    total_sq = np.array([[(pupils**2).sum() for pupils in row] for row in own])
    return _frame(sizes, total=total, total_sq=total_sq)


def _frame(sizes: np.ndarray, **columns: np.ndarray) -> pd.DataFrame:
    units, years = sizes.shape
    frame = pd.DataFrame(
        {
            "unit_code": np.repeat([f"{unit:08d}" for unit in range(units)], years),
            "school_year": np.tile(YEARS, units),
            "n": sizes.ravel(),
        }
    )
    return frame.assign(**{name: column.ravel() for name, column in columns.items()})
