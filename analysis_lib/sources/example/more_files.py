"""The example's other files: tests of years 3 and 9, surveys, attendance, staff and groups (floor 3).

Drawn beside the grades with a generator of their own, so that the grades do not depend on them; made for the
small and the town size. What is planted goes to ``truth/truth_sources.csv``.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from analysis_lib.sources.example.grading import LETTERS, Floats, Grades
from analysis_lib.sources.example.identity import personal_numbers
from analysis_lib.sources.example.plan import SCHOOL_YEARS, Plan, School
from analysis_lib.sources.example.pupils import Pupils
from analysis_lib.sources.example.scb_files import class_names
from analysis_lib.sources.example.survey_files import write_surveys
from analysis_lib.sources.example.unit_files import write_attendance, write_unit_tables

_LAST = len(SCHOOL_YEARS) - 1
_CUTS = np.array([-1.6, -0.42, 0.25, 0.98, 1.6])
_START = ("Exempelsystem", "26.1")


def write_more(
    inbox: Path, plan: Plan, pupils: Pupils, grades: Grades, level: Floats, rng: np.random.Generator
) -> tuple[int, pd.DataFrame]:
    """All further files of a plan whose year 9 has been graded; how many they are, and what they hold."""
    files, truths = _tests_9(inbox, plan, pupils, grades, level, rng)
    more, truth = _tests_3(inbox, plan, rng)
    files, truths = files + more, [*truths, *truth]
    for write in (write_surveys, write_unit_tables):
        more, truth = write(inbox, plan, rng)
        files, truths = files + more, [*truths, *truth]
    more, truth = write_attendance(inbox, plan, pupils, grades, rng)
    return files + more, pd.DataFrame([*truths, *truth])


def _line(*cells: str) -> str:
    return ";".join(cells) + "\r\n"


def _person(number: str, unit_code: str, end: int) -> tuple[str, ...]:
    return _START[0], f"{end}-06-18", _START[1], number, unit_code


def _tests_9(
    inbox: Path, plan: Plan, pupils: Pupils, grades: Grades, level: Floats, rng: np.random.Generator
) -> tuple[int, list[dict[str, object]]]:
    """National tests of year 9, the two last years, all schools in one file a year (32 columns)."""
    truths: list[dict[str, object]] = []
    groups = class_names(grades.unit, grades.year, 9)
    science = np.array(["FY", "BI", "KE"])[rng.integers(0, 3, len(plan.schools))]
    society = np.array(["GE", "HI", "RE", "SH"])[rng.integers(0, 4, len(plan.schools))]
    for year in (_LAST - 1, _LAST):
        lines, results = [], []
        for row in np.flatnonzero(grades.year == year).tolist():
            unit, who = int(grades.unit[row]), int(grades.pupil[row])
            code = plan.schools[unit].unit.code
            letters = LETTERS[np.searchsorted(_CUTS, level[row] + 0.4 * rng.standard_normal(5))]
            absent = rng.random(5) < 0.04
            shown = np.where(absent, "99", letters).tolist()
            took = np.where(absent, "99", "1").tolist()
            part = np.where(absent, "99", "9").tolist()
            group, second = str(groups[row]), bool(pupils.second_language[who])
            lines.append(
                _line(
                    *_person(str(pupils.number[who]), code, SCHOOL_YEARS[year].end),
                    *(group, *[took[0]] * 4, shown[0]),
                    *(group, "2" if second else "1", *[part[1]] * 3, shown[1]),
                    *(group, *[part[2]] * 3, shown[2]),
                    *(str(science[unit]), *[took[3]] * 2, group, shown[3]),
                    *(str(society[unit]), *[took[4]] * 2, group, shown[4]),
                )
            )
            results.append((code, shown[0]))
        name = f"np_ak9_vt{SCHOOL_YEARS[year].end}_{plan.settings.municipality_code}.txt"
        (inbox / name).write_bytes("".join(lines).encode("utf-8"))
        truths += _passed(results, "national_tests_9.MA", str(SCHOOL_YEARS[year]))
    return 2, truths


def _passed(results: list[tuple[str, str]], what: str, year: str) -> list[dict[str, object]]:
    frame = pd.DataFrame(results, columns=["unit_code", "grade"])
    graded = frame[frame["grade"].str.fullmatch("[A-F]")]
    counts = graded.assign(passed=graded["grade"] != "F").groupby("unit_code")["passed"].agg(["size", "sum"])
    return [
        {"what": what, "unit_code": code, "school_year": year, "n": int(n), "numerator": int(passed)}
        for code, n, passed in counts.itertuples()
    ]


def _tests_3(inbox: Path, plan: Plan, rng: np.random.Generator) -> tuple[int, list[dict[str, object]]]:
    """National tests of year 3: 31 columns the first year, 35 the second; one file a year."""
    truths: list[dict[str, object]] = []
    for year, halves in ((_LAST - 1, False), (_LAST, True)):
        schools = [s for s in plan.schools if s.size_6 and s.unit.is_open(str(SCHOOL_YEARS[year]))]
        end = SCHOOL_YEARS[year].end
        sizes = [school.size_6 for school in schools]
        girl = rng.random(sum(sizes)) < 0.49
        numbers = personal_numbers(np.full(girl.size, end - 10), girl).tolist()
        lines = []
        for school, size in zip(schools, sizes, strict=True):
            whole = 0
            for place in range(size):
                cells, passed = _parts(school, rng, halves=halves)
                whole += passed
                lines.append(
                    _line(*_person(numbers.pop(), school.unit.code, end), *cells(f"3{'AB'[place % 2]}"))
                )
            key = {"what": "national_tests_3.MA", "unit_code": school.unit.code}
            truths.append({**key, "school_year": str(SCHOOL_YEARS[year]), "n": size, "numerator": whole})
        name = f"np_ak3_vt{end}_{plan.settings.municipality_code}.txt"
        (inbox / name).write_bytes("".join(lines).encode("utf-8"))
    return 2, truths


class _Cells:
    """One pupil's cells after the unit code, when the group is known."""

    def __init__(self, maths: list[str], swedish: list[str], points: int) -> None:
        self.maths, self.swedish, self.points = maths, swedish, points

    def __call__(self, group: str) -> list[str]:
        return [group, *self.maths, *["12"] * self.points, group, "1", *self.swedish, "15", "16"]


def _parts(school: School, rng: np.random.Generator, *, halves: bool) -> tuple[_Cells, bool]:
    """A pupil's parts; the better the school's planted effect, the surer each part is reached."""
    ability = rng.standard_normal() + 2 * (school.effect_6 + school.intake)
    reached = 1 / (1 + np.exp(-(2.6 + 1.1 * ability)))
    maths = np.where(rng.random(9 if halves else 7) < reached, "1", "0").tolist()
    swedish = np.where(rng.random(8) < reached, "1", "0").tolist()
    return _Cells(maths, swedish, 8 if halves else 6), "0" not in maths
