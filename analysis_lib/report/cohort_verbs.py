"""The verbs of a report about årskullar and förädlingsvärde (floor 7; seeds G1–G3).

Each gives a figure or an explained gap. The same verbs stand behind årskullsanalys, verksamhetsrapport, the
page for all staff and the dashboard, so the figures are the same from the unit to the board.
"""

from __future__ import annotations

from typing import Protocol

from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.figure import Setting
from analysis_lib.report import cohort_figures, cohort_outlook, cohort_table
from analysis_lib.report.frame import ReportFrame
from analysis_lib.report.growth_methods import Method, method
from analysis_lib.report.scope import Scope

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


class CohortVerbs(ReportFrame):
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

    def classes(self) -> Block:
        """Classes in the internal edition only, and only where they are released; else why not."""
        return self._kept(self._gap("classes"))

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
