"""The timeline of tillsyn: one lane per brist, from decision to result (floor 6).

A lane can't close without a result: until then it reaches today and ends in an open ring. Shown by brist and
unit, never by person; individual cases are only counted.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analysis_lib import text
from analysis_lib.present import theme
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.canvas import Canvas
from analysis_lib.present.charts.figure import Parts, Setting, figure_block, gap_block

if TYPE_CHECKING:
    from analysis_lib.register.views.inspections import CaseRow

_HEADINGS = {"overdue": "Försenade", "open": "Öppna", "closed": "Avslutade"}
_CHIPS = {"overdue": "overdue", "open": "ongoing", "closed": "reached"}
_STATE_WORDS = {"overdue": "Försenad", "open": "Öppen", "closed": "Avslutad"}
_LANE, _HEAD, _AXIS = 46.0, 34.0, 34.0


@dataclass(frozen=True)
class _Lane:
    state: str
    area: str
    unit: str
    form: str
    decided: datetime.date
    due: datetime.date
    closed: datetime.date | None


def draw_timeline(
    cases: Sequence[CaseRow], names: Mapping[str, str], setting: Setting, *, today: datetime.date
) -> Block:
    """The general cases' deficiencies as lanes; without any, an explained gap."""
    lanes = [lane for case in cases if not case.is_individual for lane in _lanes(case, names)]
    if not lanes:
        return gap_block("Tillsyn", timeline_finding(cases), cause="no-cases")
    lanes.sort(key=lambda lane: (list(_HEADINGS).index(lane.state), lane.due, lane.unit))
    parts = Parts(
        finding=timeline_finding(cases),
        title=f"Brister vid tillsyn, från beslut till resultat. Läget {text.date(today)}.",
        alt=f"Tidslinje. Brister vid tillsyn. {timeline_finding(cases)}.",
        foot="▮ beslut, ◆ frist, ● resultat, ○ resultat saknas. Ärenden om enskilda visas inte.",
        columns=[
            {"key": "area", "label": "Brist", "align": "left"},
            {"key": "unit", "label": "Enhet", "align": "left"},
            {"key": "form", "label": "Form", "align": "left"},
            {"key": "decided", "label": "Beslut", "align": "left"},
            {"key": "due", "label": "Frist", "align": "left"},
            {"key": "closed", "label": "Resultat", "align": "left"},
            {"key": "state", "label": "Läge", "align": "left"},
        ],
        rows=[_row(lane) for lane in lanes],
        facts=(),
    )
    return figure_block(setting, parts, lambda width: _draw(lanes, setting, width, today))


def timeline_finding(cases: Sequence[CaseRow]) -> str:
    """``Tre ärenden är öppna, ett är försenat`` – all cases counted, also those about single pupils."""
    late = sum(case.state == "overdue" for case in cases)
    still_open = late + sum(case.state == "open" for case in cases)
    if not still_open:
        return "Inga ärenden är öppna"
    told = f"{_counted(still_open)} {'ärende är öppet' if still_open == 1 else 'ärenden är öppna'}"
    if late == still_open:
        told += " och försenat" if late == 1 else " och försenade"
    elif late:
        told += f", {_counted(late)} är {'försenat' if late == 1 else 'försenade'}"
    return text.capitalised(told)


def _counted(number: int) -> str:
    return "ett" if number == 1 else text.count_word(number)


def _lanes(case: CaseRow, names: Mapping[str, str]) -> list[_Lane]:
    unit = names.get(case.case.unit, case.case.unit)
    decided = case.case.entry.decided_on
    return [
        _Lane(row.state, row.area, unit, case.form, decided, row.due, row.deficiency.entry.closed_on)
        for row in case.deficiencies
    ]


def _row(lane: _Lane) -> dict[str, Any]:
    cells = {
        "area": {"text": lane.area},
        "unit": {"text": lane.unit},
        "form": {"text": lane.form},
        "decided": {"text": lane.decided.isoformat()},
        "due": {"text": lane.due.isoformat()},
        "closed": {"text": lane.closed.isoformat() if lane.closed else "resultat saknas"},
        "state": {"text": _STATE_WORDS[lane.state], "chip": _CHIPS[lane.state]},
    }
    return {"style": "", "cells": cells}


def _draw(
    lanes: Sequence[_Lane], setting: Setting, width: theme.Width, today: datetime.date
) -> dict[str, Any]:
    states = list(dict.fromkeys(lane.state for lane in lanes))
    height = len(lanes) * _LANE + len(states) * _HEAD
    days = [day for lane in lanes for day in (lane.decided, lane.due, lane.closed) if day] + [today]
    first = min(days).replace(day=1).toordinal() - 20
    last = max(days).toordinal() + 45
    canvas = Canvas(width, height + _AXIS, 12, 12, _AXIS, 0, (first, last), (height, 0))
    _draw_axis(canvas, first, last, today)
    top = 0.0
    for state in states:
        canvas.text(5, top + 18, _HEADINGS[state], weight=600)
        top += _HEAD
        for lane in (one for one in lanes if one.state == state):
            _draw_lane(canvas, lane, top, today)
            top += _LANE
    return canvas.spec(f"{setting.id}-{width}", "")


def _draw_axis(canvas: Canvas, first: int, last: int, today: datetime.date) -> None:
    """A line for each turn of the half year, and the hand of today."""
    years = range(datetime.date.fromordinal(first).year, datetime.date.fromordinal(last).year + 1)
    for day in (datetime.date(year, month, 1) for year in years for month in (1, 7)):
        at = canvas.px(day.toordinal())
        is_near_today = abs(at - canvas.px(today.toordinal())) < 70
        if first <= day.toordinal() <= last:
            canvas.rule(at, 0, at, canvas.plot_height, theme.GRID)
            if not is_near_today and 24 < at < canvas.plot_width - 24:
                words = f"{'jan' if day.month == 1 else 'jul'} {day.year}"
                canvas.text(at, -16, words, colour=theme.INK_3, size=canvas.type.axis, align="center")
    at = canvas.px(today.toordinal())
    canvas.rule(at, 0, at, canvas.plot_height, theme.ROWAN, 2)
    canvas.text(at, -16, "i dag", colour=theme.ROWAN_TEXT, weight=600, align="center")


def _draw_lane(canvas: Canvas, lane: _Lane, top: float, today: datetime.date) -> None:
    middle = top + 32
    start, end = canvas.px(lane.decided.toordinal()), canvas.px((lane.closed or today).toordinal())
    is_late = lane.state == "overdue"
    colour = theme.LAKE if lane.closed else theme.ROWAN if is_late else theme.MUNICIPALITY
    mark = "! " if is_late else ""
    canvas.text(5, top + 10, f"{mark}{lane.area}, {lane.unit}", colour=theme.INK_2, ground=theme.WHITE)
    canvas.rule(start, middle, end, middle, colour, 2.4)
    canvas.box(start - 3, middle - 8, 6, 16, theme.INK)
    canvas.dots([(lane.due.toordinal(), middle)], 11, shape="diamond", fill=theme.WHITE, stroke=theme.INK)
    fill = colour if lane.closed else theme.WHITE
    at = (lane.closed or today).toordinal()
    canvas.dots([(at, middle)], 11, fill=fill, stroke=colour, strokeWidth=2.4)
    if lane.closed:
        canvas.rule(end + 8, middle - 8, end + 8, middle + 8, colour, 2.4)
