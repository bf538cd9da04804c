"""Many units, one share: who lies further from the whole than chance usually brings (grammar 5, floor 6).

Small units always lie at both ends of a list; the funnel's limits widen for them. Nobody is ranked: only
units outside the limits are named, and the reader's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis_lib import text
from analysis_lib.disclosure.released import ReleasedCell
from analysis_lib.present import narrative, theme
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts import figure
from analysis_lib.present.charts.canvas import Canvas
from analysis_lib.present.charts.figure import Parts, Setting
from analysis_lib.present.charts.scales import round_domain
from analysis_lib.present.charts.units import UnitRow
from analysis_lib.present.evidence import facts_of
from analysis_lib.present.typeset import text_width
from analysis_lib.statistics.funnel import funnel_limits, places_outside
from analysis_lib.vocabulary.indicators import Indicator

LEAST_UNITS = 5
_STEPS = 40
_WORDS = {"": "innanför", "95": "utanför 95 procent", "99.8": "utanför 99,8 procent"}


@dataclass(frozen=True)
class _Point:
    row: UnitRow
    outside: str

    @property
    def n(self) -> float:
        return float(self.row.cell.n or 0)

    @property
    def value(self) -> float:
        return float(self.row.cell.value or 0)


@dataclass(frozen=True)
class _Funnel:
    setting: Setting
    indicator: Indicator
    points: Sequence[_Point]
    left_out: Sequence[UnitRow]
    total: ReleasedCell
    total_name: str

    @property
    def share(self) -> float:
        return float(self.total.value or 0) / 100

    @property
    def outside(self) -> list[_Point]:
        return [point for point in self.points if point.outside]


def draw_funnel(
    rows: Sequence[UnitRow],
    *,
    setting: Setting,
    indicator: Indicator,
    year: str,
    total: ReleasedCell,
    total_name: str,
) -> Block | None:
    """A funnel of one share around the huvudman's value, or None with fewer than five units to plot.

    Only units whose value and number of pupils are both shown are plotted; the others are counted in words.
    """
    ordered = sorted(rows, key=lambda row: (text.sort_key(row.area), text.sort_key(row.name)))
    plotted = [row for row in ordered if row.cell.is_shown and row.cell.n_state == "shown" and row.cell.n]
    if len(plotted) < LEAST_UNITS or not total.is_shown or indicator.kind != "share":
        return None
    sizes = [row.cell.n or 0 for row in plotted]
    counts = [round((row.cell.value or 0) * n / 100) for row, n in zip(plotted, sizes, strict=True)]
    told = places_outside((total.value or 0) / 100, counts, sizes)
    points = [_Point(row, outside) for row, outside in zip(plotted, told, strict=True)]
    left_out = [row for row in ordered if row not in plotted]
    funnel = _Funnel(setting, indicator, points, left_out, total, total_name)
    columns, table = _table(funnel, year)
    parts = Parts(
        finding=_finding(funnel),
        title=f"{indicator.title}, procent, mot antal elever. Enheterna, läsåret {year}.",
        alt=_alt(funnel),
        foot=_foot(funnel),
        columns=columns,
        rows=table,
        facts=facts_of([*(row.cell for row in ordered), total], indicator),
        notes=_notes(funnel),
    )
    return figure.figure_block(setting, parts, lambda width: _draw(funnel, width))


def _finding(funnel: _Funnel) -> str:
    few, many = len(funnel.outside), len(funnel.points)
    if not few:
        return f"Ingen av {text.count_word(many)} enheter avviker mer än slumpen brukar ge"
    units = "enhet" if few == 1 else "enheter"
    rest = f"; övriga {text.count_word(many - few)} gör det inte" if many > few else ""
    return text.capitalised(f"{text.count_word(few)} {units} avviker mer än slumpen brukar ge{rest}")


def _alt(funnel: _Funnel) -> str:
    told = [f"Trattdiagram. {funnel.indicator.short} för {_many(funnel)} enheter mot antal elever"]
    told.append(f"{funnel.total_name} {narrative.in_prose(funnel.total, funnel.indicator)}")
    if funnel.outside:
        names = [
            f"{point.row.name} {narrative.in_prose(point.row.cell, funnel.indicator)}"
            for point in funnel.outside
        ]
        told.append(f"Utanför gränserna: {text.listing(names)}")
    else:
        told.append("Ingen enhet ligger utanför gränserna")
    return ". ".join(told) + "."


def _many(funnel: _Funnel) -> str:
    return text.count_word(len(funnel.points))


def _foot(funnel: _Funnel) -> str:
    told = []
    if funnel.left_out:
        count = len(funnel.left_out)
        units = "enhet är inte med: dess" if count == 1 else "enheter är inte med: deras"
        told.append(text.capitalised(f"{text.count_word(count)} {units} värde visas inte."))
    if funnel.total.has_n and funnel.total.n is not None:
        told.append(f"{text.count(funnel.total.n)} elever.")
    return " ".join(told)


def _notes(funnel: _Funnel) -> list[Any]:
    reading = (
        "Varje prick är en enhet. Tratten visar hur långt från helheten en enhet av den storleken brukar "
        "hamna av en slump: den smala gränsen rymmer 95\u00a0procent, den vida 99,8. Tratten säger inte "
        "varför en enhet ligger utanför; elevernas bakgrund kan vara en annan."
    )
    notes: list[Any] = [{"term": "Så läser du", "text": reading}]
    return notes + list(figure.mark_notes(row.cell for row in funnel.left_out))


def _table(funnel: _Funnel, year: str) -> tuple[list[dict[str, str]], list[dict[str, Any]]]:
    columns = [
        figure.column("group", "Enhet", "left"),
        figure.column("period", "Läsår", "left"),
        figure.column("value", "Värde"),
        figure.column("n", "Antal"),
        figure.column("place", "Mot gränserna", "left"),
    ]
    entries = [(point.row.name, point.row.cell, _WORDS[point.outside]) for point in funnel.points]
    entries += [(row.name, row.cell, "inte med") for row in funnel.left_out]
    entries.append((funnel.total_name, funnel.total, ""))
    rows = []
    for name, cell, words in entries:
        cells = {
            "group": figure.table_cell(name),
            "period": figure.table_cell(year),
            "value": figure.value_cell(cell, funnel.indicator),
            "n": figure.table_cell(cell.n_text),
            "place": figure.table_cell(words),
        }
        rows.append(figure.row(cells, "sum" if cell is funnel.total else ""))
    return columns, rows


def _draw(funnel: _Funnel, width: theme.Width) -> dict[str, Any]:
    sizes = [point.n for point in funnel.points]
    (_, most), ticks = round_domain([0, *sizes], floor=0)
    along = np.unique(np.rint(np.linspace(max(min(sizes) * 0.7, 4), most, _STEPS)))
    limits = {level: funnel_limits(funnel.share, along, level=level) for level in (0.95, 0.998)}
    edges = [100 * float(edge) for low, high in limits.values() for edge in (low.min(), high.max())]
    values = [point.value for point in funnel.points]
    domain, lines = round_domain([*values, *edges], floor=0, ceiling=100)
    height = 330.0 if width == "narrow" else 400.0
    canvas = Canvas(width, height, 44, 24, 46, 58, (0, most), domain)
    for tick in lines:
        y = canvas.py(tick)
        canvas.rule(0, y, canvas.plot_width, y, theme.GRID)
        words = text.number(tick, 0 if tick == int(tick) else 1)
        canvas.text(-10, y, words, colour=theme.INK_3, size=canvas.type.axis, align="right")
    canvas.text(-canvas.left, -26, "procent", colour=theme.INK_3, size=canvas.type.axis)
    _limits(canvas, along, limits)
    _size_axis(canvas, ticks)
    middle = canvas.py(100 * funnel.share)
    canvas.rule(0, middle, canvas.plot_width, middle, theme.MUNICIPALITY, 1.6, "4 3")
    words = f"{funnel.total_name} {narrative.with_unit(funnel.total, funnel.indicator)}"
    # Above the plot, where no unit can lie under it.
    far, size = canvas.plot_width + canvas.right, canvas.type.axis
    canvas.text(far, -26, f"- - {words}", align="right", colour=theme.MUNICIPALITY, size=size)
    for point in funnel.points:
        fill = theme.LAKE if point.outside else theme.WHITE
        said = narrative.with_unit(point.row.cell, funnel.indicator)
        tip = f"{point.row.name}: {said} av {point.n:.0f} elever"
        canvas.dots([(point.n, point.value)], 10, tips=[tip], fill=fill, stroke=theme.LAKE, strokeWidth=2)
    _names(canvas, funnel)
    return canvas.spec(f"{funnel.setting.id}-{width}", "")


def _limits(canvas: Canvas, along: np.ndarray, limits: dict[float, tuple[np.ndarray, np.ndarray]]) -> None:
    """The band between the two limits tinted, the limits themselves as thin lines."""
    (low, high), (lowest, highest) = (
        [[100 * float(each) for each in side] for side in limits[level]] for level in (0.95, 0.998)
    )
    at = [float(each) for each in along]
    canvas.band(list(zip(at, lowest, low, strict=True)), theme.LAKE, 0.13)
    canvas.band(list(zip(at, high, highest, strict=True)), theme.LAKE, 0.13)
    for side in (low, high, lowest, highest):
        canvas.line(list(zip(at, side, strict=True)), theme.NATION, 1)


def _size_axis(canvas: Canvas, ticks: Sequence[float]) -> None:
    bottom = canvas.plot_height
    canvas.rule(0, bottom, canvas.plot_width, bottom, theme.HATCH_LINE)
    if canvas.is_narrow and len(ticks) > 5:
        ticks = ticks[::2]
    for tick in ticks:
        x = canvas.px(tick)
        words = text.count(round(tick))
        canvas.text(x, bottom + 17, words, colour=theme.INK_3, size=canvas.type.axis, align="center")
    words = "antal elever"
    x = canvas.plot_width
    canvas.text(x, bottom + 39, words, colour=theme.INK_3, size=canvas.type.axis, align="right")


def _names(canvas: Canvas, funnel: _Funnel) -> None:
    """Names beside the units outside and the reader's own, apart from each other."""
    taken: list[tuple[float, float, float, float]] = []
    size = canvas.type.note
    for point in [each for each in funnel.points if each.outside or each.row.is_own]:
        x, y = canvas.px(point.n), canvas.py(point.value)
        wide = text_width(point.row.name, size, 600)
        far = canvas.plot_width + canvas.right
        left = x + 12 if x + 12 + wide <= far else x - 12 - wide
        if left < 0:  # room on neither side: below the dot
            left, y = min(max(x - wide / 2, 0), far - wide), y + size * 1.5
        while any(left < b and a < left + wide and abs(y - (c + d) / 2) < size * 1.3 for a, b, c, d in taken):
            y += size * 1.35
        taken.append((left, left + wide, y - size / 2, y + size / 2))
        canvas.text(left, y, point.row.name, colour=theme.LAKE, weight=600, size=size, ground=theme.WHITE)
