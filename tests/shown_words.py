"""The numbers that people have written themselves: entries of the register, and what is summed of them.

They are statements of those who wrote them, searched for names before release, and no figures of ours.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from shown_numbers import numbers_of

from analysis_lib.register import load_kinds, open_register
from analysis_lib.register.kinds.measures import ImprovementArea
from analysis_lib.register.views.needs import need_table, needs
from analysis_lib.snapshots.units import load_units
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.workspace import Workspace


def people_wrote(workspace: Workspace) -> set[str]:
    """Every number in every entry, with none and with one decimal, and the pupils behind needs, summed."""
    register = open_register(workspace)
    try:
        said = {
            number
            for kind in load_kinds().values()
            for record in register.current(kind)
            for number in _numbers(json.loads(record.entry.model_dump_json()))
        }
        return said | _sums(workspace, register.current(ImprovementArea))
    finally:
        register.close()


def _numbers(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _numbers(inner)
    elif isinstance(value, str):
        yield from numbers_of(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield from (f"{value:.{decimals}f}".replace(".", ",") for decimals in (0, 1))


def _sums(workspace: Workspace, areas: list[Any]) -> set[str]:
    units = load_units(workspace, Catalog(workspace))
    found: set[int] = set()
    for year in {record.school_year for record in areas}:
        found |= {need.pupils for need in needs(areas, units, school_year=year)}
        cells = need_table(areas, units, school_year=year)
        for area in {cell.area for cell in cells}:
            found.add(sum(cell.pupils for cell in cells if cell.area == area))
    return {str(each) for each in found}
