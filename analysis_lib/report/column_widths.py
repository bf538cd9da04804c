"""How wide the columns of a table are on paper and on a slide, in signs (floor 7).

No word is ever cut off or pushed into its neighbour: each column first gets room for its longest word, and
only what is left is shared by how much the columns have to say.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

_PADDING = 2.6
_CHIP = 4.0  # the sign of a status, the space after it and the edges of its field
_SHORT_STATUS = 16  # a status of so few signs stands on one line
_LONGEST_WORD = 26  # longer ones are divided
_BREAK = re.compile(r"[ \n]+|(?<=[-–/])(?=[^\W\d])")


def column_widths(table: Mapping[str, Any], line: float, most: float) -> list[float]:
    """The widths of the columns in signs, together at most ``line`` where the words allow it.

    ``most`` is what one column asks for before its text is folded.
    """
    shapes = [_shape(table, column, most) for column in table["columns"]]
    least, wanted = [one for one, _ in shapes], [two for _, two in shapes]
    if sum(wanted) <= line:
        return wanted
    asked = sum(wanted) - sum(least)
    if sum(least) >= line or not asked:
        return least
    share = (line - sum(least)) / asked
    return [low + (high - low) * share for low, high in zip(least, wanted, strict=True)]


def wanted_width(table: Mapping[str, Any], most: float) -> float:
    """How many signs a line of the table asks for when cells are folded at ``most``."""
    return sum(_shape(table, column, most)[1] for column in table["columns"])


def fits(table: Mapping[str, Any], line: float) -> bool:
    """Whether every word has room when the line holds so many signs."""
    return sum(_shape(table, column, 0)[0] for column in table["columns"]) <= line


def line_count(table: Mapping[str, Any], widths: Sequence[float]) -> int:
    """How many lines the table takes when its columns are so wide, the head included."""
    columns = table["columns"]
    heads = max(_lines(str(column["label"]), width) for column, width in zip(columns, widths, strict=True))
    return heads + sum(
        max(_lines(_text(row, column), width) for column, width in zip(columns, widths, strict=True))
        for row in table["rows"]
    )


def _shape(table: Mapping[str, Any], column: Mapping[str, Any], most: float) -> tuple[float, float]:
    """The least that the column can do with, and what it would like."""
    # The heading of a group lies over all columns.
    cells = [row["cells"].get(column["key"], {}) for row in table["rows"] if row.get("style") != "group"]
    least = max([_longest_word(str(column["label"])), *map(_least, cells)])
    wanted = max([least, *(min(_length(cell), most) for cell in cells)])
    return least + _PADDING, wanted + _PADDING


def _least(cell: Mapping[str, Any]) -> float:
    words = str(cell.get("text") or "")
    if cell.get("chip"):
        return (len(words) if len(words) <= _SHORT_STATUS else _longest_word(words)) + _CHIP
    return _longest_word(words)


def _length(cell: Mapping[str, Any]) -> float:
    return len(str(cell.get("text") or "")) + (_CHIP if cell.get("chip") else 0)


def _longest_word(words: str) -> float:
    return min(max(map(len, _BREAK.split(words)), default=0), _LONGEST_WORD)


def _text(row: Mapping[str, Any], column: Mapping[str, Any]) -> str:
    return "" if row.get("style") == "group" else str(row["cells"].get(column["key"], {}).get("text") or "")


def _lines(words: str, width: float) -> int:
    return max(1, math.ceil(len(words) / max(width - _PADDING, 1)))
