"""Every table as Excel and CSV: the numbers the report shows, marks as text, definitions first."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from executed_reports import SMALL, Executed
from office_files import as_internal, parts, refuse_traces, times

from analysis_lib.report.csv_tables import harmless, write_csv
from analysis_lib.report.document import read_document
from analysis_lib.report.table_sheets import INTERNAL, about, read_value, tables_of
from analysis_lib.report.workbook import ABOUT, HEADER, write_xlsx

Give = Callable[..., Executed]


def book_of(notebook: dict[str, Any]) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(write_xlsx(notebook)))


def tables_shown(notebook: dict[str, Any]) -> int:
    kinds = {"table": lambda data: data, "figure": lambda data: data["table"]}
    blocks = read_document(notebook).blocks()
    return sum(1 for block in blocks if block.kind in kinds and kinds[block.kind](block.data)["rows"])


@pytest.mark.parametrize("report", ["kommunbild", "verksamhetsanalys"])
def test_every_table_is_a_visible_sheet_of_its_own(executed: Give, report: str) -> None:
    notebook = executed(report).notebook
    book = book_of(notebook)
    assert book.sheetnames[0] == ABOUT
    assert len(book.sheetnames) == tables_shown(notebook) + 1 >= 5
    for sheet in book.worksheets:
        assert sheet.sheet_state == "visible"
        if sheet.title != ABOUT:
            assert sheet.freeze_panes == f"B{HEADER + 2}"
            assert sheet.cell(HEADER + 1, 1).font.bold
    assert not book.defined_names


def test_cells_hold_the_numbers_that_are_shown_and_marks_as_text(executed: Give) -> None:
    notebook = executed("kommunbild").notebook
    book, seen = book_of(notebook), set()
    for table in tables_of(read_document(notebook)):
        sheet = book[table.name]
        for number, (_, values) in enumerate(table.rows, start=HEADER + 2):
            for place, value in enumerate(values, start=1):
                cell = sheet.cell(number, place)
                assert cell.data_type != "f"
                if value.number is None:
                    assert (cell.value or "") == value.shown
                    seen.add(value.shown)
                else:
                    assert cell.value == value.number
                    assert cell.number_format.split(";")[0].count("0") == value.decimals + 1
    assert ".." in seen


def test_the_first_sheet_tells_edition_marks_terms_and_sources(executed: Give) -> None:
    book = book_of(executed("verksamhetsanalys").notebook)
    words = [str(value) for row in book[ABOUT].iter_rows(values_only=True) for value in row if value]
    assert {"Tabellerna", "Tecken i tabellerna", "Begrepp", "Källor"} <= set(words)
    assert "Publik utgåva 1.0" in words
    assert any(line.startswith("Visas inte.") for line in words)
    assert any("till och med 30 juni 2026" in line.replace("\u00a0", " ") for line in words)
    assert set(book.sheetnames[1:]) <= set(words)


def test_an_internal_workbook_says_so_on_every_sheet(executed: Give) -> None:
    notebook = executed("verksamhetsanalys").notebook
    for sheet in book_of(as_internal(notebook)).worksheets:
        assert INTERNAL in [value for row in sheet.iter_rows(values_only=True) for value in row]
        assert sheet.oddHeader.center.text == INTERNAL
    assert INTERNAL.encode() not in b"".join(parts(write_xlsx(notebook)).values())


@pytest.mark.parametrize("write", [write_xlsx, write_csv])
def test_the_tables_are_the_same_bytes_and_hold_no_traces(
    executed: Give, write: Callable[[dict[str, Any]], bytes]
) -> None:
    notebook = executed("skolbild", SMALL).notebook
    made = write(notebook)
    assert made == write(notebook)
    assert times(made) == {(1980, 1, 1, 0, 0, 0)}
    refuse_traces(made)


def test_csv_files_open_in_a_swedish_excel(executed: Give) -> None:
    notebook = executed("kommunbild").notebook
    files = parts(write_csv(notebook))
    assert next(iter(files)) == "om-tabellerna.csv"
    assert len(files) == tables_shown(notebook) + 1
    for content in files.values():
        assert content.startswith(b"\xef\xbb\xbf")
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
        assert len({len(row) for row in rows}) == 1
    numbers = [cell for content in files.values() for cell in content.decode("utf-8-sig").split(";")]
    assert any(cell.replace(",", "").isdigit() and "," in cell for cell in numbers)


@pytest.mark.parametrize("hostile", ["=cmd|'/c calc'!A1", "+1+1", "-2+3", "@SUM(A1)", "\tx", "\rx"])
def test_nothing_that_a_spreadsheet_would_run_gets_through(hostile: str, executed: Give) -> None:
    assert harmless(hostile) == f"'{hostile}"
    notebook = as_internal(executed("kommunbild").notebook)
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            bundle = output.get("data", {}).get("application/vnd.skolbank.block+json", {})
            if bundle.get("kind") == "table":
                first = bundle["data"]["columns"][0]["key"]
                bundle["data"]["rows"][0]["cells"][first] = {"text": hostile}
    assert all(
        cell.data_type != "f"
        for sheet in book_of(notebook).worksheets
        for row in sheet.iter_rows()
        for cell in row
    )
    assert any(f"'{hostile}" in content.decode() for content in parts(write_csv(notebook)).values())


@pytest.mark.parametrize(
    ("shown", "number", "decimals"),
    [("89,6\u00a0%", 89.6, 1), ("1\u00a0234", 1234, 0), ("−3,8", -3.8, 1), ("+0,8", 0.8, 1), ("132", 132, 0)],
)
def test_a_shown_number_is_read_as_shown(shown: str, number: float, decimals: int) -> None:
    value = read_value(shown)
    assert (value.number, value.decimals) == (number, decimals)


@pytest.mark.parametrize(
    "shown", ["..", ".", "~100", "~0", "<5", "–", "", "2024/25", "66,2–80,9", "12 av 14"]
)
def test_a_mark_or_an_interval_is_never_a_number(shown: str) -> None:
    assert read_value(shown).number is None


def test_each_sheet_prints_on_the_width_of_a_page_with_its_heads(executed: Give) -> None:
    for number, sheet in enumerate(book_of(executed("verksamhetsanalys").notebook).worksheets):
        assert sheet.page_setup.orientation == ("landscape" if number else "portrait")
        assert sheet.page_setup.fitToHeight == 0  # as many pages as it takes, one wide
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        if number:
            assert sheet.print_title_rows == "$4:$4"


def test_no_internal_name_of_a_table_is_shown(executed: Give) -> None:
    document = read_document(executed("verksamhetsanalys").notebook)
    told = [words for each in about(document, tables_of(document)) for line in each.lines for words in line]
    assert not any("tabell-" in words for words in told)
    assert all(told.count(words) == 1 for words in told if len(words) > 40), "nothing is explained twice"
