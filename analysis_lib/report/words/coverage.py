"""Which prioritised areas are worked on at which units: a matrix with its empty places visible (floor 7)."""

from __future__ import annotations

import datetime

from analysis_lib import text
from analysis_lib.present.blocks import Block
from analysis_lib.register.kinds.development import LeadTeacher, PriorityArea
from analysis_lib.register.kinds.measures import Measure
from analysis_lib.report.words.shapes import Cell, words_table
from analysis_lib.report.words.told import Told


def area_coverage(told: Told) -> list[Block]:
    """Units × areas in force: how many measures and förstelärare's assignments, never whose (M8, M9)."""
    areas = {one.thing: one.entry.name for one in told.every(PriorityArea) if _is_on(one.entry, told.in_year)}
    work: dict[tuple[str, str], list[int]] = {}
    for measure in told.mine(Measure):
        work.setdefault((measure.unit, measure.entry.priority_area), [0, 0])[0] += 1
    for teacher in told.every(LeadTeacher):
        if _is_on(teacher.entry, told.in_year):
            work.setdefault((teacher.unit, teacher.entry.area), [0, 0])[1] += 1
    if not any(area in areas for _, area in work):
        return []
    units = {code: unit.name for code, unit in told.own_units.items()}
    codes = sorted(units, key=lambda code: text.sort_key(units[code]))
    lines: list[list[Cell]] = [
        [units[code], *(_told(work.get((code, area), [0, 0])) for area in areas)] for code in codes
    ]
    empty = [name for area, name in areas.items() if all((code, area) not in work for code in codes)]
    missing = (
        f" Inget pågår vid enheterna om {text.listing([*map(text.uncapitalised, empty)])}." if empty else ""
    )
    caption = f"Var arbetet med de prioriterade områdena pågår.{missing}"
    return [words_table("omradestackning", caption, ["Enhet", *areas.values()], lines)]


def _is_on(entry: PriorityArea | LeadTeacher, day: datetime.date) -> bool:
    return entry.starts <= day <= entry.ends


def _told(counts: list[int]) -> Cell:
    measures, assignments = counts
    words = [
        f"{number}{text.NBSP}{one if number == 1 else several}"
        for number, one, several in ((measures, "åtgärd", "åtgärder"), (assignments, "uppdrag", "uppdrag"))
        if number
    ]
    return ", ".join(words) if words else text.EN_DASH
