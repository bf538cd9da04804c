"""Draws a trend at both widths: lanes, lines, and labels that keep out of each other's way (floor 6)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from analysis_lib import text
from analysis_lib.disclosure.released import ReleasedCell
from analysis_lib.present import narrative, theme
from analysis_lib.present.charts import figure
from analysis_lib.present.charts.canvas import Canvas
from analysis_lib.present.charts.figure import Comparison, Setting
from analysis_lib.present.charts.scales import (
    Box,
    Segment,
    clearest,
    crosses,
    overlaps,
    round_domain,
    spread_apart,
)
from analysis_lib.present.typeset import text_width, wrap
from analysis_lib.vocabulary.indicators import Indicator


@dataclass(frozen=True)
class Trend:
    """All that both drawings of a trend need."""

    setting: Setting
    indicator: Indicator
    years: tuple[str, ...]
    own: dict[str, ReleasedCell]
    comparisons: tuple[Comparison, ...]
    target: float | None

    @property
    def shown(self) -> list[ReleasedCell]:
        return [self.own[year] for year in self.years if year in self.own and self.own[year].is_shown]

    @property
    def last(self) -> ReleasedCell | None:
        known = [self.own[year] for year in self.years if year in self.own]
        return known[-1] if known else None

    @property
    def earlier(self) -> ReleasedCell | None:
        """The latest year before the last one that has a value to compare with."""
        before = [cell for cell in self.shown if cell is not self.last]
        return before[-1] if before else None

    @property
    def is_share(self) -> bool:
        return self.indicator.kind == "share"


def shown_at(comparison: Comparison, year: str) -> ReleasedCell | None:
    """The comparison's value of a school year, when it is shown."""
    found = next((cell for cell in comparison.cells if cell.school_year == year), None)
    return found if found is not None and found.is_shown else None


def draw(trend: Trend, width: theme.Width) -> dict[str, Any]:
    labels = _end_labels(trend, width)
    canvas = _canvas(trend, width, labels)
    _lanes(trend, canvas)
    domain_ticks = _ticks(trend)
    for tick in domain_ticks[1]:
        y = canvas.py(tick)
        is_base = tick == domain_ticks[1][0]
        canvas.rule(0, y, canvas.plot_width, y, theme.HATCH_LINE if is_base else theme.GRID)
        shown = text.number(tick, 0 if tick == int(tick) else 1)
        canvas.text(-10, y, shown, colour=theme.INK_3, size=canvas.type.axis, align="right")
    unit = narrative.unit_words(trend.indicator)
    if unit != "värde":
        canvas.text(-canvas.left, -24, unit, colour=theme.INK_3, size=canvas.type.axis)
    _year_axis(trend, canvas)
    segments = _lines(trend, canvas)
    taken: list[Box] = []
    _breaks(trend, canvas, taken)
    _target(trend, canvas, segments, taken)
    _marks(trend, canvas, segments, taken)
    _first_value(trend, canvas, segments, taken)
    _band_label(trend, canvas, segments, taken)
    _place_end_labels(canvas, labels)
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


@dataclass(frozen=True)
class _EndLabel:
    at: float
    lines: tuple[tuple[str, int], ...]
    colour: str
    width: float


def _end_labels(trend: Trend, width: theme.Width) -> list[_EndLabel]:
    kind = theme.CHART_TYPE[width]
    entries: list[tuple[float, str, str, str, int]] = []
    last = trend.last
    anchor = next((c.value for c in reversed(trend.shown) if c.value is not None), None)
    loz = figure.lozenge(last) if last else None
    if loz:
        anchor = sum(loz) / 2
    if last is not None and anchor is not None:
        entries.append(
            (anchor, trend.setting.subject, narrative.with_unit(last, trend.indicator), theme.LAKE, 600)
        )
    for other in trend.comparisons:
        cell = next((shown_at(other, year) for year in reversed(trend.years) if shown_at(other, year)), None)
        if cell is not None and cell.value is not None:
            words = narrative.with_unit(cell, trend.indicator)
            colour = theme.INK_2 if other.style == "municipality" else theme.INK_3
            entries.append((cell.value, other.name, words, colour, 400))
    limit = 176.0 if width != "narrow" else 92.0
    labels = []
    for at, name, value, colour, weight in entries:
        together = f"{name}{text.NBSP}{text.NBSP}{value}"
        if text_width(together, kind.label, 600) <= limit:
            lines: tuple[tuple[str, int], ...] = ((together, weight),)
        else:
            lines = tuple((line, weight) for line in [*wrap(name, kind.label, limit, weight), value])
        wide = max(text_width(line, kind.label, w) for line, w in lines)
        labels.append(_EndLabel(at, lines, colour, wide))
    return labels


def _canvas(trend: Trend, width: theme.Width, labels: Sequence[_EndLabel]) -> Canvas:
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


