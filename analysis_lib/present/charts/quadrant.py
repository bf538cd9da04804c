"""Quadrant: how high the results are against how much they grew, for every unit (grammar 6, floor 6).

The dashed lines stand at the kommun's own values, not at what would be good. Intervals live in the
caterpillar beside it; here the place of a dot says no more than where it lies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import sqrt
from typing import Any

from analysis_lib import text
from analysis_lib.disclosure.released import ReleasedCell
from analysis_lib.present import narrative, theme
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts import figure
from analysis_lib.present.charts.canvas import Canvas
from analysis_lib.present.charts.caterpillar import Estimate, Wording, signed
from analysis_lib.present.charts.figure import Parts, Setting
from analysis_lib.present.charts.scales import Box, clearest, overlaps, round_domain
from analysis_lib.present.evidence import facts_of, merged
from analysis_lib.present.typeset import text_width
from analysis_lib.vocabulary.indicators import Indicator

LEAST = 2


@dataclass(frozen=True)
class QuadrantPoint:
    """One unit: its level (a released value) and its growth."""

    level: ReleasedCell
    growth: Estimate

    @property
    def is_shown(self) -> bool:
        return self.level.is_shown and self.growth.is_shown

    @property
    def at(self) -> tuple[float, float]:
        return self.level.value or 0.0, self.growth.value or 0.0

    @property
    def size(self) -> float:
        """The dot's diameter in pixels: its area follows the number of pupils, where that is told."""
        n = self.level.n if self.level.has_n and self.level.n else 20
        return min(max(sqrt(n) * 1.6, 8.0), 26.0)


@dataclass(frozen=True)
class _Plot:
    points: Sequence[QuadrantPoint]
    whole: QuadrantPoint
    indicator: Indicator
    wording: Wording
    setting: Setting
    hidden: int = field(default=0)


def quadrant(
    points: Sequence[QuadrantPoint],
    *,
    setting: Setting,
    indicator: Indicator,
    wording: Wording,
    whole: QuadrantPoint,
) -> Block | None:
    """Units by level (x) and growth (y) with the kommun's values as dashed lines; None for fewer than two.

    ``indicator`` is that of the level. Units whose level or growth is hidden are counted in words.
    """
    shown = sorted(
        (each for each in points if each.is_shown), key=lambda each: text.sort_key(each.growth.name)
    )
    if len(shown) < LEAST or not whole.is_shown:
        return None
    plot = _Plot(shown, whole, indicator, wording, setting, len(points) - len(shown))
    cells = [*(each.level for each in points), whole.level]
    columns, rows = _table(plot)
    parts = Parts(
        finding=_finding(plot),
        title=f"{text.capitalised(indicator.short)} och {text.uncapitalised(wording.title)} "
        f"Streckat: {text.uncapitalised(whole.growth.name)}. Större prick: fler elever.",
        alt=_alt(plot),
        foot="Intervallen står i diagrammet över skolorna.",
        columns=columns,
        rows=rows,
        facts=merged(facts_of(cells, indicator), *(each.growth.facts for each in (*points, whole))),
        notes=_notes(plot),
        derived=[told for each in (*shown, whole) for told in each.growth.derived[:1]]
        + list(wording.derived),
    )
    return figure.figure_block(setting, parts, lambda width: _draw(plot, width))


def _place(point: QuadrantPoint, whole: QuadrantPoint) -> str:
    x, y = (mine - theirs for mine, theirs in zip(point.at, whole.at, strict=True))
    level = "över" if x > 0 else "under" if x < 0 else "på samma"
    growth = "större" if y > 0 else "mindre" if y < 0 else "samma"
    return f"{level}|{growth}"


