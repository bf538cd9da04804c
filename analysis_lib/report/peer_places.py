"""Named groups of kommuner and units that are alike: with whom a place is compared (floor 7).

Groups come from ``params/peers.yaml`` and, when they have been fetched, from Kolada. Places stand by name:
who is most alike is no rank, and neither is the value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from analysis_lib import text
from analysis_lib.disclosure.released import ReleasedTable
from analysis_lib.indicators.peers import similar_codes
from analysis_lib.present import narrative
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.figure import Setting, column, mark_notes, row, table_cell, value_cell
from analysis_lib.present.charts.units import UnitRow, draw_units
from analysis_lib.present.evidence import facts_of
from analysis_lib.report.figures import sourced, unit_name
from analysis_lib.report.scope import Scope
from analysis_lib.report.similar import LEAST, newest_of_places, standing_notes, weight_words
from analysis_lib.report.tables import table_data
from analysis_lib.snapshots.store import Store
from analysis_lib.vocabulary.indicators import Indicator
from analysis_lib.vocabulary.peers import Peers
from analysis_lib.vocabulary.workspace import Workspace

_FETCHED = "core_kolada__groups"


def groups_of(workspace: Workspace, peers: Peers, municipality: str) -> dict[str, tuple[str, ...]]:
    """The named groups that hold the kommun, with the codes of all members: ours first, then Kolada's."""
    found = {name: tuple(codes) for name, codes in peers.groups.items() if municipality in codes}
    store = Store(workspace)
    if store.current(_FETCHED):
        rows = store.query(f"SELECT title, member_code FROM {_FETCHED} ORDER BY title, member_code")
        for title, members in rows.groupby("title")["member_code"]:
            if municipality in set(members):
                found.setdefault(str(title), tuple(members))
    return found


def group_table(
    scope: Scope,
    others: ReleasedTable,
    indicator: Indicator,
    groups: Mapping[str, tuple[str, ...]],
    names: Mapping[str, str],
) -> Block | None:
    """The kommuner of the first group with published values, by name; None when no group has enough."""
    code = scope.settings.municipality_code
    cells = newest_of_places(
        others.select(indicator=indicator.id, level="municipality", organiser="all", sex="T")
    )
    for group, members in groups.items():
        chosen = [cell for cell in cells if cell.code in members or cell.code == code]
        if sum(cell.is_shown for cell in chosen) < LEAST:
            continue
        year = chosen[0].school_year
        known = dict(names) | {code: scope.settings.municipality_name}
        chosen.sort(key=lambda cell: text.sort_key(known.get(cell.code, cell.code)))
        rows = [
            row(
                {
                    "place": table_cell(known.get(cell.code, f"Kommun {cell.code}")),
                    "value": value_cell(cell, indicator),
                    "n": table_cell(cell.n_text),
                },
                "own" if cell.code == code else "",
            )
            for cell in chosen
        ]
        nation = scope.nation(indicator.id, years=None).cells()
        whole = next((cell for cell in nation if cell.school_year == year), None)
        if whole is not None:
            told = {"place": table_cell("Riket"), "value": value_cell(whole, indicator)}
            rows.append(row({**told, "n": table_cell(whole.n_text)}, "sum"))
        own = next((cell for cell in chosen if cell.code == code), None)
        notes: list[Any] = standing_notes(scope, cells, own, indicator) if own else []
        data = table_data(
            "kommungrupp",
            f"{group}: {text.uncapitalised(narrative.measured(indicator))}, "
            f"läsåret {year}. Kommunerna efter namn.",
            [column("place", "Kommun", "left"), column("value", indicator.short), column("n", "Antal")],
            rows,
            [*notes, *mark_notes(chosen)],
            foot="Källa: Skolverkets statistik, alla huvudmän i kommunen.",
        )
        return Block("table", data, facts_of([*chosen, whole], indicator))
    return None


def similar_units(
    scope: Scope, indicator: Indicator, peers: Peers, *, known: Mapping[str, Indicator], setting: Setting
) -> Block | None:
    """The unit beside those most like it, by the open weights; None with fewer than three to compare with.

    Only units whose values the reader may see are compared with.
    """
    if scope.unit is None:
        return None
    code = scope.unit.code
    own = scope.newest(scope.own(indicator.id, years=None))
    if own is None:
        return None
    near = similar_codes(scope.table.frame, code, peers, level="unit", school_year=own.school_year)
    cells = scope.unit_cells(indicator.id, school_year=own.school_year)
    chosen = [cell for cell in cells if cell.code in near and cell.state != "missing"]
    if len(chosen) < LEAST:
        return None
    rows = [UnitRow(unit_name(scope.units[cell.code]), cell) for cell in chosen]
    rows.append(UnitRow(scope.unit.name, own, is_own=True))
    whole = scope.authority(indicator.id, years=None).cells()
    total = next((cell for cell in whole if cell.school_year == own.school_year), None)
    placed = sourced(setting, [own, *chosen], indicator)
    notes = (weight_words("Liknande enheter", peers.units, known),)
    return draw_units(
        rows,
        setting=replace(placed, notes=(*placed.notes, *notes)),
        indicator=indicator,
        year=own.school_year,
        total=total,
        total_name=scope.like_units,
    )
