"""Attendance as indicators: the mean of the pupils' own shares (floor 4).

Each public function here is a formula that an indicator's YAML can name. Every pupil weighs the same, so one
with a long timetable does not count for more.
"""

from __future__ import annotations

import pandas as pd

from analysis_lib.indicators.columns import Origin, Surroundings, Tables, cube_rows, empty_cube
from analysis_lib.indicators.provenance import SnapshotIndex, joined
from analysis_lib.indicators.totals import with_authority
from analysis_lib.vocabulary.indicators import Indicator

PERIODS_TABLE = "core_attendance__periods"


def mean_pct(store: Tables, indicator: Indicator, around: Surroundings) -> pd.DataFrame:
    """The mean of each pupil's attended part of registered time in the läsår, all periods put together.

    Pupils whose minutes are not known count with the mean of their periods' printed shares. Rows of whole
    classes are left out: they hold no pupils' own shares.
    """
    units = store.query(
        f"""WITH pupils AS (
            SELECT school_year, unit_code, pupil, bool_or(is_protected) AS is_protected,
                sum(attended_minutes) AS attended,
                sum(attended_minutes + valid_absence_minutes + invalid_absence_minutes) AS registered,
                bool_and(attended_minutes + valid_absence_minutes + invalid_absence_minutes IS NOT NULL)
                    AS is_whole,
                avg(attendance_pct) AS printed
            FROM {PERIODS_TABLE} WHERE pupil <> '' GROUP BY school_year, unit_code, pupil),
        shares AS (
            SELECT *, CASE WHEN is_whole AND registered > 0 THEN 100 * attended / registered
                ELSE printed END AS share FROM pupils)
        SELECT school_year, unit_code, count(share) AS n, bool_or(is_protected) AS has_protected,
            sum(share) AS total, sum(share * share) AS total_sq
        FROM shares WHERE share IS NOT NULL GROUP BY ALL ORDER BY ALL"""
    )
    if units.empty:
        return empty_cube()
    units["sex"] = "T"
    units["sources"] = _files(store, units)
    rows = with_authority(units, around, keys=["school_year", "sex"], sums=["n", "total", "total_sq"])
    return cube_rows(indicator, rows, Origin("own"))


def _files(store: Tables, units: pd.DataFrame) -> pd.Series:
    """The files that hold a unit's periods, a läsår at a time."""
    slots = store.query(
        f"SELECT DISTINCT school_year, period_start, unit_code, class_name FROM {PERIODS_TABLE} ORDER BY ALL"
    )
    index = SnapshotIndex(store, PERIODS_TABLE)
    slots["hash"] = index.hashes(slots, ["school_year", "period_start"], ["unit_code", "class_name"])
    found = slots.groupby(["school_year", "unit_code"])["hash"].agg(joined)
    at = pd.MultiIndex.from_frame(units[["school_year", "unit_code"]])
    return pd.Series(found.reindex(at).to_numpy(), index=units.index, dtype="str").fillna("")