def _finding(plot: _Plot) -> str:
    own = next((each for each in plot.points if each.growth.is_own), None)
    if own is None:
        both = sum(_place(each, plot.whole) == "över|större" for each in plot.points)
        many = text.count_word(len(plot.points))
        whole = narrative.within_sentence(plot.whole.growth.name)
        told = f"{text.count_word(both)} av {many} skolor ligger i bilden över {whole} i både nivå och ökning"
        return (
            text.capitalised(told)
            if both
            else f"Ingen av {many} skolor ligger i bilden över {whole} i både nivå och ökning"
        )
    level, growth = _place(own, plot.whole).split("|")
    whole = narrative.within_sentence(plot.whole.growth.name)
    if (level, growth) in (("över", "större"), ("under", "mindre")):
        return f"{own.growth.name} ligger i bilden {level} {whole} i både nivå och ökning"
    if growth == "samma" or level == "på samma":
        return f"{own.growth.name} ligger {level if level != 'på samma' else 'på samma nivå som'} {whole}"
    return f"{own.growth.name} ligger {level} {whole} i nivå men har {growth} ökning"


def _alt(plot: _Plot) -> str:
    told = [f"Spridningsdiagram, nivå mot ökning. {_finding(plot)}"]
    for each in sorted(plot.points, key=lambda one: not one.growth.is_own)[:3]:
        told.append(
            f"{each.growth.name}: {narrative.in_prose(each.level, plot.indicator)}, {each.growth.words}"
        )
    if plot.hidden:
        schools = "skola" if plot.hidden == 1 else "skolor"
        told.append(text.capitalised(f"{text.count_word(plot.hidden)} {schools} visas inte"))
    return ". ".join(told) + "."


def _notes(plot: _Plot) -> list[Any]:
    told = "Till höger: högre nivå. Uppåt: större ökning. De streckade "
    notes = [{"term": "Så läser du", "text": told + "linjerna är kommunens egna värden, inte ett mål."}]
    if plot.hidden:
        schools = "skola" if plot.hidden == 1 else "skolor"
        told = text.capitalised(
            f"{text.count_word(plot.hidden)} {schools} saknas i bilden, för att skydda en liten grupp."
        )
        notes.append({"term": "Visas inte", "text": told})
    return notes


def _table(plot: _Plot) -> tuple[list[dict[str, str]], list[dict[str, Any]]]:
    columns = [
        figure.column("group", "Skola", "left"),
        figure.column("level", plot.indicator.short),
        figure.column("growth", text.capitalised(plot.wording.unit)),
        figure.column("n", "Antal"),
    ]
    rows = []
    for each in (*plot.points, plot.whole):
        cells = {
            "group": figure.table_cell(each.growth.name),
            "level": figure.value_cell(each.level, plot.indicator),
            "growth": figure.table_cell(each.growth.words),
            "n": figure.table_cell(each.level.n_text),
        }
        rows.append(figure.row(cells, "sum" if each is plot.whole else "own" if each.growth.is_own else ""))
    return columns, rows


def _draw(plot: _Plot, width: theme.Width) -> dict[str, Any]:
    xs, ys = zip(*(each.at for each in (*plot.points, plot.whole)), strict=True)
    x_domain, x_ticks = round_domain(xs, room=0.16)
    y_domain, y_ticks = round_domain([*ys, 0.0], room=0.16)
    height = 360.0 if width == "narrow" else 420.0
    canvas = Canvas(width, height, 46, 16, 40, 58, x_domain, y_domain)
    _axes(canvas, plot, x_ticks, y_ticks)
    taken = _corners(canvas, plot)
    for each in sorted(plot.points, key=lambda one: one.growth.is_own):
        colour = theme.LAKE if each.growth.is_own else theme.NATION
        canvas.dots([each.at], each.size, fill=colour, stroke=theme.WHITE, strokeWidth=1.4, filled=True)
    _names(canvas, plot, taken)
    return canvas.spec(f"{plot.setting.id}-{width}", "")


