"""What every way of reckoning value added hands back: an estimate per unit with its bounds (floor 3).

Rows stand in the order of the units' codes, never of their values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis_lib.errors import SkolbankError
from analysis_lib.statistics.intervals import Z95
from analysis_lib.statistics.value_added.rules import ValueAddedRules, load_value_added_rules

Floats = npt.NDArray[np.float64]
COLUMNS = ("estimate", "se", "low", "high", "n", "coverage", "verdict")
ABOVE, BELOW, NOT_SURE, UNCERTAIN = "above", "below", "not_sure", "uncertain"


def matched(frame: pd.DataFrame, *, outcome: str, prior: str, unit: str) -> tuple[pd.DataFrame, pd.Series]:
    """The pupils with both results, and each unit's coverage: their share of all with an outcome (0-1).

    Raises ``value-added-empty`` when no pupil has both.
    """
    absent = [name for name in (outcome, prior, unit) if name not in frame]
    if absent:
        raise SkolbankError("column-missing", f"Kolumnen {absent[0]} finns inte", where="elevernas resultat")
    rows = frame[[unit, outcome, prior]].copy()
    for name in (outcome, prior):
        rows[name] = rows[name].astype("Float64").astype(float)
    rows = rows[rows[outcome].notna() & rows[unit].notna()]
    both = rows[rows[prior].notna()]
    if both.empty:
        raise SkolbankError(
            "value-added-empty",
            "Ingen elev har både ett tidigare och ett senare resultat",
            where="elevernas resultat",
            remedy="Läs in resultat för samma elever från en tidigare årskurs.",
        )
    coverage = both.groupby(unit).size() / rows.groupby(unit).size()
    return both, coverage.fillna(0.0)


def estimates(
    estimate: pd.Series,
    se: pd.Series,
    n: pd.Series,
    coverage: pd.Series,
    *,
    reach: pd.Series | float = Z95,
    rules: ValueAddedRules | None = None,
) -> pd.DataFrame:
    """A row per unit with ``COLUMNS``; the bounds lie ``reach`` standard errors away.

    ``verdict`` is ``above`` or ``below`` only when the bounds leave 0 out, ``uncertain`` when too few of the
    unit's pupils are matched, else ``not_sure``.
    """
    frame = pd.DataFrame({"estimate": estimate, "se": se, "n": n.astype("int64")})
    frame["low"], frame["high"] = estimate - reach * se, estimate + reach * se
    return judged(frame.join(coverage.rename("coverage")), rules=rules)


def judged(frame: pd.DataFrame, *, rules: ValueAddedRules | None = None) -> pd.DataFrame:
    """The frame with its ``verdict``, units in order of their codes."""
    least = (rules or load_value_added_rules()).least_coverage
    verdict = np.select(
        [~(frame["coverage"] >= least), frame["low"] > 0, frame["high"] < 0],
        [UNCERTAIN, ABOVE, BELOW],
        default=NOT_SURE,
    )
    return frame.assign(verdict=verdict)[list(COLUMNS)].sort_index()


def several_years(
    by_year: Mapping[str, pd.DataFrame], *, rules: ValueAddedRules | None = None
) -> pd.DataFrame:
    """The weighted mean of the last years, the latest weighing most (3-2-1).

    ``by_year`` holds a frame of ``estimates`` per school year. A unit that lacks a year is weighted over
    those it has; ``years`` says which. ``n`` and ``coverage`` are summed and weighted by pupils.
    """
    known = rules or load_value_added_rules()
    latest = sorted(by_year, reverse=True)[: len(known.year_weights)]
    parts = [
        by_year[year].assign(weight=weight, year=year)
        for year, weight in zip(latest, known.year_weights, strict=False)
    ]
    rows = pd.concat(parts)
    rows = rows[rows["estimate"].notna() & rows["se"].notna()]
    unit = rows.index
    weights = rows["weight"].groupby(unit).sum()
    estimate = (rows["weight"] * rows["estimate"]).groupby(unit).sum() / weights
    squared = ((rows["weight"] * rows["se"]) ** 2).groupby(unit).sum()
    n = rows["n"].groupby(unit).sum()
    coverage = (rows["coverage"] * rows["n"]).groupby(unit).sum() / n
    found = estimates(estimate, squared**0.5 / weights, n, coverage, rules=known)
    years = rows["year"].groupby(unit).agg(lambda each: ", ".join(sorted(each)))
    return found.assign(years=years)


def reversals(raw: pd.DataFrame, adjusted: pd.DataFrame) -> list[tuple[str, str]]:
    """Pairs of units where the raw results say one thing and the adjusted surely the other.

    Both frames are ``estimates`` of the same units. A pair counts when the raw difference is sure in one
    direction and the adjusted difference in the other (95 %), so a warning is never a matter of chance alone.
    """
    units = sorted(set(raw.index) & set(adjusted.index))
    signs = _sure_signs(raw.loc[units]) * _sure_signs(adjusted.loc[units])
    return [(str(units[one]), str(units[other])) for one, other in np.argwhere(np.triu(signs) < 0)]


def _sure_signs(frame: pd.DataFrame) -> Floats:
    """For each pair of rows the sign of their difference, 0 where it is not sure."""
    value, error = frame["estimate"].to_numpy(dtype=float), frame["se"].to_numpy(dtype=float)
    gap = value[:, None] - value[None, :]
    return np.where(np.abs(gap) > Z95 * np.hypot(error[:, None], error[None, :]), np.sign(gap), 0.0)


def is_simpson_trap(
    earlier_k: Sequence[int], earlier_n: Sequence[int], later_k: Sequence[int], later_n: Sequence[int]
) -> bool:
    """Whether the whole went one way while every part went the other, in whole numbers.

    >>> is_simpson_trap([81, 5], [90, 10], [10, 56], [10, 80])
    True
    """
    parts = [
        np.sign(b * m - a * n)
        for a, m, b, n in zip(earlier_k, earlier_n, later_k, later_n, strict=True)
        if m and n
    ]
    whole = np.sign(sum(later_k) * sum(earlier_n) - sum(earlier_k) * sum(later_n))
    return bool(whole) and len(parts) > 1 and all(part == -whole for part in parts)
