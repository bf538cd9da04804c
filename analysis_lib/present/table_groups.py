"""Long tables of a page or a sheet of paper: what repeats row after row becomes a heading (floor 6).

In a file for counting, each row keeps its first cell; for the eye, a unit's name stands once above its rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any

FOLDED_ROWS = 8  # more rows fill a phone's screen two or three times
_LEAST_ROWS, _LEAST_COLUMNS = 6, 3


def grouped(table: Mapping[str, Any]) -> dict[str, Any]:
    """The table with a heading row for each run of equal first cells, when most of them repeat."""
    columns, rows = table["columns"], table["rows"]
    if table.get("is_heat") or len(columns) < _LEAST_COLUMNS or any(row.get("style") for row in rows):
        return dict(table)
    key = columns[0]["key"]
    runs = [(name, list(each)) for name, each in groupby(rows, lambda row: _name(row, key))]
    is_once = len({name for name, _ in runs}) == len(runs)
    if len(rows) < _LEAST_ROWS or len(rows) < 2 * len(runs) or not is_once:
        return dict(table)
    made: list[Mapping[str, Any]] = []
    for _, each in runs:
        made.append({"cells": {columns[1]["key"]: each[0]["cells"][key]}, "style": "group"})
        made += [{**row, "cells": {k: v for k, v in row["cells"].items() if k != key}} for row in each]
    return {**table, "columns": columns[1:], "rows": made}


def is_long(table: Mapping[str, Any]) -> bool:
    """Whether a phone should show the table folded, to be opened by whoever wants it."""
    return not table.get("is_heat") and len(table["rows"]) > FOLDED_ROWS


def _name(row: Mapping[str, Any], key: str) -> str:
    return str(row["cells"].get(key, {}).get("text") or "")
