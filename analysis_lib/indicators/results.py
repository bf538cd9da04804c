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
from analysis_lib.vocabulary.periods import SchoolYear

GRADES_TABLE = "core_scb__pupil_grades"
TESTS_TABLE = "core_scb__national_tests"
TESTS_3_TABLE = "core_scb__national_tests_3"
CATEGORIES = ("A", "B", "C", "D", "E", "F", "-")
STEP = 3  # year groups between the grades that a pupil is followed over: 6 to 9
GROUP_KEYS = ("school_year", "year_group", "unit_code")


def source_table(formula_table: str) -> str:
    """The snapshot table that a formula's table is made of."""
    if formula_table == "tests_3":
        return TESTS_3_TABLE
    return TESTS_TABLE if formula_table in ("tests", "test_steps") else GRADES_TABLE


def earlier_table(formula_table: str) -> str:
    """The snapshot table with the earlier results of a table of steps, or an empty text for other tables."""
    return {"steps": GRADES_TABLE, "test_steps": TESTS_3_TABLE}.get(formula_table, "")


def sums_sql(
    table: str, formulas: Mapping[str, Formula], rules: GradeRules, *, school_year: str = "", by: str = "sex"
) -> str:
    """The query that gives every formula's sums per school year, year group, unit and sex.

    Result columns: the group keys (and ``subject`` unless the table is ``pupils``), then for each name
    in ``formulas``: ``<name>__n``, ``<name>__p`` (a protected pupil is among them) and, by measure,
    ``<name>__k``, ``<name>__t`` with ``<name>__s`` (sum of squares), or ``<name>__k_A`` … per grade.
    ``school_year`` keeps to one year, for more rows than fit in memory; ``by`` is sex or ``class_name``.
    """
    keys = [*GROUP_KEYS, by] + ([] if table in WITHOUT_SUBJECT else ["subject"])
    selects = [part for name, formula in formulas.items() for part in _aggregates(name, formula)]
    return (
        f"WITH {_source_sql(table, rules, school_year)} SELECT {', '.join(keys)}, {', '.join(selects)} "
        f"FROM {table} {_in_year(school_year)} GROUP BY {', '.join(keys)} ORDER BY {', '.join(keys)}"
    )


def _source_sql(table: str, rules: GradeRules, school_year: str) -> str:
    years: tuple[str, ...] = (school_year,) if school_year else ()
    if school_year and earlier_table(table):
        years = (school_year, str(SchoolYear.parse(school_year).plus(-STEP)))
    if table == "tests":
        return _tests_sql(rules)
    if table == "tests_3":
        return _TESTS_3_SQL
    if table == "test_steps":
        return _test_steps_sql(rules)
    sources = {"pupils": _pupils_sql, "grades": _grades_sql, "steps": _steps_sql}
    return sources[table](rules, years)


def _in_year(*school_years: str) -> str:
    named = [year for year in school_years if year]
    return f"WHERE school_year IN ({quoted(named)})" if named else ""


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


def _grade_rows_sql(rules: GradeRules, years: Sequence[str]) -> str:
    """One row per pupil and subject with the grade read by the scale of its school year."""
    reasons = rules.reasons
    return f"""grade_rows AS (
        SELECT school_year, year_group, unit_code, class_name, pupil, sex, is_protected, subject, grade,
            reason, {half_points_sql(rules)}::SMALLINT AS half,
            coalesce({passed_sql(rules)}, false) AS is_passed,
            reason IN ({quoted(reasons["absent"])}) AS is_absent,
            reason IN ({quoted(reasons["adapted"])}) AS is_adapted,
            reason IN ({quoted([*reasons["other_system"], *reasons["not_taught"]])}) AS is_elsewhere
        FROM {GRADES_TABLE} {_in_year(*years)})"""


