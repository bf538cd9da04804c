"""Gymnasium and vux: betygspoäng, examen, throughput; course and subject grades side by side (floor 3).

Everything is counted in whole half points and whole course points, so no rounding enters before the answer.
The rules (points of a grade, what an examen asks for) are dated and handed in; see ``params/rules``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from analysis_lib.errors import SkolbankError

Strand = Literal["vocational", "preparatory"]


@dataclass(frozen=True)
class CourseResult:
    """A grade in a course (to 2030) or in a level of a subject (Gy25).

    ``code`` is the course or level code (``SVESVE01``, ``svenska-1``); ``subject`` groups the levels of a
    subject and ``level`` orders them; ``grade`` is empty when there is none yet. ``is_project`` marks the
    gymnasiearbete or komvuxarbete, ``is_programme_common`` a programgemensamt subject.
    """

    code: str
    points: int
    grade: str
    subject: str = ""
    level: int = 0
    system: Literal["course", "subject"] = "course"
    is_project: bool = False
    is_programme_common: bool = False


@dataclass(frozen=True)
class DiplomaRule:
    """What an examen asks for: points in all, approved points, required levels (any of each row)."""

    id: str
    total_points: int
    approved_points: int
    required: tuple[tuple[str, ...], ...]
    common_points: int = 0
    needs_project: bool = True


@dataclass(frozen=True)
class Diploma:
    """Whether the examen is reached, and what is missing, in Swedish."""

    is_reached: bool
    missing: tuple[str, ...]
    approved_points: int


def grade_point_average(results: Iterable[CourseResult], half_points: Mapping[str, int]) -> Fraction | None:
    """Betygspoäng: the sum of points times grade value over the sum of points, exact; at most 20.

    The project is left out; merit points belong to admission and are never added. Levels of one subject with
    subject grades (Gy25) count with the subject's final grade, which is the approved grade on the highest
    level read; failed levels count 0 on their own points. None when there is no graded result. Raises
    ``SkolbankError`` (``grades-invalid``) for an unknown grade, points below 1 or a repeated code. Source:
    rule R15.

    >>> results = [CourseResult("a", 100, "A"), CourseResult("b", 50, "D")]
    >>> float(grade_point_average(results, {"A": 40, "D": 25}))
    17.5
    """
    counted = [each for each in _checked(results, half_points) if each.grade and not each.is_project]
    final = _final_grades(counted, half_points)
    points = sum(each.points for each in counted)
    if not points:
        return None
    total = sum(each.points * half_points[_counting_grade(each, final, half_points)] for each in counted)
    return Fraction(total, 2 * points)


def diploma(results: Iterable[CourseResult], rule: DiplomaRule, half_points: Mapping[str, int]) -> Diploma:
    """Whether the results make an examen by the rule; every lack is named."""
    known = _checked(results, half_points)
    passed = [each for each in known if half_points.get(each.grade, 0) > 0]
    codes = {each.code for each in passed}
    graded = sum(each.points for each in known if each.grade)
    approved = sum(each.points for each in passed)
    common = sum(each.points for each in passed if each.is_programme_common)
    lacks = [
        (graded < rule.total_points, f"betyg på {rule.total_points} poäng (har {graded})"),
        (approved < rule.approved_points, f"{rule.approved_points} godkända poäng (har {approved})"),
        (
            common < rule.common_points,
            f"{rule.common_points} programgemensamma poäng (har {common})",
        ),
        (rule.needs_project and not any(each.is_project for each in passed), "godkänt gymnasiearbete"),
    ]
    missing = [words for is_missing, words in lacks if is_missing]
    missing += [f"godkänt i {' eller '.join(row)}" for row in rule.required if not codes.intersection(row)]
    return Diploma(not missing, tuple(missing), approved)


def throughput(years_needed: Sequence[int | None], *, within: int = 3) -> tuple[int, int]:
    """How many of those who began reached their examen within so many years: numerator and n.

    One entry per beginner, None for those without an examen. All who began count, also those who left.

    >>> throughput([3, 3, 4, None])
    (2, 4)
    """
    if any(years is not None and years < 1 for years in years_needed):
        raise SkolbankError("throughput-invalid", "Studietiden ska vara minst ett år")
    return sum(years is not None and years <= within for years in years_needed), len(years_needed)


def course_outcome(grades: Iterable[str], half_points: Mapping[str, int]) -> dict[str, int]:
    """How a course went: ``passed``, ``failed`` (F or dash) and ``interrupted`` (no grade), and each grade.

    The three add up to all who began, so a course that many leave cannot look better for it.
    """
    counts = dict.fromkeys((*half_points, "-"), 0)
    outcome = {"passed": 0, "failed": 0, "interrupted": 0}
    for grade in grades:
        if grade and grade not in counts:
            raise _unknown_grade(grade)
        kind = "interrupted" if not grade else "passed" if half_points.get(grade, 0) > 0 else "failed"
        outcome[kind] += 1
        if grade:
            counts[grade] += 1
    return outcome | counts


def _checked(results: Iterable[CourseResult], half_points: Mapping[str, int]) -> list[CourseResult]:
    known = list(results)
    codes = [each.code for each in known]
    for each in known:
        if each.grade and each.grade != "-" and each.grade not in half_points:
            raise _unknown_grade(each.grade)
        if each.points < 1:
            raise SkolbankError("grades-invalid", f"{each.code[:20]} har inga poäng")
    if len(set(codes)) < len(codes):
        raise SkolbankError(
            "grades-invalid", "En kurs eller nivå har två betyg", remedy="Behåll det gällande."
        )
    return [each for each in known if each.grade != "-"]


def _final_grades(results: Iterable[CourseResult], half_points: Mapping[str, int]) -> dict[str, CourseResult]:
    """The final result of each subject with subject grades: the approved one on the highest level."""
    final: dict[str, CourseResult] = {}
    for each in results:
        if each.system == "subject" and half_points[each.grade] > 0:
            other = final.get(each.subject)
            if other is None or each.level > other.level:
                final[each.subject] = each
    return final


def _counting_grade(
    result: CourseResult, final: Mapping[str, CourseResult], half_points: Mapping[str, int]
) -> str:
    is_below = result.system == "subject" and half_points[result.grade] > 0
    return final[result.subject].grade if is_below else result.grade


def _unknown_grade(grade: str) -> SkolbankError:
    return SkolbankError("grades-invalid", f"Betyget {grade[:10]} finns inte i betygsskalan")
