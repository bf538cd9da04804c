"""Means over pupils of something in their own courses, for gymnasieskola and komvux alike (floor 4).

Every pupil weighs the same, so that groups are counted in people and disclosure control knows their size.
"""

from __future__ import annotations

import pandas as pd

from analysis_lib.indicators.columns import Surroundings, Tables, empty_cube
from analysis_lib.indicators.provenance import SnapshotIndex, joined
from analysis_lib.indicators.rules import GradeRules, half_points_sql, passed_sql
from analysis_lib.indicators.totals import own_cells, sums_in_order
from analysis_lib.vocabulary.indicators import Indicator

COURSES_TABLE = "core_local__course_results"
GRADED = "half IS NOT NULL"
FINISHED = "half IS NOT NULL OR grade = '-'"
ENDED = "outcome IN ('completed', 'not_approved', 'interrupted')"


def course_means(
    store: Tables, known: tuple[Indicator, Surroundings], of_pupil: str, *, among: str, school_form: str
) -> pd.DataFrame:
    """The mean over pupils of an SQL expression over their courses that fit ``among``.

    ``school_form`` is ``gy`` or ``komvux``. A course repeated in a läsår counts once, as in the spring.
    Raises ``rule-missing`` for a läsår without a grade scale.
    """
    _, around = known
    assert around.rules is not None
    of_form = f"school_form = '{school_form}'"
    held = store.query(f"SELECT DISTINCT school_year FROM {COURSES_TABLE} WHERE {of_form}")
    if held.empty:
        return empty_cube()
    around.rules.check_years(held["school_year"])
    units = store.query(
        f"""WITH latest AS (
            SELECT * FROM {COURSES_TABLE} WHERE {of_form} AND points > 0
            QUALIFY row_number() OVER (
                PARTITION BY school_year, unit_code, pupil, course ORDER BY term = 'VT' DESC) = 1),
        rated AS (SELECT *, {_rated_sql(around.rules)} FROM latest),
        pupils AS (
            SELECT school_year, unit_code, pupil, bool_or(is_protected) AS is_protected, {of_pupil} AS value
            FROM rated WHERE {among} GROUP BY school_year, unit_code, pupil)
        SELECT school_year, unit_code, count(*) AS n, bool_or(is_protected) AS has_protected,
            {sums_in_order("value")}
        FROM pupils GROUP BY ALL ORDER BY ALL"""
    )
    if units.empty:
        return empty_cube()
    units["sources"] = _files(store, units, school_form)
    return own_cells(units, known, sums=["n", "total", "total_sq"])


def _rated_sql(rules: GradeRules) -> str:
    return f"{half_points_sql(rules)} AS half, coalesce({passed_sql(rules)}, false) AS is_passed"


def _files(store: Tables, units: pd.DataFrame, school_form: str) -> pd.Series:
    """The files of both terms that hold a unit's courses."""
    index = SnapshotIndex(store, COURSES_TABLE)
    slot = ["school_year", "term", "school_form"]
    terms = [
        index.hashes(units.assign(term=term, school_form=school_form), slot, ["unit_code"])
        for term in ("HT", "VT")
    ]
    return pd.Series([joined(pair) for pair in zip(*terms, strict=True)], index=units.index, dtype="str")
