"""On paper a small table stands beside its chart, a large one at the end; nothing is said on every row."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from analysis_lib.present import theme
from analysis_lib.report.print_layout import laid_out, without_sameness
from analysis_lib.vocabulary.workspace import builtin_root


def _table(rows: int, columns: int, *, text: str = "1,0") -> dict[str, Any]:
    keys = ["group", *(f"c{number}" for number in range(columns - 1))]
    cells = [{key: {"text": text} for key in keys} for _ in range(rows)]
    return {
        "columns": [{"key": key, "label": key.upper()} for key in keys],
        "rows": [{"cells": each} for each in cells],
        "caption": "",
        "foot": "",
    }


def _figure(table: dict[str, Any] | None, *, height: float) -> dict[str, Any]:
    data = {"title": "Andel", "figure": "SB-1", "narrow_height": height, "table": table}
    return {"kind": "figure", "data": data}


def _document(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"lead": [], "sections": [{"heading": "Ett", "parts": list(parts)}]}


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 9), st.integers(60, 900)), max_size=6))
def test_every_table_has_one_place(shapes: list[tuple[int, int, int]]) -> None:
    made = laid_out(_document(*(_figure(_table(r, c), height=h) for r, c, h in shapes)))
    figures = [part["data"] for part in made["sections"][0]["parts"]]
    at_end = {table["number"] for table in made["tables"]}
    for (rows, _, _), figure in zip(shapes, figures, strict=True):
        places = [bool(figure.get("beside")), figure["number"] in at_end]
        assert sum(places) == (1 if rows else 0)
        assert bool(figure.get("at_end")) == (figure["number"] in at_end)


def test_a_low_chart_has_its_short_table_beside_it() -> None:
    made = laid_out(_document(_figure(_table(5, 4), height=220), _figure(_table(5, 4), height=600)))
    low, high = (part["data"] for part in made["sections"][0]["parts"])
    assert "beside" in low
    assert "beside" not in high
    assert [table["number"] for table in made["tables"]] == [2]


def test_narrow_tables_share_a_page_width_and_wide_ones_do_not() -> None:
    made = laid_out(
        _document(_figure(_table(9, 3), height=600), _figure(_table(9, 8, text="12 345 678"), height=600))
    )
    assert [table["is_half"] for table in made["tables"]] == [True, False]


def test_what_stands_on_every_row_is_said_once() -> None:
    table = _table(3, 3)
    table["columns"][1] = {"key": "source", "label": "Källa"}
    for row in table["rows"]:
        row["cells"]["source"] = {"text": "Skolorna"}
    kept = without_sameness(table)
    assert [column["key"] for column in kept["columns"]] == ["group", "c1"]
    assert kept["foot"] == "Källa: Skolorna."
    table["rows"][0]["cells"]["source"] = {"text": "Skolverket"}
    assert without_sameness(table) == table


def test_chart_letters_are_seven_and_a_half_points_on_paper() -> None:
    """look.md section 2: the widths that the Typst template gives a chart, and the letters of its drawing."""
    template = (builtin_root() / "templates" / "typst" / "report.typ").read_text("utf-8")
    printed = {"narrow": float(_printed(template, r"columns: \((\d+)mm, 1fr\), column-gutter: 6mm"))}
    printed["wide"] = float(_printed(template, r"align\(left, chart\(data, (\d+)mm\)\)"))
    for width, millimetres in printed.items():
        points = millimetres / 25.4 * 72 / theme.WIDTHS[width]
        kind = theme.CHART_TYPE[width]
        assert min(kind.axis, kind.label, kind.value, kind.note) * points >= 7.5


def _printed(template: str, pattern: str) -> str:
    found = re.search(pattern, template)
    assert found, pattern
    return found[1]
