"""The verbs of a report about grades, tests, SALSA, likvärdighet and cohorts (floor 7).

They live beside ``context`` so that a vertical can be read by itself; a verb without data gives an explained
gap.
"""

from __future__ import annotations

from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.residuals import Measured
from analysis_lib.report import compared, equity_table, grade_figures
from analysis_lib.report.result_verbs import ResultVerbs

_SALSA = {
    "merit": ("meritvärdet", "poäng"),
    "all_passed": ("andelen med godkänt i alla ämnen", "procentenheter"),
}


class GradeVerbs(ResultVerbs):
    """Blocks of one report about how grades stand to tests, to background and between units."""

    def agreement(self, *indicators: str, subject: str = "", year: str = "") -> Block:
        """Grades beside test grades, the first of the indicators with data (``agreement.deviation_…``)."""
        for name in indicators:
            indicator = self._indicator(name)
            block = grade_figures.agreement(
                self.scope, indicator, self._setting(), subject=subject, year=year
            )
            if block is not None:
                return self._counted(block, (name,))
        return self.missing("agreement")

    def crosstab(self, indicator: str, *, subject: str = "", year: str = "") -> Block:
        """Test grade × grade of the huvudman in a subject; without one, the first that can be shown."""
        known = self._indicator(indicator)
        shown = [subject] if subject else grade_figures.crosstab_subjects(self.scope, known, year)
        for code in shown:
            block = grade_figures.crosstab(self.scope, known, self._setting(), subject=code, year=year)
            if block is not None:
                return self._counted(block, (indicator,))
        return self.missing("crosstab")

    def salsa(self, result: str = "merit", *, year: str = "") -> Block:
        """SALSA residuals of ``merit`` or ``all_passed``: a unit's läsår, or the huvudman's units."""
        name, unit = _SALSA[result]
        actual, expected, residual = (
            self._indicator(f"salsa.{result}_{part}") for part in ("actual", "expected", "residual")
        )
        measured = Measured((actual, expected, residual), name, unit)
        block = grade_figures.salsa(self.scope, measured, self._setting(), year=year)
        return self._counted(block, (residual.id,)) if block else self.missing("salsa")

    def spread(self, *indicators: str) -> Block:
        """How far apart the units lie over the läsår: the first measure with five shown units (M12)."""
        for name in indicators:
            block = grade_figures.spread(self.scope, self._indicator(name), self._setting())
            if block is not None:
                return self._counted(block, (name,))
        return self.missing("spread")

    def equity(self, *indicators: str) -> Block:
        """Per measure: between-unit spread, gap and sex gap in the newest läsår that has them (M12)."""
        chosen = [self._indicator(name) for name in indicators]
        residual = self.catalog.indicators.get("salsa.merit_residual")
        block = equity_table.equity_table(self.scope, chosen, residual)
        return self._kept(block) if block else self.missing("spread")

    def cohort_flow(self, indicator: str) -> Block:
        """What became of those who began gymnasiet five läsår ago."""
        block = grade_figures.cohort_flow(self.scope, self._indicator(indicator), self._setting())
        return self._counted(block, (indicator,)) if block else self.missing("throughput")

    def compared(self, *indicators: str) -> Block:
        """Published figures beside each other: kommun, riket, similar kommuner, kommungrupp (F13)."""
        chosen = [self._indicator(name) for name in indicators]
        block = compared.compared_table(
            self.scope,
            chosen,
            self.catalog,
            self.prepared.released_path,
            audience=self.prepared.audience,
        )
        return self._kept(block) if block else self.missing("compared")
