"""Which published statements a block makes: facts of its cells, and what was reckoned from them (floor 6).

Every number a reader meets must be traced to a released fact. A difference is no fact of its own: it is
listed under ``derived`` with the two values it comes from.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from analysis_lib import text
from analysis_lib.disclosure.released import Fact, ReleasedCell
from analysis_lib.vocabulary.indicators import Indicator


def facts_of(cells: Iterable[ReleasedCell | None], indicator: Indicator) -> tuple[Fact, ...]:
    """The facts that showing these cells states, each once, in order; each knows its cell."""
    from analysis_lib.disclosure.facts import cell_facts

    shown = [cell for cell in cells if cell is not None]
    return merged(*((replace(fact, origin=cell) for fact in cell_facts(cell, indicator)) for cell in shown))


def merged(*groups: Iterable[Fact]) -> tuple[Fact, ...]:
    """Facts of several cells or blocks, repeats left out."""
    seen: dict[str, Fact] = {}
    for group in groups:
        for fact in group:
            seen.setdefault(repr(fact.as_json("")), fact)
    return tuple(seen.values())


def derived_value(
    what: str, value: float, decimals: int, of: Iterable[str], *, signed: bool = False
) -> dict[str, Any]:
    """One number reckoned from released values: its name, itself and the values it comes from."""
    return {
        "what": what,
        "value": value,
        "text": text.number(value, decimals, signed=signed),
        "of": list(of),
    }


def cell_name(cell: ReleasedCell) -> str:
    """A short key of a released cell, for tracing: ``results.eligible/2024-25/unit/12345678/T``."""
    parts = (cell.indicator, cell.school_year, cell.level, cell.code, cell.organiser, cell.sex)
    return "|".join([*parts, cell.subject, cell.category])
