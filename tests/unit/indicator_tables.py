"""Core tables in memory for tests of indicators: written briefly, read through DuckDB like the store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import duckdb
import pandas as pd

from analysis_lib.snapshots.log import Snapshot
from analysis_lib.vocabulary.settings import Unit

COLUMNS: dict[str, dict[str, str]] = {
    "core_scb__pupil_grades": {
        **dict.fromkeys(("pupil", "unit_code", "school_year"), "str"),
        "year_group": "int32",
        **dict.fromkeys(("class_name", "sex", "subject", "language", "grade", "reason"), "str"),
        "is_protected": "bool",
    },
    "core_scb__national_tests": {
        **dict.fromkeys(("pupil", "unit_code", "school_year"), "str"),
        "year_group": "int32",
        **dict.fromkeys(("class_name", "sex", "subject", "curriculum", "grade", "status"), "str"),
        "is_protected": "bool",
    },
    "core_scb__national_tests_3": {
        **dict.fromkeys(("pupil", "unit_code", "school_year"), "str"),
        "year_group": "int32",
        **dict.fromkeys(("class_name", "sex", "subject", "curriculum"), "str"),
        **dict.fromkeys(("parts_passed", "parts_taken", "parts_total"), "int32"),
        "status": "str",
        "is_protected": "bool",
    },
    "core_survey__answers_by_unit": {
        **dict.fromkeys(
            (
                "instrument",
                "era",
                "level",
                "unit_code",
                "unit_name",
                "municipality_code",
                "school_year",
                "term",
                "respondent_group",
                "sex",
                "question",
                "area",
                "answer_step",
            ),
            "str",
        ),
        "weight": "float64",
        "is_positive": "bool",
        "count": "Int64",
        "share_pct": "float64",
        "mean": "float64",
        "answers_n": "Int64",
        "invited_n": "Int64",
        "response_rate_pct": "float64",
        "mark": "str",
    },
    "core_attendance__periods": {
        **dict.fromkeys(("pupil", "unit_code", "school_year"), "str"),
        "year_group": "int32",
        **dict.fromkeys(("class_name", "sex", "period_start", "period_end"), "str"),
        "pupils_n": "Int64",
        **dict.fromkeys(
            (
                "attended_minutes",
                "valid_absence_minutes",
                "invalid_absence_minutes",
                "attendance_pct",
                "offered_minutes",
                "unregistered_minutes",
                "unregistered_pct",
            ),
            "float64",
        ),
        "is_protected": "bool",
    },
    "core_ss12000__attendance": {
        **dict.fromkeys(("pupil", "unit_code", "school_year", "month"), "str"),
        **dict.fromkeys(
            (
                "attended_minutes",
                "valid_absence_minutes",
                "invalid_absence_minutes",
                "other_minutes",
                "reported_minutes",
                "offered_minutes",
            ),
            "Int64",
        ),
        "is_protected": "bool",
    },
    "core_local__course_results": {
        **dict.fromkeys(("pupil", "unit_code", "school_year", "term", "school_form", "sex"), "str"),
        **dict.fromkeys(("programme", "course"), "str"),
        "points": "int32",
        **dict.fromkeys(("grade", "outcome"), "str"),
        "is_protected": "bool",
    },
    "core_local__figures": {
        **dict.fromkeys(
            ("table_id", "unit_code", "school_year", "measured", "category", "detail", "measure"), "str"
        ),
        "value": "float64",
        "mark": "str",
    },
    "core_skolverket__statistics": {
        **dict.fromkeys(
            (
                "table_id",
                "school_year",
                "level",
                "unit_code",
                "unit_name",
                "municipality_code",
                "municipality_name",
                "organiser",
                "authority_name",
                "authority_number",
                "sex",
                "subject",
                "measure",
            ),
            "str",
        ),
        "value": "float64",
        "mark": "str",
        "decimals": "int32",
        "raw": "str",
    },
}
DEFAULT_UNIT = "11111111"
_SUBJECTS = "BL EN HKK IDH MA MU BI FY KE GE HI RE SH SL SV TK"
FULL_TIMETABLE = _SUBJECTS.split()


class MemoryTables:
    """The narrow store that indicators ask for, over frames."""

    def __init__(self, **rows: Sequence[Mapping[str, Any]]) -> None:
        self.connection = duckdb.connect()
        self.snapshots: dict[str, list[Snapshot]] = {}
        for name, dtypes in COLUMNS.items():
            frame = pd.DataFrame(list(rows.get(name, [])), columns=list(dtypes))
            self.connection.register(name, frame.astype(dtypes))

    def query(self, sql: str) -> pd.DataFrame:
        return self.connection.execute(sql).df()

    def current(self, table: str) -> list[Snapshot]:
        return self.snapshots.get(table, [])


def grade_rows(pupils: Iterable[Mapping[str, Any]], *, year_group: int = 9) -> list[dict[str, Any]]:
    """Rows of the grades table; ``grades`` is ``BL A, EN F, M2 9``: a subject and a grade or SCB's code."""
    rows = []
    for number, pupil in enumerate(pupils):
        base = _base(pupil, number, year_group)
        pairs = _pairs(pupil.get("grades", ""))
        for subject, sign in pairs or [("", "")]:
            is_reason = sign in ("2", "3", "9", "Y", "Z")
            rows.append(
                {
                    **base,
                    "subject": subject,
                    "language": "",
                    "grade": "" if is_reason else sign,
                    "reason": sign if is_reason else "",
                }
            )
    return rows


