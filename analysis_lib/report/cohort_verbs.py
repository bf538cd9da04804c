"""The verbs of a report about årskullar and förädlingsvärde (floor 7; seeds G1–G3).

Each gives a figure or an explained gap. The same verbs stand behind årskullsanalys, verksamhetsrapport, the
page for all staff and the dashboard, so the figures are the same from the unit to the board.
"""

from __future__ import annotations

from typing import Protocol

from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.figure import Setting
from analysis_lib.report import cohort_figures, cohort_outlook, cohort_table
from analysis_lib.report.class_figures import class_growth, class_sentence, class_table
from analysis_lib.report.growth_methods import Method, method
from analysis_lib.report.register_verbs import RegisterVerbs
from analysis_lib.report.scope import Scope
from analysis_lib.report.words.reading import together

USUAL = "peer_expected"


class Draw(Protocol):
    """What draws the units by a method of förädlingsvärde."""

    def __call__(
        self,
        scope: Scope,
        known: cohort_figures.Known,
        setting: Setting,
        how: Method,
        *,
        school_year: str,
        subject: str,
    ) -> Block | None: ...


class CohortVerbs(RegisterVerbs):
    """Årskull by årskull."""

    def cohorts(self, subject: str = "", *, chosen: int = 0, is_brief: bool = False) -> Block:
        """Årskull × årskurs: the share that reached the requirements, as a heat table (G2)."""
        block = cohort_table.cohort_table(
            self.scope, self.catalog.indicators, subject=subject, chosen=chosen, is_brief=is_brief
        )
        return self._kept(block or self._gap("cohorts"))

    def slopes(self, *, school_year: str = "") -> Block:
        """The same pupils from år 6 to år 9, beside the kommun and the årskull before."""
        found = cohort_figures.cohort_slopes(
            self.scope, self.catalog.indicators, self._setting(), school_year=school_year
        )
        return self._shown_or(found, "growth")

    def growth(self, name: str = USUAL, subject: str = "", *, school_year: str = "") -> Block:
        """Every unit's förädlingsvärde with its interval, by area and name; the huvudman below."""
        return self._grown(cohort_figures.growth_caterpillar, "growth", (name, subject), school_year)

    def cohorts_and_growth(self) -> Block:
        """Årskull by årskull, and what the schools have added for those who left."""
        return together([self.cohorts(), self.growth()])

    def growth_quadrant(self, name: str = USUAL, subject: str = "", *, school_year: str = "") -> Block:
        """How high the results are against how much they grew."""
        return self._grown(cohort_figures.growth_quadrant, "quadrant", (name, subject), school_year)

    def growth_later(self, leaves: int) -> Block:
        """Why an årskull that is still in school has no förädlingsvärde yet."""
        return self._kept(self._gap("growth_later", str(leaves)))

    def followed(self, *, school_year: str = "") -> Block:
        """How many of the pupils can be followed, unit by unit."""
        block = cohort_figures.followed_table(self.scope, self.catalog.indicators, school_year=school_year)
        return self._kept(block or self._gap("growth"))

    def outlook(self, *, chosen: int = 0) -> Block:
        """The forecast of how many will be eligible, with its band and how earlier ones did."""
        found = cohort_outlook.cohort_outlook(
            self.scope, self.catalog.indicators, self._setting(), chosen=chosen
        )
        return self._shown_or(found, "outlook")

    def classes(self, *, heading: str = "", question: str = "") -> Block:
        """The section about the unit's classes: only in the internal edition, else nothing at all.

        Where the unit has no classes that are told of, the section says why.
        """
        if self.prepared.audience != "internal":
            return self._together([])
        head = Block("section", {"heading": heading, "text": question})
        blocks = self.drawn_classes() or [self._gap("classes")]
        told = class_sentence(self.scope, school_year=self.scope.school_year)
        return self._together([head, *([told] if told and len(blocks) > 1 else []), *blocks])

    def classes_of(self, *, school_year: str, group: int, chosen: str = "", name: str = USUAL) -> list[Block]:
        """The classes on a page of their own choices; else why there are none."""
        if self.scope.unit is None:
            return [self._kept(self._gap("classes_unit"))]
        blocks = self.drawn_classes(school_year=school_year, group=group, chosen=chosen, name=name)
        return [self._kept(block) for block in blocks or [self._gap("classes")]]

    def drawn_classes(
        self, *, school_year: str = "", group: int = 9, chosen: str = "", name: str = USUAL
    ) -> list[Block]:
        """What the classes reached, and their förädlingsvärde; nothing where no class is told of."""
        year, how = school_year or self.scope.school_year, method(name)
        assert how is not None
        known = self.catalog.indicators
        table = class_table(self.scope, known, school_year=year, group=group, chosen=chosen)
        if table is None:
            return []
        figure = None
        if group == 9:
            figure = class_growth(self.scope, known, self._setting(), how, school_year=year, chosen=chosen)
        self._figures += figure is not None and figure.kind == "figure"
        return [table, *([figure] if figure else [])]

    def drawn_cohorts(self) -> list[Block]:
        """The chapter about årskullar: the heat table, the förädlingsvärde and how many it is about."""
        verbs = (self.cohorts, self.growth, self.followed)
        return [self._unkept(verb) for verb in verbs]

    def _grown(self, draw: Draw, gap: str, of: tuple[str, str], school_year: str) -> Block:
        """A figure of a method (name, subject) of förädlingsvärde."""
        how = method(*of)
        if how is None:
            return self._kept(self._gap("growth_subject"))
        known, setting = self.catalog.indicators, self._setting()
        found = draw(self.scope, known, setting, how, school_year=school_year, subject=of[1])
        return self._shown_or(found, gap)

    def _shown_or(self, block: Block | None, gap: str) -> Block:
        if block is None:
            return self._kept(self._gap(gap))
        self._figures += block.kind == "figure"
        return self._kept(block)
