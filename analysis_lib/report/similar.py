"""The huvudman's kommun beside those most like it, and where it stands among all (floor 7).

The weights that choose are printed beside the figure and can be changed in ``params/peers.yaml``. Places
stand by name: who is most alike is not a rank, and neither is the value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from analysis_lib import text
from analysis_lib.disclosure.released import ReleasedCell, ReleasedTable
from analysis_lib.indicators.peers import similar_codes
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.figure import Setting
from analysis_lib.present.charts.units import UnitRow, draw_units
from analysis_lib.report.figures import sourced
from analysis_lib.report.scope import Scope
from analysis_lib.statistics.bands import Band, quartile_bands
from analysis_lib.vocabulary.indicators import Indicator
from analysis_lib.vocabulary.peers import Peers

LEAST = 3


def similar_figure(
    scope: Scope,
    others: ReleasedTable,
    indicator: Indicator,
    peers: Peers,
    *,
    known: Mapping[str, Indicator],
    names: Mapping[str, str],
    setting: Setting,
) -> Block | None:
    """The kommun and its nearest by the open weights; None with fewer than three to compare with.

    ``others`` holds the released rows of all kommuner (all organisers together); ``names`` their names.
    """
    code = scope.settings.municipality_code
    cells = newest_of_places(
        others.select(indicator=indicator.id, level="municipality", organiser="all", sex="T")
    )
    own = next((cell for cell in cells if cell.code == code), None)
    if own is None:
        return None
    near = similar_codes(others.frame, code, peers, level="municipality", school_year=own.school_year)
    chosen = [cell for cell in cells if cell.code in near]
    if len(chosen) < LEAST:
        return None
    rows = [UnitRow(names.get(cell.code, f"Kommun {cell.code}"), cell) for cell in chosen]
    rows.append(UnitRow(scope.settings.municipality_name, own, is_own=True))
    nation = scope.nation(indicator.id, years=None).cells()
    whole = next((cell for cell in nation if cell.school_year == own.school_year), None)
    notes = (
        weight_words("Liknande kommuner", peers.municipalities, known),
        *standing_notes(scope, cells, own, indicator),
    )
    placed = sourced(setting, [own, *chosen], indicator)
    return draw_units(
        rows,
        setting=replace(placed, notes=(*placed.notes, *notes)),
        indicator=indicator,
        year=own.school_year,
        total=whole,
        total_name="Riket",
    )


def newest_of_places(table: ReleasedTable) -> list[ReleasedCell]:
    """The cells of the newest läsår in which anybody has a value, one per place."""
    cells = [cell for cell in table.select(subject="", category="").cells() if cell.state != "missing"]
    year = max((cell.school_year for cell in cells if cell.is_shown), default="")
    found: dict[str, ReleasedCell] = {}
    for cell in cells:
        if cell.school_year == year:
            found.setdefault(cell.code, cell)
    return list(found.values())


def weight_words(term: str, weights: Mapping[str, float], known: Mapping[str, Indicator]) -> dict[str, Any]:
    """By which open weights places were chosen, as a note."""
    told = [
        f"{text.uncapitalised(known[name].short)} (vikt {_weight(weight)})"
        for name, weight in sorted(weights.items(), key=lambda each: (-each[1], each[0]))
        if name in known and weight > 0
    ]
    words = f"är de som är mest lika i {text.listing(told)}. De står efter namn, inte efter likhet."
    return {"term": term, "text": words}


def _weight(weight: float) -> str:
    return text.count_word(round(weight)) if weight == round(weight) else text.number(weight, 1)


def standing_notes(
    scope: Scope, cells: list[ReleasedCell], own: ReleasedCell, indicator: Indicator
) -> list[dict[str, Any]]:
    """In which quarter of all kommuner ours lies, in words; silent with too few or a hidden value."""
    values = {cell.code: cell.value for cell in cells if cell.is_shown}
    band = quartile_bands(values, indicator.direction).get(own.code)
    if band is None or band is Band.TOO_FEW:
        return []
    whose = scope.settings.municipality_name
    words = f"hör {whose} till {band.value} av dem som har ett värde läsåret {own.school_year}."
    return [{"term": "Bland alla kommuner", "text": words}]
