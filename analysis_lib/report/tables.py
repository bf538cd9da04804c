"""The tables of a report: targets, changes and the roll-up of the units (floor 7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analysis_lib import text
from analysis_lib.disclosure.released import Fact, ReleasedCell
from analysis_lib.present import narrative
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.figure import column, mark_notes, row, table_cell, value_cell
from analysis_lib.present.evidence import facts_of, merged
from analysis_lib.report.figures import unit_name
from analysis_lib.report.scope import Scope
from analysis_lib.vocabulary.indicators import Indicator
from analysis_lib.vocabulary.settings import Target, Unit

_CERTAINTY_CHIPS = {
    "sure_increase": "▲",
    "sure_decrease": "▼",
    "no_sure_change": "○",
}
_NO_AREA = "Övriga"


def target_chip(target: Target, cell: ReleasedCell | None, indicator: Indicator) -> tuple[str, str]:
    """How a result stands against its target: the chip and its word."""
    if cell is None or cell.state == "missing":
        return "no_data", "Underlag saknas"
    if not cell.is_shown or cell.value is None:
        return "uncertain", "Osäkert, få elever"
    sign = -1 if indicator.direction == "lower" else 1
    if sign * cell.value >= sign * target.value:
        return "reached", "Nått"
    if cell.low is not None and cell.high is not None and cell.low <= target.value <= cell.high:
        return "ongoing", "På väg"
    return "not_reached", "Inte nått"


def targets_table(rows: Sequence[tuple[Target, Indicator, ReleasedCell | None]]) -> Block:
    """Decided targets with results and where they stand."""
    body = []
    for target, indicator, cell in rows:
        chip, word = target_chip(target, cell, indicator)
        unit = f"{text.NBSP}%" if indicator.kind == "share" else ""
        goal = (
            f"{target.goal} ({narrative.population_words(cell)})" if cell and cell.is_shown else target.goal
        )
        body.append(
            row(
                {
                    "goal": table_cell(goal),
                    "target": table_cell(text.number(target.value, indicator.decimals) + unit),
                    "result": value_cell(cell, indicator) if cell else table_cell("."),
                    "year": table_cell(cell.school_year if cell else "."),
                    "state": {"text": word, "chip": chip},
                }
            )
        )
    notes: list[Mapping[str, str]] = [
        {
            "term": "Så läser du",
            "text": "Ett mål är nått när resultatet är minst lika högt som målet. På väg betyder att "
            "skillnaden till målet kan bero på slumpen, eftersom varje elev väger tungt i små grupper.",
        },
        *mark_notes(cell for _, _, cell in rows if cell),
    ]
    columns = [
        column("goal", "Mål", "left"),
        column("target", "Målvärde"),
        column("result", "Så gick det"),
        column("year", "Läsår", "left"),
        column("state", "Läge", "left"),
    ]
    data = _table("mal", "Beslutade mål och det senaste resultatet.", columns, body, notes)
    return Block("table", data, merged(*(facts_of([cell], indicator) for _, indicator, cell in rows)))


def change_table(
    rows: Sequence[tuple[Indicator, ReleasedCell | None, ReleasedCell]], school_year: str
) -> Block:
    """What has surely changed since the year before, and what may be chance."""
    body: list[dict[str, Any]] = []
    facts: list[tuple[Fact, ...]] = []
    derived: list[dict[str, Any]] = []
    for indicator, earlier, later in rows:
        found = narrative.change_between(earlier, later, indicator)
        words = narrative.CERTAINTY.get(found.verdict, "kan inte bedömas")
        if earlier is None or earlier.state == "missing":
            words = "uppgift för året före saknas"
        difference = interval = ""
        if found.difference is not None and earlier is not None:
            difference = text.number(found.difference, indicator.decimals, signed=True)
            derived.extend(narrative.derived_change(found, earlier, later, indicator))
            if found.low is not None and found.high is not None:
                interval = text.interval(found.low, found.high, indicator.decimals)
        sign = _CERTAINTY_CHIPS.get(found.verdict.value, "")
        body.append(
            row(
                {
                    "measure": table_cell(indicator.short),
                    "before": value_cell(earlier, indicator) if earlier else table_cell("."),
                    "now": value_cell(later, indicator),
                    "n": table_cell(later.n_text),
                    "change": table_cell(difference),
                    "interval": table_cell(interval),
                    "verdict": table_cell(f"{sign} {words}".strip()),
                }
            )
        )
        facts.append(facts_of([earlier, later], indicator))
    columns = [
        column("measure", "Mått", "left"),
        column("before", "Året före"),
        column("now", school_year),
        column("n", "Antal elever"),
        column("change", "Förändring"),
        column("interval", f"95{text.NBSP}% intervall"),
        column("verdict", "Bedömning", "left"),
    ]
    notes = [
        {
            "term": "Säker förändring",
            "text": "sägs bara när intervallet för skillnaden inte rymmer noll. Skillnader mellan andelar "
            "är i procentenheter.",
        },
        *mark_notes(cell for _, earlier, later in rows for cell in (earlier, later) if cell),
    ]
    data = _table("forandring", f"Resultat {school_year} mot året före.", columns, body, notes)
    return Block("table", data | {"derived": derived}, merged(*facts))


def rollup_table(scope: Scope, indicators: Sequence[Indicator], school_year: str) -> Block:
    """Every unit by area and name, and the huvudman's row, which the own units add up to.

    Independent schools stand below the sum and are not in it; units without data are named under the table.
    """
    own, other = _units_with_data(scope, indicators, school_year)
    body: list[dict[str, Any]] = []
    used: list[ReleasedCell] = []
    facts: list[tuple[Fact, ...]] = []

    def add(name: str, cells: Mapping[str, ReleasedCell | None], style: str = "") -> None:
        shown = {each.id: value_cell(cells[each.id], each) for each in indicators if cells[each.id]}
        body.append(row({"unit": table_cell(name)} | shown, style))
        used.extend(cell for cell in cells.values() if cell)
        facts.extend(facts_of([cells[each.id]], each) for each in indicators)

    areas = _by_area(own)
    for area, units in areas:
        if len(areas) > 1:
            body.append(row({"unit": table_cell(area)}, "group"))
        for unit in units:
            add(unit.name, _unit_cells(scope, unit, indicators, school_year))
    total = {each.id: _at(scope, each, school_year) for each in indicators}
    add(f"Alla {scope.settings.municipality_name}s kommunala skolor", total, "sum")
    if other:
        body.append(row({"unit": table_cell("Fristående skolor, ingår inte i summan")}, "group"))
        for unit in other:
            add(unit_name(unit), _unit_cells(scope, unit, indicators, school_year))
    columns = [column("unit", "Enhet", "left"), *(column(each.id, each.short) for each in indicators)]
    data = _table(
        "enheter",
        f"Enheternas resultat läsåret {school_year}, efter område och namn. "
        "Summaraden är enheterna tillsammans.",
        columns,
        body,
        mark_notes(used),
        foot=_without_data(scope, own + other, school_year),
    )
    return Block("table", data, merged(*facts))


def _unit_cells(
    scope: Scope, unit: Unit, indicators: Sequence[Indicator], school_year: str
) -> dict[str, ReleasedCell | None]:
    return {
        each.id: scope.one(each.id, level="unit", code=unit.code, school_year=school_year)
        for each in indicators
    }


def _at(scope: Scope, indicator: Indicator, school_year: str) -> ReleasedCell | None:
    cells = scope.authority(indicator.id).cells()
    return next((cell for cell in cells if cell.school_year == school_year), None)


def _units_with_data(
    scope: Scope, indicators: Sequence[Indicator], school_year: str
) -> tuple[list[Unit], list[Unit]]:
    frame = scope.table.select(
        indicator=[each.id for each in indicators], level="unit", school_year=school_year, sex="T"
    ).frame
    codes = set(frame.loc[frame["state"] != "missing", "code"])
    found = [unit for code, unit in scope.units.items() if code in codes]
    found.sort(key=lambda unit: (text.sort_key(unit.area or "\uffff"), text.sort_key(unit.name)))
    own = [unit for unit in found if unit.organiser == "municipal"]
    return own, [unit for unit in found if unit.organiser != "municipal"]


def _without_data(scope: Scope, shown: Sequence[Unit], school_year: str) -> str:
    codes = {unit.code for unit in shown}
    missing = [
        unit.name
        for unit in scope.units.values()
        if unit.code not in codes and "gr" in unit.school_forms and unit.is_open(school_year)
    ]
    if not missing:
        return ""
    return f"Grundskolor utan resultat i de här måtten: {text.listing(text.swedish_sorted(missing))}."


def _by_area(units: Sequence[Unit]) -> list[tuple[str, list[Unit]]]:
    areas: dict[str, list[Unit]] = {}
    for unit in units:
        areas.setdefault(unit.area or _NO_AREA, []).append(unit)
    return list(areas.items())


def _table(
    id: str,
    caption: str,
    columns: list[dict[str, str]],
    rows: list[dict[str, Any]],
    notes: Sequence[Mapping[str, str]],
    *,
    foot: str = "",
) -> dict[str, Any]:
    return {
        "id": f"tabell-{id}",
        "caption": caption,
        "columns": columns,
        "rows": rows,
        "notes": [dict(note) for note in notes],
        "foot": foot,
    }
