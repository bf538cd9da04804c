"""The sheet for charts with one lane per measure, unit or subject: names left, values right (floor 6).

When names are too wide for a column, as on a phone, each stands above its own lane instead of being cut.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from analysis_lib import text
from analysis_lib.disclosure.released import ReleasedCell
from analysis_lib.present import narrative, theme
from analysis_lib.present.charts.canvas import Canvas
from analysis_lib.present.charts.scales import spread_apart
from analysis_lib.present.typeset import text_width, wrap

LANE_HEIGHT = 14
LINE_HEIGHT, SLIDE_LINE_HEIGHT = 18, 22
_FEW_LANES = 8  # more stand closer, so that two figures have room on a page
OWN_ROW = "#E1EDF1"


@dataclass(frozen=True)
class Lane:
    """One row: its name, its group (area, year group), and what stands at its right edge."""

    label: str
    value: str
    group: str = ""
    is_own: bool = False
    is_total: bool = False
    is_quiet: bool = False

    @property
    def weight(self) -> int:
        return 600 if self.is_own or self.is_total else 400

    @property
    def colour(self) -> str:
        return theme.LAKE if self.is_own else theme.INK


@dataclass
class RowSheet:
    """A canvas with the middles of its lanes in pixels, in the order of ``lanes``."""

    canvas: Canvas
    lanes: Sequence[Lane]
    middles: list[float]
    is_stacked: bool
    labels: list[list[str]]


def row_sheet(
    width: theme.Width,
    lanes: Sequence[Lane],
    domain: tuple[float, float],
    *,
    head: float = 44,
    value_head: str = "",
    foot: float = 34,
    beside: float = 0,
) -> RowSheet:
    """The sheet with names, separators and values drawn; ``domain`` is the range of the values.

    ``beside`` leaves so many pixels between the plot and the values, for a column of the caller's own.
    """
    kind = theme.CHART_TYPE[width]
    total = theme.WIDTHS[width]
    groups = [lane.group for lane in lanes]
    has_groups = any(groups)
    label_width = max(text_width(lane.label, kind.label, 600) for lane in lanes)
    group_width = max(text_width(group, kind.label, 600) for group in groups) if has_groups else 0
    value_width = max(
        text_width(words, kind.value, 600) for words in (value_head, *(lane.value for lane in lanes))
    )
    is_narrow = width == "narrow"
    room = total * {"narrow": 0.36, "wide": 0.39, "slide": 0.52}[width]
    has_group_column = has_groups and group_width + 16 + label_width <= room
    limit = room - (group_width + 16 if has_group_column else 0)
    if not is_narrow and not has_group_column:
        label_width = max(_widest(wrap(lane.label, kind.label, limit, 600), kind.label) for lane in lanes)
    is_stacked = not has_group_column and label_width > room
    left = 14.0 if is_stacked else label_width + 14 + (group_width + 16 if has_group_column else 0)
    line = total - 20.0 if is_stacked else max(label_width, 1) + 1
    labels = [wrap(lane.label, kind.label, line, 600) for lane in lanes]
    counts = [len(lines) for lines in labels]
    usual = 31.0 if width == "narrow" or len(lanes) <= _FEW_LANES else 27.0
    pitch = usual if width != "slide" else _slide_pitch(lanes, head + foot, sum(counts) - len(counts))
    tall = (pitch, SLIDE_LINE_HEIGHT if width == "slide" else LINE_HEIGHT)
    middles, extra, end = _middles(lanes, is_stacked, has_group_column, counts, tall)
    canvas = Canvas(
        width,
        height=head + end + foot,
        left=left,
        right=value_width + (16 if is_narrow else 28) + beside,
        top=head,
        bottom=foot,
        x_domain=domain,
        y_domain=(end, 0),
    )
    sheet = RowSheet(canvas, lanes, middles, is_stacked, labels)
    _furniture(sheet, extra, has_group_column, group_width)
    if value_head:
        canvas.text(
            canvas.plot_width + canvas.right,
            -16,
            value_head,
            size=kind.axis,
            colour=theme.INK_2,
            align="right",
        )
    return sheet


def _slide_pitch(lanes: Sequence[Lane], taken: float, more_lines: int) -> float:
    """The height of a lane on a slide: as many as stand there, down to what its letters need."""
    groups = 1 + sum(one.group != other.group for one, other in pairwise(lanes))
    left = theme.SLIDE_HEIGHT - taken - 14 * groups - SLIDE_LINE_HEIGHT * more_lines
    return min(31.0, max(24.0, left / len(lanes)))


def _middles(
    lanes: Sequence[Lane],
    is_stacked: bool,
    has_group_column: bool,
    line_counts: Sequence[int],
    tall: tuple[float, float],
) -> tuple[list[float], dict[int, float], float]:
    """Lane middles, where a new group begins, and the height of them all."""
    middles: list[float] = []
    starts: dict[int, float] = {}
    pitch, line_height = tall
    y = 0.0
    for index, lane in enumerate(lanes):
        is_new = (
            index == 0 or lane.group != lanes[index - 1].group or lane.is_total != lanes[index - 1].is_total
        )
        if is_new and index:
            y += 10
        if is_new:
            starts[index] = y
        if is_new and lane.group and not has_group_column:
            y += 30
        if is_new and index:
            y += 4
        lines = line_counts[index] if is_stacked else line_counts[index] - 1
        row_height = (30.0 if is_stacked else pitch) + line_height * lines
        middles.append(y + row_height - (13 if is_stacked else row_height / 2))
        y += row_height
    return middles, starts, y + 6


def _furniture(sheet: RowSheet, starts: dict[int, float], has_group_column: bool, group_width: float) -> None:
    canvas, size = sheet.canvas, sheet.canvas.type.label
    line_height = SLIDE_LINE_HEIGHT if canvas.width == "slide" else LINE_HEIGHT
    far = canvas.plot_width + canvas.right
    for index, lane in enumerate(sheet.lanes):
        middle = sheet.middles[index]
        if (
            lane.is_own
            and not lane.is_total
            and len(sheet.lanes) > 1
            and any(not one.is_own for one in sheet.lanes)
        ):
            tall = 28 if not sheet.is_stacked else 28 + line_height * len(sheet.labels[index])
            canvas.box(-canvas.left, middle + 14 - tall, canvas.total_width, tall, OWN_ROW)
        if index in starts:
            top = starts[index]
            if index:
                canvas.rule(-canvas.left, top, far, top, theme.RULE)
            if lane.group and has_group_column:
                canvas.text(-canvas.left, middle, lane.group, weight=600, size=size)
            elif lane.group:
                canvas.text(-canvas.left, top + 19, lane.group, weight=600, size=size, colour=theme.INK_2)
        if sheet.is_stacked:
            lines = sheet.labels[index]
            ground = OWN_ROW if lane.is_own and not lane.is_total else theme.WHITE
            for number, line in enumerate(reversed(lines)):
                y = middle - 21 - line_height * number
                style: dict[str, Any] = {"weight": lane.weight, "colour": lane.colour, "size": size}
                canvas.text(-canvas.left, y, line, ground=ground, **style)
        else:
            x = -canvas.left + (group_width + 16 if has_group_column else 0)
            for number, line in enumerate(sheet.labels[index]):
                y = middle + line_height * (number - (len(sheet.labels[index]) - 1) / 2)
                canvas.text(x, y, line, weight=lane.weight, colour=lane.colour, size=size)
        canvas.text(
            far,
            middle,
            lane.value,
            weight=400 if lane.is_quiet else 600,
            colour=theme.INK_2 if lane.is_quiet else lane.colour if lane.is_total else theme.LAKE,
            align="right",
            size=canvas.type.value,
        )


def _widest(lines: Sequence[str], size: float) -> float:
    return max(text_width(line, size, 600) for line in lines)


def draw_axis(sheet: RowSheet, ticks: Sequence[float], *, unit: str = "") -> None:
    """Upright grid lines with their numbers below; ``unit`` stands after the last number."""
    canvas = sheet.canvas
    bottom = canvas.plot_height
    if canvas.is_narrow and len(ticks) > 5:
        ticks = ticks[(len(ticks) - 1) % 2 :: 2]
    for index, tick in enumerate(ticks):
        x = canvas.px(tick)
        canvas.rule(x, 0, x, bottom, theme.GRID)
        words = text.number(tick, 0 if tick == int(tick) else 1)
        if index == len(ticks) - 1 and unit:
            words += f"{text.NBSP}{unit}"
        canvas.text(x, bottom + 17, words, colour=theme.INK_3, size=canvas.type.axis, align="center")


def draw_hidden(canvas: Canvas, middle: float, cell: ReleasedCell | None) -> None:
    """A hatched lane with the reason in words, for a value that is not shown."""
    wide = canvas.plot_width
    canvas.box(0, middle - LANE_HEIGHT / 2, wide, LANE_HEIGHT, theme.HATCH_SUPPRESSED)
    if cell is None or cell.state == "missing":
        candidates = ["Uppgift saknas", "saknas"]
    elif cell.state in ("nearly_all", "nearly_none"):
        candidates = ["Visas inte exakt", "Visas inte"]
    else:
        candidates = [f"Visas inte: {narrative.why_hidden(cell)}", "Visas inte"]
    size = canvas.type.note
    words = next((w for w in candidates if text_width(w, size) + 24 <= wide), candidates[-1])
    canvas.text(16, middle, words, colour=theme.INK_2, size=size, ground=theme.WHITE)


def draw_lozenge(canvas: Canvas, middle: float, low: float, high: float) -> None:
    """A hollow lozenge over the range in which a ``~100`` or ``~0`` may lie."""
    left, right = canvas.px(low), canvas.px(high)
    canvas.box(
        left,
        middle - 7,
        max(right - left, 16),
        14,
        theme.WHITE,
        stroke=theme.LAKE,
        strokeWidth=2.2,
        cornerRadius=7,
    )


@dataclass(frozen=True)
class HeadWord:
    """A name above the first lane, with a thin line down to the mark it names."""

    words: str
    at: float
    colour: str = theme.INK_2
    weight: int = 400


def draw_head_words(sheet: RowSheet, heads: Sequence[HeadWord], lane: int) -> None:
    """Names above the lanes, pointing at the marks of the first lane, or a key; they never overlap."""
    canvas = sheet.canvas
    size = canvas.type.axis
    widths = [text_width(head.words, size, head.weight) + 14 for head in heads]
    low, far = -canvas.left, canvas.plot_width + canvas.right
    rows: list[list[int]] = [list(range(len(heads)))]
    if sum(widths) > far - low:
        rows = [[index] for index in range(len(heads))]
    for level, members in enumerate(rows):
        y = -18 - 20 * level
        wanted = [canvas.px(heads[index].at) for index in members]
        placed = spread_apart(wanted, [widths[index] for index in members], low, far)
        for index, x in zip(members, placed, strict=True):
            head = heads[index]
            canvas.text(x, y, head.words, colour=head.colour, weight=head.weight, size=size, align="center")
            if lane == 0:
                canvas.rule(x, y + 9, canvas.px(head.at), sheet.middles[lane] - 9, theme.NATION)


def legend(canvas: Canvas, entries: Sequence[tuple[str, str]], y: float) -> None:
    """Ordered segments named in a row above the chart, on more rows when they do not fit."""
    size = canvas.type.axis
    x = -canvas.left
    for fill, words in entries:
        wide = 18 + text_width(words, size) + 16
        if x + wide > canvas.plot_width + canvas.right and x > -canvas.left:
            x, y = -canvas.left, y + 20
        style: dict[str, Any] = {"stroke": theme.INK_2, "strokeWidth": 0.8} if fill == theme.TONE else {}
        canvas.box(x, y - 6, 12, 12, fill, **style)
        canvas.text(x + 18, y, words, colour=theme.INK_2, size=size)
        x += wide