def national_test_rows(pupils: Iterable[Mapping[str, Any]], *, year_group: int = 6) -> list[dict[str, Any]]:
    """Rows of the national tests table; ``tests`` is ``MA E, SVA absent``."""
    rows = []
    for number, pupil in enumerate(pupils):
        for subject, sign in _pairs(pupil.get("tests", "")):
            rows.append(
                {
                    **_base(pupil, number, year_group),
                    "subject": "SV" if subject == "SVA" else subject,
                    "curriculum": subject if subject in ("SV", "SVA") else "",
                    "grade": sign if len(sign) == 1 else "",
                    "status": "graded" if len(sign) == 1 else sign,
                }
            )
    return rows


def national_test_3_rows(pupils: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows of the tests in year 3, three school years earlier; ``SV`` and ``MA``: how many parts passed."""
    rows = []
    for number, pupil in enumerate(pupils):
        for subject, parts in (("SV", 8), ("MA", 7)):
            counts = {"parts_passed": pupil[subject], "parts_taken": parts, "parts_total": parts}
            base = _base({"school_year": "2021/22", **pupil}, number, 3)
            rows.append({**base, **counts, "subject": subject, "curriculum": "", "status": "complete"})
    return rows


def answer_rows(questions: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows of the survey table; ``steps`` is ``helt 6, viss_del 3, vet_ej 1``, as counts of answers.

    ``shares`` instead of ``steps``: per cent of ``answers_n``; ``mean``: an index published by itself.
    """
    rows = []
    for question in questions:
        base = {name: "" for name in COLUMNS["core_survey__answers_by_unit"]}
        base |= {"instrument": "skolenkaten-2022", "era": "2022", "level": "unit", "unit_code": DEFAULT_UNIT}
        base |= {"school_year": "2024/25", "term": "VT", "respondent_group": "elever-ak8", "sex": "T"}
        base |= {"weight": None, "is_positive": False, "response_rate_pct": None}
        base |= {name: None for name in ("count", "share_pct", "mean", "answers_n", "invited_n")}
        base |= {name: value for name, value in question.items() if name in base}
        counted = _pairs(question.get("steps", ""))
        told = counted or _pairs(question.get("shares", ""))
        for step, amount in told:
            row = {**base, "answer_step": step, **_WEIGHTS.get(step, {})}
            row |= {"count": int(amount)} if counted else {"share_pct": float(amount)}
            row["answers_n"] = base["answers_n"] or sum(int(each) for _, each in counted)
            rows.append(row)
        if "mean" in question:
            rows.append({**base, "answer_step": "mean"})
    return rows


_WEIGHTS: dict[str, dict[str, Any]] = {
    "helt": {"weight": 10, "is_positive": True},
    "stor_del": {"weight": 6.67, "is_positive": True},
    "viss_del": {"weight": 3.33},
    "inte_alls": {"weight": 0},
}


def attendance_rows(pupils: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows of the attendance table, one per pupil and period, in minutes or as a printed share."""
    names = [
        *("attended_minutes", "valid_absence_minutes", "invalid_absence_minutes", "attendance_pct"),
        *("offered_minutes", "unregistered_minutes", "unregistered_pct"),
    ]
    rows = []
    for number, pupil in enumerate(pupils):
        base = {name: None for name in names} | {"period_start": "", "period_end": "", "pupils_n": 1}
        rows.append({**base, **_base(pupil, number, 9), **{n: pupil[n] for n in names if n in pupil}})
    return rows


def month_rows(pupils: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows of the attendance fetched from SS 12000, one per pupil and month."""
    rows = []
    for number, pupil in enumerate(pupils):
        who = _base(pupil, number, 9)
        base = {name: who.get(name) for name in COLUMNS["core_ss12000__attendance"]} | {"month": "2025-01"}
        rows.append({**base, **{name: pupil[name] for name in base if name in pupil}})
    return rows


def course_rows(pupils: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows of the course table; ``courses`` is ``MATMAT01a A, ENGENG05 none``, 100 points each."""
    rows = []
    for number, pupil in enumerate(pupils):
        base = {name: value for name, value in _base(pupil, number, 0).items() if name != "year_group"}
        base |= {"term": pupil.get("term", "VT"), "school_form": pupil.get("school_form", "gy")}
        base |= {"programme": "NA", "points": pupil.get("points", 100)}
        base |= {"outcome": pupil.get("outcome", "completed")}
        for course, grade in _pairs(pupil["courses"]):
            rows.append({**base, "course": course, "grade": "" if grade == "none" else grade})
    return rows


def figure_rows(figures: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows of the simple tables, one per measure in ``measures``."""
    rows = []
    for figure in figures:
        base = {name: "" for name in COLUMNS["core_local__figures"]}
        base |= {"unit_code": DEFAULT_UNIT, "school_year": "2024/25", "measured": "2024-10-15"}
        base |= {name: value for name, value in figure.items() if name != "measures"}
        rows += [{**base, "measure": name, "value": value} for name, value in figure["measures"].items()]
    return rows


def published_rows(cells: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows of the published table, one per measure in ``measures`` (a number, or a mark in words)."""
    rows = []
    for cell in cells:
        measures = cell["measures"]
        base = {name: "" for name in COLUMNS["core_skolverket__statistics"]}
        base |= {"school_year": "2024/25", "level": "unit", "organiser": "all", "sex": "T", "decimals": 1}
        base |= {name: value for name, value in cell.items() if name != "measures"}
        for measure, value in measures.items():
            is_mark = isinstance(value, str)
            rows.append(
                {
                    **base,
                    "measure": measure,
                    "value": None if is_mark else value,
                    "mark": value if is_mark else "",
                    "raw": str(value),
                }
            )
    return rows


def make_units(codes: Iterable[str], **fields: Any) -> dict[str, Unit]:
    """Municipal units with these codes in the same area."""
    known = {"area": "Norra", "municipality_code": "9901", **fields}
    return {code: Unit(code=code, name=f"Skola {code}", **known) for code in codes}


def _base(pupil: Mapping[str, Any], number: int, year_group: int) -> dict[str, Any]:
    return {
        "pupil": pupil.get("pupil", f"p{number:05d}"),
        "unit_code": pupil.get("unit", DEFAULT_UNIT),
        "school_year": pupil.get("school_year", "2024/25"),
        "year_group": pupil.get("year_group", year_group),
        "class_name": f"{year_group}A",
        "sex": pupil.get("sex", "F"),
        "is_protected": pupil.get("is_protected", False),
    }


def _pairs(text: str) -> list[tuple[str, str]]:
    pairs = []
    for part in filter(None, (each.strip() for each in text.split(","))):
        subject, _, sign = part.partition(" ")
        subjects = FULL_TIMETABLE if subject == "ALL" else [subject]
        pairs += [(each, sign) for each in subjects]
    # A later word on the same subject corrects an earlier one: "ALL E, MA F".
    return list(dict(pairs).items())
