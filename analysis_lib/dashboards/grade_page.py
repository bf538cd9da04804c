"""The cards of D3 Betyg och prov: the same verbs, so the same figures, as in the report (floor 8).

A chosen subject shows that subject's grades over the läsår and its own NP–betyg; a chosen läsår holds for
all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis_lib.dashboards.pages import Card, State
from analysis_lib.present.blocks import Block
from analysis_lib.report.figures import SUBJECT_NAMES
from analysis_lib.vocabulary.grades import DIRECTIONS

if TYPE_CHECKING:
    from analysis_lib.report.context import Report

GRADE_INDICATORS = (
    "results.national_test_passed_9",
    "results.national_test_passed_6",
    "results.grade_distribution_9",
    "results.grade_distribution_6",
    "agreement.deviation_9",
    "agreement.deviation_6",
    "agreement.crosstab_9",
    "agreement.crosstab_6",
    "salsa.merit_actual",
    "salsa.merit_expected",
    "salsa.merit_residual",
)
_EQUITY = (
    "results.all_passed_9",
    "results.eligible_vocational",
    "results.merit_rating_17",
    "results.all_passed_6",
)


def grade_cards(report: Report, state: State) -> list[Card]:
    """Distribution, sex gap, NP–betyg, SALSA and likvärdighet for the state's unit, läsår and subject."""
    cards = [Card("fordelning", _distribution(report, state)), *_agreement(report, state)]
    if not state.unit:
        cards.append(Card("par", report.crosstab("agreement.crosstab_9", subject=state.subject), 6))
    cards += [
        Card("kon", report.sex_gap(), 6),
        Card("amnen", report.ranges("results.subject_passed_9", "results.subject_passed_6"), 6),
        Card("prov", report.ranges("results.national_test_passed_9", "results.national_test_passed_6"), 6),
        Card("salsa", report.salsa(), 6),
    ]
    return cards if state.unit else [*cards, *_between_units(report)]


def _agreement(report: Report, state: State) -> list[Card]:
    """A card per year group that has pairs of test grades and grades here; one explained gap without any."""
    names = ("agreement.deviation_9", "agreement.deviation_6")
    keys = {"subject": list(SUBJECT_NAMES), "category": list(DIRECTIONS), "years": None}
    there = [name for name in names if len(report.scope.own(name, **keys))] or list(names[:1])
    span = 12 // len(there)
    return [
        Card(f"provbetyg-{name[-1]}", report.agreement(name, subject=state.subject), span) for name in there
    ]


def _distribution(report: Report, state: State) -> Block:
    names = ("results.grade_distribution_9", "results.grade_distribution_6")
    return report.distribution(*names, subject=state.subject)


def _between_units(report: Report) -> list[Card]:
    return [
        Card("spridning", report.spread("results.all_passed_9", *_EQUITY[2:]), 6),
        Card("likvardighet", report.equity(*_EQUITY)),
        Card("enheter", report.units("results.all_passed_9", "results.all_passed_6")),
    ]
