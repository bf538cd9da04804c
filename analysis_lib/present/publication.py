"""The publication matrix as a table: läsår × verksamhetsanalys × rapport and presentation (floor 6).

A table and no chart: each cell holds the document's linked word and date, or says that it is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from analysis_lib import text
from analysis_lib.present.blocks import Block

if TYPE_CHECKING:
    from analysis_lib.register.views.documents import MatrixCell

_FORM_WORDS = {"report": "Rapport", "presentation": "Presentation"}


def publication_table(cells: Sequence[MatrixCell], *, name: str = "publicering") -> Block:
    """A row for report and presentation of each läsår; empty cells say so, and a sentence names them."""
    columns = [{"key": "year", "label": "Läsår", "align": "left"}]
    for series in dict.fromkeys(cell.series for cell in cells):
        columns.append({"key": series, "label": series, "align": "left"})
    rows: list[dict[str, Any]] = []
    for year, form in dict.fromkeys((cell.school_year, cell.form) for cell in cells):
        shown: dict[str, Any] = {"year": {"text": f"{year} {_FORM_WORDS[form].lower()}"}}
        shown |= {c.series: _cell(c) for c in cells if (c.school_year, c.form) == (year, form)}
        rows.append({"style": "", "cells": shown})
    data = {
        "id": name,
        "caption": "Verksamhetsanalyser som lämnats till nämnden",
        "columns": columns,
        "rows": rows,
        "notes": [],
        "foot": publication_finding(cells),
    }
    return Block("table", data)


def publication_finding(cells: Sequence[MatrixCell]) -> str:
    """Which ones are missing, in words: ``VA1 2024/25 saknas.``"""
    missing = [cell for cell in cells if cell.state == "missing"]
    if not missing:
        return "Inget saknas."
    by_analysis: dict[str, list[str]] = {}
    for cell in missing:
        by_analysis.setdefault(f"{cell.series} {cell.school_year}", []).append(_FORM_WORDS[cell.form].lower())
    told = [
        analysis if len(forms) == len(_FORM_WORDS) else f"{analysis} ({forms[0]})"
        for analysis, forms in by_analysis.items()
    ]
    return f"{text.listing(told)} saknas."


def _cell(cell: MatrixCell) -> dict[str, Any]:
    if cell.document is None:
        return {"text": "saknas", "chip": "no_data"}
    if cell.state == "planned":
        due = cell.document.entry.valid_from
        return {"text": f"kommer {text.date(due)}" if due else "kommer", "chip": "ongoing"}
    published = cell.document.entry.published_on
    day = f" {published.isoformat()}" if published else ""
    return {"text": f"{_FORM_WORDS[cell.form]}{day}", "chip": "reached"}
