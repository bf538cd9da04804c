"""Which released cells the small panels of a measure are drawn from, a subject each (floor 7)."""

from __future__ import annotations

from collections.abc import Sequence

from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.figure import Setting
from analysis_lib.present.charts.multiples import draw_multiples
from analysis_lib.present.charts.survey_trend import Panel
from analysis_lib.report.figures import SUBJECT_NAMES, sourced
from analysis_lib.report.scope import Scope
from analysis_lib.vocabulary.indicators import Indicator


def subjects_over_years(scope: Scope, indicators: Sequence[Indicator], setting: Setting) -> Block | None:
    """The first of the measures by subject with two subjects to show over the report's years."""
    for indicator in indicators:
        panels = [_panel(scope, indicator, code, name) for code, name in SUBJECT_NAMES.items()]
        told = [panel for panel in panels if panel.own]
        cells = [cell for panel in told for cell in panel.own.values()]
        years = sorted({cell.school_year for cell in cells})
        placed = sourced(setting, cells, indicator)
        block = draw_multiples(told, setting=placed, indicator=indicator, years=years) if years else None
        if block is not None:
            return block
    return None


def _panel(scope: Scope, indicator: Indicator, subject: str, name: str) -> Panel:
    own = [cell for cell in scope.own(indicator.id, subject=subject).cells() if cell.state != "missing"]
    others = {}
    if scope.unit and not scope.is_alone(indicator.id):
        beside = [cell for cell in scope.authority(indicator.id, subject=subject).cells() if cell.is_shown]
        others = {scope.like_units: {cell.school_year: cell for cell in beside}} if beside else {}
    return Panel(name, {cell.school_year: cell for cell in own}, others)
