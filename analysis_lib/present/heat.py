"""The heat table årskull × årskurs as a real table: numbers with a sequential ground (grammar 7, floor 6).

A step of the ground is told in words below; what cannot be shown is hatched, never a colour of the scale.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any

from analysis_lib import text
from analysis_lib.disclosure.released import ReleasedCell
from analysis_lib.present import narrative, theme
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.figure import column, kept_together, mark_notes, row, table_cell
from analysis_lib.present.evidence import cell_name, derived_value, facts_of, merged
from analysis_lib.vocabulary.indicators import Indicator

STEPS = (65, 70, 75, 80, 85)  # per cent: the least of each step but the first
NOT_MEASURED, CANCELLED = "·", "."


@dataclass(frozen=True)
class HeatCell:
    """What stands where a row and a column meet: a released cell, or why there is none.

    ``why`` is empty for a time that has not come: the cell is then blank.
    """

    cell: ReleasedCell | None = None
    indicator: Indicator | None = None
    sign: str = ""
    why: str = ""
    is_now: bool = False


@dataclass(frozen=True)
class HeatRow:
    """One årskull: the year it leaves, what it is now, and its cells by column."""

    leaves: int
    now: str
    cells: Mapping[int, HeatCell]
    is_chosen: bool = False


def year_of(leaves: int, *cells: ReleasedCell | None) -> dict[str, Any]:
    """A leaving year as a number that follows from the läsår of the cells it stands beside."""
    names = [cell_name(cell) for cell in cells if cell is not None]
    return derived_value("leaves", leaves, 0, names) | {"text": str(leaves)}


def heat_step(value: float) -> int:
    """The step of the ground, 0 to 5.

    >>> [heat_step(value) for value in (12.0, 65.0, 84.9, 100.0)]
    [0, 1, 4, 5]
    """
    return sum(value >= least for least in STEPS)


def heat_table(
    rows: Sequence[HeatRow],
    year_groups: Mapping[int, str],
    *,
    id: str,
    caption: str,
    finding: str = "",
    foot: str = "",
    notes: Sequence[Mapping[str, str]] = (),
) -> Block:
    """Årskullar by leaving year (rows) and årskurser (columns) with the share that reached the requirements.

    ``year_groups`` names the kind of measure of each årskurs, which is bracketed above the columns.
    """
    columns = [column("cohort", "Slutar", "left")]
    columns += [column(f"g{group}", f"åk{text.NBSP}{group}") for group in year_groups]
    held = [cell for each in rows for cell in each.cells.values() if cell.cell is not None]
    body = [_row(each, year_groups) for each in rows]
    facts = merged(*(facts_of([one.cell], one.indicator) for one in held if one.indicator is not None))
    shown = {
        heat_step(one.cell.value)
        for one in held
        if one.cell and one.cell.is_shown and one.cell.value is not None
    }
    data = {
        "id": f"tabell-{id}",
        "finding": kept_together(finding),
        "caption": kept_together(caption),
        "columns": columns,
        "rows": body,
        "brackets": _brackets(year_groups),
        "legend": [
            {"heat": str(step), "label": label} for step, label in enumerate(_labels()) if step in shown
        ],
        "is_heat": True,
        "notes": [*map(dict, notes), *map(dict, mark_notes(one.cell for one in held if one.cell))],
        "foot": kept_together(foot),
        "is_wide": True,
        "weights": [2.4, *(1 for _ in year_groups)],
        "derived": [year_of(each.leaves, *(one.cell for one in each.cells.values())) for each in rows],
    }
    return Block("table", data, facts)


def _labels() -> list[str]:
    between = [f"{low}{text.EN_DASH}{high}" for low, high in pairwise(STEPS)]
    return [f"under {STEPS[0]}", *between, f"{STEPS[-1]} och över"]


def _brackets(year_groups: Mapping[int, str]) -> list[dict[str, Any]]:
    """The kinds of measure with how many columns each spans, the name's column first."""
    spans = [{"label": kind, "span": len(list(group))} for kind, group in groupby(year_groups.values())]
    return [{"label": "", "span": 1}, *spans]


def _row(each: HeatRow, year_groups: Mapping[int, str]) -> dict[str, Any]:
    name = f"{each.leaves} {each.now}" if each.now else str(each.leaves)
    cells: dict[str, dict[str, str]] = {"cohort": table_cell(kept_together(name))}
    for group in year_groups:
        cells[f"g{group}"] = _cell(each.cells.get(group, HeatCell()))
    return row(cells, "chosen" if each.is_chosen else "")


def _cell(one: HeatCell) -> dict[str, str]:
    found = one.cell
    if found is None:
        told = table_cell(one.sign, reason=one.why) if one.why else table_cell("")
        return told | ({"heat": "none"} if one.sign == CANCELLED else {})
    if found.is_shown and found.value is not None:
        told = table_cell(found.text) | {"heat": str(heat_step(found.value))}
    else:
        told = table_cell(found.text, reason=narrative.why_hidden(found))
        told["heat"] = (
            "hidden" if found.state == "suppressed" else "none" if found.state == "missing" else "sign"
        )
    return told | ({"now": "1"} if one.is_now else {})


def heat_ground(cell: Mapping[str, Any]) -> str:
    """The ground of a table cell as a colour, for forms without style sheets; empty for an ordinary cell."""
    step = str(cell.get("heat") or "")
    if step.isdigit():
        return theme.SEQUENTIAL[int(step)]
    return {"hidden": theme.TONE, "none": theme.TONE}.get(step, "")
