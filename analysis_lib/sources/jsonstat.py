"""A json-stat2 data set as the grid that the same table has as a workbook (floor 3).

Nothing is known beforehand of a set's dimensions but how their labels read: one names units, one names school
years, the third measures. Source: json-stat.org, format 2.0; marks stand in ``status``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from analysis_lib.sources.http.paging import unexpected
from analysis_lib.sources.shapes import Row, Sheet

Cell = tuple[str, bool]  # the text, and whether it is a number


@dataclass(frozen=True)
class Axis:
    """One dimension: its code and the labels of its categories in order."""

    code: str
    labels: tuple[str, ...]


def read_cells(document: Any, *, where: str) -> tuple[list[Axis], dict[tuple[int, ...], Cell]]:
    """The dimensions of a data set, and its cells by their position in each.

    A value that is null without a status is a missing figure. Raises SkolbankError when sizes disagree.
    """
    try:
        codes, sizes = list(document["id"]), [int(size) for size in document["size"]]
        axes = [_axis(code, document["dimension"][code]["category"]) for code in codes]
        values, status = document["value"], document.get("status") or {}
    except (KeyError, TypeError, ValueError):
        raise unexpected(where, "det är inget json-stat2") from None
    total = 1
    for size in sizes:
        total *= size
    is_whole = [len(axis.labels) for axis in axes] == sizes
    if not is_whole or (isinstance(values, list) and len(values) != total):
        raise unexpected(where, "antalet värden stämmer inte med antalet kategorier")
    cells = {}
    for number, place in enumerate(product(*map(range, sizes))):
        cells[place] = _cell(_at(values, number), _at(status, number))
    return axes, cells


def as_sheet(title: str, places: Mapping[tuple[str, str], Mapping[str, Cell]], measures: list[str]) -> Sheet:
    """The grid of the workbook: a column per place and school year, a row per measure."""
    rows: list[Row] = [(1, [title])]
    rows.append((2, ["", *(place for place, _ in places)]))
    rows.append((3, ["", *(year for _, year in places)]))
    numeric = set()
    for row, measure in enumerate(measures, 4):
        found = [cells.get(measure, (".", False)) for cells in places.values()]
        rows.append((row, [measure, *(text for text, _ in found)]))
        numeric |= {(row, column) for column, (_, is_number) in enumerate(found, 1) if is_number}
    return Sheet("json-stat2", rows, frozenset(numeric))


def _axis(code: str, category: dict[str, Any]) -> Axis:
    labels = category.get("label") or {}
    index = category.get("index")
    if isinstance(index, dict):
        keys = sorted(index, key=lambda key: int(index[key]))
    else:
        keys = list(index if index is not None else labels)
    return Axis(code, tuple(str(labels.get(key, key)) for key in keys))


def _at(values: Any, number: int) -> Any:
    """A value by its number: the format allows a list, or an object of the values that there are."""
    if isinstance(values, list):
        return values[number] if number < len(values) else None
    return values.get(str(number)) if isinstance(values, dict) else None


def _cell(value: Any, status: Any) -> Cell:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return (f"{value:.10g}", True)
    return (str(status or value or ".").strip(), False)


def by_label(
    axes: list[Axis], cells: Mapping[tuple[int, ...], Cell]
) -> Iterator[tuple[dict[str, str], Cell]]:
    """Every cell with the label of its place on each axis."""
    for place, cell in cells.items():
        yield {axis.code: axis.labels[at] for axis, at in zip(axes, place, strict=True)}, cell
