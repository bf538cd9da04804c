"""Attendance as indicators: the mean of the pupils' own shares, and the time nobody registered (floor 4).

Each public function here is a formula that an indicator's YAML can name. Every pupil weighs the same, so one
with a long timetable does not count for more. Reports, simple tables and SS 12000 give the same figures; of a
unit and school year that has both files and fetched months, the files count.
"""

from __future__ import annotations

import pandas as pd

from analysis_lib.indicators.columns import Surroundings, Tables, empty_cube
from analysis_lib.indicators.provenance import SnapshotIndex, joined
from analysis_lib.indicators.totals import own_cells, sums_in_order
from analysis_lib.vocabulary.indicators import Indicator

PERIODS_TABLE = "core_attendance__periods"
MONTHS_TABLE = "core_ss12000__attendance"
_BY_FILE = f"SELECT DISTINCT school_year, unit_code FROM {PERIODS_TABLE} WHERE pupil <> ''"
# A protected pupil has another pseudonym each month: the first of a month and of the next count as one.
_TOLD = f"""
SELECT school_year, unit_code, pupil, is_protected, attended_minutes AS attended,
    attended_minutes + valid_absence_minutes + invalid_absence_minutes AS registered,
    unregistered_minutes AS unregistered, offered_minutes AS offered,
    attendance_pct AS attended_pct, unregistered_pct
FROM {PERIODS_TABLE} WHERE pupil <> ''
UNION ALL
SELECT school_year, unit_code, CASE WHEN is_protected THEN 'protected-' || row_number() OVER (
        PARTITION BY school_year, unit_code, month, is_protected ORDER BY pupil) ELSE pupil END,
    is_protected, attended_minutes,
    coalesce(attended_minutes + valid_absence_minutes + invalid_absence_minutes, reported_minutes),
    greatest(offered_minutes - coalesce(reported_minutes, attended_minutes + valid_absence_minutes
        + invalid_absence_minutes + coalesce(other_minutes, 0)), 0),
    offered_minutes, NULL, NULL
FROM {MONTHS_TABLE} ANTI JOIN ({_BY_FILE}) USING (school_year, unit_code)
"""


def mean_pct(store: Tables, indicator: Indicator, around: Surroundings) -> pd.DataFrame:
    """The mean of each pupil's attended part of registered time in the läsår, all periods put together.

    Pupils whose minutes are not known count with the mean of their periods' printed shares. Rows of whole
    classes are left out: they hold no pupils' own shares.
    """
    return _mean_share(store, indicator, around, part="attended", whole="registered", printed="attended_pct")


def unregistered_mean_pct(store: Tables, indicator: Indicator, around: Surroundings) -> pd.DataFrame:
    """The mean of each pupil's part of the teaching time that nobody has registered; told beside the rate."""
    return _mean_share(
        store, indicator, around, part="unregistered", whole="offered", printed="unregistered_pct"
    )


def _mean_share(
    store: Tables, indicator: Indicator, around: Surroundings, *, part: str, whole: str, printed: str
) -> pd.DataFrame:
    units = store.query(
        f"""WITH told AS ({_TOLD}),
        pupils AS (
            SELECT school_year, unit_code, pupil, bool_or(is_protected) AS is_protected,
                sum({part}) AS part, sum({whole}) AS whole,
                bool_and({part} IS NOT NULL AND {whole} IS NOT NULL) AS is_whole,
                avg({printed} ORDER BY {printed}) AS printed
            FROM told GROUP BY school_year, unit_code, pupil),
        shares AS (
            SELECT *, CASE WHEN is_whole AND whole > 0 THEN 100 * part / whole
                ELSE printed END AS share FROM pupils)
        SELECT school_year, unit_code, count(share) AS n, bool_or(is_protected) AS has_protected,
            {sums_in_order("share")}
        FROM shares WHERE share IS NOT NULL GROUP BY ALL ORDER BY ALL"""
    )
    if units.empty:
        return empty_cube()
    units["sources"] = _files(store, units)
    return own_cells(units, (indicator, around), sums=["n", "total", "total_sq"])


def _files(store: Tables, units: pd.DataFrame) -> pd.Series:
    """The files and fetched months that hold a unit's attendance, a läsår at a time."""
    periods = store.query(
        f"SELECT DISTINCT school_year, period_start, unit_code, class_name FROM {PERIODS_TABLE} ORDER BY ALL"
    )
    months = store.query(
        f"SELECT DISTINCT school_year, month, unit_code FROM {MONTHS_TABLE} "
        f"ANTI JOIN ({_BY_FILE}) USING (school_year, unit_code) ORDER BY ALL"
    )
    periods["hash"] = SnapshotIndex(store, PERIODS_TABLE).hashes(
        periods, ["school_year", "period_start"], ["unit_code", "class_name"]
    )
    months["hash"] = SnapshotIndex(store, MONTHS_TABLE).hashes(
        months, ["school_year", "month"], ["unit_code"]
    )
    slots = pd.concat([periods, months], ignore_index=True)
    found = slots.groupby(["school_year", "unit_code"])["hash"].agg(joined)
    at = pd.MultiIndex.from_frame(units[["school_year", "unit_code"]])
    return pd.Series(found.reindex(at).to_numpy(), index=units.index, dtype="str").fillna("")