def _runs(trend: Trend, cells: Iterable[ReleasedCell]) -> list[list[tuple[int, ReleasedCell]]]:
    """What a line may join: years in a row with a value and no break between them."""
    runs: list[list[tuple[int, ReleasedCell]]] = [[]]
    for year, point in zip(trend.years, _series(cells, trend.years), strict=True):
        if point is None or year in trend.setting.breaks:
            runs.append([])
        if point is not None:
            runs[-1].append(point)
    return [run for run in runs if run]


def _breaks(trend: Trend, canvas: Canvas, taken: list[Box]) -> None:
    """A dashed upright where a segment begins, with the reason in words."""
    size = canvas.type.note
    for year, words in trend.setting.breaks.items():
        index = trend.years.index(year) if year in trend.years else 0
        if not index:
            continue
        x, wide = canvas.px(index - 0.5), text_width(words, size)
        canvas.rule(x, 0, x, canvas.plot_height, theme.INK_3, 1, "4 4")
        left = x + 4 if x + 4 + wide <= canvas.plot_width else x - 4 - wide
        taken.append((left, 0, left + wide, size + 6))
        canvas.text(left, size / 2 + 2, words, colour=theme.INK_2, size=size, ground=theme.WHITE)


def _series(cells: Iterable[ReleasedCell], years: Sequence[str]) -> list[tuple[int, ReleasedCell] | None]:
    by_year = {cell.school_year: cell for cell in cells if cell.is_shown and cell.value is not None}
    return [(index, by_year[year]) if year in by_year else None for index, year in enumerate(years)]


def _tip(name: str, cell: ReleasedCell, indicator: Indicator) -> str:
    return f"{name}, {cell.school_year}: {narrative.with_unit(cell, indicator)}"


def _lines(trend: Trend, canvas: Canvas) -> list[Segment]:
    segments: list[Segment] = []
    own = _runs(trend, trend.own.values())
    for run in own:
        bounds = [(i, c.low, c.high) for i, c in run if c.low is not None and c.high is not None]
        if len(bounds) > 1:
            canvas.band(bounds, theme.LAKE, 0.13)
        else:
            canvas.whiskers(bounds, theme.LAKE, 1.6, upright=True)
            segments += [
                (canvas.px(x), canvas.py(high), canvas.px(x), canvas.py(low)) for x, low, high in bounds
            ]
    for other in trend.comparisons:
        for run in _runs(trend, other.cells):
            points = [(float(i), float(c.value or 0)) for i, c in run]
            if len(points) > 1:
                canvas.line(points, other.colour, 2, other.dash)
            else:
                tips = [_tip(other.name, cell, trend.indicator) for _, cell in run]
                style = {"shape": "square", "fill": other.colour, "stroke": theme.WHITE, "strokeWidth": 1}
                canvas.dots(points, 6, tips=tips, **style)
            segments += _segments(canvas, points)
    for run in own:
        points = [(float(i), float(c.value or 0)) for i, c in run]
        if len(points) > 1:
            canvas.line(points, theme.LAKE, 3.2)
        tips = [_tip(trend.setting.subject, cell, trend.indicator) for _, cell in run]
        canvas.dots(points, 9, tips=tips, fill=theme.LAKE, stroke=theme.WHITE, strokeWidth=1.6)
        segments += _segments(canvas, points)
    for index, year in enumerate(trend.years):
        place = figure.lozenge(trend.own[year]) if year in trend.own else None
        if place:
            x, top, bottom = canvas.px(index), canvas.py(place[1]), canvas.py(place[0])
            canvas.box(
                x - 7,
                top,
                14,
                max(bottom - top, 10),
                theme.WHITE,
                stroke=theme.LAKE,
                strokeWidth=2.2,
                cornerRadius=7,
            )
            if index < len(trend.years) - 1:
                sign = trend.own[year].text
                canvas.text(
                    x,
                    bottom + 16,
                    sign,
                    colour=theme.LAKE,
                    weight=600,
                    align="center",
                    size=canvas.type.value,
                )
    return segments


def _segments(canvas: Canvas, points: Sequence[tuple[float, float]]) -> list[Segment]:
    pixels = [(canvas.px(x), canvas.py(y)) for x, y in points]
    if len(pixels) == 1:
        ((x, y),) = pixels
        return [(x - 4, y, x + 4, y)]
    return [(*one, *two) for one, two in pairwise(pixels)]


def _target(trend: Trend, canvas: Canvas, segments: list[Segment], taken: list[Box]) -> None:
    if trend.target is None:
        return
    y = canvas.py(trend.target)
    canvas.rule(0, y, canvas.plot_width, y, theme.ROWAN, 2, "2 3")
    unit = f"{text.NBSP}%" if trend.is_share else ""
    value = text.number(trend.target, 0 if trend.target == int(trend.target) else 1)
    words = f"Mål {value}{unit}"
    size = canvas.type.note
    wide = text_width(words, size, 600)
    starts = [x for x in (24, canvas.plot_width * 0.35, canvas.plot_width - wide - 24) if x >= 0]
    boxes: list[Box] = [(x, y - 22, x + wide, y - 4) for x in starts if y > 22]
    boxes += [(x, y + 4, x + wide, y + 22) for x in starts]
    box = boxes[clearest(boxes, segments, taken)]
    taken.append(box)
    canvas.text(box[0], (box[1] + box[3]) / 2, words, colour=theme.ROWAN_TEXT, weight=600, size=size)
    segments.append((0, y, canvas.plot_width, y))


