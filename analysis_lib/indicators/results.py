"""Grades and national tests: every pupil's figures in one pass, then sums per unit and sex (floor 4).

The SQL makes one row per pupil (merit rating in whole half points, passes, eligibility) for all units
and years at once; formulas pick what to count from it. Definitions: docs/METHOD.md and the indicators'
own YAML.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from analysis_lib.indicators.formula import WITHOUT_SUBJECT, Formula
from analysis_lib.indicators.rules import (
    GradeRules,
    core_sql,
    eligible_sql,
    half_points_sql,
    passed_sql,
    quoted,
    watched_subjects,
)

GRADES_TABLE = "core_scb__pupil_grades"
TESTS_TABLE = "core_scb__national_tests"
CATEGORIES = ("A", "B", "C", "D", "E", "F", "-")
STEP = 3  # year groups between the grades that a pupil is followed over: 6 to 9
GROUP_KEYS = ("school_year", "year_group", "unit_code", "sex")


def source_table(formula_table: str) -> str:
    """The snapshot table that a formula's table is made of."""
    return TESTS_TABLE if formula_table == "tests" else GRADES_TABLE


def sums_sql(table: str, formulas: Mapping[str, Formula], rules: GradeRules) -> str:
    """The query that gives every formula's sums per school year, year group, unit and sex.

    Result columns: the group keys (and ``subject`` unless the table is ``pupils``), then for each name
    in ``formulas``: ``<name>__n``, ``<name>__p`` (a protected pupil is among them) and, by measure,
    ``<name>__k``, ``<name>__t`` with ``<name>__s`` (sum of squares), or ``<name>__k_A`` … per grade.
    """
    keys = list(GROUP_KEYS) + ([] if table in WITHOUT_SUBJECT else ["subject"])
    selects = [part for name, formula in formulas.items() for part in _aggregates(name, formula)]
    sources = {"pupils": _pupils_sql, "grades": _grades_sql, "tests": _tests_sql, "steps": _steps_sql}
    source = sources[table](rules)
    return (
        f"WITH {source} SELECT {', '.join(keys)}, {', '.join(selects)} "
        f"FROM {table} GROUP BY {', '.join(keys)} ORDER BY {', '.join(keys)}"
    )


def _aggregates(name: str, formula: Formula) -> list[str]:
    among = f"coalesce(({formula.condition}), false)"
    parts = [
        f'count(*) FILTER (WHERE {among}) AS "{name}__n"',
        f'coalesce(bool_or(is_protected AND {among}), false) AS "{name}__p"',
    ]
    if formula.measure in ("share", "count"):
        parts.append(f'count(*) FILTER (WHERE {among} AND ({formula.value})) AS "{name}__k"')
    elif formula.measure == "mean":
        value = f"({formula.value})::DOUBLE"
        parts.append(f'coalesce(sum({value}) FILTER (WHERE {among}), 0) AS "{name}__t"')
        parts.append(f'coalesce(sum({value} * {value}) FILTER (WHERE {among}), 0) AS "{name}__s"')
    else:
        parts += [
            f"count(*) FILTER (WHERE {among} AND ({formula.value}) = '{each}') AS \"{name}__k_{each}\""
            for each in CATEGORIES
        ]
    return parts


def _grade_rows_sql(rules: GradeRules) -> str:
    """One row per pupil and subject with the grade read by the scale of its school year."""
    reasons = rules.reasons
    return f"""grade_rows AS (
        SELECT school_year, year_group, unit_code, pupil, sex, is_protected, subject, grade, reason,
            {half_points_sql(rules)}::SMALLINT AS half,
            coalesce({passed_sql(rules)}, false) AS is_passed,
            reason IN ({quoted(reasons["absent"])}) AS is_absent,
            reason IN ({quoted(reasons["adapted"])}) AS is_adapted,
            reason IN ({quoted([*reasons["other_system"], *reasons["not_taught"]])}) AS is_elsewhere
        FROM {GRADES_TABLE})"""


def _grades_sql(rules: GradeRules) -> str:
    return f"""{_grade_rows_sql(rules)},
    grades AS (
        SELECT * EXCLUDE (grade, half), half / 2 AS points, half IS NOT NULL AS is_graded,
            CASE WHEN is_absent THEN '-' ELSE grade END AS grade
        FROM grade_rows WHERE subject <> '')"""


def _tests_sql(rules: GradeRules) -> str:
    return f"""tests AS (
        SELECT school_year, year_group, unit_code, pupil, sex, is_protected, grade,
            CASE WHEN subject = 'SV' AND curriculum = 'SVA' THEN 'SVA' ELSE subject END AS subject,
            {half_points_sql(rules)} / 2 AS points,
            status = 'graded' AND grade <> '' AS is_graded,
            coalesce({passed_sql(rules)}, false) AS is_passed,
            status = 'absent' AS is_absent, status = 'lost' AS is_lost, status = 'digital' AS is_digital
        FROM {TESTS_TABLE} WHERE subject <> '')"""


