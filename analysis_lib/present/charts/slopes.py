"""Slopes: an årskull's way over the årskurser that were measured, beside others in grey (floor 6).

A line joins two points of the same measure only; where the measure changes there is a gap and a dashed
upright.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from analysis_lib import text
from analysis_lib.disclosure.released import ReleasedCell
from analysis_lib.present import narrative
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts import figure
from analysis_lib.present.charts.caterpillar import signed
from analysis_lib.present.charts.figure import Parts, Setting
from analysis_lib.present.charts.slopes_drawing import Slope, Stop, draw
from analysis_lib.present.evidence import cell_name, derived_value, facts_of, merged


@dataclass(frozen=True)
class Step:
    """What may be said of the change between the last two stops: difference, bounds, sure or not."""

    difference: float
    low: float
    high: float
    is_sure: bool
    of: tuple[ReleasedCell, ...]


def slopes(
    lines: Sequence[Slope],
    stops: Sequence[Stop],
    *,
    setting: Setting,
    title: str,
    step: Step | None = None,
    decimals: int = 0,
    followed: str = "",
    derived: Sequence[dict[str, Any]] = (),
) -> Block:
    """The first line is our own årskull; the others are grey. Gives a gap block when ours shows nothing.

    ``step`` gives the finding; without one the last level is told.
    """
    own = lines[0]
    held = [one for line in lines for one in line.cells if one is not None]
    facts = merged(*(facts_of([cell], indicator) for cell, indicator in held))
    if not own.shown and not any(figure.lozenge(one[0]) for one in own.cells if one):
        return figure.hidden_gap("Kurvan kan inte visas för årskullen", setting.subject, facts)
    told = _finding(own, stops, step, decimals)
    columns, rows = _table(lines, stops)
    parts = Parts(
        finding=told,
        title=title,
        alt=_alt(told, lines, stops, decimals),
        foot=" ".join(filter(None, (_foot(step, decimals), followed))),
        columns=columns,
        rows=rows,
        facts=facts,
        notes=[*_notes(lines, stops), *figure.mark_notes(one[0] for one in held)],
        derived=[*_derived(step, decimals), *derived],
    )
    return figure.figure_block(setting, parts, lambda width: draw(lines, stops, setting, width))


def _derived(step: Step | None, decimals: int) -> list[dict[str, Any]]:
    if step is None:
        return []
    names = [cell_name(cell) for cell in step.of]
    told = (("difference", step.difference), ("low", step.low), ("high", step.high))
    return [derived_value(what, value, decimals, names, signed=True) for what, value in told]


def _finding(own: Slope, stops: Sequence[Stop], step: Step | None, decimals: int) -> str:
    shown = own.shown
    if step is not None and len(shown) > 1:
        (first, before), (last, after) = shown[-2:]
        words = "säker ökning" if step.difference > 0 else "säker minskning"
        verdict = words if step.is_sure else "ingen säker förändring"
        pair = [text.number(value, decimals) for value in (before, after)]
        told = f"{own.name}: {pair[0]} procent i {stops[first].name}, {pair[1]} i {stops[last].name}"
        return f"{told}{narrative.DASH}{verdict}"
    if shown:
        at, value = shown[-1]
        return f"{own.name}: {text.number(value, decimals)} procent i {stops[at].name}"
    signs = [(at, one) for at, one in enumerate(own.cells) if one and figure.lozenge(one[0])]
    at, (cell, _) = signs[-1]
    who = "alla" if cell.state == "nearly_all" else "ingen"
    return f"{own.name}: nästan {who} når kraven i {stops[at].name}"


def _foot(step: Step | None, decimals: int) -> str:
    if step is None:
        return ""
    told = f"{signed(step.difference, decimals)} procentenheter, 95 procents intervall "
    return told + f"{signed(step.low, decimals)} till {signed(step.high, decimals)}."


def _alt(finding: str, lines: Sequence[Slope], stops: Sequence[Stop], decimals: int) -> str:
    told = [f"Linjediagram. {finding}"]
    for line in lines[1:]:
        if line.shown:
            at, value = line.shown[-1]
            told.append(f"{line.name} {text.number(value, decimals)} i {stops[at].name}")
    if any(not one.joins_next for one in stops[:-1]):
        told.append("Måttet byts på vägen")
    return ". ".join(told) + "."


def _notes(lines: Sequence[Slope], stops: Sequence[Stop]) -> list[Any]:
    kinds = text.listing([f"{stop.measure} i {stop.name}" for stop in stops])
    told = f"Samma elever följs från gång till gång: {kinds}."
    if any(not one.joins_next for one in stops[:-1]):
        told += " Streckat: måttet byts, och ingen linje dras."
    notes = [{"term": "Så läser du", "text": told}]
    if any(one and one[0].low is not None for one in lines[0].cells):
        notes.append({"term": "Upprätt streck", "text": f"visar osäkerheten, 95{text.NBSP}%."})
    return notes


def _table(
    lines: Sequence[Slope], stops: Sequence[Stop]
) -> tuple[list[dict[str, str]], list[dict[str, Any]]]:
    columns = [
        figure.column("group", "Årskull", "left"),
        figure.column("stop", "Årskurs", "left"),
        figure.column("value", "Når kraven"),
        figure.column("interval", f"95{text.NBSP}% intervall"),
        figure.column("n", "Antal"),
    ]
    rows = []
    for line in lines:
        for stop, one in zip(stops, line.cells, strict=True):
            if one is None:
                continue
            cell, indicator = one
            cells = {
                "group": figure.table_cell(line.name),
                "stop": figure.table_cell(f"{stop.name} ({stop.measure})"),
                "value": figure.value_cell(cell, indicator),
                "interval": figure.table_cell(cell.interval_text if cell.is_shown else ""),
                "n": figure.table_cell(cell.n_text),
            }
            rows.append(figure.row(cells, "own" if line.style == "own" and len(lines) > 1 else ""))
    return columns, rows
