"""The few shapes that words are drawn in: tables with status words, answers, cards (floor 7)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from analysis_lib import text
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.figure import column, row, table_cell
from analysis_lib.report.tables import table_data

Cell = str | tuple[str, str]  # words, or a chip and its words
NO_BASIS = "– Underlag saknas"


def words_table(
    id: str,
    caption: str,
    heads: Sequence[str],
    lines: Sequence[Sequence[Cell]],
    *,
    notes: Sequence[Mapping[str, str]] = (),
    foot: str = "",
) -> Block:
    """A table of words; the first column names the row. Its free texts are searched before release."""
    columns = [column(f"k{at}", head, "left") for at, head in enumerate(heads)]
    rows = [row({f"k{at}": _cell(cell) for at, cell in enumerate(line)}) for line in lines]
    data = table_data(id, caption, columns, rows, notes, foot=foot, is_wide=True)
    return Block("table", {**data, "is_words": True})


def answers_block(items: Sequence[tuple[str, str, str]], *, missing: str = NO_BASIS) -> Block:
    """Questions with their answers and where the answer comes from; an empty one says that it is missing."""
    told = [
        {"question": question, "text": words.strip() or missing, "note": note, "missing": not words.strip()}
        for question, words, note in items
    ]
    return Block("answers", {"items": told})


def cards_block(items: Sequence[Mapping[str, Any]]) -> Block:
    """Cards with a heading, a text and named lines."""
    return Block("cards", {"items": [dict(item) for item in items]})


def paragraph(words: str) -> Block:
    """One paragraph of running text."""
    return Block("paragraph", {"text": words})


def subheading(words: str) -> Block:
    """A heading inside a section."""
    return Block("subheading", {"text": words})


def day(value: datetime.date | None) -> str:
    """A date as it stands in tables: ``2026-06-30``; a dash when there is none."""
    return value.isoformat() if value else text.EN_DASH


def value(number: float | None) -> str:
    """A number as people wrote it, decimal comma, at most one decimal."""
    if number is None:
        return text.EN_DASH
    return text.number(number, 0 if float(number).is_integer() else 1)


def from_to(before: float | None, after: float | None) -> str:
    """From one number to the next on one line, with as many decimals on both sides: ``6,9 → 8,0``."""
    places = max(
        (0 if float(each).is_integer() else 1 for each in (before, after) if each is not None), default=0
    )
    told = [text.EN_DASH if each is None else text.number(each, places) for each in (before, after)]
    return f"{text.NBSP}→{text.NBSP}".join(told)


def _cell(cell: Cell) -> dict[str, str]:
    if isinstance(cell, tuple):
        chip, words = cell
        return {"text": text.capitalised(words), "chip": chip}
    return table_cell(_begun(cell) or text.EN_DASH)


def _begun(words: str) -> str:
    """The words with a capital first, but not where a name begins with a small letter: ``e-Vägledning``."""
    return words if words[1:2] == "-" else text.capitalised(words)
