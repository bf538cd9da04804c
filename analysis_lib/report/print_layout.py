"""How a report is put on paper: small tables beside their charts, large ones at the end (floor 7).

A reader of paper meets the message and the picture; the numbers behind each chart lie small, side by side, in
an appendix that every figure points to. On the screen each table stays under its chart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from analysis_lib.present.table_groups import grouped
from analysis_lib.report.column_widths import column_widths, fits, line_count, wanted_width

TABLES_HEADING = "Talen bakom figurerna"
# A chart drawn for a phone fits in half a page's width; a table of so few columns fits beside it.
_BESIDE_HEIGHT, _BESIDE_COLUMNS, _BESIDE_ROWS = 320, 5, 9
# So many signs fit in a line: of a table at the end over half the page and the whole, of one in the text with
# many columns and with few, of one beside a chart; and what one cell asks for before it is folded.
_HALF_SIGNS, _WHOLE_SIGNS, _TEXT_SIGNS, _LARGE_SIGNS, _BESIDE_SIGNS = 58, 132, 124, 104, 74
_HALF_CELL, _WHOLE_CELL = 22, 60
_HALF_COST = 1.4
_WIDE_COLUMNS = 5
# A line of a table beside a chart is so many of the chart's pixels high: the table never outgrows the chart.
_BESIDE_LINE, _BESIDE_SLACK = 21, 60
# What is the same on every row is said once.
_SAID_ONCE = ("period", "year", "source")

Json = dict[str, Any]


def laid_out(data: Json) -> Json:
    """The print data with each figure's table placed: ``beside`` it, or in ``tables`` at the end."""
    tables: list[Json] = []
    for number, figure in enumerate(_figures(data), start=1):
        figure["number"] = number
        table = figure.pop("table", None)
        if not table or not table["rows"]:
            continue
        table = without_sameness(table)
        if _is_beside(figure, table):
            figure["beside"] = table | {"weights": column_widths(table, _BESIDE_SIGNS, _HALF_CELL)}
        else:
            figure["at_end"] = True
            tables.append(_told(figure, table, number))
    for part in _parts(data):
        if part["kind"] == "table":
            part["data"] = _weighed(grouped(without_sameness(part["data"])))
    return data | {"tables": tables, "tables_heading": TABLES_HEADING}


def without_sameness(table: Mapping[str, Any]) -> Json:
    """The table without columns that say the same on every row; what they said stands in its ``foot``."""
    kept = dict(table)
    for key in _SAID_ONCE:
        column = next((each for each in kept["columns"][1:] if each["key"] == key), None)
        words = {str(row["cells"].get(key, {}).get("text") or "") for row in kept["rows"] if _is_plain(row)}
        if column is None or len(words) != 1 or len(kept["rows"]) < 2:
            continue
        kept["columns"] = [each for each in kept["columns"] if each["key"] != key]
        said = words.pop()
        if (
            said
            and said not in str(kept.get("caption") or "") + str(kept.get("foot") or "")
            and key != "period"
        ):
            kept["foot"] = " ".join(
                filter(None, (str(kept.get("foot") or ""), f"{column['label']}: {said}."))
            )
    return kept


def _is_plain(row: Mapping[str, Any]) -> bool:
    return row.get("style") not in ("group",)


def _is_beside(figure: Mapping[str, Any], table: Mapping[str, Any]) -> bool:
    columns, rows = len(table["columns"]), len(table["rows"])
    height = figure.get("narrow_height") or 0
    if not (0 < height <= _BESIDE_HEIGHT and columns <= _BESIDE_COLUMNS and rows <= _BESIDE_ROWS):
        return False
    lines = line_count(table, column_widths(table, _BESIDE_SIGNS, _HALF_CELL))
    return lines * _BESIDE_LINE <= height + _BESIDE_SLACK and fits(table, _BESIDE_SIGNS)


def _told(figure: Mapping[str, Any], table: Json, number: int) -> Json:
    """A table at the end with the words that tell which figure it belongs to."""
    is_half = wanted_width(table, _HALF_CELL) <= _HALF_SIGNS or _gains_from_half(table)
    line = (_HALF_SIGNS, _HALF_CELL) if is_half else (_WHOLE_SIGNS, _WHOLE_CELL)
    told = {"number": number, "title": figure["title"], "mark": figure["figure"], "is_half": is_half}
    return table | told | {"weights": column_widths(table, *line)}


def _gains_from_half(table: Mapping[str, Any]) -> bool:
    """Whether half the width costs the table so few more lines that two abreast are shorter."""
    half = line_count(table, column_widths(table, _HALF_SIGNS, _HALF_CELL))
    whole = line_count(table, column_widths(table, _WHOLE_SIGNS, _WHOLE_CELL))
    return fits(table, _HALF_SIGNS) and half <= _HALF_COST * whole


def _weighed(table: Json) -> Json:
    """A wide table of numbers with its columns as wide as what stands in them asks for."""
    is_narrow = len(table["columns"]) < _WIDE_COLUMNS
    if table.get("is_heat") or (is_narrow and not table.get("is_words")):
        return table
    line = _LARGE_SIGNS if is_narrow else _TEXT_SIGNS
    return table | {"weights": column_widths(table, line, _WHOLE_CELL)}


def _parts(data: Mapping[str, Any]) -> Iterator[Json]:
    yield from data["lead"]
    for section in data["sections"]:
        yield from section["parts"]


def _figures(data: Mapping[str, Any]) -> Iterator[Json]:
    return (part["data"] for part in _parts(data) if part["kind"] == "figure")
