"""Årskull × årskurs: how far each årskull has come, in the measure that its årskurs has (floor 7).

Rows are named by the year in which the årskull is expected to leave, never by årskurs, so that they survive
a reform that renumbers the årskurser.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from analysis_lib import text
from analysis_lib.disclosure.released import ReleasedCell
from analysis_lib.present.blocks import Block
from analysis_lib.present.charts.figure import column, mark_notes, row, table_cell, value_cell
from analysis_lib.present.evidence import facts_of, merged
from analysis_lib.report.scope import Scope
from analysis_lib.report.tables import table_data
from analysis_lib.vocabulary.indicators import Indicator
from analysis_lib.vocabulary.periods import SchoolYear

LAST = 9
MEASURES: Mapping[str, int] = {
    "progress.tests_passed_3": 3,
    "results.all_passed_6": 6,
    "progress.core_passed_6": 6,
    "results.all_passed_9": 9,
    "progress.core_passed_9": 9,
}


def cohort_table(scope: Scope, known: Mapping[str, Indicator]) -> Block | None:
    """The share of each årskull that reached the requirements; None without any two measures."""
    found: dict[tuple[int, str], tuple[ReleasedCell, Indicator]] = {}
    for name, grade in MEASURES.items():
        if name not in known or known[name].by_subject:
            continue
        for cell in scope.own(name, sex="T").cells():
            if cell.state != "missing" and not getattr(cell, "category", ""):
                leaves = SchoolYear.parse(cell.school_year).end + LAST - grade
                found.setdefault((leaves, name), (cell, known[name]))
    measures = [name for name in MEASURES if any(key[1] == name for key in found)]
    if not measures:
        return None
    rows: list[dict[str, Any]] = []
    for leaves in sorted({key[0] for key in found}, reverse=True):
        cells: dict[str, dict[str, str]] = {"cohort": table_cell(f"Slutar {leaves}")}
        for name in measures:
            pair = found.get((leaves, name))
            cells[name] = value_cell(*pair) if pair else table_cell("·", reason="inte mätt")
        rows.append(row(cells))
    columns = [column("cohort", "Årskull", "left")]
    columns += [column(name, _head(known[name].short, MEASURES[name])) for name in measures]
    notes: list[Mapping[str, str]] = [
        {
            "term": "Så läser du",
            "text": "Varje rad är en årskull. Måttet byter från prov till betyg mellan årskurserna, så bara "
            "samma kolumn kan jämföras rakt ned. Årskurs 4–5 saknar gemensamt mått.",
        },
        *mark_notes(cell for cell, _ in found.values()),
    ]
    caption = "Årskullarna genom skolan: andel som når kraven."
    data = table_data("arskullar", caption, columns, rows, notes, is_wide=True)
    return Block("table", data, merged(*(facts_of([cell], indicator) for cell, indicator in found.values())))


def _head(short: str, grade: int) -> str:
    """The measure's name with its årskurs said once."""
    plain = re.sub(rf",? (?:i )?åk[ {text.NBSP}]{grade}", "", short)
    return f"{plain}, åk{text.NBSP}{grade}"
