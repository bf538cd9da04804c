"""The columns of the cube and how computed numbers become its rows (floor 4).

Every family hands its numbers over in the same narrow form, so that keys, types, intervals and
percentages are made in one place only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import pandas as pd

from analysis_lib.indicators.rules import GradeRules
from analysis_lib.statistics.intervals import mean_interval, wilson
from analysis_lib.vocabulary.indicators import Indicator
from analysis_lib.vocabulary.instruments import Instrument
from analysis_lib.vocabulary.periods import SchoolYear
from analysis_lib.vocabulary.settings import Unit

KEYS = [
    "indicator",
    "school_year",
    "level",
    "code",
    "organiser",
    "population",
    "sex",
    "subject",
    "category",
]
DTYPES: dict[str, str] = {
    **{name: "str" for name in KEYS},
    "n": "Int64",
    "numerator": "Int64",
    "total": "Float64",
    "total_sq": "Float64",
    "value": "Float64",
    "low": "Float64",
    "high": "Float64",
    "decimals": "int64",
    "mark": "str",
    "basis": "str",
    "has_protected": "bool",
    "sources": "str",
    "coverage": "Float64",
}
COLUMNS = list(DTYPES)


class SnapshotLike(Protocol):
    """What indicators need to know of a stored file."""

    @property
    def partition(self) -> str: ...
    @property
    def hash(self) -> str: ...
    @property
    def keys(self) -> tuple[str, ...]: ...
    @property
    def replaced(self) -> frozenset[str]: ...


class Tables(Protocol):
    """What indicators need of the snapshot store: SQL over the current rows, and their files."""

    def query(self, sql: str, /) -> pd.DataFrame:
        """The result of a query over the core tables."""

    def current(self, table: str, /) -> Sequence[SnapshotLike]:
        """The stored files that hold the current rows of a table."""


@dataclass(frozen=True)
class Origin:
    """Where a family's rows come from, as the cube states it."""

    basis: str
    suffix: str = ""


@dataclass(frozen=True)
class Surroundings:
    """What a family may know beside the tables: units and whose they are, questionnaires, grade rules."""

    units: Mapping[str, Unit]
    municipality_code: str
    instruments: Mapping[str, Instrument] = field(default_factory=dict)
    rules: GradeRules | None = None


def cube_rows(indicator: Indicator, numbers: pd.DataFrame, origin: Origin) -> pd.DataFrame:
    """Rows of the cube for one indicator, from frames that already hold keys, n and the counted.

    ``numbers`` holds at least ``school_year, level, code, n`` and what the kind needs: ``numerator``
    (shares, counts, distributions) or ``total`` and ``total_sq`` (means). Values of shares become per
    cent; a share gets Wilson's interval, a mean the t interval, a count none. A column that is given
    already (``value``, ``low`` …) is kept.
    """
    frame = numbers.copy()
    frame["indicator"] = indicator.id
    if "population" not in frame:
        frame["population"] = _populations(frame["school_year"], indicator.population, origin.suffix)
    if "value" not in frame:
        _add_values(frame, indicator)
    for name, default in (("decimals", indicator.decimals), ("basis", origin.basis)):
        if name not in frame:
            frame[name] = default
    return typed(frame)


def typed(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with exactly the cube's columns and types; absent texts are empty, numbers null."""
    columns: dict[str, pd.Series] = {}
    dtype: Any
    for name, dtype in DTYPES.items():
        if name in frame:
            columns[name] = frame[name].astype(dtype)
        else:
            empty: object = {"str": "", "bool": False, "int64": 0}.get(dtype, pd.NA)
            columns[name] = pd.Series(empty, index=frame.index, dtype=dtype)
    return pd.DataFrame(columns)


def empty_cube() -> pd.DataFrame:
    """A cube without rows."""
    return typed(pd.DataFrame(index=pd.RangeIndex(0)))


def _add_values(frame: pd.DataFrame, indicator: Indicator) -> None:
    n = frame["n"].to_numpy(dtype=float)
    if indicator.kind == "mean":
        frame["value"] = frame["total"].to_numpy(dtype=float) / n
        low, high = mean_interval(frame["total"], frame["total_sq"], n)
        frame["low"] = pd.Series(low, index=frame.index).clip(lower=0)
        frame["high"] = pd.Series(high, index=frame.index).clip(upper=indicator.maximum)
        return
    numerator = frame["numerator"].to_numpy(dtype=float)
    if indicator.kind == "count":
        frame["value"] = numerator
        return
    frame["value"] = 100 * numerator / n
    if indicator.kind == "share":
        low, high = wilson(numerator, n)
        frame["low"], frame["high"] = 100 * low, 100 * high


def _populations(years: pd.Series, population: str, suffix: str) -> pd.Series:
    names = {year: f"{population}-{SchoolYear.parse(year).end}{suffix}" for year in years.unique()}
    return years.map(names).astype("str")
