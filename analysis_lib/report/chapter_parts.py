"""What the chapters of a handbook are made of: blocks for the section registry to place (floor 7).

Each gives blocks that are not kept yet; the chapter that shows them keeps them in its own order.
"""

from __future__ import annotations

from analysis_lib.present.blocks import Block
from analysis_lib.report import effects_shown, multiples
from analysis_lib.report.assessment import assessment_table
from analysis_lib.report.page_verbs import PageVerbs
from analysis_lib.report.result_verbs import ResultVerbs
from analysis_lib.report.since_last import seminar_before, since_blocks, unit_changes
from analysis_lib.report.survey_verbs import SurveyVerbs

ATTENDANCE = ("attendance.mean_pct", "attendance.unregistered_pct")
SUBJECTS = ("results.subject_passed_9", "results.subject_passed_6")
TEACHING_GROUPS = ("elever-ak5", "elever-ak8", "elever-ak9", "elever-gy2", "personal")


class ChapterParts(PageVerbs, ResultVerbs, SurveyVerbs):
    """The figures and tables of the chapters."""

    def drawn_about(self) -> Block:
        """The facts of the report, kept by the chapter that shows them."""
        return self._unkept(self.about)

    def drawn_results(self) -> list[Block]:
        """The measures, the leading one over time, girls beside boys, and each subject over time."""
        leading = ("results.eligible_vocational", "results.all_passed_9", "results.all_passed_6")
        shown = [
            self._unkept(self.indicators),
            self._unkept(self.trend, *leading),
            self._unkept(self.sex_gap),
        ]
        over_years = multiples.subjects_over_years(
            self.scope, [self._indicator(name) for name in SUBJECTS], self._setting()
        )
        self._figures += over_years is not None
        return [*shown, *([over_years] if over_years else [])]

    def drawn_teaching(self) -> list[Block]:
        """Quality beside results (G10): tests by subject, who teaches, what pupils and teachers answered."""
        tests = (
            "results.national_test_passed_9",
            "results.national_test_passed_6",
            "results.subject_passed_9",
        )
        teachers = ("staff.certified_pct", "staff.certified_own_pct")
        known = [name for name in teachers if self._newest(name) is not None]
        posts = [self._unkept(self.indicators, *known)] if known else []
        asked = self.drawn_bars(
            "skolenkaten", groups=TEACHING_GROUPS, areas=("stod", "stimulans", "samverkan"), most=2
        )
        return [self._unkept(self.ranges, *tests), *posts, *asked]

    def drawn_safety(self) -> list[Block]:
        """What pupils answered of safety and calm, or why nothing is shown; and who was there."""
        found = self.drawn_survey()
        if not found:
            self._gaps.append("surveys")
        return [*(found or [self._gap("surveys")]), *self.drawn_attendance()]

    def goals(self) -> Block:
        """The decided targets, and the prioritised areas with what shows that they move."""
        return self._together([self._unkept(self.targets), *self.told_words("priority_areas")])

    def drawn_attendance(self) -> list[Block]:
        """Attendance with the time nobody registered beside it, where lessons are reported."""
        known = [name for name in ATTENDANCE if self._newest(name) is not None]
        return [self._unkept(self.indicators, *known)] if known else []

    def assessment(self) -> Block:
        """Results, surveys, self-ratings and tillsyn judged in one table (B1)."""
        shown = [each for each in self.sidecar.indicators if each in self.catalog.indicators]
        block = assessment_table(
            self.scope,
            self.told,
            [self.catalog.indicators[name] for name in shown],
            self._target,
            self.catalog.instruments,
        )
        return self._kept(block) if block else self.missing("assessment")

    def measures(self) -> Block:
        """Last läsår's measures and what they led to; outside the house, those that are decided now."""
        if self._measure_effects or self.prepared.audience == "internal":
            return super().measures()
        return self._together(self.told_words("measures_now", gap="measures"))

    def drawn_followed(self) -> list[Block]:
        """Last läsår's measures: what people wrote and what the statistics say of each (G8)."""
        if not self._measure_effects:
            return self.told_words("followed", gap="followed")
        if self.scope.unit:
            return [effects_shown.unit_table(self._measure_effects), *self.drawn_effects()]
        table = effects_shown.effects_table(self.scope, self._measure_effects)
        return [*self.drawn_effects(), table]

    def since_last(self) -> Block:
        """What has changed since the latest locked seminar before this one, and why."""
        place, seminar = self.catalog.workspace, self.prepared.seminar
        before = seminar_before(place, seminar, self.prepared.audience)
        if not before:
            return self.missing("since_seminar")
        return self._together(since_blocks(place, before, seminar.id))

    def unit_changes(self, *indicators: str) -> Block:
        """The units' changes that stand when all are judged together; unnamed: the sidecar's results."""
        names = indicators or self._single_results()
        return self._kept(unit_changes(self.scope, [self._indicator(name) for name in names]))
