"""Draws answers as bars around zero, with who answered above and "Vet ej" beside (floor 6)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from analysis_lib import text
from analysis_lib.present import narrative, theme
from analysis_lib.present.charts.answered import Answered, draw_answered
from analysis_lib.present.charts.canvas import Canvas
from analysis_lib.present.charts.figure import Setting
from analysis_lib.present.charts.likert_rows import SHARE, LikertRow, Part, is_tail
from analysis_lib.present.charts.rows import Lane, draw_hidden, legend, row_sheet
from analysis_lib.present.typeset import text_width

TALL = 24.0
LEAST_WIDTH = 15.0


def draw(
    rows: Sequence[LikertRow], setting: Setting, width: theme.Width, answered: Answered | None
) -> dict[str, Any]:
    """The Vega-Lite spec of the bars at one width."""
    lanes = [
        Lane(row.words, narrative.with_unit(row.positive, SHARE) if row.positive else "", is_quiet=False)
        for row in rows
    ]
    is_narrow = width == "narrow"
    left, right = (max(max(row.reach(side) for row in rows), 5.0) for side in (-1, 1))
    size = theme.CHART_TYPE[width].axis
    column = 0.0 if is_narrow else text_width("Vet ej", size) + 22
    entries = _entries(rows)
    above = 74.0 if answered is not None and answered.is_known else 12.0
    lines = _legend_lines(entries, width)
    head = above + 22 * lines + 34
    sheet = row_sheet(width, lanes, (-left, right), head=head, value_head="Positiva", foot=12, beside=column)
    canvas = sheet.canvas
    if answered is not None and answered.is_known:
        draw_answered(canvas, answered, -head + 12)
    legend(canvas, entries, -head + above + 10)
    zero = canvas.px(0)
    axis = canvas.plot_width + column - 6
    if column:
        canvas.text(axis, -16, "Vet ej", size=size, colour=theme.INK_2, align="right")
    for row, middle in zip(rows, sheet.middles, strict=True):
        if row.is_shown:
            _bar(canvas, row, middle)
        elif is_tail(row) and row.positive is not None:
            words = "Nästan alla svarade positivt" if row.positive.state == "nearly_all" else "Nästan inga"
            canvas.text(
                zero + 8, middle, words, size=canvas.type.note, colour=theme.INK_2, ground=theme.WHITE
            )
        else:
            draw_hidden(canvas, middle, row.positive)
        if column and row.unknown:
            canvas.text(axis, middle, row.unknown, size=size, colour=theme.INK_2, align="right")
    ends = [(m - 15, m + 15) for m in sheet.middles]  # a line through all would cross the questions
    for top, end in ends if sheet.is_stacked else [(ends[0][0], ends[-1][1])]:
        canvas.rule(zero, top, zero, end, theme.INK, 1.6)
    return canvas.spec(f"{setting.id}-{width}", "")


def _bar(canvas: Canvas, row: LikertRow, middle: float) -> None:
    for side in (-1, 1):
        at = 0.0
        for part in row.on(side):
            start, stop = canvas.px(side * at), canvas.px(side * (at + part.share))
            at += part.share
            _piece(canvas, part, (min(start, stop), abs(stop - start)), middle)


def _piece(canvas: Canvas, part: Part, span: tuple[float, float], middle: float) -> None:
    left, wide = span
    if wide <= 0:
        return
    canvas.box(left, middle - TALL / 2, wide, TALL, part.fill, stroke=theme.WHITE, strokeWidth=1.2)
    if part.is_middle:  # too pale to be seen without a line around it
        inner = {"stroke": theme.INK_2, "strokeWidth": 0.8}
        canvas.box(left + 1, middle - TALL / 2 + 0.8, max(wide - 2, 1), TALL - 1.6, part.fill, **inner)
    words, size = text.number(part.share, 0), canvas.type.axis
    if wide < max(LEAST_WIDTH, text_width(words, size) + 4):
        return
    strong = part.fill == theme.HATCH_MOST_NEGATIVE
    ground = theme.DIVERGING[0] if strong else theme.DIVERGING[1] if part.fill == theme.HATCH_NEGATIVE else ""
    ground = ground if wide >= text_width(words, size) + 12 else ""
    colour = (
        theme.WHITE if strong else theme.INK if part.fill.startswith("#fe01") else theme.ink_on(part.fill)
    )
    canvas.text(left + wide / 2, middle, words, size=size, align="center", colour=colour, ground=ground)


def _entries(rows: Sequence[LikertRow]) -> list[tuple[str, str]]:
    """The key: the answers themselves where all questions have the same, else what their places mean."""
    shown = [part for row in rows if row.is_shown for part in row.parts if part.side]
    by_fill: dict[str, set[str]] = {}
    for part in shown:
        by_fill.setdefault(part.fill, set()).add(part.words)
    general = {
        theme.HATCH_MOST_NEGATIVE: "Mest negativa svaret",
        theme.HATCH_NEGATIVE: "Negativa",
        theme.DIVERGING[2]: "Mitten",
        theme.DIVERGING[3]: "Positiva",
        theme.LAKE: "Mest positiva svaret",
    }
    is_one = all(len(words) == 1 for words in by_fill.values())
    return [
        (fill, next(iter(by_fill[fill])) if is_one else words)
        for fill, words in general.items()
        if fill in by_fill
    ]


def _legend_lines(entries: Sequence[tuple[str, str]], width: theme.Width) -> int:
    size, lines, x = theme.CHART_TYPE[width].axis, 1, 0.0
    for _, words in entries:
        wide = 18 + text_width(words, size) + 16
        if x + wide > theme.WIDTHS[width] and x:
            lines, x = lines + 1, 0.0
        x += wide
    return lines
