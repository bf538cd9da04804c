"""A survey over its waves, and its questions beside the other units and riket (floor 7).

A line stops where the questions changed; a group that replaced another one carries it on after the break.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from analysis_lib.disclosure.released import ReleasedCell
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.figure import Setting
from analysis_lib.present.charts.ranges import RangeRow, draw_ranges
from analysis_lib.present.charts.survey_trend import Panel, draw_survey_trend, waves
from analysis_lib.report.figures import dated, sourced
from analysis_lib.report.scope import Place
from analysis_lib.report.survey_figures import Survey
from analysis_lib.statistics.series import BREAK_WORDS
from analysis_lib.vocabulary.indicators import Indicator


def trend(asked: Survey, group: str, setting: Setting) -> Block | None:
    """The index of each area over the waves, cut where the questions changed."""
    known, place = asked.indicator("index"), asked.place("index")
    if known is None or place is None:
        return None
    before = [old for each in asked.instruments for new, old in each.succeeds.items() if new == group]
    groups = [*before, group]
    said = asked.said("index", place).select(category=groups)
    years = waves(said.cells())
    panels = []
    for area, name in asked.areas().items():
        own = {cell.school_year: cell for cell in said.select(subject=area).cells()}
        if own:
            panels.append(Panel(name, own, _compared(asked, known, (area, groups), place)))
    since = {year: BREAK_WORDS[kind] for year, kind in asked.scope.rules.changed(known.id).items()}
    breaks = {year: since[at] for at in since if (year := _first_after(years, at))}
    subject = asked.scope.name if place.level in ("unit", "authority") else place.name
    cells = [cell for panel in panels for cell in panel.own.values()]
    shown = replace(sourced(setting, cells, known), source=known.source, subject=subject, breaks=breaks)
    return draw_survey_trend(
        panels, setting=shown, indicator=known, years=years, people=asked.group_words(group)
    )


def _first_after(years: Sequence[str], since: str) -> str:
    """The first wave with the new questions, when there is an older one too."""
    later = [year for year in years if year >= since]
    return later[0] if later and later[0] != years[0] else ""


def _compared(
    asked: Survey, known: Indicator, of: tuple[str, Sequence[str]], place: Place
) -> dict[str, dict[str, ReleasedCell]]:
    area, groups = of
    scope = asked.scope
    told = [(scope.like_units, scope.authority)] if scope.unit else []
    found = {}
    for name, series in (*told, ("Riket", scope.nation)):
        cells = [
            cell
            for group in groups
            for cell in series(known.id, years=None, subject=area, category=group).cells()
            if cell.is_shown and cell.level != place.level and cell.school_year <= scope.school_year
        ]
        if cells:
            found[name] = {cell.school_year: cell for cell in cells}
    return found


def compared(asked: Survey, group: str, setting: Setting) -> Block | None:
    """The share positive of each question beside the other units and riket."""
    known, place = asked.indicator("positive"), asked.place("positive")
    if known is None or place is None:
        return None
    said = asked.said("positive", place).select(category=group)
    year = max((cell.school_year for cell in said.cells()), default="")
    rows = []
    for cell in said.select(school_year=year).cells():
        pair = asked.question(cell.subject)
        if pair is None:
            continue
        keys = {"subject": cell.subject, "category": group, "school_year": year}
        nation = next(iter(asked.scope.nation(known.id, years=None, **keys).cells()), None)
        units = asked.scope.unit_cells(known.id, **keys)
        row = RangeRow(pair[1].wordings[0], cell, known, units=units, nation=nation, is_question=True)
        rows.append((pair[1], row))
    order = [question.id for each in reversed(asked.instruments) for question in each.questions]
    rows.sort(key=lambda each: order.index(each[0].id))
    if not rows:
        return None
    shown = [row for _, row in rows]
    subject = asked.scope.name if place.level in ("unit", "authority") else place.name
    placed = replace(dated(sourced(setting, [r.cell for r in shown], known), year, asked.scope),
                     subject=subject, source=known.source)  # fmt: skip
    people = asked.group_words(group)
    return draw_ranges(
        shown,
        setting=placed,
        title=f"Positiva svar från {people}, procent av alla svar",
        year=year,
        people="svarande",
        units_name="Enheterna i kommunen",
    )
