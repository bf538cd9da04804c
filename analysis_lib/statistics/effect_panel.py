"""Results of units over the years as arrays of values and sampling variances, for effects (floor 3).

Hidden or empty results are left out, never guessed, and a comparison unit takes part only if it has every
year that is compared: then what happened to all schools in a year cancels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis_lib.errors import SkolbankError

Floats = npt.NDArray[np.float64]
Kind = Literal["share", "mean"]
_NEEDED: dict[str, tuple[str, ...]] = {"share": ("n", "numerator"), "mean": ("n", "total", "total_sq")}


@dataclass(frozen=True)
class Panel:
    """One row per unit, one column per school year: values, variances of sampling (NaN: no result) and n."""

    units: tuple[str, ...]
    years: tuple[str, ...]
    values: Floats
    variances: Floats
    sizes: Floats

    def changes(
        self, units: Sequence[str], before: Sequence[str], after: Sequence[str]
    ) -> tuple[Floats, Floats]:
        """Mean after minus mean before and its variance for those of ``units`` that have every year."""
        rows = [self.units.index(unit) for unit in units if unit in self.units]
        early, late = self._columns(before), self._columns(after)
        values, variances = self.values[rows], self.variances[rows]
        whole = np.isfinite(values[:, [*early, *late]]).all(axis=1)
        change = values[:, late].mean(axis=1) - values[:, early].mean(axis=1)
        variance = variances[:, late].sum(axis=1) / len(late) ** 2
        variance = variance + variances[:, early].sum(axis=1) / len(early) ** 2
        return change[whole], variance[whole]

    def level(self, units: Sequence[str], years: Sequence[str]) -> tuple[Floats, Floats]:
        """The mean over the years and its variance, for those of ``units`` that have every year."""
        rows = [self.units.index(unit) for unit in units if unit in self.units]
        columns = self._columns(years)
        values, variances = self.values[rows][:, columns], self.variances[rows][:, columns]
        whole = np.isfinite(values).all(axis=1)
        return values[whole].mean(axis=1), variances[whole].sum(axis=1) / len(columns) ** 2

    def complete_years(self, units: Sequence[str]) -> tuple[str, ...]:
        """The school years in which every one of the units has a result."""
        rows = [self.units.index(unit) for unit in units if unit in self.units]
        if len(rows) < len(units):
            return ()
        whole = np.isfinite(self.values[rows])
        return tuple(year for at, year in enumerate(self.years) if whole[:, at].all())

    def smallest(self, units: Sequence[str], years: Sequence[str]) -> int:
        """The smallest n of the units in the years."""
        rows = [self.units.index(unit) for unit in units]
        return int(self.sizes[np.ix_(rows, self._columns(years))].min())

    def _columns(self, years: Sequence[str]) -> list[int]:
        return [self.years.index(year) for year in years]


def read_panel(results: pd.DataFrame, kind: Kind) -> Panel:
    """The panel of a frame with one row per ``unit_code`` and ``school_year``.

    Columns besides: ``n, numerator`` for a share (values become per cent), ``n, total, total_sq`` for a mean.
    Rows where one of them is null or n is too small for a variance are no results. Raises ``SkolbankError``
    (``effect-invalid``) for missing columns, repeated rows and impossible numbers.
    """
    if kind not in _NEEDED:
        raise _invalid("måttet ska vara en andel eller ett medelvärde")
    missing = {"unit_code", "school_year", *_NEEDED[kind]} - set(results.columns)
    if missing:
        raise _invalid(f"kolumnen {sorted(missing)[0]} saknas")
    rows = results.dropna(subset=list(_NEEDED[kind])).astype(dict.fromkeys(_NEEDED[kind], float))
    rows = rows[rows["n"] >= (1 if kind == "share" else 2)]
    if rows.duplicated(["unit_code", "school_year"]).any():
        raise _invalid("en enhet står två gånger samma läsår")
    rows = _share(rows) if kind == "share" else _mean(rows)
    wide = {
        name: rows.pivot(index="unit_code", columns="school_year", values=name) for name in rows.columns[2:]
    }
    shape = wide["value"].sort_index().sort_index(axis=1)
    arrays = {
        name: frame.reindex(index=shape.index, columns=shape.columns).to_numpy(dtype=float)
        for name, frame in wide.items()
    }
    units, years = (tuple(str(each) for each in axis) for axis in (shape.index, shape.columns))
    return Panel(units, years, arrays["value"], arrays["variance"], arrays["n"])


def _share(rows: pd.DataFrame) -> pd.DataFrame:
    if ((rows["numerator"] < 0) | (rows["numerator"] > rows["n"])).any():
        raise _invalid("täljaren ska ligga mellan noll och nämnaren")
    sums = rows.groupby("unit_code")[["numerator", "n"]].transform("sum")
    # A unit's own share over all years, drawn half a pupil from the ends: one year's 0 or 100 is not certain.
    usual = (sums["numerator"] + 0.5) / (sums["n"] + 1)
    share = 100 * rows["numerator"] / rows["n"]
    return _narrow(rows, share, 1e4 * usual * (1 - usual) / rows["n"])


def _mean(rows: pd.DataFrame) -> pd.DataFrame:
    if not np.isfinite(rows[["n", "total", "total_sq"]].to_numpy()).all():
        raise _invalid("en summa är inte ett tal")
    spread = rows["total_sq"] - rows["total"] ** 2 / rows["n"]
    if (spread < -1e-6 * rows["total_sq"].abs()).any():
        raise _invalid("kvadratsumman är mindre än vad medelvärdet kräver")
    freedom = (rows["n"] - 1).groupby(rows["unit_code"]).transform("sum")
    within = spread.clip(lower=0).groupby(rows["unit_code"]).transform("sum") / freedom
    return _narrow(rows, rows["total"] / rows["n"], within / rows["n"])


def _narrow(rows: pd.DataFrame, value: pd.Series, variance: pd.Series) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "unit_code": rows["unit_code"].astype(str),
            "school_year": rows["school_year"].astype(str),
            "value": value,
            "variance": variance,
            "n": rows["n"],
        }
    )


def _invalid(what: str) -> SkolbankError:
    return SkolbankError("effect-invalid", f"Uppgifterna om resultat går inte att använda: {what}")
