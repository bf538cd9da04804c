"""Which cells each figure of a report is drawn from (floor 7).

A function here picks released cells and hands them to ``present``; it gives None when the report's own place
has nothing to show, so that the next indicator, or an explained gap, takes the figure's place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.figure import Comparison, Setting
from analysis_lib.present.charts.trend import draw_trend
from analysis_lib.report.scope import Scope
from analysis_lib.vocabulary.indicators import Indicator

Draw = Callable[..., Block | None]
_COMPUTED_NATION = {
    "term": "Riket",
    "text": "är här sammanräknat ur Skolverkets fil, viktat med antal elever, eftersom ingen egen siffra för "
    "riket är inläst.",
}


def trend(scope: Scope, indicator: Indicator, setting: Setting, target: float | None) -> Block | None:
    """One measure over the years, with kommun, riket and target where they exist."""
    cells = list(scope.own(indicator.id).cells())
    if not cells:
        return None
    years = tuple(year for year in scope.years if year >= min(cell.school_year for cell in cells))
    compared = comparisons(scope, indicator)
    return draw_trend(
        cells,
        setting=with_notes(setting, compared),
        indicator=indicator,
        years=years,
        comparisons=compared,
        target=target,
    )


def comparisons(scope: Scope, indicator: Indicator) -> list[Comparison]:
    """Kommun and riket for the figures of a unit; riket for those of a huvudman."""
    found = []
    if scope.unit:
        cells = tuple(scope.authority(indicator.id).cells())
        found.append(Comparison("Kommunens skolor", cells))
    found.append(Comparison("Riket", tuple(scope.nation(indicator.id).cells()), "nation"))
    return [each for each in found if any(cell.state != "missing" for cell in each.cells)]


def with_notes(setting: Setting, compared: list[Comparison]) -> Setting:
    """The setting with a note when riket was computed from the file."""
    computed = any(
        cell.basis == "computed" for each in compared if each.style == "nation" for cell in each.cells
    )
    return replace(setting, notes=(*setting.notes, _COMPUTED_NATION)) if computed else setting


def ranges(scope: Scope, indicator: Indicator, setting: Setting) -> Block | None:
    return None


def distribution(scope: Scope, indicator: Indicator, setting: Setting) -> Block | None:
    return None


def sex_gap(scope: Scope, indicator: Indicator, setting: Setting) -> Block | None:
    return None


def units(scope: Scope, indicator: Indicator, setting: Setting) -> Block | None:
    return None
