"""The words in a trend, which keep out of the way of its lines and of each other (floor 6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analysis_lib import text
from analysis_lib.present import narrative, theme
from analysis_lib.present.charts import figure
from analysis_lib.present.charts.canvas import Canvas
from analysis_lib.present.charts.scales import (
    Box,
    Segment,
    clearest,
    crosses,
    overlaps,
    spread_apart,
)
from analysis_lib.present.charts.trend_content import Trend, runs, shown_at
from analysis_lib.present.typeset import text_width, wrap


@dataclass(frozen=True)
class EndLabel:
    """The words at a line's end: at which value, in which lines (with weight), how wide in pixels."""

    at: float
    lines: tuple[tuple[str, int], ...]
    colour: str
    width: float


def end_labels(trend: Trend, width: theme.Width) -> list[EndLabel]:
    """Each line's name and newest value, broken where the margin is narrow."""
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
        labels.append(EndLabel(at, lines, colour, wide))
    return labels


def draw_breaks(trend: Trend, canvas: Canvas, taken: list[Box]) -> None:
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


def draw_target(trend: Trend, canvas: Canvas, segments: list[Segment], taken: list[Box]) -> None:
    """The target as a line across, with its value where nothing else is drawn."""
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


def draw_marks(trend: Trend, canvas: Canvas, segments: list[Segment], taken: list[Box]) -> None:
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


def draw_first_value(trend: Trend, canvas: Canvas, segments: list[Segment], taken: list[Box]) -> None:
    """The value that the own line begins with, beside its point."""
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


def draw_band_label(trend: Trend, canvas: Canvas, segments: list[Segment], taken: list[Box]) -> None:
    """What the band is, once, at the free place nearest the middle year."""
    found = runs(trend, trend.own.values())
    bounded = [cell for run in found if len(run) > 2 for _, cell in run[1:-1] if cell.low is not None]
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


def place_end_labels(canvas: Canvas, labels: Sequence[EndLabel]) -> None:
    """The names at the lines' ends, spread apart, with a thin line where one had to move."""
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
