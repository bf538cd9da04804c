"""Draws slopes at both widths: stops, lines and labels that keep apart (floor 6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

from analysis_lib import text
from analysis_lib.disclosure.released import ReleasedCell
from analysis_lib.present import theme
from analysis_lib.present.charts import figure
from analysis_lib.present.charts.canvas import Canvas
from analysis_lib.present.charts.figure import Setting
from analysis_lib.present.charts.rows import draw_hidden
from analysis_lib.present.charts.scales import round_domain, spread_apart
from analysis_lib.present.typeset import text_width, wrap
from analysis_lib.vocabulary.indicators import Indicator

Style = Literal["own", "municipality", "earlier"]
_LOOKS = {
    "own": (theme.LAKE, 3.2, ""),
    "municipality": (theme.MUNICIPALITY, 2.0, ""),
    "earlier": (theme.NATION, 2.0, "2 3"),
}


@dataclass(frozen=True)
class Stop:
    """One place on the way: its årskurs, what measures it, and whether the next has the same measure."""

    year_group: int
    measure: str
    joins_next: bool = True

    @property
    def name(self) -> str:
        return f"åk{text.NBSP}{self.year_group}"


@dataclass(frozen=True)
class Slope:
    """One line: a cell for each stop, or None where there is none."""

    name: str
    style: Style
    cells: Sequence[tuple[ReleasedCell, Indicator] | None]

    @property
    def shown(self) -> list[tuple[int, float]]:
        found = enumerate(self.cells)
        return [
            (at, one[0].value) for at, one in found if one and one[0].is_shown and one[0].value is not None
        ]


def draw(
    lines: Sequence[Slope], stops: Sequence[Stop], setting: Setting, width: theme.Width
) -> dict[str, Any]:
    values = [value for line in lines for _, value in line.shown]
    for one in lines[0].cells:
        if one is not None:
            values += [end for end in (one[0].low, one[0].high) if end is not None and one[0].is_shown]
            values += list(figure.lozenge(one[0]) or ())
    domain, ticks = round_domain(values, floor=0, ceiling=100)
    labels = [(line, line.shown[-1]) for line in lines if line.shown]
    size = theme.CHART_TYPE[width].label
    room = 190.0 if width != "narrow" else 112.0
    texts = [wrap(f"{line.name} {text.number(at[1], 0)}", size, room - 14, 600) for line, at in labels]
    right = max((text_width(words, size, 600) for each in texts for words in each), default=40) + 16
    canvas = Canvas(
        width, 360 if width != "narrow" else 330, 46, right, 34, 52, (-0.18, len(stops) - 0.82), domain
    )
    for tick in ticks:
        y = canvas.py(tick)
        canvas.rule(0, y, canvas.plot_width, y, theme.HATCH_LINE if tick == ticks[0] else theme.GRID)
        canvas.text(-10, y, text.number(tick, 0), colour=theme.INK_3, size=canvas.type.axis, align="right")
    canvas.text(-canvas.left, -22, "procent", colour=theme.INK_3, size=canvas.type.axis)
    _stops(canvas, stops)
    for line in reversed(lines):
        _line(canvas, line, stops)
    _labels(canvas, labels, texts)
    _first(canvas, lines[0])
    return canvas.spec(f"{setting.id}-{width}", "")


def _stops(canvas: Canvas, stops: Sequence[Stop]) -> None:
    for at, stop in enumerate(stops):
        x = canvas.px(at)
        canvas.text(x, canvas.plot_height + 18, stop.name, weight=600, size=canvas.type.axis, align="center")
        canvas.text(
            x,
            canvas.plot_height + 36,
            stop.measure,
            colour=theme.INK_2,
            size=canvas.type.note,
            align="center",
        )
        if not stop.joins_next and at < len(stops) - 1:
            middle = (canvas.px(at) + canvas.px(at + 1)) / 2
            canvas.rule(middle, 0, middle, canvas.plot_height, theme.ROWAN_TEXT, 1.2, "3 3")
            canvas.text(
                middle,
                10,
                "måttet byts",
                colour=theme.ROWAN_TEXT,
                size=canvas.type.note,
                align="center",
                ground=theme.WHITE,
            )


def _line(canvas: Canvas, line: Slope, stops: Sequence[Stop]) -> None:
    colour, thick, dash = _LOOKS[line.style]
    for (at, value), (later, after) in pairwise(line.shown):
        if all(stops[each].joins_next for each in range(at, later)) and later == at + 1:
            canvas.line([(at, value), (later, after)], colour, thick, dash)
    if line.style != "own":
        canvas.dots([(at, value) for at, value in line.shown], 7, fill=colour, stroke=colour)
        return
    for at, one in enumerate(line.cells):
        if one is None:
            continue
        cell = one[0]
        place = figure.lozenge(cell)
        if place is not None:
            top, bottom = canvas.py(place[1]), canvas.py(place[0])
            canvas.box(
                canvas.px(at) - 7,
                top,
                14,
                max(bottom - top, 14),
                theme.WHITE,
                stroke=colour,
                strokeWidth=2.2,
                cornerRadius=7,
            )
        elif cell.is_shown and cell.low is not None and cell.high is not None:
            canvas.whiskers([(at, cell.low, cell.high)], colour, 1.8, upright=True)
    canvas.dots(line.shown, 10, fill=colour, stroke=theme.WHITE, strokeWidth=1.6)
    if not line.shown:
        hidden = next((one[0] for one in line.cells if one and not figure.lozenge(one[0])), None)
        if hidden is not None:
            draw_hidden(canvas, canvas.plot_height - 14, hidden)


def _labels(
    canvas: Canvas, labels: Sequence[tuple[Slope, tuple[int, float]]], texts: Sequence[Sequence[str]]
) -> None:
    """Each line's name and last value at its end, apart from each other."""
    size = canvas.type.label
    tall = size * 1.22
    placed = spread_apart(
        [canvas.py(at[1]) for _, at in labels],
        [tall * len(each) + 4 for each in texts],
        -20,
        canvas.plot_height + 10,
    )
    for (line, _), y, words in zip(labels, placed, texts, strict=True):
        colour = _LOOKS[line.style][0] if line.style != "earlier" else theme.INK_2
        for number, part in enumerate(words):
            at = y + tall * (number - (len(words) - 1) / 2)
            weight = 600 if line.style == "own" else 400
            canvas.text(canvas.plot_width + 14, at, part, colour=colour, weight=weight, size=size)


def _first(canvas: Canvas, own: Slope) -> None:
    if len(own.shown) < 2:
        return
    at, value = own.shown[0]
    words = text.number(value, 0)
    canvas.text(
        canvas.px(at) - 12,
        canvas.py(value),
        words,
        colour=theme.LAKE,
        weight=600,
        align="right",
        ground=theme.WHITE,
    )
