"""The stored tables by name, those that files fill here and those of APIs beside them (floor 2)."""

from __future__ import annotations

import pandas as pd

from analysis_lib.snapshots.fetched_schemas import FETCHED
from analysis_lib.snapshots.table_schema import (
    PSEUDONYM,
    PUPIL_COLUMNS,
    SCHOOL_YEAR,
    UNIT_CODE,
    Column,
    TableSchema,
)

__all__ = ["PSEUDONYM", "SCHOOL_YEAR", "TABLES", "UNIT_CODE", "Column", "TableSchema"]

GRADES = ("A", "B", "C", "D", "E", "F")
REASONS = ("2", "3", "9", "Y", "Z")
SUBJECTS = (
    *("BL", "EN", "HKK", "IDH", "MA", "M1", "M2", "ML", "MU", "BI", "FY", "KE", "GE", "HI"),
    *("RE", "SH", "SL", "SV", "SVA", "TN", "TK", "OVR", "NO", "SO"),
)
# NO and SO stand for the test itself when the pupil's subject is not told (reported digitally).
TEST_SUBJECTS = ("MA", "SV", "EN", "NO", "BI", "FY", "KE", "SO", "GE", "HI", "RE", "SH")


DAY = r"\d{4}-\d{2}-\d{2}"
ATTENDED = ("offered", "attended", "valid_absence", "invalid_absence", "other", "unregistered")


def _authority(frame: pd.DataFrame) -> pd.Series:
    """A huvudman's number; a sole trader has none that may be kept, and is known by name."""
    number = frame["authority_number"]
    return number.where(number != "", frame["authority_name"])


def _published_key(frame: pd.DataFrame) -> pd.Series:
    area = frame["municipality_code"] + "|" + frame["organiser"]
    area = area.where(frame["level"] != "authority", _authority(frame))
    return frame["unit_code"].where(frame["unit_code"] != "", area)


def _surveyed_key(frame: pd.DataFrame) -> pd.Series:
    area = frame["level"] + "|" + frame["municipality_code"]
    return frame["unit_code"].where(frame["unit_code"] != "", area)


PUPIL_GRADES = TableSchema(
    "core_scb__pupil_grades",
    (
        *PUPIL_COLUMNS,
        Column("subject", values=("", *SUBJECTS)),
        Column("language"),
        Column("grade", values=("", *GRADES)),
        Column("reason", values=("", *REASONS)),
        Column("is_protected", "truth"),
    ),
    partition=("year_group", "school_year"),
    identity=("unit_code", "pupil"),
    key_sql="unit_code",
)

NATIONAL_TESTS = TableSchema(
    "core_scb__national_tests",
    (
        *PUPIL_COLUMNS,
        Column("subject", values=TEST_SUBJECTS),
        Column("curriculum", values=("", "SV", "SVA")),
        Column("grade", values=("", *GRADES)),
        Column("status", values=("graded", "absent", "lost", "digital")),
        Column("is_protected", "truth"),
    ),
    partition=("year_group", "school_year"),
    identity=("unit_code", "pupil"),
    key_sql="unit_code",
)

NATIONAL_TESTS_3 = TableSchema(
    "core_scb__national_tests_3",
    (
        *PUPIL_COLUMNS,
        Column("subject", values=("MA", "SV")),
        Column("curriculum", values=("", "SV", "SVA")),
        Column("parts_passed", "integer"),
        Column("parts_taken", "integer"),
        Column("parts_total", "integer"),
        Column("status", values=("complete", "partial", "absent", "lost", "digital")),
        Column("is_protected", "truth"),
    ),
    partition=("year_group", "school_year"),
    identity=("unit_code", "pupil"),
    key_sql="unit_code",
)

STATISTICS = TableSchema(
    "core_skolverket__statistics",
    (
        Column("table_id"),
        Column("school_year", pattern=SCHOOL_YEAR),
        Column("level", values=("unit", "authority", "municipality", "national")),
        Column("unit_code", pattern=rf"({UNIT_CODE})?"),
        Column("unit_name"),
        Column("municipality_code"),
        Column("municipality_name"),
        Column(
            "organiser",
            values=("all", "municipal", "independent", "state", "region", "international"),
        ),
        Column("authority_name"),
        Column("authority_number"),
        Column("sex", values=("T", "F", "P")),
        Column("subject"),
        Column("measure"),
        Column("value", "float"),
        Column("mark"),
        Column("decimals", "integer"),
        Column("raw"),
    ),
    partition=("table_id", "level", "school_year", "sex"),
    identity=("unit_code", "municipality_code", "organiser", "subject", "measure"),
    key_sql="CASE WHEN unit_code <> '' THEN unit_code "
    "WHEN level = 'authority' THEN coalesce(nullif(authority_number, ''), authority_name) "
    "ELSE municipality_code || '|' || organiser END",
    key=_published_key,
)

