"""The lines of a trend: own with its uncertainty, comparisons, and open values (floor 6)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from analysis_lib.disclosure.released import ReleasedCell
from analysis_lib.present import narrative, theme
from analysis_lib.present.charts import figure
from analysis_lib.present.charts.canvas import Canvas
from analysis_lib.present.charts.figure import Comparison
from analysis_lib.present.charts.scales import (
    Segment,
)
from analysis_lib.present.charts.trend_content import Run, Trend, runs
from analysis_lib.vocabulary.indicators import Indicator


def draw_lines(trend: Trend, canvas: Canvas) -> list[Segment]:
    """Band, comparisons, own line and open values; where the lines run, for labels to keep away from."""
    own = runs(trend, trend.own.values())
    segments = _own_bounds(canvas, own)
    for other in trend.comparisons:
        segments += _comparison(trend, canvas, other)
    for run in own:
        points = _points(run)
        if len(points) > 1:
            canvas.line(points, theme.LAKE, 3.2)
        tips = [_tip(trend.setting.subject, cell, trend.indicator) for _, cell in run]
        canvas.dots(points, 9, tips=tips, fill=theme.LAKE, stroke=theme.WHITE, strokeWidth=1.6)
        segments += _segments(canvas, points)
    _lozenges(trend, canvas)
    return segments


def _own_bounds(canvas: Canvas, own: Iterable[Run]) -> list[Segment]:
    """A band along years in a row, whiskers around a year that stands alone."""
    segments: list[Segment] = []
    for run in own:
        bounds = [(i, c.low, c.high) for i, c in run if c.low is not None and c.high is not None]
        if len(bounds) > 1:
            canvas.band(bounds, theme.LAKE, 0.13)
        else:
            canvas.whiskers(bounds, theme.LAKE, 1.6, upright=True)
            segments += [
                (canvas.px(x), canvas.py(high), canvas.px(x), canvas.py(low)) for x, low, high in bounds
            ]
    return segments


def _comparison(trend: Trend, canvas: Canvas, other: Comparison) -> list[Segment]:
    segments: list[Segment] = []
    for run in runs(trend, other.cells):
        points = _points(run)
        if len(points) > 1:
            canvas.line(points, other.colour, 2, other.dash)
        else:
            tips = [_tip(other.name, cell, trend.indicator) for _, cell in run]
            style = {"shape": "square", "fill": other.colour, "stroke": theme.WHITE, "strokeWidth": 1}
            canvas.dots(points, 6, tips=tips, **style)
        segments += _segments(canvas, points)
    return segments


def _lozenges(trend: Trend, canvas: Canvas) -> None:
    """Open values, as ``~100``, with their sign below unless it stands at the line's end."""
    for index, year in enumerate(trend.years):
        place = figure.lozenge(trend.own[year]) if year in trend.own else None
        if not place:
            continue
        x, top, bottom = canvas.px(index), canvas.py(place[1]), canvas.py(place[0])
        look = {"stroke": theme.LAKE, "strokeWidth": 2.2, "cornerRadius": 7}
        canvas.box(x - 7, top, 14, max(bottom - top, 10), theme.WHITE, **look)
        if index < len(trend.years) - 1:
            words, size = trend.own[year].text, canvas.type.value
            canvas.text(x, bottom + 16, words, colour=theme.LAKE, weight=600, align="center", size=size)


def _points(run: Run) -> list[tuple[float, float]]:
    return [(float(i), float(c.value or 0)) for i, c in run]


def _segments(canvas: Canvas, points: Sequence[tuple[float, float]]) -> list[Segment]:
    pixels = [(canvas.px(x), canvas.py(y)) for x, y in points]
    if len(pixels) == 1:
        ((x, y),) = pixels
        return [(x - 4, y, x + 4, y)]
    return [(*one, *two) for one, two in pairwise(pixels)]


def _tip(name: str, cell: ReleasedCell, indicator: Indicator) -> str:
    return f"{name}, {cell.school_year}: {narrative.with_unit(cell, indicator)}"
