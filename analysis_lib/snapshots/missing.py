"""Rows that were refused when the rest of their file was stored, and are waited for (floor 2).

Only counts, units and the names of the file and of its correction workbook are kept: nothing about a pupil.
Source: docs/FORMAT.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

GRADES = "core_scb__pupil_grades"
TESTS = "core_scb__national_tests"
TESTS_3 = "core_scb__national_tests_3"
ATTENDANCE = "core_attendance__periods"
COURSES, FIGURES = "core_local__course_results", "core_local__figures"
_NAMES = {
    COURSES: "kursresultat",
    FIGURES: "egna uppgifter",
    ATTENDANCE: "närvaro",
    GRADES: "betyg",
    TESTS: "nationella prov",
    TESTS_3: "nationella prov",
}


@dataclass(frozen=True)
class RefusedRows:
    """How many rows of one file were refused; ``""`` and 0 where the rows do not tell what they are about."""

    count: int
    unit_code: str = ""
    school_year: str = ""
    year_group: int = 0

    @property
    def partition(self) -> str:
        """The partition of the pupil tables that the rows belong to, when it is known."""
        if not (self.year_group and self.school_year):
            return ""
        return f"{self.year_group}/{self.school_year.replace('/', '-')}"

    def of_file(self, table: str, source: Mapping[str, Any]) -> MissingRows:
        """The same with the table and the names of the file and the workbook in its log line."""
        file, workbook = str(source.get("file", "")), str(source.get("workbook", ""))
        return MissingRows(
            table, self.school_year, self.year_group, self.unit_code, self.count, file, workbook
        )


@dataclass(frozen=True)
class MissingRows:
    """Refused rows that no later file has brought yet."""

    table: str
    school_year: str
    year_group: int
    unit_code: str
    count: int
    file: str
    workbook: str

    @property
    def key(self) -> tuple[str, str, int, str]:
        """What the rows are about."""
        return self.table, self.school_year, self.year_group, self.unit_code

    @property
    def is_own(self) -> bool:
        """Whether the rows come from the schools themselves and not from published statistics."""
        return self.table in _NAMES

    @property
    def name(self) -> str:
        """What the rows hold, in a word: ``betyg``."""
        return _NAMES.get(self.table, "Skolverkets statistik")


def waited_for(missing: Iterable[MissingRows]) -> list[tuple[tuple[str, str, int, str], int]]:
    """What is waited for and how much of it, in a fixed order and whatever the files are called."""
    counts: Counter[tuple[str, str, int, str]] = Counter()
    for rows in missing:
        counts[rows.key] += rows.count
    return sorted(counts.items())
