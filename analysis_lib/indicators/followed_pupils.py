"""The same pupils in year 6 and year 9: one row per followed pupil, from the grades (floor 4).

Who is followed is decided exactly as in the table ``steps`` (``indicators.results``), so that the number of
followed pupils is the same whatever is reckoned of them.
"""

from __future__ import annotations

from typing import Literal
from weakref import WeakKeyDictionary

import pandas as pd

from analysis_lib.indicators.columns import Surroundings, Tables
from analysis_lib.indicators.own import places_of
from analysis_lib.indicators.provenance import SnapshotIndex, joined
from analysis_lib.indicators.results import GRADES_TABLE, STEP, steps_and_pupils_sql
from analysis_lib.indicators.rules import GradeRules, quoted
from analysis_lib.vocabulary.periods import SchoolYear

SUBJECTS = ("SV", "EN", "MA")
What = Literal["merit", "subject"]
_read: WeakKeyDictionary[Tables, dict[tuple[What, int], pd.DataFrame]] = WeakKeyDictionary()


def followed_pupils(store: Tables, around: Surroundings, what: What) -> pd.DataFrame:
    """Followed pupils of the huvudmen's own units.

    Columns: ``school_year, unit_code, authority, subject, outcome, prior, earlier_unit,
    class_name``.
    ``merit``: the outcome is the merit rating (17), 0 without any pass; the start is the mean grade points of
    year 6, 0 where there was no grade. ``subject``: grade points in the subject both times. Several
    indicators ask for the same rows, so they are read once for each state of the store.
    """
    snapshots = store.current(GRADES_TABLE)
    key = what, hash(tuple(snapshot.hash for snapshot in snapshots))
    kept = _read.setdefault(store, {})
    if key not in kept:
        assert around.rules is not None
        kept.clear()
        for each in ("merit", "subject"):
            kept[each, key[1]] = _with_places(store.query(_sql(around.rules, each)), around)
    return kept[key]


def _sql(rules: GradeRules, what: What) -> str:
    results = _SUBJECT_SQL if what == "subject" else _MERIT_SQL
    return f"{steps_and_pupils_sql(rules)} {results} ORDER BY ALL"


_FOLLOWED = f"steps.year_group = {6 + STEP} AND steps.in_scope AND steps.is_stayer"
_SAME = "= (steps.pupil, steps.unit_code, steps.school_year, steps.year_group)"
_MERIT_SQL = f"""
    SELECT steps.school_year, steps.unit_code, steps.earlier_unit, '' AS subject,
        CASE WHEN now.passed_count > 0 THEN now.merit_17 ELSE 0 END::DOUBLE AS outcome,
        coalesce(then_.points, 0)::DOUBLE AS prior, steps.pupil, now.class_name
    FROM steps
    JOIN pupils now ON (now.pupil, now.unit_code, now.school_year, now.year_group) {_SAME}
    LEFT JOIN (
        SELECT pupil, unit_code, substr(school_year, 1, 4)::INT AS start, avg(half) / 2 AS points
        FROM grade_rows WHERE year_group = 6 AND half IS NOT NULL GROUP BY ALL
    ) then_ ON then_.pupil = steps.pupil AND then_.unit_code = steps.earlier_unit
        AND then_.start = steps.start - {STEP}
    WHERE {_FOLLOWED}"""
_SUBJECT_SQL = f"""
    SELECT steps.school_year, steps.unit_code, steps.earlier_unit, now.subject,
        now.half::DOUBLE / 2 AS outcome, then_.half::DOUBLE / 2 AS prior, steps.pupil,
        now.class_name
    FROM steps
    JOIN grade_rows now ON (now.pupil, now.unit_code, now.school_year, now.year_group) {_SAME}
    JOIN grade_rows then_ ON then_.pupil = steps.pupil AND then_.unit_code = steps.earlier_unit
        AND then_.year_group = 6 AND then_.subject = now.subject
        AND substr(then_.school_year, 1, 4)::INT = steps.start - {STEP}
    WHERE {_FOLLOWED} AND now.subject IN ({quoted(SUBJECTS)})
        AND now.half IS NOT NULL AND then_.half IS NOT NULL"""


def _with_places(rows: pd.DataFrame, around: Surroundings) -> pd.DataFrame:
    places = places_of(around.units, around.municipality_code).set_index("unit_code")["authority_code"]
    rows = rows.assign(authority=rows["unit_code"].map(places).fillna(""))
    return rows[rows["authority"] != ""].reset_index(drop=True)


def step_sources(store: Tables, rows: pd.DataFrame) -> pd.Series:
    """For each school year and unit the files of year 9 there, and of year 6 where its pupils were."""
    index = SnapshotIndex(store, GRADES_TABLE)
    links = rows[["school_year", "unit_code", "earlier_unit"]].drop_duplicates()
    earlier = {year: str(SchoolYear.parse(year).plus(-STEP)) for year in links["school_year"].unique()}
    now = links.assign(year_group=9)
    then = pd.DataFrame(
        {
            "school_year": links["school_year"].map(earlier),
            "unit_code": links["earlier_unit"],
            "year_group": 9 - STEP,
        }
    )
    names = ["year_group", "school_year"]
    both = links.assign(
        now=index.hashes(now, names, ["unit_code"]), then=index.hashes(then, names, ["unit_code"])
    )
    told = both.groupby(["school_year", "unit_code"])[["now", "then"]].agg(list)
    return pd.Series(
        [joined([*now, *then]) for now, then in told.itertuples(index=False)], index=told.index, dtype="str"
    )
