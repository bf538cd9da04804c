"""Rows of the cube for classes: the same formulas, summed per class in place of per unit (floor 4).

Every pupil of a unit is in exactly one class there, or among those without one, so the classes of a unit sum
to it. Only the huvudman's own units have classes, and only indicators that name the level.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

from analysis_lib.indicators.columns import Origin, Tables, cube_rows
from analysis_lib.indicators.formula import Formula
from analysis_lib.indicators.results import long_numbers, sum_columns, sums_sql
from analysis_lib.indicators.rules import GradeRules
from analysis_lib.vocabulary.classes import class_code, class_name
from analysis_lib.vocabulary.indicators import Indicator
from analysis_lib.vocabulary.settings import Unit

LEVEL = "class"
WITH_CLASSES = ("pupils", "steps")  # the tables of formulas that hold one row per pupil with its class
_MEAN_DECIMALS = 0  # a class is too small for more, and a decimal tells how many pupils have no result


def has_classes(indicator: Indicator) -> bool:
    """Whether an indicator is told of classes at all."""
    return bool(indicator.breakdowns.get(LEVEL, ""))


def own_units(units: Mapping[str, Unit], municipality_code: str) -> set[str]:
    """The units of the workspace's own huvudman: no others' classes are counted."""
    return {
        code
        for code, unit in units.items()
        if unit.organiser == "municipal" and unit.municipality_code in ("", municipality_code)
    }


def class_rows(
    store: Tables,
    table: str,
    chosen: Mapping[str, tuple[Indicator, Formula]],
    unit_sums: pd.DataFrame,
    *,
    rules: GradeRules,
    own: Collection[str],
    school_year: str = "",
) -> list[pd.DataFrame]:
    """Cube rows (level ``class``, both sexes together) of the formulas of one table.

    ``unit_sums`` are the sums per unit, whose ``sources`` are the classes' too; ``own`` the units to count.
    """
    named = {name: each for name, each in chosen.items() if has_classes(each[0])}
    if not named or table not in WITH_CLASSES:
        return []
    columns = {column(name): formula for name, (_, formula) in named.items()}
    sums = store.query(sums_sql(table, columns, rules, school_year=school_year, by="class_name"))
    sums = sums[sums["unit_code"].isin(own)]
    if sums.empty:
        return []
    place = ["school_year", "year_group", "unit_code"]
    codes = class_codes(sums["unit_code"], sums["class_name"])
    how = sum_columns(list(sums.columns))
    sums = sums.assign(code=codes).groupby([*place, "code"], as_index=False).agg(how)
    files = unit_sums[[*place, "sources"]].drop_duplicates(place)
    groups = sums.merge(files, on=place, how="left", validate="many_to_one").assign(level=LEVEL, sex="T")
    frames = []
    for name, (indicator, formula) in named.items():
        rows = groups[groups["year_group"] == indicator.year_group]
        frames.append(finished(indicator, long_numbers(rows, column(name), formula)))
    return frames


def class_codes(units: pd.Series, names: pd.Series) -> pd.Series:
    """The classes' codes; what is not the name of a class is told as no class."""
    pairs = zip(units, names.fillna(""), strict=True)
    return pd.Series([class_code(unit, class_name(name)) for unit, name in pairs], units.index, dtype="str")


def finished(indicator: Indicator, numbers: pd.DataFrame) -> pd.DataFrame:
    """The numbers of classes as rows of the cube; a mean in whole points."""
    decimals = _MEAN_DECIMALS if indicator.kind == "mean" else indicator.decimals
    return cube_rows(indicator, numbers.assign(decimals=decimals), Origin("own"))


def column(indicator_id: str) -> str:
    """The name of an indicator in the columns of a query."""
    return indicator_id.replace(".", "_")
