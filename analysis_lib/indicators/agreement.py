"""National tests beside the grades of the same pupils in the same subject (rule R5, floor 4).

Each public function is a formula that an indicator's YAML can name. A pupil counts where both a test grade
and a grade A-F are known; Swedish and Swedish as a second language are one test, told as the subject of the
grade.
"""

from __future__ import annotations

import pandas as pd

from analysis_lib.indicators.columns import Origin, Surroundings, Tables, cube_rows, empty_cube
from analysis_lib.indicators.provenance import SnapshotIndex, joined
from analysis_lib.indicators.results import GRADES_TABLE, TESTS_TABLE
from analysis_lib.indicators.rules import GradeRules, half_points_sql
from analysis_lib.indicators.totals import with_authority
from analysis_lib.vocabulary.grades import DIRECTIONS, LETTERS, pair_of
from analysis_lib.vocabulary.indicators import Indicator

_KEYS = ["school_year", "subject", "sex"]
_COUNTS = {"lower": "step < 0", "equal": "step = 0", "higher": "step > 0"}


def deviation(store: Tables, indicator: Indicator, around: Surroundings) -> pd.DataFrame:
    """How many got a lower, the same and a higher grade than test grade: a distribution per subject."""
    counts = {name: f"count(*) FILTER (WHERE {_COUNTS[name]})" for name in DIRECTIONS}
    return _distribution(store, indicator, around, counts)


def crosstab(store: Tables, indicator: Indicator, around: Surroundings) -> pd.DataFrame:
    """How many had each test grade with each grade, for the huvudman only: category ``F>E`` (test, grade)."""
    counts = {
        pair_of(test, grade): f"count(*) FILTER (WHERE test = '{test}' AND grade = '{grade}')"
        for test in LETTERS
        for grade in LETTERS
    }
    rows = _distribution(store, indicator, around, counts)
    return rows[rows["level"] == "authority"].reset_index(drop=True)


def _distribution(
    store: Tables, indicator: Indicator, around: Surroundings, counts: dict[str, str]
) -> pd.DataFrame:
    """One row per place, subject and category, also for categories that nobody is in."""
    assert around.rules is not None
    held = store.query(f"SELECT DISTINCT school_year FROM {TESTS_TABLE} ORDER BY ALL")
    if held.empty:
        return empty_cube()
    around.rules.check_years(held["school_year"])
    selected = ", ".join(f'{sql} AS "{name}"' for name, sql in counts.items())
    units = store.query(
        f"""WITH {_pairs_sql(around.rules, indicator.year_group)}
        SELECT school_year, unit_code, subject, 'T' AS sex, count(*) AS n,
            bool_or(is_protected) AS has_protected, {selected}
        FROM pairs GROUP BY ALL ORDER BY school_year, unit_code, subject"""
    )
    if units.empty:
        return empty_cube()
    units["sources"] = _files(store, units, indicator.year_group)
    names = list(counts)
    wide = with_authority(units, around, keys=_KEYS, sums=["n", *names])
    kept = [*_KEYS, "level", "code", "n", "has_protected", "sources"]
    long = [wide[kept].assign(category=name, numerator=wide[name]) for name in names]
    return cube_rows(indicator, pd.concat(long, ignore_index=True), Origin("own"))


def _pairs_sql(rules: GradeRules, year_group: int) -> str:
    """``pairs``: a row per pupil and subject with both, ``step`` the grade's points above the test's."""
    who = "school_year, unit_code, pupil, year_group"
    family = "CASE WHEN subject IN ('SV', 'SVA') THEN 'SV' ELSE subject END AS family"
    half = f"{half_points_sql(rules)} AS half"
    return f"""tested AS (
            SELECT {who}, {family}, grade AS test, {half}, is_protected FROM {TESTS_TABLE}
            WHERE year_group = {year_group} AND status = 'graded' AND subject <> ''),
        graded AS (
            SELECT {who}, {family}, subject, grade, {half}, is_protected FROM {GRADES_TABLE}
            WHERE year_group = {year_group} AND subject <> ''),
        pairs AS (
            SELECT school_year, unit_code, graded.subject, test, graded.grade,
                graded.half - tested.half AS step, tested.is_protected OR graded.is_protected AS is_protected
            FROM tested JOIN graded USING ({who}, family)
            WHERE tested.half IS NOT NULL AND graded.half IS NOT NULL
            QUALIFY row_number() OVER (PARTITION BY {who}, family ORDER BY graded.subject) = 1)"""


def _files(store: Tables, units: pd.DataFrame, year_group: int) -> pd.Series:
    """The files that hold a unit's tests and its grades."""
    slots = units.assign(year_group=year_group)
    found = [
        SnapshotIndex(store, table).hashes(slots, ["year_group", "school_year"], ["unit_code"])
        for table in (TESTS_TABLE, GRADES_TABLE)
    ]
    pairs = zip(*found, strict=True)
    return pd.Series([joined(pair) for pair in pairs], index=units.index, dtype="str")
