"""The need heat table: which areas units need, in how many units and for how many pupils (floor 6).

A blank cell is a unit that told no such need; a hatched one is a unit whose report is missing. The two must
never look the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from analysis_lib import text
from analysis_lib.present import theme
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.canvas import Canvas
from analysis_lib.present.charts.figure import Parts, Setting, figure_block, gap_block
from analysis_lib.present.typeset import text_width

if TYPE_CHECKING:
    from analysis_lib.register.views.needs import NeedCell

_ROW, _HEAD = 30.0, 34.0


def draw_needs(
    cells: Sequence[NeedCell], names: Mapping[str, str], setting: Setting, *, period: str
) -> Block:
    """Areas × units with the number of needs, pupils behind them in the table, and a sum row.

    ``names`` gives the units' names by code, in the order in which they stand. The narrow drawing has one row
    per area; the wide one has a row per unit.
    """
    areas = list(dict.fromkeys(cell.area for cell in cells))
    units = [code for code in names if any(cell.unit == code for cell in cells)]
    if not areas:
        return gap_block(
            "Enheternas behov", "Ingen enhet har skrivit något förbättringsområde.", cause="needs"
        )
    by_place = {(cell.unit, cell.area): cell for cell in cells}
    parts = Parts(
        finding=needs_finding(cells),
        title=f"Förbättringsområden, antal och elever bakom. Enheterna läsåret {period}.",
        alt=f"Tabell med färg. Förbättringsområden per enhet. {needs_finding(cells)}.",
        foot="Antal · elever. Tomt: inget sådant behov. Streckat: enheten har inte lämnat in.",
        columns=[
            {"key": "unit", "label": "Enhet", "align": "left"},
            *({"key": f"a{at}", "label": area, "align": "right"} for at, area in enumerate(areas)),
        ],
        rows=[
            *(_row(names[code], [by_place.get((code, area)) for area in areas]) for code in units),
            _sum_row(cells, areas),
        ],
        facts=(),
    )

    def draw(width: theme.Width) -> dict[str, Any]:
        if width == "narrow":
            return _draw_narrow(cells, areas, setting)
        return _draw_wide(by_place, areas, [(code, names[code]) for code in units], setting)

    return figure_block(setting, parts, draw)


def needs_finding(cells: Sequence[NeedCell]) -> str:
    """``Studiero är det vanligaste behovet: 9 av 14 enheter``; ties are named together."""
    counts = _units_of(cells)
    most = max(counts.values())
    common = [area for area, count in counts.items() if count == most]
    units = {cell.unit for cell in cells}
    told = "är det vanligaste behovet" if len(common) == 1 else "är de vanligaste behoven"
    each = "" if len(common) == 1 else " var"
    names = text.capitalised(text.listing([text.uncapitalised(area) for area in common]))
    return f"{names} {told}: {text.count_word(most)} av {text.count_word(len(units))} enheter{each}"


def _units_of(cells: Sequence[NeedCell]) -> dict[str, int]:
    """In how many units each area is a need."""
    counts = dict.fromkeys((cell.area for cell in cells), 0)
    for cell in cells:
        counts[cell.area] += bool(cell.count)
    return counts


def _row(name: str, cells: Sequence[NeedCell | None]) -> dict[str, Any]:
    shown: dict[str, Any] = {"unit": {"text": name}}
    for at, cell in enumerate(cells):
        if cell is None or cell.count is None:
            shown[f"a{at}"] = {"text": "–", "reason": "enheten har inte lämnat in"}
        elif cell.count:
            pupils = f" ({text.count(cell.pupils)} elever)" if cell.pupils else ""
            shown[f"a{at}"] = {"text": f"{cell.count}{pupils}"}
        else:
            shown[f"a{at}"] = {"text": ""}
    return {"style": "", "cells": shown}


def _sum_row(cells: Sequence[NeedCell], areas: Sequence[str]) -> dict[str, Any]:
    shown: dict[str, Any] = {"unit": {"text": "Alla enheter"}}
    for at, area in enumerate(areas):
        mine = [cell for cell in cells if cell.area == area]
        pupils = sum(cell.pupils for cell in mine)
        shown[f"a{at}"] = {"text": f"{sum(cell.count or 0 for cell in mine)} ({text.count(pupils)} elever)"}
    return {"style": "sum", "cells": shown}


def _draw_wide(
    cells: Mapping[tuple[str, str], NeedCell],
    areas: Sequence[str],
    units: Sequence[tuple[str, str]],
    setting: Setting,
) -> dict[str, Any]:
    left = max(text_width(name, theme.CHART_TYPE["wide"].label, 400) for _, name in units) + 16
    canvas = Canvas("wide", _HEAD + len(units) * _ROW, left, 0, _HEAD, 0, (0, 1), (1, 0))
    step = canvas.plot_width / len(areas)
    for at, area in enumerate(areas):
        words = _fitted(area, step - 6, canvas.type.axis)
        canvas.text((at + 0.5) * step, -14, words, colour=theme.INK_2, size=canvas.type.axis, align="center")
    most = max(_weight(cell) for cell in cells.values())
    for line, (code, name) in enumerate(units):
        canvas.text(-10, (line + 0.5) * _ROW, name, align="right")
        for at, area in enumerate(areas):
            _draw_cell(canvas, cells.get((code, area)), (at * step, line * _ROW, step), most)
    return canvas.spec(f"{setting.id}-wide", "")


def _draw_narrow(cells: Sequence[NeedCell], areas: Sequence[str], setting: Setting) -> dict[str, Any]:
    """One row per area: the number of units as a bar of cells with the number beside."""
    counts = _units_of(cells)
    canvas = Canvas("narrow", len(areas) * 40 + 8, 0, 0, 0, 0, (0, 1), (1, 0))
    most = max(counts.values())
    for line, area in enumerate(areas):
        top = line * 40
        canvas.text(0, top + 12, area)
        wide = (canvas.plot_width - 30) * counts[area] / max(most, 1)
        canvas.box(0, top + 23, wide, 10, theme.LAKE)
        canvas.text(canvas.plot_width, top + 28, str(counts[area]), weight=600, align="right")
    return canvas.spec(f"{setting.id}-narrow", "")


def _draw_cell(canvas: Canvas, cell: NeedCell | None, place: tuple[float, float, float], most: int) -> None:
    x, y, step = place
    box = (x + 1, y + 1, step - 2, _ROW - 2)
    if cell is None or cell.count is None:
        canvas.box(*box, theme.HATCH_SUPPRESSED)
    elif cell.count:
        shade = theme.SEQUENTIAL[min(len(theme.SEQUENTIAL) - 1, 1 + round(4 * _weight(cell) / max(most, 1)))]
        words = f"{cell.count} · {text.count(cell.pupils)}" if cell.pupils else str(cell.count)
        if text_width(words, canvas.type.label, 600) > step - 6:
            words = str(cell.count)
        ink = theme.ink_on(shade)
        canvas.box(*box, shade)
        canvas.text(x + step / 2, y + _ROW / 2, words, colour=ink, weight=600, align="center")
    else:
        canvas.box(*box, theme.WHITE, stroke=theme.GRID, strokeWidth=1)


def _weight(cell: NeedCell) -> int:
    """What the colour stands for: the pupils behind a need, or the number of needs where none are told."""
    return cell.pupils or cell.count or 0


def _fitted(words: str, room: float, size: float) -> str:
    """The words, cut with a full stop where the column is too narrow; the table has them whole."""
    if text_width(words, size, 400) <= room:
        return words
    while len(words) > 3 and text_width(f"{words}.", size, 400) > room:
        words = words[:-1]
    return f"{words}."
