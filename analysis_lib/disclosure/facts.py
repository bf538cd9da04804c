"""Every number that is shown, as a statement that the attacker can read (floor 5).

The form is that of ``audit --facts``: population, cell, what is said, shown text. A statement is what a
reader sees: rounded as drawn, or the sign in its place, with the interval beside it: that is a statement too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from analysis_lib import text
from analysis_lib.disclosure.lattice import ROOT
from analysis_lib.disclosure.released import Fact, ReleasedCell
from analysis_lib.vocabulary.indicators import Indicator

_SIGNS = {"suppressed": "..", "nearly_all": "~100", "nearly_none": "~0"}


def cell_facts(cell: ReleasedCell, indicator: Indicator) -> tuple[Fact, ...]:
    """What a released cell says when it is drawn: its n and its value, a sign where a number is hidden.

    A cell without data says nothing. A mean has a population of its own, since only pupils with a result
    count in its n; so has a published figure, since two of its authority's tables may count pupils of
    different days.
    """
    name = indicator.id.split(".", 1)[1]
    is_alone = indicator.kind == "mean" or cell.basis != "own"
    pop = f"{cell.population}/{name}" if is_alone else cell.population
    where = _where(cell)
    facts = []
    shown_n = cell.n if cell.n_state == "shown" else _SIGNS.get(cell.n_state)
    if cell.n_state == "whole" and cell.n is not None:
        around = f"{indicator.within}-{cell.population.rsplit('-', 1)[1]}"
        facts.append(Fact(around, where, "n", "count", cell.n, rounded=cell.rounding))
    elif indicator.kind != "count" and shown_n is not None:
        whole = {key: value for key, value in where.items() if key != "category"}
        facts.append(Fact(pop, whole, "n", "count", shown_n, rounded=cell.rounding))
    shown = _shown(cell)
    if shown is not None and indicator.is_head_count:
        # A head count of our own is the n of its population, not a result within it.
        facts.append(Fact(pop, where, "n", "count", shown, rounded=cell.rounding))
    elif shown is not None:
        facts.append(_result(pop, where, name, indicator, shown, cell))
    return tuple(facts)


def collect(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """The statements without repeats, in the order in which they were first made."""
    seen: dict[str, Fact] = {}
    for fact in facts:
        seen.setdefault(json.dumps(fact.as_json(""), sort_keys=True), fact)
    return tuple(seen.values())


def read_facts(path: Path) -> list[dict[str, Any]]:
    """The statements of a file, one a line."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def _where(cell: ReleasedCell) -> dict[str, str]:
    """The cell's place: the whole of a dimension is left out, the huvudman is ``KOMMUN``."""
    organiser = f":{cell.organiser}" if cell.organiser else ""
    unit = {
        "class": cell.code,
        "unit": cell.code,
        "area": cell.code,
        "authority": ROOT,
        "municipality": f"{cell.code}{organiser}",
        "national": f"{cell.code}{organiser}",
    }[cell.level]
    place = {"unit": unit}
    if cell.sex != "T":
        place["sex"] = cell.sex
    if cell.subject:
        place["subject"] = cell.subject
    if cell.category:
        place["category"] = cell.category
    return place


def _shown(cell: ReleasedCell) -> float | str | None:
    if cell.state == "shown" and cell.value is not None:
        return float(text.round_half_up(cell.value, cell.decimals))
    return _SIGNS.get(cell.state)


def _result(
    pop: str,
    where: Mapping[str, str],
    name: str,
    indicator: Indicator,
    shown: float | str,
    cell: ReleasedCell,
) -> Fact:
    if indicator.kind == "mean":
        return Fact(
            pop,
            where,
            name,
            "mean",
            shown,
            decimals=cell.decimals,
            maximum=indicator.maximum,
            quantum=indicator.quantum,
            interval=_interval(cell),
        )
    if indicator.kind == "count":
        number = int(shown) if isinstance(shown, float) and shown.is_integer() else shown
        return Fact(pop, where, name, "count", number, rounded=cell.rounding)
    return Fact(pop, where, name, "share", shown, decimals=cell.decimals, interval=_interval(cell))


def _interval(cell: ReleasedCell) -> tuple[float, float] | None:
    """The interval as a reader sees it, where one stands beside the value."""
    if not cell.is_shown or cell.low is None or cell.high is None:
        return None
    low, high = (float(text.round_half_up(each, cell.decimals)) for each in (cell.low, cell.high))
    return low, high
