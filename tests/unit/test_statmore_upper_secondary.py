"""R14 and R15: betygspoäng, examen, throughput and course results; course and subject grades side by side."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis_lib.errors import SkolbankError
from analysis_lib.indicators.diploma_rules import diploma_rule, load_diploma_rules
from analysis_lib.statistics.upper_secondary import (
    CourseResult,
    course_outcome,
    diploma,
    grade_point_average,
    throughput,
)
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.workspace import Workspace

HALF = {"A": 40, "B": 35, "C": 30, "D": 25, "E": 20, "F": 0}
RULES = load_diploma_rules(Catalog(Workspace(Path(__file__).parents[2])))
PREPARATORY = ["SVESVE01", "SVESVE02", "SVESVE03", "ENGENG05", "ENGENG06", "MATMAT01b"]


def _studies(required: list[str], total: int = 2500, grade: str = "E", common: int = 0) -> list[CourseResult]:
    results = [CourseResult(code, 100, grade) for code in required]
    results.append(CourseResult("GYARTE", 100, "E", is_project=True))
    more = total // 100 - len(results)
    results += [CourseResult(f"X{n:03d}", 100, grade, is_programme_common=n < common) for n in range(more)]
    return results


def test_R15_betygspoang_is_exact_and_leaves_the_project_out() -> None:
    results = [CourseResult("a", 100, "A"), CourseResult("b", 150, "B"), CourseResult("c", 50, "F"),
               CourseResult("p", 100, "E", is_project=True), CourseResult("later", 100, "")]  # fmt: skip
    assert grade_point_average(results, HALF) == Fraction(2000 + 2625, 300)
    everything = [CourseResult(str(n), 100, "A") for n in range(24)]
    assert grade_point_average([*everything, CourseResult("p", 100, "E", is_project=True)], HALF) == 20
    assert grade_point_average([], HALF) is None
    assert grade_point_average([CourseResult("a", 100, "-")], HALF) is None


@given(st.lists(st.tuples(st.sampled_from(list(HALF)), st.sampled_from([50, 100, 150, 200])), min_size=1))
def test_R15_betygspoang_lies_within_its_grades(rows: list[tuple[str, int]]) -> None:
    value = grade_point_average([CourseResult(str(n), p, g) for n, (g, p) in enumerate(rows)], HALF)
    assert value is not None
    assert min(HALF[g] for g, _ in rows) <= 2 * value <= max(HALF[g] for g, _ in rows)


def test_R14_the_final_subject_grade_counts_on_all_levels_passed() -> None:
    levels = [
        CourseResult("matematik-1b", 100, "D", subject="matematik", level=1, system="subject"),
        CourseResult("matematik-2b", 100, "B", subject="matematik", level=2, system="subject"),
    ]
    assert grade_point_average(levels, HALF) == Fraction(35, 2)
    failed = [*levels, CourseResult("matematik-3b", 100, "F", subject="matematik", level=3, system="subject")]
    assert grade_point_average(failed, HALF) == Fraction(35 * 200, 600)
    mixed = [*levels, CourseResult("ENGENG05", 100, "E")]
    assert grade_point_average(mixed, HALF) == Fraction(35 * 200 + 20 * 100, 600)


def test_R15_a_preparatory_examen_names_what_is_missing() -> None:
    rule = diploma_rule(RULES, "2022/23", strand="preparatory")
    assert diploma(_studies(PREPARATORY), rule, HALF).is_reached
    lacks = diploma(_studies(PREPARATORY[:4]), rule, HALF)
    assert not lacks.is_reached
    assert any("ENGENG06" in words for words in lacks.missing)
    without = [each for each in _studies(PREPARATORY) if not each.is_project]
    assert diploma(without, rule, HALF).missing == (
        "betyg på 2500 poäng (har 2400)",
        "godkänt gymnasiearbete",
    )


@pytest.mark.parametrize(("failed", "reached"), [(250, True), (300, False)])
def test_R15_two_thousand_two_hundred_and_fifty_points_decide(failed: int, reached: bool) -> None:
    rule = diploma_rule(RULES, "2022/23", strand="preparatory")
    results = _studies(PREPARATORY, total=2200) + [
        CourseResult(f"H{n}", 50, "F" if n < failed // 50 else "E") for n in range(6)
    ]
    assert diploma(results, rule, HALF).is_reached is reached


def test_R15_a_vocational_examen_asks_for_four_hundred_common_points() -> None:
    rule = diploma_rule(RULES, "2022/23", strand="vocational")
    first = ["SVASVA01", "ENGENG05", "MATMAT01a"]
    assert diploma(_studies(first, common=4), rule, HALF).is_reached
    assert "400 programgemensamma poäng (har 300)" in diploma(_studies(first, common=3), rule, HALF).missing


def test_R14_courses_and_levels_stand_side_by_side_in_one_examen() -> None:
    rule = diploma_rule(RULES, "2025/26", strand="preparatory")
    mixed = ["SVESVE01", "svenska-2", "svenska-3", "ENGENG05", "engelska-2", "matematik-1c"]
    assert diploma(_studies(mixed), rule, HALF).is_reached


def test_R15_komvux_asks_for_two_thousand_four_hundred() -> None:
    rule = diploma_rule(RULES, "2024/25", form="komvux", strand="preparatory")
    assert diploma(_studies(PREPARATORY, total=2400), rule, HALF).is_reached
    assert not diploma(_studies(PREPARATORY, total=2300), rule, HALF).is_reached


def test_studies_without_a_rule_are_refused() -> None:
    with pytest.raises(SkolbankError, match="rule-missing"):
        diploma_rule(RULES, "2008/09", strand="vocational")


def test_throughput_counts_all_who_began() -> None:
    assert throughput([3, 2, 4, None, None]) == (2, 5)
    assert throughput([3, 2, 4, None, None], within=4) == (3, 5)
    assert throughput([]) == (0, 0)
    with pytest.raises(SkolbankError, match="throughput-invalid"):
        throughput([0])


def test_course_results_add_up_to_all_who_began() -> None:
    found = course_outcome(["A", "E", "E", "F", "-", "", ""], HALF)
    assert (found["passed"], found["failed"], found["interrupted"]) == (3, 2, 2)
    assert found["E"] == 2
    with pytest.raises(SkolbankError, match="grades-invalid"):
        course_outcome(["VG"], HALF)


@pytest.mark.parametrize(
    "results",
    [
        [CourseResult("a", 100, "VG")],
        [CourseResult("a", 0, "A")],
        [CourseResult("a", 100, "A"), CourseResult("a", 100, "B")],
    ],
)
def test_impossible_results_are_refused(results: list[CourseResult]) -> None:
    with pytest.raises(SkolbankError, match="grades-invalid"):
        grade_point_average(results, HALF)
