"""The tables of a report: targets, changes and the roll-up of the units (floor 7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analysis_lib import text
from analysis_lib.disclosure.released import Fact, ReleasedCell
from analysis_lib.present import narrative
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.figure import column, mark_notes, row, table_cell, value_cell
from analysis_lib.present.evidence import cell_name, derived_value, facts_of, merged
from analysis_lib.report.figures import unit_name
from analysis_lib.report.scope import Scope
from analysis_lib.vocabulary.indicators import Indicator
from analysis_lib.vocabulary.settings import UNIT_NAMES, Target, Unit

CERTAINTY_SIGNS = {
    "sure_increase": "▲",
    "sure_decrease": "▼",
    "no_sure_change": "○",
}
_NO_AREA = "Övriga"
# Published values are rounded to one decimal, and so is the whole: that much may differ by itself.
SUM_TOLERANCE = {"share": 0.1, "mean": 0.1, "count": 0.0, "distribution": 0.1}
RESULTS = ("results.all_passed_9", "results.eligible_vocational", "results.all_passed_6")


def target_chip(target: Target, cell: ReleasedCell | None, indicator: Indicator) -> tuple[str, str]:
    """How a result stands against its target: the chip and its word."""
    if cell is None or cell.state == "missing":
        return "no_data", "Underlag saknas"
    if not cell.is_shown or cell.value is None:
        return "uncertain", "Visas inte"
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
    data = table_data("mal", "Beslutade mål och det senaste resultatet.", columns, body, notes)
    return Block("table", data, merged(*(facts_of([cell], indicator) for _, indicator, cell in rows)))


def change_table(
    scope: Scope, rows: Sequence[tuple[Indicator, ReleasedCell | None, ReleasedCell]], school_year: str
) -> Block:
    """What has surely changed since the latest year before with a value, and what may be chance."""
    body: list[dict[str, Any]] = []
    facts: list[tuple[Fact, ...]] = []
    derived: list[dict[str, Any]] = []
    for indicator, earlier, later in rows:
        found = scope.change(earlier, later, indicator)
        words = narrative.CERTAINTY.get(found.verdict, "kan inte bedömas")
        if earlier is None or earlier.state == "missing":
            words = "uppgift för tidigare år saknas"
        elif found.verdict in narrative.CERTAINTY and found.difference is not None:
            words = f"{words} mot {earlier.school_year}"
        difference = interval = ""
        if found.difference is not None and earlier is not None:
            difference = text.number(found.difference, indicator.decimals, signed=True)
            derived.extend(narrative.derived_change(found, earlier, later, indicator))
            if found.low is not None and found.high is not None:
                interval = text.interval(found.low, found.high, indicator.decimals)
        sign = CERTAINTY_SIGNS.get(found.verdict.value, "")
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
        column("before", "Tidigare"),
        column("now", "Nu"),
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
    data = table_data(
        "forandring",
        f"Resultat läsåret {school_year} mot det senaste läsår före som har ett värde.",
        columns,
        body,
        notes,
    )
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
    add(scope.own_schools, total, "sum")
    if other:
        body.append(
            row({"unit": table_cell(f"Fristående {scope.kind_of_units}, ingår inte i summan")}, "group")
        )
        for unit in other:
            add(unit_name(unit), _unit_cells(scope, unit, indicators, school_year))
    columns = [column("unit", "Enhet", "left"), *(column(each.id, each.short) for each in indicators)]
    data = table_data(
        "enheter",
        f"Enheternas resultat läsåret {school_year}, efter område och namn. "
        f"Summaraden är {text.uncapitalised(scope.like_units)} tillsammans.",
        columns,
        body,
        [*mark_notes(used), *_origin_notes(indicators, total)],
        foot=_without_data(scope, own + other, school_year),
    )
    gaps, derived = _sum_gaps(scope, indicators, own, total, school_year)
    data["notes"] += gaps
    return Block("table", data | {"derived": derived}, merged(*facts))


def _origin_notes(
    indicators: Sequence[Indicator], total: Mapping[str, ReleasedCell | None]
) -> list[Mapping[str, str]]:
    """Where each figure of the sum row comes from, when it is not the sum of our own pupils."""
    by_basis: dict[str, list[str]] = {}
    for each in indicators:
        cell = total[each.id]
        if cell is not None and cell.state != "missing":
            by_basis.setdefault(cell.basis, []).append(text.uncapitalised(each.short))
    told = []
    if "published" in by_basis:
        told.append(f"Publicerat av Skolverket: {text.listing(by_basis['published'])}.")
    if "computed" in by_basis:
        names = text.listing(by_basis["computed"])
        told.append(f"Beräknat ur skolornas publicerade värden, viktat med antal elever: {names}.")
    return [{"term": "Summaraden", "text": " ".join(told)}] if told else []


def _sum_gaps(
    scope: Scope,
    indicators: Sequence[Indicator],
    units: Sequence[Unit],
    total: Mapping[str, ReleasedCell | None],
    school_year: str,
) -> tuple[list[dict[str, str]], list[dict[str, Any]]]:
    """A note where the published whole is not its published units together, and the numbers in the note."""
    notes: list[dict[str, str]] = []
    derived: list[dict[str, Any]] = []
    for each in indicators:
        whole = total[each.id]
        cells = [_unit_cells(scope, unit, [each], school_year)[each.id] for unit in units]
        shown = [cell for cell in cells if cell and cell.is_shown and cell.basis == "published"]
        if whole is None or whole.value is None or whole.basis != "published" or not shown:
            continue
        found = _together(shown, each)
        if found is None or abs(found - whole.value) <= SUM_TOLERANCE[each.kind]:
            continue
        number = text.number(found, each.decimals)
        hidden = "Skolor vars värde inte visas ingår i kommunens tal." if len(shown) < len(units) else ""
        told = (
            f"Skolornas publicerade värden ger tillsammans {number}, kommunens publicerade är {whole.text}. "
            f"{hidden or 'Skolverkets båda tabeller är gjorda vid olika tillfällen.'}"
        )
        notes.append({"term": each.short, "text": told})
        derived.append(derived_value(f"{each.id}/sum", found, each.decimals, map(cell_name, shown)))
    return notes, derived


def _together(cells: Sequence[ReleasedCell], indicator: Indicator) -> float | None:
    """The units' published values put together: summed when counts, else weighted by pupils."""
    if indicator.kind == "count":
        return sum(cell.value or 0 for cell in cells)
    if not all(cell.n for cell in cells):
        return None
    return sum((cell.value or 0) * (cell.n or 0) for cell in cells) / sum(cell.n or 0 for cell in cells)


