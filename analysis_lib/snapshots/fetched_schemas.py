"""Stored tables that only APIs fill: Kolada, the unit register and SS 12000 (floor 2).

Columns and their meaning: docs/ARCHITECTURE.md. Minutes and counts are whole numbers; no share is stored.
"""

from __future__ import annotations

import pandas as pd

from analysis_lib.snapshots.table_schema import (
    PUPIL_COLUMNS,
    SCHOOL_YEAR,
    UNIT_CODE,
    Column,
    TableSchema,
)

ORGANISERS = ("all", "municipal", "independent", "state", "region", "international")
_DATE = r"(\d{4}-\d{2}-\d{2})?"


def _kolada_key(frame: pd.DataFrame) -> pd.Series:
    return frame["kpi"] + "|" + frame["code"]


KOLADA_VALUES = TableSchema(
    "core_kolada__values",
    (
        Column("kpi", pattern=r"[A-Z]\d{5}"),
        Column("level", values=("unit", "municipality", "region", "national")),
        Column("code"),
        Column("name"),
        Column("municipality_code"),
        Column("unit_code", pattern=rf"({UNIT_CODE})?"),
        Column("period", "integer"),
        Column("sex", values=("T", "F", "P")),
        Column("value", "float"),
        Column("mark"),
        Column("observations", "integer"),
        Column("status"),
    ),
    partition=("level", "period"),
    identity=("kpi", "code", "sex"),
    key_sql="kpi || '|' || code",
    key=_kolada_key,
)

KOLADA_INDICATORS = TableSchema(
    "core_kolada__indicators",
    (
        Column("catalogue", values=("kolada",)),
        Column("kpi", pattern=r"[A-Z]\d{5}"),
        Column("title"),
        Column("description"),
        Column("auspice"),
        Column("operating_area"),
        Column("is_by_sex", "truth"),
        Column("has_unit_values", "truth"),
        Column("published"),
        Column("newest_period"),
    ),
    partition=("catalogue",),
    identity=("kpi",),
    key_sql="kpi",
    key=lambda frame: frame["kpi"],
)

KOLADA_GROUPS = TableSchema(
    "core_kolada__groups",
    (
        Column("catalogue", values=("kolada",)),
        Column("group_id"),
        Column("title"),
        Column("member_code"),
        Column("member_name"),
    ),
    partition=("catalogue",),
    identity=("group_id", "member_code"),
    key_sql="group_id",
    key=lambda frame: frame["group_id"],
)

REGISTERED_UNITS = TableSchema(
    "core_skolverket__units",
    (
        Column("municipality_code", pattern=r"\d{4}"),
        Column("unit_code", pattern=UNIT_CODE),
        Column("name"),
        Column("status", values=("active", "resting", "closed", "planned")),
        Column("school_forms"),
        Column("year_groups"),
        Column("opened", pattern=_DATE),
        Column("closed", pattern=_DATE),
        Column("organiser", values=ORGANISERS),
        Column("authority_name"),
        Column("authority_number"),
    ),
    partition=("municipality_code",),
    identity=("unit_code",),
    key_sql="unit_code",
)

ATTENDANCE = TableSchema(
    "core_ss12000__attendance",
    (
        *PUPIL_COLUMNS,
        Column("month", pattern=r"\d{4}-\d{2}"),
        Column("attended_minutes", "integer"),
        Column("valid_absence_minutes", "integer"),
        Column("invalid_absence_minutes", "integer"),
        Column("other_minutes", "integer"),
        Column("reported_minutes", "integer"),
        Column("offered_minutes", "integer"),
        Column("is_protected", "truth"),
    ),
    partition=("school_year", "month"),
    identity=("unit_code", "pupil"),
    key_sql="unit_code",
    purpose="attendance",
)

ENROLMENTS = TableSchema(
    "core_ss12000__enrolments",
    (
        *PUPIL_COLUMNS,
        Column("school_form"),
        Column("start_date", pattern=_DATE),
        Column("end_date", pattern=_DATE),
        Column("is_protected", "truth"),
    ),
    partition=("school_year",),
    identity=("unit_code", "pupil"),
    key_sql="unit_code",
)

STAFF_ROLES = TableSchema(
    "core_ss12000__staff",
    (
        Column("unit_code", pattern=UNIT_CODE),
        Column("school_year", pattern=SCHOOL_YEAR),
        Column("role"),
        Column("people_count", "integer"),
        Column("fte", "float"),
    ),
    partition=("school_year",),
    identity=("unit_code", "role"),
    key_sql="unit_code",
)

FETCHED = (
    KOLADA_VALUES,
    KOLADA_INDICATORS,
    KOLADA_GROUPS,
    REGISTERED_UNITS,
    ATTENDANCE,
    ENROLMENTS,
    STAFF_ROLES,
)
