"""The table under the bars of a survey: a row per question and answer, with kommun and riket (floor 6)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from analysis_lib.present import narrative
from analysis_lib.present.charts import figure
from analysis_lib.vocabulary.indicators import Indicator

if TYPE_CHECKING:
    from analysis_lib.present.charts.likert import LikertRow


def likert_table(
    rows: Sequence[LikertRow], positive: Indicator
) -> tuple[list[dict[str, str]], list[dict[str, Any]]]:
    """Columns and rows: first the share positive of each question, then its answers one by one."""
    names = list(dict.fromkeys(name for row in rows for name, _ in row.others))
    columns = [
        figure.column("question", "Fråga", "left"),
        figure.column("answer", "Svar", "left"),
        figure.column("value", "Andel"),
        figure.column("n", "Antal svar"),
        *(figure.column(f"c{at}", name) for at, name in enumerate(names)),
    ]
    table = [line for row in rows for line in _lines(row, positive, names)]
    return columns, table


def _lines(row: LikertRow, positive: Indicator, names: Sequence[str]) -> list[dict[str, Any]]:
    others = dict(row.others)
    n = row.positive.n_text if row.positive is not None else _n(row)
    first = {
        "question": figure.table_cell(row.words),
        "answer": figure.table_cell("Positiva svar"),
        "value": figure.value_cell(row.positive, positive),
        "n": figure.table_cell(n),
        **{f"c{at}": figure.value_cell(others.get(name), positive) for at, name in enumerate(names)},
    }
    lines = [figure.row(first, "sum")]
    for part in row.parts if row.is_shown else ():
        cells = {
            "question": figure.table_cell(row.words),
            "answer": figure.table_cell(part.words),
            "value": figure.table_cell(narrative.with_unit(part.cell, positive)),
            "n": figure.table_cell(part.cell.n_text),
            **{f"c{at}": figure.table_cell("") for at in range(len(names))},
        }
        lines.append(figure.row(cells))
    return lines


def _n(row: LikertRow) -> str:
    return row.parts[0].cell.n_text if row.parts else ""
