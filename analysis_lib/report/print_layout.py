"""How a report is put on paper: small tables beside their charts, large ones at the end (floor 7).

A reader of paper meets the message and the picture; the numbers behind each chart lie small, side by side, in
an appendix that every figure points to. On the screen each table stays under its chart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

TABLES_HEADING = "Talen bakom figurerna"
# A chart drawn for a phone fits in half a page's width; a table of so few columns fits beside it.
_BESIDE_HEIGHT, _BESIDE_COLUMNS, _BESIDE_ROWS = 320, 5, 9
# So many signs of small type fit in half a page's width; what one cell asks for before it is folded.
_HALF_SIGNS, _HALF_CELL, _WHOLE_CELL = 58, (20, 20), (40, 66)
_WIDE_COLUMNS = 5
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
            figure["beside"] = table | {"weights": _widths(table, _HALF_CELL)}
        else:
            figure["at_end"] = True
            tables.append(_told(figure, table, number))
    for part in _parts(data):
        if part["kind"] == "table":
            part["data"] = _weighed(without_sameness(part["data"]))
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
    return 0 < height <= _BESIDE_HEIGHT and columns <= _BESIDE_COLUMNS and rows <= _BESIDE_ROWS


def _told(figure: Mapping[str, Any], table: Json, number: int) -> Json:
    """A table at the end with the words that tell which figure it belongs to."""
    is_half = sum(_widths(table, _HALF_CELL)) <= _HALF_SIGNS
    told = {"number": number, "title": figure["title"], "mark": figure["figure"], "is_half": is_half}
    return table | told | {"weights": _widths(table, _HALF_CELL if is_half else _WHOLE_CELL)}


def _weighed(table: Json) -> Json:
    """A wide table of numbers with its columns as wide as what stands in them asks for."""
    is_heat, has_weights = table.get("is_heat"), bool(table.get("weights"))
    if is_heat or has_weights or len(table["columns"]) < _WIDE_COLUMNS:
        return table
    return table | {"weights": _widths(table, _WHOLE_CELL)}


def _widths(table: Mapping[str, Any], most: tuple[int, int]) -> list[float]:
    """The signs a column asks for: its longest cell, up to ``most`` (first, others), or its head's word."""
    found: list[float] = []
    for number, column in enumerate(table["columns"]):
        cells = [len(str(row["cells"].get(column["key"], {}).get("text") or "")) for row in table["rows"]]
        head = max((len(word) for word in str(column["label"]).split()), default=0)
        found.append(max(min(max(cells, default=0), most[number > 0]), head) + 2)
    return found


def _parts(data: Mapping[str, Any]) -> Iterator[Json]:
    yield from data["lead"]
    for section in data["sections"]:
        yield from section["parts"]


def _figures(data: Mapping[str, Any]) -> Iterator[Json]:
    return (part["data"] for part in _parts(data) if part["kind"] == "figure")