SURVEY = TableSchema(
    "core_survey__answers_by_unit",
    (
        Column("instrument"),
        Column("era"),
        Column("level", values=("unit", "municipality", "national")),
        Column("unit_code", pattern=rf"({UNIT_CODE})?"),
        Column("unit_name"),
        Column("municipality_code", pattern=r"(\d{4})?"),
        Column("school_year", pattern=SCHOOL_YEAR),
        Column("term", values=("VT", "HT")),
        Column("respondent_group"),
        Column("sex", values=("T", "F", "P")),
        Column("question"),
        Column("area"),
        Column("answer_step"),
        Column("weight", "float"),
        Column("is_positive", "truth"),
        Column("count", "integer"),
        Column("share_pct", "float"),
        Column("mean", "float"),
        Column("answers_n", "integer"),
        Column("invited_n", "integer"),
        Column("response_rate_pct", "float"),
        Column("mark"),
    ),
    partition=("instrument", "school_year", "term", "respondent_group"),
    identity=("unit_code", "municipality_code", "sex", "question", "area", "answer_step"),
    key_sql="CASE WHEN unit_code <> '' THEN unit_code ELSE level || '|' || municipality_code END",
    key=_surveyed_key,
)

ATTENDANCE = TableSchema(
    "core_attendance__periods",
    (
        Column("pupil", pattern=rf"({PSEUDONYM})?"),
        *PUPIL_COLUMNS[1:],
        Column("period_start", pattern=rf"({DAY})?"),
        Column("period_end", pattern=rf"({DAY})?"),
        Column("pupils_n", "integer"),
        Column("lessons", "integer"),
        *(Column(f"{name}_minutes", "float") for name in ATTENDED),
        *(Column(f"{name}_pct", "float") for name in ("attendance", *ATTENDED[2:4], ATTENDED[5])),
        Column("is_protected", "truth"),
    ),
    partition=("school_year", "period_start"),
    identity=("unit_code", "pupil", "class_name"),
    key_sql="unit_code || '|' || class_name",
    key=lambda frame: frame["unit_code"] + "|" + frame["class_name"],
)

FIGURES = TableSchema(
    "core_local__figures",
    (
        Column("table_id"),
        Column("unit_code", pattern=rf"({UNIT_CODE})?"),
        Column("school_year", pattern=SCHOOL_YEAR),
        Column("measured", pattern=rf"({DAY}|\d{{4}}|[VH]T\d{{2}})?"),
        Column("category"),
        Column("detail"),
        Column("measure"),
        Column("value", "float"),
        Column("mark"),
    ),
    partition=("table_id", "school_year", "measured"),
    identity=("unit_code", "category", "detail", "measure"),
    key_sql="CASE WHEN unit_code <> '' THEN unit_code ELSE 'huvudman' END",
    key=lambda frame: frame["unit_code"].where(frame["unit_code"] != "", "huvudman"),
)

COURSES = TableSchema(
    "core_local__course_results",
    (
        Column("pupil", pattern=PSEUDONYM),
        Column("unit_code", pattern=UNIT_CODE),
        Column("school_year", pattern=SCHOOL_YEAR),
        Column("term", values=("VT", "HT")),
        Column("school_form", values=("gy", "komvux", "sfi")),
        Column("sex", values=("F", "P", "")),
        Column("programme"),
        Column("course"),
        Column("points", "integer"),
        Column("grade", values=("", *GRADES, "G", "-")),
        Column("outcome", values=("completed", "interrupted", "ongoing", "not_approved")),
        Column("is_protected", "truth"),
    ),
    partition=("school_year", "term", "school_form"),
    identity=("unit_code", "pupil", "course"),
    key_sql="unit_code",
)

TABLES: dict[str, TableSchema] = {
    t.name: t
    for t in (
        PUPIL_GRADES,
        NATIONAL_TESTS,
        NATIONAL_TESTS_3,
        STATISTICS,
        SURVEY,
        ATTENDANCE,
        FIGURES,
        COURSES,
        *FETCHED,
    )
}