def _marks(trend: Trend, canvas: Canvas, segments: list[Segment], taken: list[Box]) -> None:
    """What went on meanwhile, as a line with its name where nothing else is drawn."""
    size = canvas.type.note
    for mark in trend.setting.marks:
        inside = [at for at, year in enumerate(trend.years) if mark.first <= year <= mark.last]
        if not inside:
            continue
        left = max(canvas.px(inside[0] - 0.45), 2)
        right = min(canvas.px(inside[-1] + 0.45), canvas.plot_width - 2)
        wide = text_width(mark.words, size)
        start = max(min(left, canvas.plot_width - wide - 4), 2)
        low = canvas.plot_height
        boxes: list[Box] = [(start, y, max(start + wide, right), y + 24) for y in (low - 28, 4, low - 56, 32)]
        box = boxes[clearest(boxes, segments, taken)]
        taken.append(box)
        y = box[1] + 20
        canvas.rule(left, y, right, y, theme.ROWAN, 2.4)
        for end in (left, right):
            canvas.rule(end, y - 5, end, y + 5, theme.ROWAN, 1.6)
        canvas.text(start, y - 12, mark.words, colour=theme.ROWAN_TEXT, size=size)


def _first_value(trend: Trend, canvas: Canvas, segments: list[Segment], taken: list[Box]) -> None:
    first = trend.shown[0] if trend.shown else None
    if first is None or first.value is None or first is trend.last:
        return
    x, y = canvas.px(trend.years.index(first.school_year)), canvas.py(first.value)
    size = canvas.type.value
    wide = text_width(first.text, size, 600)
    left = max(x - wide / 2, 2)
    beside = x + 9
    boxes: list[Box] = [
        (left, y + 9, left + wide, y + 9 + size),
        (left, y - 9 - size, left + wide, y - 9),
        (left, y + 22, left + wide, y + 22 + size),
        (left, y - 22 - size, left + wide, y - 22),
        (beside, y + 6, beside + wide, y + 6 + size),
        (beside, y - 6 - size, beside + wide, y - 6),
    ]
    boxes = [box for box in boxes if box[1] > -6 and box[3] < canvas.plot_height] or boxes[:1]
    box = boxes[clearest(boxes, segments, taken)]
    taken.append(box)
    canvas.text(box[0], (box[1] + box[3]) / 2, first.text, colour=theme.LAKE, weight=600, size=size)


def _band_label(trend: Trend, canvas: Canvas, segments: list[Segment], taken: list[Box]) -> None:
    runs = _runs(trend, trend.own.values())
    bounded = [cell for run in runs if len(run) > 2 for _, cell in run[1:-1] if cell.low is not None]
    words = f"95{text.NBSP}% osäkerhet"
    size = canvas.type.note
    wide = text_width(words, size)
    for cell in sorted(bounded, key=lambda c: abs(trend.years.index(c.school_year) - len(trend.years) / 2)):
        middle, bottom = canvas.px(trend.years.index(cell.school_year)), canvas.py(float(cell.low or 0))
        box = (middle - wide / 2, bottom - 30, middle + wide / 2, bottom - 12)
        if not any(_hits(box, segments, taken)) and box[0] > 0:
            canvas.text(middle, bottom - 21, words, colour=theme.LAKE, size=size, align="center")
            taken.append(box)
            return


def _hits(box: Box, segments: Sequence[Segment], taken: Sequence[Box]) -> list[bool]:
    return [*(crosses(box, s) for s in segments), *(overlaps(box, other) for other in taken)]


def _place_end_labels(canvas: Canvas, labels: Sequence[_EndLabel]) -> None:
    line = canvas.type.label * 1.25
    heights = [len(label.lines) * line + 2 for label in labels]
    wanted = [canvas.py(label.at) + (len(label.lines) - 1) * line / 2 for label in labels]
    placed = spread_apart(wanted, heights, -8, canvas.plot_height + 4)
    x = canvas.plot_width + 14
    for label, middle, height in zip(labels, placed, heights, strict=True):
        top = middle - (height - 2) / 2 + line / 2
        at = canvas.py(label.at)
        if abs(top - at) > 7:
            canvas.rule(canvas.plot_width + 5, at, x - 3, top, theme.HATCH_LINE)
        for number, (words, weight) in enumerate(label.lines):
            canvas.text(x, top + number * line, words, colour=label.colour, weight=weight)