def _pupils_sql(rules: GradeRules) -> str:
    """One row per pupil, unit and school year.

    ``half_best`` holds the best grades of all subjects but the extra one (språkval); of the variants of
    one subject (Sv and SvA) the better counts, since a pupil reads only one of them.
    """
    merit = rules.merit_rating
    same = f"subject IN ({quoted(rules.same_subject)})"
    extra = f"subject = '{merit.extra_subject}'"
    due = "(half IS NOT NULL OR is_absent OR is_adapted)"
    watched = ",\n".join(
        f"bool_or(is_passed AND subject IN ({quoted(codes)})) AS has_passed_{name}"
        for name, codes in watched_subjects(rules).items()
    )
    eligible = ",\n".join(
        f"coalesce({eligible_sql(rules, programme)}, false) AS eligible_{programme}"
        for programme in rules.eligibility[0].programmes
    )
    return f"""{_grade_rows_sql(rules)},
    pupil_sums AS (
        SELECT school_year, year_group, unit_code, pupil,
            max(sex) AS sex, bool_or(is_protected) AS is_protected,
            count(*) FILTER (WHERE {due} AND NOT {same})
                + bool_or({due} AND {same})::INT AS due_count,
            count(*) FILTER (WHERE is_passed AND NOT {same})
                + bool_or(is_passed AND {same})::INT AS passed_count,
            bool_or(is_elsewhere) AS is_elsewhere,
            max(half, {merit.counted}) FILTER (WHERE NOT {same} AND NOT {extra}) AS half_others,
            max(half) FILTER (WHERE {same}) AS half_same,
            coalesce(max(half) FILTER (WHERE {extra}), 0) AS half_extra,
            {watched}
        FROM grade_rows GROUP BY school_year, year_group, unit_code, pupil),
    pupil_best AS (
        SELECT *, list_slice(list_reverse_sort(list_concat(
            coalesce(half_others, []), [coalesce(half_same, 0)])), 1, {merit.counted}) AS half_best
        FROM pupil_sums),
    pupils AS (
        SELECT *,
            due_count > 0 OR NOT is_elsewhere AS in_scope,
            due_count > 0 AND passed_count = due_count AS all_passed,
            due_count - passed_count AS failed_count,
            list_sum(list_slice(list_reverse_sort(
                list_append(half_best, half_extra)), 1, {merit.counted})) / 2 AS merit_16,
            (list_sum(half_best) + half_extra) / 2 AS merit_17,
            {eligible}
        FROM pupil_best)"""


def _steps_sql(rules: GradeRules) -> str:
    """One row per pupil with the same pupil's results three year groups and three school years earlier.

    A pupil with two rows in a year group and school year cannot be followed. ``is_stayer``: at the same
    unit then, or at a unit that had no such year group then and so received its pupils from others.
    """
    start = "substr(school_year, 1, 4)::INT"
    return f"""{_pupils_sql(rules)},
    known AS (
        SELECT pupil, unit_code, year_group, {start} AS start, {core_sql(rules)} AS core_passed,
            count(*) OVER (PARTITION BY pupil, year_group, school_year) = 1 AND NOT is_protected AS is_single
        FROM pupils WHERE in_scope),
    taught AS (SELECT DISTINCT unit_code, year_group, start FROM known),
    steps AS (
        SELECT now.*, {core_sql(rules)} AS core_passed,
            coalesce(earlier.core_passed, false) AS core_passed_before,
            earlier.unit_code AS earlier_unit, earlier.pupil IS NOT NULL AS is_linked,
            earlier.pupil IS NOT NULL
                AND (earlier.unit_code = now.unit_code OR taught.unit_code IS NULL) AS is_stayer
        FROM pupils now
        LEFT JOIN known own ON own.pupil = now.pupil AND own.unit_code = now.unit_code AND own.is_single
            AND own.year_group = now.year_group AND own.start = {start.replace("school", "now.school")}
        LEFT JOIN known earlier ON earlier.pupil = own.pupil AND earlier.is_single
            AND earlier.year_group = own.year_group - {STEP} AND earlier.start = own.start - {STEP}
        LEFT JOIN taught ON taught.unit_code = now.unit_code AND taught.year_group = now.year_group - {STEP}
            AND taught.start = {start.replace("school", "now.school")} - {STEP})"""


def earlier_units_sql(rules: GradeRules) -> str:
    """The query that tells at which units the followed pupils of a unit had their earlier results."""
    return f"""WITH {_steps_sql(rules)}
        SELECT DISTINCT school_year, year_group, unit_code, earlier_unit FROM steps
        WHERE is_linked ORDER BY ALL"""


def long_numbers(wide: pd.DataFrame, name: str, formula: Formula) -> pd.DataFrame:
    """The keys and numbers of one formula, taken out of a frame with the columns of ``sums_sql``.

    Groups without anyone in the denominator are left out. A distribution gives one row for each grade,
    also for grades that nobody has.
    """
    keys = [key for key in ("school_year", "level", "code", "sex", "subject", "sources") if key in wide]
    rows = wide[wide[f"{name}__n"] > 0]
    base = rows[keys].assign(n=rows[f"{name}__n"], has_protected=rows[f"{name}__p"])
    if formula.measure in ("share", "count"):
        return base.assign(numerator=rows[f"{name}__k"])
    if formula.measure == "mean":
        return base.assign(total=rows[f"{name}__t"], total_sq=rows[f"{name}__s"])
    return pd.concat(
        [base.assign(category=each, numerator=rows[f"{name}__k_{each}"]) for each in CATEGORIES],
        ignore_index=True,
    )


def sum_columns(columns: Sequence[str]) -> dict[str, str]:
    """How each computed column is put together when groups are merged."""
    return {name: "max" if name.endswith("__p") else "sum" for name in columns if "__" in name}
