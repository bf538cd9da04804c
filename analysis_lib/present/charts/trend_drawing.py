"""Draws a trend at any width: scale, lanes of years, then its lines and the words about them (floor 6)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from analysis_lib import text
from analysis_lib.present import narrative, theme
from analysis_lib.present.charts import figure
from analysis_lib.present.charts.canvas import Canvas
from analysis_lib.present.charts.scales import (
    Box,
    round_domain,
)
from analysis_lib.present.charts.trend_content import Trend
from analysis_lib.present.charts.trend_labels import (
    EndLabel,
    draw_band_label,
    draw_breaks,
    draw_first_value,
    draw_marks,
    draw_target,
    end_labels,
    place_end_labels,
)
from analysis_lib.present.charts.trend_lines import draw_lines
from analysis_lib.present.typeset import text_width


def draw(trend: Trend, width: theme.Width) -> dict[str, Any]:
    """The Vega-Lite spec of a trend at one width."""
    labels = end_labels(trend, width)
    canvas = _canvas(trend, width, labels)
    _lanes(trend, canvas)
    _, ticks = _ticks(trend)
    for tick in ticks:
        y = canvas.py(tick)
        is_base = tick == ticks[0]
        canvas.rule(0, y, canvas.plot_width, y, theme.HATCH_LINE if is_base else theme.GRID)
        shown = text.number(tick, 0 if tick == int(tick) else 1)
        canvas.text(-10, y, shown, colour=theme.INK_3, size=canvas.type.axis, align="right")
    unit = narrative.unit_words(trend.indicator)
    if unit != "värde":
        canvas.text(-canvas.left, -24, unit, colour=theme.INK_3, size=canvas.type.axis)
    _year_axis(trend, canvas)
    segments = draw_lines(trend, canvas)
    taken: list[Box] = []
    draw_breaks(trend, canvas, taken)
    draw_target(trend, canvas, segments, taken)
    draw_marks(trend, canvas, segments, taken)
    draw_first_value(trend, canvas, segments, taken)
    draw_band_label(trend, canvas, segments, taken)
    place_end_labels(canvas, labels)
    return canvas.spec(f"{trend.setting.id}-{width}", "")


def _ticks(trend: Trend) -> tuple[tuple[float, float], list[float]]:
    values: list[float] = []
    for cell in trend.own.values():
        if cell.is_shown:
            values += [v for v in (cell.value, cell.low, cell.high) if v is not None]
        values += list(figure.lozenge(cell) or ())
    for other in trend.comparisons:
        values += [
            c.value
            for c in other.cells
            if c.is_shown and c.value is not None and c.school_year in trend.years
        ]
    if trend.target is not None:
        values.append(trend.target)
    ceiling = 100.0 if trend.is_share else trend.indicator.maximum
    if not trend.is_share and ceiling and values:
        # A tenth of the scale at least, so that a hair's breadth isn't drawn as a cliff.
        middle, reach = (min(values) + max(values)) / 2, ceiling / 20
        values += [max(middle - reach, 0.0), min(middle + reach, ceiling)]
    return round_domain(values, floor=0, ceiling=ceiling)


def _canvas(trend: Trend, width: theme.Width, labels: Sequence[EndLabel]) -> Canvas:
    domain, ticks = _ticks(trend)
    kind = theme.CHART_TYPE[width]
    axis = max(text_width(text.number(t, 0 if t == int(t) else 1), kind.axis) for t in ticks)
    right = max((label.width for label in labels), default=0) + (18 if width != "narrow" else 14)
    last = len(trend.years) - 1
    inset = 0.4 if width != "narrow" else 0.3
    return Canvas(
        width,
        height=(330 if width != "narrow" else 300) + (24 if _hidden_words(trend) else 0),
        left=axis + 14,
        right=right + 2,
        top=44,
        bottom=36 + (24 if _hidden_words(trend) else 0),
        x_domain=(-inset, last + (0.08 if last else inset)),
        y_domain=domain,
    )


def _hidden_words(trend: Trend) -> list[str]:
    found: dict[str, str] = {}
    for year in trend.years:
        cell = trend.own.get(year)
        if cell is None or cell.state == "missing":
            found["."] = "uppgift saknas"
        elif cell.state == "suppressed":
            found[".."] = f"visas inte: {narrative.why_hidden(cell)}"
    return [f"{sign} {words}" for sign, words in found.items()]


def _lanes(trend: Trend, canvas: Canvas) -> None:
    for index, year in enumerate(trend.years):
        cell = trend.own.get(year)
        if cell is not None and cell.state == "suppressed":
            left = max(canvas.px(index - 0.32), 0)
            right = min(canvas.px(index + 0.32), canvas.plot_width)
            canvas.box(left, 0, right - left, canvas.plot_height, theme.HATCH_SUPPRESSED)
        if cell is None or cell.state in ("suppressed", "missing"):
            sign = ".." if cell is not None and cell.state == "suppressed" else "."
            x = min(max(canvas.px(index), 8), canvas.plot_width - 8)
            canvas.text(
                x,
                canvas.plot_height - 14,
                sign,
                weight=600,
                align="center",
                ground=theme.WHITE,
                colour=theme.INK_2,
            )
    words = _hidden_words(trend)
    if words:
        y = canvas.plot_height + 50
        canvas.text(-canvas.left, y, ",  ".join(words), colour=theme.INK_2, size=canvas.type.note)


def _year_axis(trend: Trend, canvas: Canvas) -> None:
    size = canvas.type.axis
    widest = max(text_width(year, size, 600) for year in trend.years) + 12
    room = canvas.plot_width / max(canvas.x_domain[1] - canvas.x_domain[0], 1e-9)
    every = max(1, int(-(-widest // room)))
    last = len(trend.years) - 1
    for index, year in enumerate(trend.years):
        if (last - index) % every:
            continue
        is_last = index == last
        x = canvas.px(index)
        canvas.rule(x, canvas.plot_height, x, canvas.plot_height + 5, theme.HATCH_LINE)
        canvas.text(
            x,
            canvas.plot_height + 20,
            year,
            colour=theme.INK if is_last else theme.INK_2,
            size=size,
            weight=600 if is_last else 400,
            align="center",
        )
