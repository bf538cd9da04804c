"""Gymnasium results: grade points, courses, diplomas, and how many of those who began reached one (floor 4).

Each public function here is a formula that an indicator's YAML can name. Courses come from the course table;
a diploma asks for when the studies began, which the huvudman's own tables per programme tell (ADR 72).
"""

from __future__ import annotations

import pandas as pd

from analysis_lib.indicators.columns import Origin, Surroundings, Tables, cube_rows, empty_cube
from analysis_lib.indicators.course_means import FINISHED, GRADED, course_means
from analysis_lib.indicators.provenance import SnapshotIndex
from analysis_lib.indicators.staff import FIGURES_TABLE
from analysis_lib.indicators.totals import own_cells, with_authority
from analysis_lib.vocabulary.indicators import Indicator
from analysis_lib.vocabulary.periods import SchoolYear

TIMES = ("diploma_3", "diploma_4", "diploma_5", "none")


def mean_points(store: Tables, indicator: Indicator, around: Surroundings) -> pd.DataFrame:
    """The mean of the pupils' betygspoäng over the courses graded in the läsår: points weigh, F counts 0.

    Source: rule R15; the same as ``statistics.upper_secondary.grade_point_average`` of course grades.
    """
    of_pupil = "sum(points * half) / (2.0 * sum(points))"
    return course_means(store, (indicator, around), of_pupil, among=GRADED, school_form="gy")


def courses_passed_pct(store: Tables, indicator: Indicator, around: Surroundings) -> pd.DataFrame:
    """The mean of the pupils' share of finished courses with an approved grade, dashes among the finished.

    Source: rule R15.
    """
    of_pupil = "100.0 * avg(CASE WHEN is_passed THEN 1 ELSE 0 END)"
    return course_means(store, (indicator, around), of_pupil, among=FINISHED, school_form="gy")


def diploma_pct(store: Tables, indicator: Indicator, around: Surroundings) -> pd.DataFrame:
    """The share of the läsår's leavers who have a diploma, all programmes together. Source: rule R15."""
    units = _sums(store, "programme_results", {"n": "leavers", "numerator": "diplomas"})
    return own_cells(units, (indicator, around), sums=["n", "numerator"])


def diploma_points(store: Tables, indicator: Indicator, around: Surroundings) -> pd.DataFrame:
    """The leavers' mean betygspoäng: the programmes' means weighted by their leavers. Source: rule R15."""
    units = _sums(store, "programme_results", {"n": "leavers", "total": "leavers * points_mean"})
    if units.empty:
        return empty_cube()
    rows = with_authority(units, around, keys=["school_year", "sex"], sums=["n", "total"])
    # The table tells the programmes' means only, so how pupils differ, and an interval, aren't known.
    rows["value"] = rows["total"] / rows["n"]
    return cube_rows(indicator, rows, Origin("own"))


def diploma_in_3_pct(store: Tables, indicator: Indicator, around: Surroundings) -> pd.DataFrame:
    """The share of those who began who had a diploma within three years, by the läsår those years ended.

    All who began count, also those who left: ``statistics.upper_secondary.throughput``.
    """
    units = _sums(store, "programme_cohorts", {"n": "began", "numerator": "diploma_3"}, after=2)
    return own_cells(units, (indicator, around), sums=["n", "numerator"])


def time_to_diploma(store: Tables, indicator: Indicator, around: Surroundings) -> pd.DataFrame:
    """How those who began five läsår ago got on: diploma in three, four or five years, or none yet."""
    wanted = {
        "n": "began",
        "diploma_3": "diploma_3",
        "diploma_4": "diploma_4 - diploma_3",
        "diploma_5": "diploma_5 - diploma_4",
        "none": "began - diploma_5",
    }
    units = _sums(store, "programme_cohorts", wanted, after=4)
    if units.empty:
        return empty_cube()
    wide = with_authority(units, around, keys=["school_year", "sex"], sums=list(wanted))
    kept = ["school_year", "sex", "level", "code", "n", "sources"]
    long = [wide[kept].assign(category=name, numerator=wide[name]) for name in TIMES]
    return cube_rows(indicator, pd.concat(long, ignore_index=True), Origin("own"))


def _sums(store: Tables, table: str, wanted: dict[str, str], *, after: int = 0) -> pd.DataFrame:
    """Sums over a unit's programmes per läsår, ``after`` läsår later; only where every programme has its
    numbers, since a sum without a part would tell another group."""
    names = sorted({word for sql in wanted.values() for word in sql.replace("*", " ").split() if word != "-"})
    values = ", ".join(f"max(value) FILTER (WHERE measure = '{name}') AS {name}" for name in names)
    has_all = " AND ".join(f"{name} IS NOT NULL" for name in names)
    sums = ", ".join(f'sum({sql} ORDER BY {sql}) AS "{name}"' for name, sql in wanted.items())
    units = store.query(
        f"""WITH latest AS (
            SELECT * FROM {FIGURES_TABLE} WHERE table_id = '{table}' AND unit_code <> ''
            QUALIFY measured = max(measured) OVER (PARTITION BY school_year, unit_code)),
        programmes AS (
            SELECT school_year, unit_code, category, detail, max(measured) AS measured, {values}
            FROM latest GROUP BY school_year, unit_code, category, detail)
        SELECT school_year, unit_code, max(measured) AS measured, {sums}
        FROM programmes GROUP BY school_year, unit_code
        HAVING bool_and({has_all}) AND sum({wanted["n"]}) > 0 ORDER BY school_year, unit_code"""
    )
    if units.empty:
        return units
    index = SnapshotIndex(store, FIGURES_TABLE)
    slot = units.assign(table_id=table)
    units["sources"] = index.hashes(slot, ["table_id", "school_year", "measured"], ["unit_code"])
    years = {year: str(SchoolYear.parse(year).plus(after)) for year in units["school_year"].unique()}
    whole = [name for name in wanted if name != "total"]
    units[whole] = units[whole].round().astype("Int64")
    return units.assign(sex="T", school_year=units["school_year"].map(years)).drop(columns="measured")
