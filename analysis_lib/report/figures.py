"""Which cells each figure of a report is drawn from (floor 7).

A function here picks released cells and hands them to ``present``; it gives None when the report's own place
has nothing to show, so that the next indicator, or an explained gap, takes the figure's place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from analysis_lib.disclosure.released import ReleasedCell
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
    compared = comparisons(scope, indicator)
    return draw_trend(
        cells,
        setting=with_notes(setting, compared),
        indicator=indicator,
        years=_years(scope, cells),
        comparisons=compared,
        target=target,
    )


def comparisons(scope: Scope, indicator: Indicator) -> list[Comparison]:
    """Kommun and riket for the figures of a unit; riket for those of a huvudman."""
    others = ("authority", "nation") if scope.unit else ("nation",)
    return [each for other in others if (each := _comparison(scope, indicator, other)) is not None]


def with_notes(setting: Setting, compared: list[Comparison]) -> Setting:
    """The setting with a note when riket was computed from the file."""
    computed = any(
        cell.basis == "computed" for each in compared if each.style == "nation" for cell in each.cells
    )
    return replace(setting, notes=(*setting.notes, _COMPUTED_NATION)) if computed else setting


def explored(scope: Scope, indicator: Indicator, others: tuple[str, ...]) -> Block:
    """The trend that a strategist asks for, with the chosen comparisons, or an explained gap.

    ``others`` are ``authority``, ``nation`` or codes of units.
    """
    setting = Setting(
        id=f"{indicator.id}/{scope.unit.code if scope.unit else scope.settings.municipality_code}",
        subject=scope.name,
        source=indicator.source,
    )
    compared = [each for other in others if (each := _comparison(scope, indicator, other)) is not None]
    cells = list(scope.own(indicator.id).cells())
    return draw_trend(
        cells,
        setting=with_notes(setting, compared),
        indicator=indicator,
        years=_years(scope, cells),
        comparisons=compared,
    )


def _comparison(scope: Scope, indicator: Indicator, other: str) -> Comparison | None:
    if other == "nation":
        found = Comparison("Riket", tuple(scope.nation(indicator.id).cells()), "nation")
    elif other == "authority":
        found = Comparison("Kommunens skolor", tuple(scope.authority(indicator.id).cells()))
    else:
        place = scope.about(other)
        found = Comparison(place.name, tuple(place.own(indicator.id).cells()))
    return found if any(cell.state != "missing" for cell in found.cells) else None


def _years(scope: Scope, cells: Sequence[ReleasedCell]) -> tuple[str, ...]:
    first = min((cell.school_year for cell in cells), default=scope.years[-1])
    return tuple(year for year in scope.years if year >= first) or scope.years[-1:]