def _axes(canvas: Canvas, plot: _Plot, x_ticks: Sequence[float], y_ticks: Sequence[float]) -> None:
    size, bottom, wide = canvas.type.axis, canvas.plot_height, canvas.plot_width
    level, growth = (canvas.px(plot.whole.at[0]), canvas.py(plot.whole.at[1]))
    canvas.box(level, 0, wide - level, growth, theme.LAKE, opacity=0.06)
    for tick in y_ticks:
        y = canvas.py(tick)
        canvas.rule(0, y, wide, y, theme.GRID)
        words = "0" if tick == 0 else signed(tick, 0 if tick == int(tick) else 1)
        canvas.text(-8, y, words, colour=theme.INK_3, size=size, align="right")
    canvas.rule(0, bottom, wide, bottom, theme.HATCH_LINE)
    shown = x_ticks[::2] if canvas.is_narrow and len(x_ticks) > 5 else x_ticks
    for tick in shown:
        words = text.number(tick, 0 if tick == int(tick) else 1)
        canvas.text(canvas.px(tick), bottom + 17, words, colour=theme.INK_3, size=size, align="center")
    canvas.rule(level, 0, level, bottom, theme.INK_2, 1.4, "4 3")
    canvas.rule(0, growth, wide, growth, theme.INK_2, 1.4, "4 3")
    canvas.text(-canvas.left, -24, f"↑ {plot.wording.unit}", colour=theme.INK_2, size=size)
    words = (
        f"{text.uncapitalised(plot.indicator.short)}{', procent' if plot.indicator.kind == 'share' else ''} →"
    )
    canvas.text(wide, bottom + 40, words, colour=theme.INK_2, size=size, align="right")


def _corners(canvas: Canvas, plot: _Plot) -> list[Box]:
    """The words of the four corners, where the field is wide enough; the room they take."""
    size = canvas.type.note
    level, growth = (canvas.px(plot.whole.at[0]), canvas.py(plot.whole.at[1]))
    taken: list[Box] = []
    for is_high in (False, True):
        for is_more in (False, True):
            lines = (
                "högre nivå," if is_high else "lägre nivå,",
                "större ökning" if is_more else "mindre ökning",
            )
            wide = max(text_width(line, size) for line in lines)
            room = canvas.plot_width - level if is_high else level
            tall = growth if is_more else canvas.plot_height - growth
            if room < wide + 16 or tall < 2.6 * size + 10:
                continue
            x = canvas.plot_width - 8 if is_high else 8.0
            top = 14.0 if is_more else canvas.plot_height - 14 - size * 1.25
            for number, line in enumerate(lines):
                style: dict[str, Any] = {"align": "right" if is_high else "left", "size": size}
                canvas.text(x, top + number * size * 1.25, line, colour=theme.INK_3, **style)
            left = x - wide if is_high else x
            taken.append((left, top - size, left + wide, top + size * 2.25))
    return taken


def _names(canvas: Canvas, plot: _Plot, taken: list[Box]) -> None:
    """A name beside every dot, where the fewest other dots and names are in its way."""
    size = canvas.type.note
    for each in plot.points:
        x, y = canvas.px(each.at[0]), canvas.py(each.at[1])
        taken.append((x - each.size / 2, y - each.size / 2, x + each.size / 2, y + each.size / 2))
    level, growth = canvas.px(plot.whole.at[0]), canvas.py(plot.whole.at[1])
    lines = [(level, 0.0, level, canvas.plot_height), (0.0, growth, canvas.plot_width, growth)]
    for each in sorted(plot.points, key=lambda one: not one.growth.is_own):
        x, y = canvas.px(each.at[0]), canvas.py(each.at[1])
        weight = 600 if each.growth.is_own else 400
        wide, away = text_width(each.growth.name, size, weight), each.size / 2 + 5
        boxes = [
            (x + away, y - size / 2, x + away + wide, y + size / 2),
            (x - away - wide, y - size / 2, x - away, y + size / 2),
            (x - wide / 2, y - away - size, x + wide / 2, y - away),
            (x - wide / 2, y + away, x + wide / 2, y + away + size),
            (x + away, y - away - size, x + away + wide, y - away),
            (x - away - wide, y - away - size, x - away, y - away),
        ]
        inside = [
            b
            for b in boxes
            if b[0] >= 0 and b[2] <= canvas.plot_width and b[1] >= 0 and b[3] <= canvas.plot_height
        ]
        chosen = (inside or boxes)[clearest(inside or boxes, lines, taken)]
        colour = theme.LAKE if each.growth.is_own else theme.INK_2
        free = not any(overlaps(chosen, other) for other in taken)
        ground = "" if free else theme.WHITE
        canvas.text(
            chosen[0],
            (chosen[1] + chosen[3]) / 2,
            each.growth.name,
            colour=colour,
            weight=weight,
            size=size,
            ground=ground,
        )
        taken.append(chosen)
