"""Skolverket's statistics database (PxWeb): the quality system's figures for the units at hand (floor 3).

The database is asked what it holds before it is asked for anything, and then for one bounded part at a time;
the answer is laid out as the workbook and read by the workbook's own reader, so both say the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from analysis_lib.errors import SkolbankError
from analysis_lib.snapshots.units import load_units
from analysis_lib.sources.fetching import FetchContext, Step, fetch_steps
from analysis_lib.sources.http.client import HttpClient
from analysis_lib.sources.http.paging import in_parts, require_list, unexpected
from analysis_lib.sources.http.settings import ApiSource, load_api_source
from analysis_lib.sources.import_report import ImportReport
from analysis_lib.sources.jsonstat import Cell, as_sheet, by_label, read_cells
from analysis_lib.sources.pxweb import formats
from analysis_lib.sources.pxweb_layout import place_of
from analysis_lib.sources.shapes import ReadContext, TableResult
from analysis_lib.sources.skolverket_tables import header_key
from analysis_lib.vocabulary.periods import SchoolYear

Grid = dict[tuple[str, str], dict[str, Cell]]  # by place and year, by measure


class PxWebApi(ApiSource):
    """The whole of ``params/sources/pxweb_api.yaml``."""

    tables: tuple[str, ...] = Field(min_length=1, description="Tabellernas plats i databasen")
    cells_a_call: int = Field(default=20000, ge=100, description="Flest värden i ett anrop")


@dataclass(frozen=True)
class Variable:
    """One variable of a table: the codes and labels of what can be chosen."""

    code: str
    values: tuple[str, ...]
    labels: tuple[str, ...]


@dataclass(frozen=True)
class TableShape:
    """What a table holds: its variables told apart by how their labels read."""

    title: str
    places: Variable
    years: Variable
    measures: Variable


def fetch_pxweb(context: FetchContext) -> ImportReport:
    """All measures and years for the municipality's units, its huvudman and riket."""
    source = load_api_source(context.workspace, "pxweb_api", PxWebApi)
    with HttpClient(source, cache=context.cache(source)) as http:
        return fetch_steps(_steps(http, source, context), source, context)


def _steps(http: HttpClient, source: PxWebApi, context: FetchContext) -> Iterator[Step]:
    yield Step(http.shown(source.tables[0]), lambda: _fetch(http, source, context))


def _fetch(http: HttpClient, source: PxWebApi, context: FetchContext) -> TableResult:
    """All tables as one, since they tell different measures of the same places."""
    grid: Grid = {}
    measures: dict[str, None] = {}
    titles = []
    for table in source.tables:
        where = http.shown(table)
        shape = read_shape(http.get(table), where=where)
        _add(grid, _cells(http, source, context, table=table, shape=shape), where=where)
        measures.update(dict.fromkeys(shape.measures.labels))
        titles.append(shape.title)
    sheet = as_sheet("; ".join(titles), grid, list(measures))
    (reader,) = formats(context.workspace)
    return reader.read(sheet, ReadContext(context.workspace))


def _cells(
    http: HttpClient, source: PxWebApi, context: FetchContext, *, table: str, shape: TableShape
) -> Iterator[tuple[tuple[str, str], str, Cell]]:
    """Place and year, measure, and cell, of the places at hand, a bounded question at a time."""
    a_place = max(1, len(shape.measures.values) * len(shape.years.values))
    for codes in in_parts(_chosen(shape.places, context), max(1, source.cells_a_call // a_place)):
        answer = http.post(table, _question(shape, list(codes)))
        axes, cells = read_cells(answer, where=http.shown(table))
        for labels, cell in by_label(axes, cells):
            place = (labels[shape.places.code], labels[shape.years.code])
            yield place, labels[shape.measures.code], cell


def _add(grid: Grid, cells: Iterable[tuple[tuple[str, str], str, Cell]], *, where: str) -> None:
    for place, measure, cell in cells:
        told = grid.setdefault(place, {})
        if told.setdefault(measure, cell) != cell:
            raise SkolbankError(
                "measure-repeated",
                f"Två tabeller säger olika saker om ”{measure[:80]}” för samma plats och läsår",
                where=where,
                remedy="Ta bort den ena tabellen ur tables i params/sources/pxweb_api.yaml.",
            )


def read_shape(document: Any, *, where: str) -> TableShape:
    """The variables of a table by their labels; raises SkolbankError when they cannot be told apart."""
    variables = []
    for each in require_list(document, "variables", where=where):
        values = tuple(str(value) for value in each.get("values") or ())
        labels = tuple(str(label) for label in each.get("valueTexts") or values)
        variables.append(Variable(str(each.get("code") or ""), values, labels))
    places = [v for v in variables if any(place_of(label) for label in v.labels)]
    years = [v for v in variables if v not in places and all(_is_year(label) for label in v.labels)]
    measures = [v for v in variables if v not in places and v not in years]
    if [len(places), len(years), len(measures)] != [1, 1, 1]:
        raise unexpected(where, "tabellen har inte en variabel var för enheter, läsår och mått")
    return TableShape(str(document.get("title") or ""), places[0], years[0], measures[0])


def _question(shape: TableShape, places: list[str]) -> dict[str, Any]:
    """What is sent: the places by code, and everything that there is of the rest."""

    def choose(code: str, values: list[str]) -> dict[str, Any]:
        return {"code": code, "selection": {"filter": "item", "values": values}}

    others = [choose(each.code, list(each.values)) for each in (shape.years, shape.measures)]
    return {"query": [choose(shape.places.code, places), *others], "response": {"format": "json-stat2"}}


def _chosen(places: Variable, context: FetchContext) -> list[str]:
    """The codes of riket, the huvudman and its municipality's units; only units asked for, if any are."""
    catalog, asked = context.catalog, set(context.order.units)
    units = asked or set(load_units(context.workspace, catalog, context.store))
    own = header_key(catalog.settings.authority_name)
    chosen = []
    for code, label in zip(places.values, places.labels, strict=True):
        place = place_of(label) or {}
        level = place.get("level")
        is_own = level == "authority" and header_key(place.get("authority_name", "")) == own
        if level == "national" or (is_own and not asked) or place.get("unit_code") in units:
            chosen.append(code)
    if not chosen:
        raise SkolbankError(
            "no-places-found",
            "Tabellen har varken riket, huvudmannen eller någon av enheterna",
            remedy="Kontrollera authority_name i params/settings.yaml och enheterna i params/units.yaml.",
        )
    return chosen


def _is_year(label: str) -> bool:
    try:
        SchoolYear.parse(label)
    except SkolbankError:
        return False
    return True
