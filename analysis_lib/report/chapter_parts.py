"""What the chapters of a handbook are made of: blocks for the section registry to place (floor 7).

Each gives blocks that are not kept yet; the chapter that shows them keeps them in its own order.
"""

from __future__ import annotations

from analysis_lib.present.blocks import Block
from analysis_lib.report import effects_shown
from analysis_lib.report.page_verbs import PageVerbs
from analysis_lib.report.register_verbs import RegisterVerbs
from analysis_lib.report.result_verbs import ResultVerbs


class ChapterParts(PageVerbs, ResultVerbs, RegisterVerbs):
    """The figures and tables of the chapters."""

    def drawn_about(self) -> Block:
        """The facts of the report, kept by the chapter that shows them."""
        return self._unkept(self.about)

    def drawn_results(self) -> list[Block]:
        """The measures, the leading one over time, and girls beside boys."""
        leading = ("results.eligible_vocational", "results.all_passed_9", "results.all_passed_6")
        return [self._unkept(self.indicators), self._unkept(self.trend, *leading), self._unkept(self.sex_gap)]

    def drawn_teaching(self) -> list[Block]:
        """National tests by subject, teachers with certificate: quality beside results (G10)."""
        tests = (
            "results.national_test_passed_9",
            "results.national_test_passed_6",
            "results.subject_passed_9",
        )
        return [self._unkept(self.ranges, *tests)]

    def drawn_safety(self) -> list[Block]:
        """What pupils answered of safety and calm, or why nothing is shown."""
        return [self._unkept(self.survey_table)]

    def drawn_assessment(self) -> Block:
        """The measures with goal, result, comparison and source."""
        return self._unkept(self.indicators)

    def drawn_followed(self) -> list[Block]:
        """Last läsår's measures: what people wrote and what the statistics say of each (G8)."""
        if not self._measure_effects:
            return self.told_words("followed", gap="followed")
        if self.scope.unit:
            return [effects_shown.unit_table(self._measure_effects), *self.drawn_effects()]
        table = effects_shown.effects_table(self.scope, self._measure_effects)
        return [*self.told_words("followed"), table, *self.drawn_effects()]
