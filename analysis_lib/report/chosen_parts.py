"""The figures that somebody chose on a dashboard, drawn from the report's own release (floor 7; ADR 78).

A chosen figure is a reference: which drawing of which measures, about whom, in which subject, way of
reckoning and årskull. The report draws it with its own verbs, so it is the figure that its readers may see.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from analysis_lib import text
from analysis_lib.present.blocks import Block
from analysis_lib.register.kinds.chosen import ChosenFigure
from analysis_lib.report.chapter_parts import ChapterParts
from analysis_lib.report.cohort_verbs import USUAL, CohortVerbs
from analysis_lib.report.grade_verbs import GradeVerbs
from analysis_lib.report.growth_methods import methods
from analysis_lib.report.words.reading import together
from analysis_lib.vocabulary.periods import SchoolYear


class ChosenParts(ChapterParts, GradeVerbs, CohortVerbs):
    """The chosen figures, with the reason that each was chosen for."""

    def questions(self) -> Block:
        """What the readers are asked to decide, and the figures that somebody chose for that talk."""
        return together([super().questions(), *self._kept_choices()])

    def chosen_figures(self) -> Block:
        """The figures that somebody chose on a dashboard for this report, drawn from its own release.

        Nothing at all outside the internal edition, or when none is chosen.
        """
        return self._several(self._kept_choices())

    def _kept_choices(self) -> list[Block]:
        blocks: list[Block] = []
        known = [one for one in self.told.every(ChosenFigure) if one.entry.report == self.name]
        # What was chosen during the läsår or since; a later läsår asks anew.
        for one in [one for one in known if one.school_year >= self.told.school_year]:
            figure = self._chosen(one.unit, one.entry)
            place = self.told.names.get(one.unit, self.scope.name)
            who = f"{one.role}, {text.date(one.at.date())}"
            told = Block("answers", {"items": [_comment(place, one.entry.comment, who)]})
            blocks += [told, figure] if figure else []
        if not blocks:
            return []
        head = Block("subheading", {"text": "Figurer som har valts till samtalet"})
        return [self._kept(block) for block in (head, *blocks)]

    def _chosen(self, unit: str, entry: ChosenFigure) -> Block | None:
        """The figure about a unit (empty: the whole); None for a unit or a measure that is not there."""
        known = [name for name in entry.indicators if name in self.catalog.indicators]
        if (unit and unit not in self.scope.units) or len(known) < len(entry.indicators):
            return None
        whole = self.scope
        self.scope = replace(whole.about(unit or None), candidates=whole.candidates)
        try:
            return self._unkept(self._verb(entry), *known)
        finally:
            self.scope = whole

    def _verb(self, entry: ChosenFigure) -> Callable[..., Block]:
        """The verb that draws a chosen figure as it stood on the page."""
        verb: Callable[..., Block] = getattr(self, entry.drawing)
        return partial(verb, **self._as_chosen(entry).get(entry.drawing, {}))

    def _as_chosen(self, entry: ChosenFigure) -> Mapping[str, Mapping[str, Any]]:
        """What each drawing is told of subject, way of reckoning and årskull."""
        newest = SchoolYear.parse(self.prepared.school_year)
        leaves = int(entry.cohort) if entry.cohort else newest.end
        year = {"school_year": str(newest.plus(leaves - newest.end))}
        subject = {"subject": entry.subject}
        reckoned = {"name": entry.method if entry.method in methods() else USUAL, **subject, **year}
        return {
            "distribution": subject,
            "agreement": subject,
            "crosstab": subject,
            "cohorts": {**subject, "chosen": leaves},
            "slopes": year,
            "growth": reckoned,
            "growth_quadrant": reckoned,
            "followed": year,
            "outlook": {"chosen": leaves},
        }


def _comment(place: str, comment: str, who: str) -> dict[str, object]:
    return {"question": f"Varför den här figuren? {place}", "text": comment, "note": who, "missing": False}
