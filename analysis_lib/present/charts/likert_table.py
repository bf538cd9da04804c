"""The table under a survey's bars: a row per question, its answers in words, kommun and riket (floor 6)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from analysis_lib import text
from analysis_lib.present import narrative
from analysis_lib.present.charts import figure
from analysis_lib.present.charts.likert_rows import LikertRow
from analysis_lib.vocabulary.indicators import Indicator


def likert_table(
    rows: Sequence[LikertRow], positive: Indicator
) -> tuple[list[dict[str, str]], list[dict[str, Any]]]:
    """Columns and rows: every answer of a question with its share, the share positive and the comparisons."""
    names = list(dict.fromkeys(name for row in rows for name, _ in row.others))
    columns = [
        figure.column("question", "Fråga", "left"),
        figure.column("answers", "Svaren", "left"),
        figure.column("value", "Positiva"),
        figure.column("n", "Antal svar"),
        *(figure.column(f"c{at}", f"Positiva, {text.uncapitalised(name)}") for at, name in enumerate(names)),
    ]
    return columns, [_line(row, positive, names) for row in rows]


def _line(row: LikertRow, positive: Indicator, names: Sequence[str]) -> dict[str, Any]:
    others = dict(row.others)
    answers = "; ".join(
        f"{text.uncapitalised(part.words)} {narrative.with_unit(part.cell, positive)}" for part in row.parts
    )
    n = row.positive.n_text if row.positive is not None else row.parts[0].cell.n_text if row.parts else ""
    cells = {
        "question": figure.table_cell(row.words),
        "answers": figure.table_cell(answers if row.is_shown else ".."),
        "value": figure.value_cell(row.positive, positive),
        "n": figure.table_cell(n),
        **{f"c{at}": figure.value_cell(others.get(name), positive) for at, name in enumerate(names)},
    }
    return figure.row(cells)
