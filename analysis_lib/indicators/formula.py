"""The formula of an indicator: one line in its YAML instead of code (floor 4).

``pupils.share(all_passed, in_scope)`` reads: among pupils for whom ``in_scope`` holds, the share for
whom ``all_passed`` holds. A formula may use the columns of its table, numbers, comparisons and
and/or/not, and nothing else, so a misspelt column is told before anything is computed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from analysis_lib.errors import SkolbankError, did_you_mean

Measure = Literal["share", "mean", "count", "distribution"]

TABLES: dict[str, tuple[str, ...]] = {
    "pupils": (
        "in_scope",
        "all_passed",
        "passed_count",
        "failed_count",
        "merit_16",
        "merit_17",
        "eligible_vocational",
        "eligible_arts",
        "eligible_humanities",
        "eligible_science",
    ),
    "steps": ("in_scope", "core_passed", "core_passed_before", "is_linked", "is_stayer"),
    "test_steps": ("in_scope", "both_passed", "both_passed_before", "is_linked", "is_stayer"),
    "grades": ("grade", "points", "is_graded", "is_passed", "is_absent", "is_adapted"),
    "tests": ("grade", "points", "is_graded", "is_passed", "is_absent", "is_lost", "is_digital"),
    "tests_3": ("is_complete", "is_passed", "is_absent", "is_lost"),
}
WITHOUT_SUBJECT = frozenset(("pupils", "steps", "test_steps"))
_CALL = re.compile(r"^\s*([a-z_][a-z0-9_]*)\.(share|mean|count|distribution)\((.*)\)\s*$", re.DOTALL)
_TOKEN = re.compile(r"\s*(?:([a-z_][a-z0-9_]*)|(\d+(?:\.\d+)?)|(<=|>=|<>|!=|=|<|>|\(|\)|\+|-))")
_WORDS = frozenset(("and", "or", "not", "true", "false"))


@dataclass(frozen=True)
class Formula:
    """Which rows make the denominator, and what of them is counted or measured."""

    table: str
    measure: Measure
    value: str
    condition: str


def parse_formula(text: str, *, where: str) -> Formula:
    """The formula that ``text`` writes; ``where`` names the file in an error (code ``formula-invalid``).

    >>> parse_formula("pupils.share(all_passed, in_scope)", where="x")
    Formula(table='pupils', measure='share', value='all_passed', condition='in_scope')
    """
    match = _CALL.match(text)
    if not match or match[1] not in TABLES:
        raise SkolbankError(
            "formula-invalid",
            f"Formeln {text[:60]} går inte att läsa",
            where=where,
            remedy="Skriv den som pupils.share(all_passed, in_scope).",
        )
    table, measure = match[1], match[2]
    parts = [part.strip() for part in match[3].split(",")]
    wanted = 1 if measure == "count" else 2
    if len(parts) != wanted or not all(parts):
        raise SkolbankError(
            "formula-invalid",
            f"Formeln {text[:60]} ska ha {'ett uttryck' if wanted == 1 else 'två uttryck'} inom parentesen",
            where=where,
        )
    for part in parts:
        _check_names(part, table, where)
    value, condition = ("true", parts[0]) if measure == "count" else (parts[0], parts[1])
    return Formula(table, measure, value, condition)  # type: ignore[arg-type]


def is_formula(text: str) -> bool:
    """Whether the text is a written formula; else it names a function of the indicator's family."""
    return "(" in text


def _check_names(expression: str, table: str, where: str) -> None:
    position = 0
    while position < len(expression.rstrip()):
        token = _TOKEN.match(expression, position)
        if not token:
            raise SkolbankError(
                "formula-invalid",
                f"Tecknet {expression[position:].strip()[:1]} får inte stå i en formel",
                where=where,
            )
        name = token[1]
        if name and name not in _WORDS and name not in TABLES[table]:
            raise SkolbankError(
                "formula-invalid",
                f"Namnet {name[:40]} finns inte i {table}",
                where=where,
                remedy=did_you_mean(name, TABLES[table]) or f"Det finns: {', '.join(TABLES[table])}.",
            )
        position = token.end()