def _grades_sql(rules: GradeRules, years: Sequence[str]) -> str:
    return f"""{_grade_rows_sql(rules, years)},
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


_TESTS_3_SQL = f"""tests_3 AS (
    SELECT school_year, year_group, unit_code, pupil, sex, is_protected,
        CASE WHEN subject = 'SV' AND curriculum = 'SVA' THEN 'SVA' ELSE subject END AS subject,
        status = 'complete' AS is_complete, parts_passed = parts_total AS is_passed,
        status = 'absent' AS is_absent, status = 'lost' AS is_lost
    FROM {TESTS_3_TABLE} WHERE subject <> '')"""


def _pupils_sql(rules: GradeRules, years: Sequence[str]) -> str:
    return f"{_grade_rows_sql(rules, years)}, {_results_sql(rules)}"


def _results_sql(rules: GradeRules) -> str:
    """One row per pupil, unit and school year, made of ``grade_rows``.

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
    return f"""pupil_sums AS (
        SELECT school_year, year_group, unit_code, pupil,
            max(sex) AS sex, max(class_name) AS class_name, bool_or(is_protected) AS is_protected,
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


def _steps_sql(rules: GradeRules, years: Sequence[str]) -> str:
    """One row per pupil with the same pupil's results three year groups and three school years earlier.

    A pupil with two rows in a year group and school year cannot be followed. ``is_stayer``: at the same
    unit then, or at a unit that had no such year group then and so received its pupils from others.
    """
    watched = ",\n".join(
        f"bool_or(is_passed AND subject IN ({quoted(codes)})) AS has_passed_{name}"
        for name, codes in watched_subjects(rules).items()
    )
    return f"""{_grade_rows_sql(rules, years)},
    watched AS (
        SELECT school_year, year_group, unit_code, pupil, max(sex) AS sex, max(class_name) AS class_name,
            bool_or(is_protected) AS is_protected,
            bool_or(half IS NOT NULL OR is_absent OR is_adapted) OR NOT bool_or(is_elsewhere) AS in_scope,
            {watched}
        FROM grade_rows GROUP BY school_year, year_group, unit_code, pupil),
    slim AS MATERIALIZED (
        SELECT school_year, year_group, unit_code, class_name, pupil, sex, is_protected, in_scope,
            {core_sql(rules)} AS core_passed, substr(school_year, 1, 4)::INT AS start
        FROM watched),
    counted AS (
        SELECT pupil, year_group, start, any_value(unit_code) AS unit_code,
            any_value(core_passed) AS core_passed
        FROM slim WHERE in_scope AND NOT is_protected GROUP BY pupil, year_group, start HAVING count(*) = 1),
    taught AS (SELECT DISTINCT unit_code, year_group, start FROM slim WHERE in_scope),
    {_linked_sql("steps", "core_passed", "counted", "counted")}"""


def _test_steps_sql(rules: GradeRules) -> str:
    """The same for the national tests in Swedish and mathematics: the year's test grades, and in year 3
    whether all parts of both were passed."""
    swedish, maths = "subject IN ('SV', 'SVA')", "subject = 'MA'"
    return f"""{_tests_sql(rules)},
    slim AS MATERIALIZED (
        SELECT school_year, year_group, unit_code, pupil, max(sex) AS sex,
            bool_or(is_protected) AS is_protected, substr(school_year, 1, 4)::INT AS start,
            coalesce(bool_or(is_graded AND {swedish}) AND bool_or(is_graded AND {maths}), false) AS in_scope,
            coalesce(bool_or(is_passed AND {swedish}) AND bool_or(is_passed AND {maths}), false)
                AS both_passed
        FROM tests GROUP BY school_year, year_group, unit_code, pupil),
    counted AS (
        SELECT pupil, year_group, start, any_value(unit_code) AS unit_code
        FROM slim WHERE in_scope AND NOT is_protected GROUP BY pupil, year_group, start HAVING count(*) = 1),
    taught AS (
        SELECT DISTINCT unit_code, year_group, substr(school_year, 1, 4)::INT AS start FROM {TESTS_3_TABLE}),
    third AS (
        SELECT pupil, year_group, substr(school_year, 1, 4)::INT AS start,
            any_value(unit_code) AS unit_code, bool_and(parts_passed = parts_total) AS both_passed
        FROM {TESTS_3_TABLE} WHERE status IN ('complete', 'partial') AND NOT is_protected
        GROUP BY pupil, year_group, school_year
        HAVING count(*) = 2 AND count(DISTINCT subject) = 2 AND count(DISTINCT unit_code) = 1),
    {_linked_sql("test_steps", "both_passed", "counted", "third")}"""


def _linked_sql(name: str, result: str, now: str, earlier: str) -> str:
    """The table ``name``: every row of ``slim`` with the same pupil's earlier result, and how it came."""
    return f"""{name} AS (
        SELECT slim.*, coalesce(earlier.{result}, false) AS {result}_before,
            earlier.unit_code AS earlier_unit, earlier.pupil IS NOT NULL AS is_linked,
            earlier.pupil IS NOT NULL
                AND (earlier.unit_code = slim.unit_code OR taught.unit_code IS NULL) AS is_stayer
        FROM slim
        LEFT JOIN {now} own ON own.pupil = slim.pupil AND own.year_group = slim.year_group
            AND own.start = slim.start AND own.unit_code = slim.unit_code
        LEFT JOIN {earlier} earlier ON earlier.pupil = own.pupil
            AND earlier.year_group = own.year_group - {STEP} AND earlier.start = own.start - {STEP}
        LEFT JOIN taught ON taught.unit_code = slim.unit_code
            AND taught.year_group = slim.year_group - {STEP} AND taught.start = slim.start - {STEP})"""


def steps_and_pupils_sql(rules: GradeRules) -> str:
    """The tables ``steps``, ``pupils`` and ``grade_rows`` together, as the beginning of a query."""
    return f"WITH {_steps_sql(rules, ())}, {_results_sql(rules)}"


def earlier_units_sql(table: str, rules: GradeRules, *, school_year: str = "") -> str:
    """The query that tells at which units the followed pupils of a unit had their earlier results."""
    return f"""WITH {_source_sql(table, rules, school_year)}
        SELECT DISTINCT school_year, year_group, unit_code, earlier_unit
        FROM (SELECT * FROM {table} {_in_year(school_year)}) WHERE is_linked ORDER BY ALL"""


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
