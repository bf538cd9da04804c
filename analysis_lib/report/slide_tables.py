"""Which tables stand on a slide, how wide their columns are, and which share one (floor 7).

A table is shown when it is read from the back of a room without a word cut off; else the report alone has it.
Sizes are those of a slide 960 wide, in letters of 16 points; other forms follow in proportion.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analysis_lib.report.column_widths import column_widths, fits, line_count

_LINE, _FOLD = 104, 46  # signs over the whole slide; what a cell asks for before it is folded
_ROOM, _LINE_HEIGHT, _BETWEEN, _CAPTION = 372.0, 19.5, 9.0, 34.0
_MOST_COLUMNS, _MOST_ROWS = 7, 10
_LEAST_ROWS, _LEAST_CELLS = 2, 10

Json = dict[str, Any]


def for_slide(table: Mapping[str, Any]) -> Json | None:
    """The table with its columns' ``weights``; None when a slide has no room for it.

    A heat table has its own widths.
    """
    columns, rows = table["columns"], table["rows"]
    if table.get("is_heat"):
        return dict(table)
    if not rows or len(rows) > _MOST_ROWS or len(columns) > _MOST_COLUMNS or not fits(table, _LINE):
        return None
    made = dict(table) | {"weights": column_widths(table, _LINE, _FOLD)}
    return made if height(made) <= _ROOM else None


def height(table: Mapping[str, Any]) -> float:
    """How high the table is on the slide."""
    lines = line_count(table, table["weights"])
    return lines * _LINE_HEIGHT + (len(table["rows"]) + 1) * _BETWEEN


def is_little(table: Mapping[str, Any]) -> bool:
    """Whether a table alone would leave the slide empty."""
    cells = len(table["rows"]) * len(table["columns"])
    return not table.get("is_heat") and (len(table["rows"]) < _LEAST_ROWS or cells < _LEAST_CELLS)


def share_a_slide(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether both tables, each under its caption, have room on one slide."""
    if one.get("is_heat") or other.get("is_heat"):
        return False
    return height(one) + height(other) + 2 * _CAPTION <= _ROOM
