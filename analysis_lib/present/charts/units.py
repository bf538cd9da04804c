"""Skillnader mellan enheter: one measure, all units by area and name, never by value (grammar 4, floor 6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from analysis_lib import text
from analysis_lib.disclosure.released import ReleasedCell
from analysis_lib.present import narrative, theme
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts import figure
from analysis_lib.present.charts.canvas import Canvas
from analysis_lib.present.charts.figure import Parts, Setting
from analysis_lib.present.charts.rows import Lane, draw_axis, draw_hidden, draw_lozenge, row_sheet
from analysis_lib.present.charts.scales import round_domain
from analysis_lib.present.evidence import facts_of
from analysis_lib.vocabulary.indicators import Indicator


@dataclass(frozen=True)
class UnitRow:
    """One unit with its value; ``area`` may be empty, ``is_own`` marks the reader's own unit."""

    name: str
    cell: ReleasedCell
    area: str = ""
    is_own: bool = False


def draw_units(
    rows: Sequence[UnitRow],
    *,
    setting: Setting,
    indicator: Indicator,
    year: str,
    total: ReleasedCell | None = None,
    total_name: str = "Hela kommunen",
) -> Block:
    """A dot with its interval for every unit, by area and name; hidden units keep their row, hatched.

    A filled dot differs surely from the whole (``total``), a hollow one does not. Gives a gap block when
    no unit can be shown.
    """
    ordered = sorted(rows, key=lambda row: (text.sort_key(row.area), text.sort_key(row.name)))
    if not any(row.cell.is_shown or figure.lozenge(row.cell) for row in ordered):
        return figure.gap_block(
            f"Skillnader mellan enheterna kan inte visas: {indicator.short}",
            f"Ingen enhet har ett resultat som kan visas för läsåret {year}.",
            "",
            facts_of([row.cell for row in ordered], indicator),
        )
    columns, table = _table(ordered, indicator, year, total, total_name)
    shown = [row for row in ordered if row.cell.is_shown]
    differ = [row for row in shown if _differs(row.cell, total)]
    parts = Parts(
        finding=_finding(shown, differ, indicator, total, total_name, len(shown) < len(ordered)),
        title=f"{narrative.measured(indicator)}. Enheterna ordnade efter "
        f"{'område och ' if any(row.area for row in ordered) else ''}namn, läsåret {year}.",
        alt=_alt(ordered, shown, differ, indicator, total, total_name),
        foot=_foot(ordered, total),
        columns=columns,
        rows=table,
        facts=facts_of([*(row.cell for row in ordered), total], indicator),
        notes=_notes(ordered, indicator),
    )
    return figure.figure_block(
        setting, parts, lambda width: _draw(ordered, setting, indicator, total, total_name, width)
    )


def _differs(cell: ReleasedCell, total: ReleasedCell | None) -> bool:
    """Whether the unit's interval leaves out the value of the whole."""
    if total is None or total.value is None or cell.low is None or cell.high is None:
        return False
    return total.value < cell.low or total.value > cell.high


def _finding(
    shown: Sequence[UnitRow],
    differ: Sequence[UnitRow],
    indicator: Indicator,
    total: ReleasedCell | None,
    total_name: str,
    has_hidden: bool,
) -> str:
    if total is not None and total.value is not None and any(row.cell.low is not None for row in shown):
        count, many = text.count_word(len(differ)), text.count_word(len(shown))
        whole = f"{narrative.within_sentence(total_name)} ({_value(total, indicator)})"
        units = "enheter med exakt värde" if has_hidden else "enheter"
        if not differ:
            return f"Ingen av {many} {units} skiljer sig säkert från {whole}"
        return text.capitalised(f"{count} av {many} {units} skiljer sig säkert från {whole}")
    values = [row.cell.value for row in shown if row.cell.value is not None]
    if len(values) < 2:
        return f"{indicator.short}: {text.count_word(len(values))} enhet kan visas"
    low, high = (text.number(end, indicator.decimals) for end in (min(values), max(values)))
    return f"{indicator.short} går från {low} till {high}{_suffix(indicator)} mellan enheterna"


def _value(cell: ReleasedCell, indicator: Indicator) -> str:
    return narrative.in_prose(cell, indicator)


def _suffix(indicator: Indicator) -> str:
    return f"{text.NBSP}procent" if indicator.kind == "share" else ""


def _alt(
    ordered: Sequence[UnitRow],
    shown: Sequence[UnitRow],
    differ: Sequence[UnitRow],
    indicator: Indicator,
    total: ReleasedCell | None,
    total_name: str,
) -> str:
    told = [f"Prickdiagram. {indicator.short} för {len(ordered)} enheter"]
    values = [row.cell.value for row in shown if row.cell.value is not None]
    if values:
        low, high = (text.number(end, indicator.decimals) for end in (min(values), max(values)))
        told.append(f"Från {low} till {high}{_suffix(indicator)}")
    if total is not None and total.is_shown:
        told.append(f"{total_name} {_value(total, indicator)}")
    if differ:
        told.append(f"Säker skillnad: {text.listing([row.name for row in differ])}")
    hidden = len(ordered) - len(shown)
    if hidden:
        told.append(text.capitalised(f"{text.count_word(hidden)} enheter visas utan exakt värde"))
    return ". ".join(told) + "."


