"""The årshjul drawn as a ring of twelve months from August at the top (floor 6).

One track per calendar, arcs for periods, diamonds for deadlines and a hand for today. The list beside it is
the real content: the drawing shows how the year breathes, the table says when and who.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis_lib import text
from analysis_lib.present import theme
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.canvas import Canvas
from analysis_lib.present.charts.figure import Parts, Setting, figure_block
from analysis_lib.text import MONTHS
from analysis_lib.vocabulary.agenda import STATE_WORDS, Agendum, State, when
from analysis_lib.vocabulary.periods import SchoolYear

_RIM = 1.0
_OUTER, _GAP = 0.86, 0.17
_COLOURS = (theme.LAKE, theme.MOSS, theme.CURRANT)
_CHIPS: dict[State, str] = {"late": "overdue", "due": "ongoing", "done": "reached"}


@dataclass(frozen=True)
class WheelOrder:
    """What a wheel is drawn from: the agenda of a läsår, the names of its tracks in order, and today."""

    agenda: Sequence[Agendum]
    names: Mapping[str, str]
    school_year: SchoolYear
    today: datetime.date


def draw_wheel(order: WheelOrder, setting: Setting) -> Block:
    """The årshjul as a figure: finding, ring, alt text with the next three moments, and the whole list."""
    names = list(order.names.values())
    tracks = text.listing([*names[:1], *map(text.uncapitalised, names[1:])])
    parts = Parts(
        finding=wheel_finding(order),
        title=f"Årshjul läsåret {order.school_year}. {tracks}.",
        alt=_alt(order),
        foot="Ihåligt: klart eller passerat. !: försenat. En ledig dag flyttas till nästa arbetsdag.",
        columns=[
            {"key": "when", "label": "När", "align": "left"},
            {"key": "name", "label": "Moment", "align": "left"},
            {"key": "track", "label": "Kalender", "align": "left"},
            {"key": "responsible", "label": "Ansvarig", "align": "left"},
            {"key": "decided", "label": "Beslut", "align": "left"},
            {"key": "state", "label": "Läge", "align": "left"},
        ],
        rows=[_row(one, order) for one in order.agenda],
        facts=(),
    )
    return figure_block(setting, parts, lambda width: _draw(order, setting, width))


def wheel_finding(order: WheelOrder) -> str:
    """What is late and what comes next, in one sentence."""
    late = [one for one in order.agenda if one.state == "late"]
    coming = [one for one in order.agenda if one.state in ("due", "next")]
    next_one = (
        f"näst på tur: {text.uncapitalised(coming[0].occasion.moment.name)}, "
        f"senast {text.date(coming[0].occasion.due)}"
        if coming
        else "läsårets moment är över"
    )
    if not late:
        return (
            f"Inget är försenat{text.NBSP}{text.EN_DASH} {next_one}" if coming else "Läsårets moment är över"
        )
    noun = "ett moment är försenat" if len(late) == 1 else f"{text.count_word(len(late))} moment är försenade"
    return text.capitalised(f"{noun}{text.NBSP}{text.EN_DASH} {next_one}")


def _alt(order: WheelOrder) -> str:
    coming = [one for one in order.agenda if one.state in ("due", "next")][:3]
    told = [f"{text.date(one.occasion.due)} {one.occasion.moment.name}" for one in coming]
    late = sum(one.state == "late" for one in order.agenda)
    rest = f" Försenade moment: {late}." if late else ""
    return (
        f"Årshjul med tolv månader från augusti, läsåret {order.school_year}. "
        f"Härnäst: {'; '.join(told) or 'inget mer i år'}.{rest}"
    )


def _row(one: Agendum, order: WheelOrder) -> dict[str, Any]:
    moment = one.occasion.moment
    state: dict[str, Any] = {"text": STATE_WORDS[one.state]}
    if one.state in _CHIPS:
        state["chip"] = _CHIPS[one.state]
    if one.handed is not None and one.state != "done":
        state["text"] += f", {one.handed.done} av {one.handed.expected}"
    moved = f" ({one.occasion.moved})" if one.occasion.moved else ""
    cells = {
        "when": {"text": when(one.occasion) + moved},
        "name": {"text": moment.name},
        "track": {"text": order.names[one.occasion.calendar]},
        "responsible": {"text": moment.responsible},
        "decided": {"text": moment.decided_by},
        "state": state,
    }
    return {"style": "", "cells": cells}


def _draw(order: WheelOrder, setting: Setting, width: theme.Width) -> dict[str, Any]:
    side = 560 if width != "narrow" else theme.WIDTHS["narrow"]
    beside = (theme.WIDTHS[width] - side) / 2
    legend = 30.0 * len(order.names) if width == "narrow" else 34.0
    canvas = Canvas(width, side + legend, beside, beside, 0, legend, (-1.14, 1.14), (-1.14, 1.14))
    _draw_months(canvas)
    for place, calendar in enumerate(order.names):
        _draw_track(canvas, order, calendar, place)
    _draw_hand(canvas, order)
    _draw_legend(canvas, order)
    return canvas.spec(f"{setting.id}-{width}", "")


def _angle(day: datetime.date, school_year: SchoolYear) -> float:
    """The share of the läsår that has gone at the start of a day, 0 to 1 and on."""
    first = datetime.date(school_year.start, 8, 1)
    length = (datetime.date(school_year.end, 8, 1) - first).days
    return (day - first).days / length


def _point(share: float, radius: float) -> tuple[float, float]:
    turn = 2 * math.pi * share
    return radius * math.sin(turn), radius * math.cos(turn)


def _arc(first: float, last: float, radius: float) -> list[tuple[float, float]]:
    steps = max(2, math.ceil((last - first) * 120))
    return [_point(first + (last - first) * step / steps, radius) for step in range(steps + 1)]


def _draw_months(canvas: Canvas) -> None:
    canvas.path(_arc(0, 1, _RIM), theme.RULE, 1)
    for month in range(12):
        start, middle = month / 12, (month + 0.5) / 12
        canvas.line([_point(start, 0.3), _point(start, _RIM)], theme.GRID, 1)
        x, y = _point(middle, 1.065)
        name = MONTHS[(month + 7) % 12]
        words = name[:3] if canvas.is_narrow else name[:3] if len(name) > 4 else name
        canvas.text(
            canvas.px(x), canvas.py(y), words, colour=theme.INK_2, size=canvas.type.axis, align="center"
        )


def _track_radius(place: int) -> float:
    return _OUTER - place * _GAP


def _draw_track(canvas: Canvas, order: WheelOrder, calendar: str, place: int) -> None:
    radius, colour = _track_radius(place), _COLOURS[place % len(_COLOURS)]
    canvas.path(_arc(0, 1, radius), theme.TONE, 14 if canvas.is_narrow else 22)
    mine = [one for one in order.agenda if one.occasion.calendar == calendar]
    for one in mine:
        if one.occasion.is_period:
            last = _angle(one.occasion.due + datetime.timedelta(days=1), order.school_year)
            arc = _arc(_angle(one.occasion.start, order.school_year), last, radius)
            canvas.path(arc, colour, 8 if canvas.is_narrow else 12)
    points = [
        (_point(_angle(one.occasion.due, order.school_year) + 0.5 / 365, radius), one)
        for one in mine
        if not one.occasion.is_period
    ]
    size = 10 if canvas.is_narrow else 14
    passed = [point for point, one in points if one.state in ("done", "passed")]
    coming = [point for point, one in points if one.state in ("due", "next")]
    late = [point for point, one in points if one.state == "late"]
    style = {"shape": "diamond", "stroke": colour}
    canvas.dots(passed, size, fill=theme.WHITE, **style)
    canvas.dots(coming, size, fill=colour, **style)
    canvas.dots(late, size + 4, fill=theme.INTERNAL_GROUND, shape="diamond", stroke=theme.INTERNAL_TEXT)
    for x, y in late:
        canvas.text(
            canvas.px(x), canvas.py(y), "!", colour=theme.INTERNAL_TEXT, size=12.5, weight=700, align="center"
        )


def _draw_hand(canvas: Canvas, order: WheelOrder) -> None:
    share = _angle(order.today, order.school_year)
    if not 0 <= share < 1:
        return
    canvas.line([_point(share, 0.12), _point(share, _RIM)], theme.ROWAN, 2.4)
    words = f"nu {order.today.day} {MONTHS[order.today.month - 1][:3]}"
    canvas.text(
        canvas.px(0),
        canvas.py(0),
        words,
        colour=theme.ROWAN_TEXT,
        weight=600,
        align="center",
        ground=theme.WHITE,
    )


def _draw_legend(canvas: Canvas, order: WheelOrder) -> None:
    step = canvas.plot_width / len(order.names)
    for place, name in enumerate(order.names.values()):
        colour = _COLOURS[place % len(_COLOURS)]
        if canvas.is_narrow:
            x, y = 20.0, canvas.plot_height + 14 + place * 28
        else:
            x, y = place * step + 12, canvas.plot_height + 16
        canvas.box(x, y - 6, 18, 12, colour)
        where = ("ytterst", "i mitten", "innerst")[place] if len(order.names) == 3 else ""
        canvas.text(x + 26, y, f"{name}, {where}" if where else name)