def coverage(scope: Scope, school_year: str) -> Block:
    """How many of the huvudman's schools have results in the year, and which have none."""
    with_data = {
        cell.code
        for indicator in RESULTS
        for cell in scope.unit_cells(indicator, school_year=school_year)
        if cell.state != "missing"
    }
    own = [
        unit
        for unit in scope.units.values()
        if unit.is_own and "gr" in unit.school_forms and unit.is_open(school_year)
    ]
    without = [unit.name for unit in own if unit.code not in with_data]
    count = text.count_word(len(own) - len(without))
    told = f"Täckning: resultaten gäller {count} av {text.count_word(len(own))} kommunala grundskolor."
    if without:
        names = text.listing(text.swedish_sorted(without))
        told += f" Utan resultat i årskurs 6 och 9: {names}."
    return Block("paragraph", {"text": told})


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
    own = [unit for unit in found if unit.is_own]
    return own, [unit for unit in found if not unit.is_own]


def _without_data(scope: Scope, shown: Sequence[Unit], school_year: str) -> str:
    codes = {unit.code for unit in shown}
    form = scope.school_form or "gr"
    missing = [
        unit.name
        for unit in scope.units.values()
        if unit.code not in codes and form in unit.school_forms and unit.is_open(school_year)
    ]
    if not missing:
        return ""
    kind = text.capitalised(UNIT_NAMES.get(form, "enheter"))
    what = "resultat" if form == "gr" else "uppgifter"
    return f"{kind} utan {what} i de här måtten: {text.listing(text.swedish_sorted(missing))}."


def _by_area(units: Sequence[Unit]) -> list[tuple[str, list[Unit]]]:
    areas: dict[str, list[Unit]] = {}
    for unit in units:
        areas.setdefault(unit.area or _NO_AREA, []).append(unit)
    return list(areas.items())


def table_data(
    id: str,
    caption: str,
    columns: list[dict[str, str]],
    rows: list[dict[str, Any]],
    notes: Sequence[Mapping[str, str]],
    *,
    foot: str = "",
    is_wide: bool = False,
) -> dict[str, Any]:
    """The data of a table block; a wide one takes the whole page and has its notes below."""
    return {
        "id": f"tabell-{id}",
        "caption": caption,
        "columns": columns,
        "rows": rows,
        "notes": [dict(note) for note in notes],
        "foot": foot,
        "is_wide": is_wide,
    }
