"""Gymnasium results that the course table holds: grade points and passed courses per pupil (floor 4).

Each public function here is a formula that an indicator's YAML can name. A diploma and throughput ask for
when the studies began and for the strand, which the table does not tell, so they are not made from it.
"""

from __future__ import annotations

import pandas as pd

from analysis_lib.indicators.columns import Origin, Surroundings, Tables, cube_rows, empty_cube
from analysis_lib.indicators.provenance import SnapshotIndex, joined
from analysis_lib.indicators.rules import GradeRules, half_points_sql, passed_sql
from analysis_lib.indicators.totals import with_authority
from analysis_lib.vocabulary.indicators import Indicator

COURSES_TABLE = "core_local__course_results"


def mean_points(store: Tables, indicator: Indicator, around: Surroundings) -> pd.DataFrame:
    """The mean of the pupils' betygspoäng over the courses graded in the läsår: points weigh, F counts 0.

    Source: rule R15; the same as ``statistics.upper_secondary.grade_point_average`` of course grades.
    """
    return _means(store, (indicator, around), "sum(points * half) / (2.0 * sum(points))")


def courses_passed_pct(store: Tables, indicator: Indicator, around: Surroundings) -> pd.DataFrame:
    """The mean of the pupils' share of finished courses with an approved grade, dashes among the finished.

    Every pupil weighs the same, so that groups are counted in people. Source: rule R15.
    """
    return _means(store, (indicator, around), "100.0 * avg(CASE WHEN is_passed THEN 1 ELSE 0 END)")


def _means(store: Tables, known: tuple[Indicator, Surroundings], of_pupil: str) -> pd.DataFrame:
    """The mean over pupils of an expression over their graded courses; a repeated course counts once."""
    indicator, around = known
    assert around.rules is not None
    held = store.query(f"SELECT DISTINCT school_year FROM {COURSES_TABLE} WHERE school_form = 'gy'")
    if held.empty:
        return empty_cube()
    around.rules.check_years(held["school_year"])
    graded = "half IS NOT NULL" if "half" in of_pupil else "half IS NOT NULL OR grade = '-'"
    units = store.query(
        f"""WITH latest AS (
            SELECT * FROM {COURSES_TABLE} WHERE school_form = 'gy' AND points > 0
            QUALIFY row_number() OVER (
                PARTITION BY school_year, unit_code, pupil, course ORDER BY term = 'VT' DESC) = 1),
        rated AS (SELECT *, {_rated_sql(around.rules)} FROM latest),
        pupils AS (
            SELECT school_year, unit_code, pupil, bool_or(is_protected) AS is_protected, {of_pupil} AS value
            FROM rated WHERE {graded} GROUP BY school_year, unit_code, pupil)
        SELECT school_year, unit_code, count(*) AS n, bool_or(is_protected) AS has_protected,
            sum(value) AS total, sum(value * value) AS total_sq
        FROM pupils GROUP BY ALL ORDER BY ALL"""
    )
    if units.empty:
        return empty_cube()
    units["sex"] = "T"
    units["sources"] = _files(store, units)
    rows = with_authority(units, around, keys=["school_year", "sex"], sums=["n", "total", "total_sq"])
    return cube_rows(indicator, rows, Origin("own"))


def _rated_sql(rules: GradeRules) -> str:
    return f"{half_points_sql(rules)} AS half, coalesce({passed_sql(rules)}, false) AS is_passed"


def _files(store: Tables, units: pd.DataFrame) -> pd.Series:
    """The files of both terms that hold a unit's courses."""
    index = SnapshotIndex(store, COURSES_TABLE)
    slot = ["school_year", "term", "school_form"]
    terms = [
        index.hashes(units.assign(term=term, school_form="gy"), slot, ["unit_code"]) for term in ("HT", "VT")
    ]
    return pd.Series([joined(pair) for pair in zip(*terms, strict=True)], index=units.index, dtype="str")