def _foot(ordered: Sequence[UnitRow], total: ReleasedCell | None) -> str:
    told = []
    if any(row.cell.low is not None for row in ordered):
        told.append("Streck: 95\u00a0procents osäkerhet.")
        if total is not None and total.is_shown:
            told.append("Fylld prick: strecket når inte den streckade linjen, hela gruppens värde.")
    if total is not None and total.has_n and total.n is not None:
        told.append(f"{text.count(total.n)} elever.")
    return " ".join(told)


def _notes(ordered: Sequence[UnitRow], indicator: Indicator) -> list[Any]:
    reading = (
        "Enheterna står efter namn. Små enheter har långa streck: där flyttar en enda elev siffran mycket."
    )
    notes: list[Any] = [
        {"term": indicator.short, "text": figure.brief(indicator.definition)},
        {"term": "Så läser du", "text": reading},
    ]
    return notes + list(figure.mark_notes(row.cell for row in ordered))


def _table(
    ordered: Sequence[UnitRow],
    indicator: Indicator,
    year: str,
    total: ReleasedCell | None,
    total_name: str,
) -> tuple[list[dict[str, str]], list[dict[str, Any]]]:
    has_areas = any(row.area for row in ordered)
    columns = [
        figure.column("group", "Enhet", "left"),
        *([figure.column("area", "Område", "left")] if has_areas else []),
        figure.column("period", "Läsår", "left"),
        figure.column("value", "Värde"),
        figure.column("interval", f"95{text.NBSP}% intervall"),
        figure.column("n", "Antal"),
        figure.column("comparison", total_name),
    ]
    rows = []
    entries = [(row.name, row.area, row.cell, "own" if row.is_own else "") for row in ordered]
    if total is not None:
        entries.append((total_name, "", total, "sum"))
    for name, area, cell, style in entries:
        cells = {
            "group": figure.table_cell(name),
            "period": figure.table_cell(year),
            "value": figure.value_cell(cell, indicator),
            "interval": figure.table_cell(cell.interval_text if cell.is_shown else ""),
            "n": figure.table_cell(cell.n_text),
            "comparison": figure.value_cell(total if style != "sum" else None, indicator),
        }
        if has_areas:
            cells["area"] = figure.table_cell(area)
        rows.append(figure.row(cells, style))
    return columns, rows


def _draw(
    ordered: Sequence[UnitRow],
    setting: Setting,
    indicator: Indicator,
    total: ReleasedCell | None,
    total_name: str,
    width: theme.Width,
) -> dict[str, Any]:
    cells = [row.cell for row in ordered] + ([total] if total is not None else [])
    values: list[float] = []
    for cell in cells:
        values += [v for v in (cell.value, cell.low, cell.high) if v is not None and cell.is_shown]
        values += list(figure.lozenge(cell) or ())
    is_share = indicator.kind == "share"
    domain, ticks = round_domain(values, floor=0, ceiling=100 if is_share else indicator.maximum)
    has_own = any(row.is_own for row in ordered)
    lanes = [
        Lane(
            row.name, narrative.with_unit(row.cell, indicator), row.area, row.is_own, is_quiet=not row.is_own
        )
        for row in ordered
    ]
    if total is not None:
        lanes.append(Lane(total_name, narrative.with_unit(total, indicator), is_total=True))
    sheet = row_sheet(width, lanes, domain, head=14)
    canvas = sheet.canvas
    draw_axis(sheet, ticks, unit="%" if is_share else "")
    if total is not None and total.is_shown and total.value is not None:
        x = canvas.px(total.value)
        canvas.rule(x, 0, x, sheet.middles[-1], theme.MUNICIPALITY, 1.4, "4 3")
    for row, middle in zip(ordered, sheet.middles, strict=False):
        colour = theme.LAKE if row.is_own or not has_own else theme.MUNICIPALITY
        is_filled = _differs(row.cell, total) or total is None
        tip = f"{row.name}: {narrative.with_unit(row.cell, indicator)}"
        _mark(canvas, row.cell, middle, colour, is_filled=is_filled, tip=tip)
    if total is not None:
        _total_mark(canvas, total, sheet.middles[-1])
    return canvas.spec(f"{setting.id}-{width}", "")


def _mark(
    canvas: Canvas, cell: ReleasedCell, middle: float, colour: str, *, is_filled: bool, tip: str
) -> None:
    place = figure.lozenge(cell)
    if place is not None:
        draw_lozenge(canvas, middle, *place)
    elif not cell.is_shown or cell.value is None:
        draw_hidden(canvas, middle, cell)
    else:
        if cell.low is not None and cell.high is not None:
            canvas.whiskers([(middle, cell.low, cell.high)], colour, 1.8)
        fill = colour if is_filled else theme.WHITE
        canvas.dots([(cell.value, middle)], 9.5, tips=[tip], fill=fill, stroke=colour, strokeWidth=2)


def _total_mark(canvas: Canvas, total: ReleasedCell, middle: float) -> None:
    if not total.is_shown or total.value is None:
        draw_hidden(canvas, middle, total)
        return
    if total.low is not None and total.high is not None:
        canvas.whiskers([(middle, total.low, total.high)], theme.INK, 2.4)
    canvas.dots([(total.value, middle)], 11, shape="diamond", fill=theme.INK, stroke=theme.INK)
