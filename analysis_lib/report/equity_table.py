"""Likvärdighet in one table: per measure the units' spread, the gap, and the sex gap (row M12, floor 7).

Everything is reckoned from released values of at least five shown units; the same words as the figure of one
measure over the läsår.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analysis_lib import text
from analysis_lib.disclosure.released import Fact, ReleasedCell
from analysis_lib.present import narrative
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.figure import column, row, table_cell
from analysis_lib.present.charts.ranges import LEAST_UNITS
from analysis_lib.present.evidence import cell_name, derived_value, facts_of, merged
from analysis_lib.report.grade_figures import spread_years
from analysis_lib.report.scope import Scope
from analysis_lib.report.tables import table_data
from analysis_lib.statistics.change import Verdict
from analysis_lib.vocabulary.indicators import Indicator

_SURE = {Verdict.SURE_INCREASE, Verdict.SURE_DECREASE}


def equity_table(
    scope: Scope, indicators: Sequence[Indicator], residual: Indicator | None = None
) -> Block | None:
    """One row per measure with five shown units in a läsår, and one for SALSA; None without any."""
    found = [_measure_row(scope, each) for each in indicators]
    if residual is not None:
        found.append(_salsa_row(scope, residual))
    rows = [each for each in found if each is not None]
    if not rows:
        return None
    columns = [
        column("measure", "Mått", "left"),
        column("year", "Läsår", "left"),
        column("units", "Skolor som visas"),
        column("gap", "Högsta minus lägsta"),
        column("deviation", "Skillnad utöver slumpen"),
        column("verdict", "Bedömning", "left"),
        column("sexes", "Flickor minus pojkar"),
    ]
    notes = [
        {
            "term": "Skillnad utöver slumpen",
            "text": "är hur mycket skolorna typiskt skiljer sig från varandra när slumpen i små skolor är "
            "borträknad, med 95\u00a0% intervall inom parentes. Andelar i procentenheter, meritvärde i "
            "poäng.",
        },
        {
            "term": "Skolor som visas",
            "text": "Skillnader räknas bara när minst fem skolor har ett värde som får visas. "
            "Övriga ingår inte.",
        },
    ]
    caption = "Likvärdighet mellan huvudmannens skolor i det senaste läsår som kan visas."
    data = table_data("likvardighet", caption, columns, [each[0] for each in rows], notes, is_wide=True)
    derived = [one for each in rows for one in each[2]]
    return Block("table", {**data, "derived": derived}, merged(*(each[1] for each in rows)))


_Row = tuple[dict[str, Any], tuple[Fact, ...], list[dict[str, Any]]]


def _measure_row(scope: Scope, indicator: Indicator) -> _Row | None:
    years = spread_years(scope, indicator)
    if not years:
        return None
    year = years[-1]
    told, of = year.deviation, [cell_name(cell) for cell in year.units]
    sexes = _sexes(scope, indicator, year.school_year)
    cells = {
        "measure": indicator.short,
        "year": year.school_year,
        "units": str(len(year.values)),
        "gap": text.number(year.gap),
        "deviation": f"{text.number(told.value)} ({text.interval(told.low, told.high)})",
        "verdict": "mer än slumpen" if year.is_more_than_chance else "inte mer än slumpen",
        "sexes": sexes[0],
    }
    named = {"gap": year.gap, "deviation": told.value, "low": told.low, "high": told.high}
    derived = [derived_value(f"{indicator.id}/{name}", value, 1, of) for name, value in named.items()]
    derived += [derived_value(f"{indicator.id}/units", len(year.values), 0, of), *sexes[2]]
    return _row(cells), merged(facts_of(year.units, indicator), sexes[1]), derived


def _salsa_row(scope: Scope, residual: Indicator) -> _Row | None:
    """The spread that is left when the model has taken account of the schools' intake."""
    years = sorted({cell.school_year for cell in scope.of(residual.id).select(level="unit").cells()})
    for year in reversed(years):
        cells = scope.unit_cells(residual.id, school_year=year)
        own = [cell for cell in cells if scope.units[cell.code].is_own and cell.is_shown]
        values = [float(cell.value) for cell in own if cell.value is not None]
        if len(values) >= LEAST_UNITS:
            return _salsa_cells(residual, year, own, values)
    return None


def _salsa_cells(
    residual: Indicator, year: str, own: Sequence[ReleasedCell], values: Sequence[float]
) -> _Row:
    gap = max(values) - min(values)
    of = [cell_name(cell) for cell in own]
    cells = {
        "measure": "Meritvärde med hänsyn till elevsammansättningen (SALSA)",
        "year": year,
        "units": str(len(values)),
        "gap": text.number(gap, 0),
        "deviation": text.EN_DASH,
        "verdict": "Skolverket anger ingen osäkerhet",
        "sexes": text.EN_DASH,
    }
    derived = [derived_value("salsa/gap", gap, 0, of), derived_value("salsa/units", len(values), 0, of)]
    return _row(cells), facts_of(own, residual), derived


def _sexes(
    scope: Scope, indicator: Indicator, year: str
) -> tuple[str, tuple[Fact, ...], list[dict[str, Any]]]:
    """Girls minus boys of the huvudman in the läsår, with the word that its interval allows."""
    pair = [
        next(iter(scope.authority(indicator.id, sex=sex, school_year=year).cells()), None) for sex in "FP"
    ]
    girls, boys = pair
    facts = facts_of(pair, indicator)
    if girls is None or boys is None or not (girls.is_shown and boys.is_shown):
        return (".." if girls is not None and girls.state != "missing" else ""), facts, []
    found = narrative.change_between(boys, girls, indicator)
    if found.difference is None:
        return "", facts, []
    words = "säker skillnad" if found.verdict in _SURE else "ingen säker skillnad"
    of = [cell_name(girls), cell_name(boys)]
    derived = [derived_value(f"{indicator.id}/sexes", found.difference, 1, of, signed=True)]
    return f"{text.number(found.difference, signed=True)} ({words})", facts, derived


def _row(cells: Mapping[str, str]) -> dict[str, Any]:
    return row({name: table_cell(words) for name, words in cells.items()})
