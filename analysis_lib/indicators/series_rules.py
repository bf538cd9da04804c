"""The dated breaks of series, read from ``params/rules/breaks.yaml`` and the grade scales (floor 4).

A report asks which of an indicator's years may be compared; the answer follows from rules that anyone can
read, never from how the figures happen to look.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from pydantic import Field

from analysis_lib.indicators.renamed import code_changes, is_told_new, renames
from analysis_lib.indicators.rules import load_grade_rules
from analysis_lib.statistics.series import BreakKind
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.periods import Term
from analysis_lib.vocabulary.rules import rules_of
from analysis_lib.vocabulary.settings import SchoolYearText, Strict, Unit
from analysis_lib.vocabulary.successors import Succession as CodeChange
from analysis_lib.vocabulary.successors import load_successions

GRADED = ("results.", "progress.")
Kind = Literal["question_set", "scale", "year_group", "grade_system"]


class DatedBreak(Strict):
    """A new segment begins with a school year, for indicators or families (``gymnasium.``)."""

    since: SchoolYearText = Field(alias="from")
    kind: Kind
    concerns: tuple[str, ...] = Field(alias="for", min_length=1)
    reference: tuple[str, ...] = ()

    def applies(self, indicator: str) -> bool:
        """Whether the break concerns the indicator, by id or by family."""
        return any(
            indicator == each or (each.endswith(".") and indicator.startswith(each)) for each in self.concerns
        )


class Secrecy(Strict):
    """School years whose figures of single schools were not public."""

    school_years: tuple[SchoolYearText, ...] = ()
    reference: tuple[str, ...] = ()


class SeriesRules(Strict):
    """All dated breaks, the years of secrecy and the longest step inside a segment."""

    breaks: tuple[DatedBreak, ...] = ()
    secrecy: Secrecy = Secrecy()
    longest_step: int = Field(default=2, ge=1)
    successors: tuple[CodeChange, ...] = Field(default=(), description="Ur successors.yaml, inte här")

    def unit_breaks(self, code: str, units: Mapping[str, Unit]) -> Mapping[str, BreakKind]:
        """The breaks of the series under a unit's code: it took others in, or gave pupils to a new unit.

        A break counts only where the code has results on both sides. A unit that was merely renamed, to a
        code that the list of units says began then, has none: its series is one. The table by hand
        (``params/successors.yaml``) and the units' own ``successor`` are read together.
        """
        table = code_changes(self.successors, units)
        same = [each for each in renames(table, units) if is_told_new(each, units)]
        table = [each for each in table if each not in same]
        taken = {each.school_year: BreakKind.MERGED for each in table if each.later == code}
        given = {each.school_year: BreakKind.SPLIT for each in table if each.earlier == code}
        return given | taken

    def changed(self, indicator: str) -> dict[str, BreakKind]:
        """The breaks of an indicator by the school year that they begin with."""
        return {each.since: BreakKind(each.kind) for each in self.breaks if each.applies(indicator)}


def load_series_rules(catalog: Catalog) -> SeriesRules:
    """The breaks of a workspace, changes of grade scale among them (code ``rule-invalid`` for a fault)."""
    rules = rules_of(SeriesRules, catalog.rules("breaks"), where="params/rules/breaks.yaml")
    scales = sorted(load_grade_rules(catalog).scales, key=lambda scale: scale.since)
    new = tuple(
        DatedBreak.model_validate({"from": scale.since, "kind": "grade_system", "for": GRADED})
        for scale in scales[1:]
    )
    changes = tuple(load_successions(catalog.workspace))
    breaks = (*rules.breaks, *new, *_new_questions(catalog))
    return rules.model_copy(update={"breaks": breaks, "successors": changes})


def _new_questions(catalog: Catalog) -> Iterator[DatedBreak]:
    """A break wherever a survey's questions or scale changed, from the eras of its questionnaires."""
    for indicator in catalog.indicators.values():
        known = [catalog.instruments[name] for name in indicator.instruments if name in catalog.instruments]
        terms = sorted(_first_term(era.first) for each in known for era in each.eras)
        for term in terms[1:]:
            fields = {"from": str(term.school_year), "kind": "question_set", "for": (indicator.id,)}
            yield DatedBreak.model_validate(fields)


def _first_term(first: int | str) -> Term:
    return Term.parse(first) if isinstance(first, str) else Term(first, False)
