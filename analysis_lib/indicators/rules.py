"""The dated rules of grades and eligibility, read from ``params/rules`` and written as SQL (floor 4).

A grade scale and a set of entry requirements hold for some school years only. A school year without a
rule is refused, so that a new scale is never read with the old one's points.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from pydantic import field_validator

from analysis_lib.errors import SkolbankError
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.rules import Dated, rules_of
from analysis_lib.vocabulary.settings import Strict


class GradeScale(Dated):
    """Points for each grade, and which grades are a pass."""

    points: dict[str, float]
    passed: tuple[str, ...]

    @field_validator("points")
    @classmethod
    def _in_half_points(cls, points: dict[str, float]) -> dict[str, float]:
        if any(2 * value != int(2 * value) for value in points.values()):
            raise ValueError("points are whole or half")
        return points

    @property
    def half_points(self) -> dict[str, int]:
        """Points as whole numbers of half points, so that sums are exact."""
        return {grade: int(2 * value) for grade, value in self.points.items()}


class Programme(Strict):
    """How many passes a group of programmes asks for, and which subjects must be among them."""

    passes: int
    required: tuple[str, ...] = ()


class EligibilityRule(Dated):
    """Entry requirements of the upper secondary programmes."""

    core: tuple[tuple[str, ...], ...]
    programmes: dict[str, Programme]


class MeritRule(Strict):
    """How many of the best grades count, and which subject may be added to them."""

    counted: int
    extra_subject: str
    reference: tuple[str, ...] = ()


class GradeRules(Strict):
    """Everything that turns a grade into points, passes, merit and eligibility."""

    scales: tuple[GradeScale, ...]
    reasons: dict[str, tuple[str, ...]]
    same_subject: tuple[str, ...]
    merit_rating: MeritRule
    eligibility: tuple[EligibilityRule, ...]

    def check_years(self, school_years: Iterable[str]) -> None:
        """Refuse school years without a grade scale or entry requirements (code ``rule-missing``)."""
        for year in sorted(set(school_years)):
            for file, rules in (("grade_scales", self.scales), ("eligibility", self.eligibility)):
                if not any(rule.holds(year) for rule in rules):
                    raise SkolbankError(
                        "rule-missing",
                        f"Ingen regel gäller läsåret {year}",
                        where=f"params/rules/{file}.yaml",
                        remedy="Lägg till en post med rätt from och to, eller ta bort läsårets uppgifter.",
                    )


def load_grade_rules(catalog: Catalog) -> GradeRules:
    """The grade rules of a workspace; a fault in the files is told with its code ``rule-invalid``."""
    grades: Mapping[str, Any] = catalog.rules("grade_scales")
    eligibility: Mapping[str, Any] = catalog.rules("eligibility")
    return rules_of(GradeRules, {**grades, "eligibility": eligibility.get("rules")}, where="params/rules")


Rule = TypeVar("Rule", bound=Dated)


def half_points_sql(rules: GradeRules) -> str:
    """SQL for a grade's half points; null for no grade."""
    return _dated_sql(
        rules.scales,
        {
            scale.id: "CASE grade "
            + " ".join(f"WHEN '{grade}' THEN {half}" for grade, half in scale.half_points.items())
            + " END"
            for scale in rules.scales
        },
    )


def passed_sql(rules: GradeRules) -> str:
    """SQL for whether a grade is a pass."""
    return _dated_sql(
        rules.scales, {scale.id: f"grade IN ({quoted(scale.passed)})" for scale in rules.scales}
    )


def eligible_sql(rules: GradeRules, programme: str) -> str:
    """SQL for whether a pupil meets a programme's requirements.

    Stands in a query grouped by pupil whose rows have ``subject`` and ``is_passed``; ``passed_count``
    must count a pupil's passes with variants of one subject as one.
    """
    bodies: dict[str, str] = {}
    for rule in rules.eligibility:
        wanted = rule.programmes[programme]
        parts = [f"passed_count >= {wanted.passes}"]
        parts += [f"has_passed_{group[0]}" for group in rule.core]
        parts += [f"has_passed_{subject}" for subject in wanted.required]
        bodies[rule.id] = f"({' AND '.join(parts)})"
    return _dated_sql(rules.eligibility, bodies)


def core_sql(rules: GradeRules) -> str:
    """SQL for whether a pupil passes every core subject, from the columns of ``watched_subjects``."""
    bodies = {
        rule.id: f"({' AND '.join(f'coalesce(has_passed_{group[0]}, false)' for group in rule.core)})"
        for rule in rules.eligibility
    }
    return _dated_sql(rules.eligibility, bodies)


def watched_subjects(rules: GradeRules) -> dict[str, tuple[str, ...]]:
    """The subjects whose pass the requirements ask for: name of the SQL column's end to its codes."""
    watched: dict[str, tuple[str, ...]] = {}
    for rule in rules.eligibility:
        watched.update({group[0]: group for group in rule.core})
        for programme in rule.programmes.values():
            watched.update({subject: (subject,) for subject in programme.required})
    return watched


def quoted(codes: Iterable[str]) -> str:
    """Codes as a SQL list, ``'A', 'B'``."""
    return ", ".join("'" + code.replace("'", "''") + "'" for code in codes)


def _dated_sql(rules: Iterable[Rule], bodies: Mapping[str, str]) -> str:
    cases = []
    for rule in rules:
        ends = f" AND school_year <= '{rule.until}'" if rule.until else ""
        cases.append(f"WHEN school_year >= '{rule.since}'{ends} THEN {bodies[rule.id]}")
    return f"(CASE {' '.join(cases)} END)"
