"""The forms that one executed notebook is given out in, their files and their makers (floor 7).

A form is loaded when it is first made, so that an ordinary round of pages and PDF files starts as fast as
before.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Form:
    """``ending`` follows the report's name in the file's name; ``words`` name the form to a reader."""

    ending: str
    words: str
    maker: str


FORMS: Mapping[str, Form] = {
    "html": Form(".html", "Webbsida", "html:write_html"),
    "pdf": Form(".pdf", "PDF", "pdf:write_pdf"),
    "docx": Form(".docx", "Word", "office_word:write_docx"),
    "xlsx": Form(".xlsx", "Excel", "workbook:write_xlsx"),
    "csv": Form("-tabeller.zip", "Tabeller (CSV)", "csv_tables:write_csv"),
    "charts": Form("-diagram.zip", "Diagram (SVG, PNG)", "chart_files:write_charts"),
    "presentation-pdf": Form("-presentation.pdf", "Presentation (PDF)", "slides_pdf:write_slides_pdf"),
    "presentation-pptx": Form("-presentation.pptx", "Presentation (PowerPoint)", "office_slides:write_pptx"),
}
_ALWAYS = (".ipynb", ".facts.jsonl")


def file_name(report: str, form: str) -> str:
    """The name of the file that a form of a report is kept in.

    >>> file_name("kommunbild", "csv")
    'kommunbild-tabeller.zip'
    """
    return f"{report}{FORMS[form].ending}"


def files_of(folder: Path, report: str) -> list[Path]:
    """The report's own files in a folder, never those of a report whose name begins alike."""
    endings = [*_ALWAYS, *(form.ending for form in FORMS.values())]
    places = (folder / f"{report}{ending}" for ending in sorted(endings))
    return [place for place in places if place.is_file()]


def make(form: str, notebook: Mapping[str, Any]) -> bytes | str:
    """The content of one form of an executed notebook; the same notebook gives the same bytes."""
    module, _, name = FORMS[form].maker.partition(":")
    made: bytes | str = getattr(importlib.import_module(f"analysis_lib.report.{module}"), name)(notebook)
    return made
