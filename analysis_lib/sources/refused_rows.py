"""The workbook of refused rows: row number and reason, for correction in the source system (floor 3).

It holds no cell of a pupil file, so it can be mailed. Every cell is typed as text, so nothing in it can
run as a formula.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import xlsxwriter

from analysis_lib.sources.shapes import TableResult
from analysis_lib.vocabulary.whole_files import private_file
from analysis_lib.vocabulary.workspace import Workspace

_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False}


def write_refused(workspace: Workspace, sha256: str, results: Sequence[tuple[str, TableResult]]) -> Path:
    """Writes ``data/refused/<checksum>.xlsx`` whole and gives its path."""
    folder = workspace.data / "refused"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    place = folder / f"nekade-rader-{sha256[:12]}.xlsx"
    with private_file(place) as part, xlsxwriter.Workbook(part, _OPTIONS) as book:
        book.set_properties({"title": "Nekade rader", "author": ""})
        bold = book.add_format({"bold": True})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        for index, (_, result) in enumerate(results):
            if not result.refused:
                continue
            sheet = book.add_worksheet(f"Nekade {index + 1}")
            sheet.set_column(0, 0, 8)
            sheet.set_column(1, 1, 90)
            width = max((len(cells) for _, cells, _ in result.refused), default=0)
            heading = ["Rad", "Anledning", *[f"Kolumn {i + 1}" for i in range(width)]]
            for column, title in enumerate(heading):
                sheet.write_string(0, column, title, bold)
            for line, (number, cells, reason) in enumerate(result.refused, start=1):
                sheet.write_number(line, 0, number)
                sheet.write_string(line, 1, reason, wrapped)
                for column, cell in enumerate(cells, start=2):
                    sheet.write_string(line, column, cell[:1000])
            sheet.freeze_panes(1, 0)
    return place
