"""The mixed models beside statsmodels, and beside lme4 where R is installed: same data, same run."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from analysis_lib.statistics.mixed import MixedFit, fit_random_intercept
from benchmarks.sections import Line, Say, Table

PUPILS, UNITS = 1_100_000, 5_000
_LME4 = """
suppressMessages(library(lme4)); d <- read.csv("{data}")
t <- system.time(m <- lmer({formula}, d))[["elapsed"]]
v <- VarCorr(m); v <- v[intersect(c("unit", "other"), names(v))]
cat(t, fixef(m), sqrt(unlist(lapply(v, as.numeric))), sigma(m))
"""


def one_factor_frame(pupils: int = PUPILS, units: int = UNITS) -> pd.DataFrame:
    """Pupils at units with a spread of 0.3 between them, and an earlier result."""
    rng = np.random.default_rng(1)
    unit = rng.integers(0, units, pupils)
    prior = rng.normal(size=pupils)
    outcome = 0.5 * prior + rng.normal(0, 0.3, units)[unit] + rng.normal(0, 0.75, pupils)
    return pd.DataFrame({"unit": unit, "prior": prior, "outcome": outcome})


def two_factor_frame(*, is_nested: bool, pupils: int = 100_000) -> pd.DataFrame:
    """Pupils at 1,000 units, in classes of their units (nested) or from 600 areas across them (crossed)."""
    rng = np.random.default_rng(2)
    unit = rng.integers(0, 1000, pupils)
    other = unit * 10 + rng.integers(0, 4, pupils) if is_nested else rng.integers(0, 600, pupils)
    prior = rng.normal(size=pupils)
    effects = rng.normal(0, 0.3, 1000)[unit] + rng.normal(0, 0.2, 10_000)[other]
    outcome = 0.5 * prior + effects + rng.normal(0, 0.75, pupils)
    return pd.DataFrame({"unit": unit, "other": other, "prior": prior, "outcome": outcome})


def mixed_models(say: Say, *, pupils: int = PUPILS, units: int = UNITS, with_lme4: bool = True) -> Table:
    """Random intercept at the size of a nation against statsmodels, and two factors against lme4."""
    frame = one_factor_frame(pupils, units)
    say(f"mixed models: {pupils:,} pupils in {units:,} units")
    ours, seconds = _timed(lambda: fit_random_intercept(frame, "outcome", ["prior"], "unit"), times=3)
    say("the same by statsmodels")
    theirs, slower = _statsmodels(frame)
    size = f"{pupils:,} in {units:,}"
    lines: list[Line] = [
        ("one factor", size, "ours", f"{seconds:.3f} s", "1", _told(ours)),
        ("one factor", size, "statsmodels MixedLM", f"{slower:.1f} s", f"{slower / seconds:.0f}", theirs),
    ]
    has_lme4 = with_lme4 and _has_lme4()
    if has_lme4:
        lines.append(_lme4_line("one factor", frame, "outcome ~ prior + (1|unit)", size, seconds))
    for name, is_nested in (("nested", True), ("crossed", False)):
        say(f"mixed models: two factors, {name}")
        two = two_factor_frame(is_nested=is_nested)
        fit, took = _timed(lambda f=two: fit_random_intercept(f, "outcome", ["prior"], ["unit", "other"]))
        lines.append((f"two factors, {name}", "100,000", "ours", f"{took:.2f} s", "1", _told(fit)))
        if has_lme4:
            formula = "outcome ~ prior + (1|unit) + (1|other)"
            lines.append(_lme4_line(f"two factors, {name}", two, formula, "100,000", took))
    header = ("model", "pupils", "by", "time", "ratio", "slope; standard deviations (groups, residual)")
    note = "From arrays in memory. Ours counts the interval of every unit too; the others do not."
    return Table("Mixed models", header, tuple(lines), note if has_lme4 else f"{note} R was not found.")


def _timed(fit: Callable[[], MixedFit], times: int = 1) -> tuple[MixedFit, float]:
    found: list[float] = []
    for _ in range(times):
        began = time.perf_counter()
        result = fit()
        found.append(time.perf_counter() - began)
    return result, min(found)


def _told(fit: MixedFit) -> str:
    spreads = [*fit.group_variances.to_numpy(), fit.residual_variance]
    return _figures(float(fit.coefficients["prior"]), [float(each) ** 0.5 for each in spreads])


def _statsmodels(frame: pd.DataFrame) -> tuple[str, float]:
    from statsmodels.regression.mixed_linear_model import MixedLM

    exog = np.column_stack([np.ones(len(frame)), frame["prior"]])
    began = time.perf_counter()
    fit = MixedLM(frame["outcome"].to_numpy(), exog, frame["unit"].to_numpy()).fit(reml=True)
    took = time.perf_counter() - began
    return _figures(float(fit.fe_params[1]), [float(fit.cov_re[0, 0]) ** 0.5, float(fit.scale) ** 0.5]), took


def _has_lme4() -> bool:
    if not shutil.which("Rscript"):
        return False
    asked = ["Rscript", "-e", "library(lme4)"]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


def _lme4_line(model: str, frame: pd.DataFrame, formula: str, size: str, ours: float) -> Line:
    with tempfile.TemporaryDirectory(prefix="skolbank-bench-") as folder:
        data = Path(folder) / "data.csv"
        frame.to_csv(data, index=False)
        code = _LME4.format(data=data, formula=formula)
        done = subprocess.run(["Rscript", "-e", code], capture_output=True, text=True, check=True)
    took, _, slope, *spreads = (float(each) for each in done.stdout.split())
    return (model, size, "R lme4", f"{took:.2f} s", f"{took / ours:.1f}", _figures(slope, spreads))


def _figures(slope: float, spreads: list[float]) -> str:
    return f"{slope:.5f}; {', '.join(f'{each:.4f}' for each in spreads)}"
