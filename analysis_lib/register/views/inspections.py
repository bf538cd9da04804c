"""Tillsyn: open, overdue and closed cases, themes across units, support as context (register; F14–F18).

A case is closed when each of its deficiencies has a result with evidence; until then it is open however long
ago the measures were described. Individual cases are counted, and never told in words.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from analysis_lib.register.entry import Record
from analysis_lib.register.kinds.inspection import FORM_WORDS, Deficiency, InspectionCase, Support
from analysis_lib.register.kinds.measures import Measure
from analysis_lib.text import sort_key

CaseState = Literal["open", "overdue", "closed"]
# What the forms of before 1 July 2023 correspond to since then (Skolinspektionen).
PRESENT_FORM = {"regular": "planned", "flying": "thematic"}


@dataclass(frozen=True)
class DeficiencyRow:
    """A deficiency on its way: measure and result in words, empty in individual cases."""

    deficiency: Record[Deficiency]
    area: str
    state: CaseState
    due: datetime.date
    action: str
    result: str
    has_result: bool


@dataclass(frozen=True)
class CaseRow:
    """A case as it may be shown: state, deadline, its deficiencies, and its form under present names."""

    case: Record[InspectionCase]
    form: str
    present_form: str
    is_individual: bool
    state: CaseState
    due: datetime.date | None
    deficiencies: tuple[DeficiencyRow, ...]


@dataclass(frozen=True)
class ThemeUnit:
    """One unit of those visited for the same theme."""

    unit: str
    visited_on: datetime.date | None
    decision: str
    areas: tuple[str, ...]
    open_count: int


@dataclass(frozen=True)
class SupportMark:
    """A period of support to mark in charts; ``ends`` is None while it goes on."""

    unit: str
    provider: str
    what: str
    starts: datetime.date
    ends: datetime.date | None


def case_rows(
    cases: Iterable[Record[InspectionCase]],
    deficiencies: Sequence[Record[Deficiency]],
    measures: Iterable[Record[Measure]] = (),
    *,
    today: datetime.date,
) -> list[CaseRow]:
    """Cases grouped overdue, open, closed, and by deadline within each; kvalitetsgranskning is no tillsyn."""
    by_thing = {measure.thing: measure for measure in measures}
    rows = []
    for case in cases:
        if case.entry.form == "quality_audit":
            continue
        mine = [one for one in deficiencies if one.entry.case == case.thing]
        rows.append(_case_row(case, mine, by_thing, today))
    order = ("overdue", "open", "closed")
    return sorted(rows, key=lambda row: (order.index(row.state), row.due or datetime.date.max, row.case.id))


def theme_units(
    cases: Iterable[Record[InspectionCase]],
    deficiencies: Sequence[Record[Deficiency]],
    *,
    theme: str,
) -> list[ThemeUnit]:
    """The units visited for one theme side by side, by unit code and never by outcome (seed F16)."""
    same = [
        case
        for case in cases
        if case.entry.theme.strip().casefold() == theme.strip().casefold() and case.entry.scope == "general"
    ]
    rows = []
    for case in sorted(same, key=lambda one: one.unit):
        mine = [one.entry for one in deficiencies if one.entry.case == case.thing]
        areas = tuple(sorted({one.area for one in mine}, key=sort_key))
        still_open = sum(one.closed_on is None for one in mine)
        rows.append(ThemeUnit(case.unit, case.entry.visited_on, case.entry.decision, areas, still_open))
    return rows


def support_marks(
    supports: Iterable[Record[Support]], *, first: datetime.date, last: datetime.date
) -> list[SupportMark]:
    """The periods of support that touch the time a chart shows, in order of start."""
    marks = [
        SupportMark(one.unit, one.entry.provider, one.entry.what, one.entry.starts, one.entry.ends)
        for one in supports
        if one.entry.starts <= last and (one.entry.ends is None or one.entry.ends >= first)
    ]
    return sorted(marks, key=lambda mark: (mark.starts, mark.unit))


def _case_row(
    case: Record[InspectionCase],
    deficiencies: Sequence[Record[Deficiency]],
    measures: dict[str, Record[Measure]],
    today: datetime.date,
) -> CaseRow:
    is_individual = case.entry.scope == "individual"
    rows = tuple(_row(one, measures, today, is_individual) for one in deficiencies)
    states = {row.state for row in rows}
    needs_answer = case.entry.decision in ("order", "order_with_penalty")
    state: CaseState
    if "overdue" in states:
        state = "overdue"
    elif "open" in states:
        state = "open"
    elif not rows and needs_answer:
        state = "overdue" if case.entry.due and case.entry.due < today else "open"
    else:
        state = "closed"
    waiting = [row.due for row in rows if row.state != "closed"]
    form = case.entry.form
    return CaseRow(
        case,
        FORM_WORDS[form],
        FORM_WORDS[PRESENT_FORM.get(form, form)],
        is_individual,
        state,
        min(waiting, default=case.entry.due),
        rows,
    )


def _row(
    record: Record[Deficiency],
    measures: dict[str, Record[Measure]],
    today: datetime.date,
    is_individual: bool,
) -> DeficiencyRow:
    one = record.entry
    state: CaseState = "closed" if one.closed_on else "overdue" if one.due < today else "open"
    linked = measures.get(one.measure)
    action = one.action or (linked.entry.what if linked else "")
    return DeficiencyRow(
        record,
        one.area,
        state,
        one.due,
        "" if is_individual else action,
        "" if is_individual else one.result,
        one.closed_on is not None,
    )
