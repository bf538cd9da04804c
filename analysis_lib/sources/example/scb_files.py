"""Writes pupils as the SCB collection files that school systems export (floor 3).

Semicolon text without a header, one file per school and year: grades year 9 (33 columns), grades year 6 (35)
and national tests year 6 (29; 23 without part scores in earlier years). Source: SCB's file descriptions of
2025-12-10.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from analysis_lib.sources.example.grading import LETTERS, NOT_TAKEN, Grades
from analysis_lib.sources.example.identity import Integers, Strings, rank_within
from analysis_lib.sources.example.national_tests import NationalTests
from analysis_lib.sources.example.plan import SCHOOL_YEARS, Plan
from analysis_lib.sources.example.pupils import Pupils

_SYSTEM, _VERSION = "Exempelsystem", "26.1"
_PER_CLASS = 27


def class_names(unit: Integers, year: Integers, year_group: int) -> Strings:
    """A class for every row: ``9A``, ``9B`` … in turns, as many as the year group at the unit needs."""
    key = unit * len(SCHOOL_YEARS) + year
    size = np.bincount(key, minlength=int(key.max()) + 1)[key] if key.size else key
    letter = rank_within(key) % -(-size // _PER_CLASS)
    return np.strings.add(str(year_group), np.array(list("ABCDEFGHIJ"))[letter])


def write_grades(folder: Path, plan: Plan, pupils: Pupils, grades: Grades, *, together: str = "") -> int:
    """One file per school and year (or, with ``together``, one per year); the number of files."""
    who = grades.pupil
    columns = _opening(plan, pupils, who, grades.unit, grades.year, day="06-15")
    columns += [class_names(grades.unit, grades.year, grades.year_group)]
    columns += [pupils.first_name[who], pupils.last_name[who]]
    spoken = {
        "M1": np.where(grades.column("M1") == NOT_TAKEN, "", "SPA"),
        "M2": pupils.language[who],
        "ML": pupils.mother_tongue[who],
    }
    for subject in grades.subjects:
        if subject in spoken:
            columns.append(spoken[subject])
        columns.append(LETTERS[grades.column(subject)])
    name = f"betyg_ak{grades.year_group}"
    return _write(folder, name, plan, columns, grades.unit, grades.year, together=together)


def write_tests(folder: Path, plan: Plan, pupils: Pupils, tests: NationalTests, *, together: str = "") -> int:
    """National tests of year 6; the first two years in the variant without part scores."""
    opening = _opening(plan, pupils, tests.pupil, tests.unit, tests.year, day="06-18")
    files = 0
    for start, stop, with_scores in ((0, 2, False), (2, len(SCHOOL_YEARS), True)):
        rows = (tests.year >= start) & (tests.year < stop)
        columns = [column[rows] for column in (*opening, *tests.columns(with_scores=with_scores))]
        files += _write(
            folder, "np_ak6", plan, columns, tests.unit[rows], tests.year[rows], together=together
        )
    return files


def _opening(
    plan: Plan, pupils: Pupils, who: Integers, unit: Integers, year: Integers, *, day: str
) -> list[Strings]:
    """System, date, version, personal number and unit code: the five columns every file starts with."""
    dates = np.array([f"{each.end}-{day}" for each in SCHOOL_YEARS])[year]
    codes = np.array([school.unit.code for school in plan.schools])[unit]
    same = np.full(who.size, _SYSTEM), np.full(who.size, _VERSION)
    return [same[0], dates, same[1], pupils.number[who], codes]


def _write(
    folder: Path,
    name: str,
    plan: Plan,
    columns: Sequence[Strings],
    unit: Integers,
    year: Integers,
    *,
    together: str,
) -> int:
    lines = [";".join(row) for row in zip(*(column.tolist() for column in columns), strict=True)]
    key = year if together else unit * len(SCHOOL_YEARS) + year
    files = 0
    for group, rows in _groups(key):
        place = together or plan.schools[group // len(SCHOOL_YEARS)].unit.code
        end = SCHOOL_YEARS[group % len(SCHOOL_YEARS)].end
        text = "".join(lines[row] + "\r\n" for row in rows)
        (folder / f"{name}_vt{end}_{place}.txt").write_bytes(text.encode("utf-8"))
        files += 1
    return files


def _groups(key: Integers) -> Iterator[tuple[int, list[int]]]:
    """Rows by key, in order of the key."""
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    bounds = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1], True]) if key.size else np.array([0])
    for start, stop in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        yield int(ordered[start]), order[start:stop].tolist()
