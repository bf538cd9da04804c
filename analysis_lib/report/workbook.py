"""Every table of a report as one Excel workbook, with a first sheet of definitions and sources (floor 7).

Only what the report shows: no hidden sheets, no formulas, no links outside, no trace of the machine. Same
notebook, same bytes.
"""

from __future__ import annotations

import datetime
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from analysis_lib.present import theme
from analysis_lib.report.document import Document, read_document
from analysis_lib.report.table_sheets import INTERNAL, Table, Value, about, tables_of

ABOUT = "Om tabellerna"
HEADER = 3  # the row of column heads, from 0: title, measured title and mark stand above
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_WIDEST, _TERM, _TEXT, _LINE = 44, 34, 100, 90
_PAPER, _NARROWEST = 132, 18  # signs over a landscape page; a text column is not narrower to save them


def write_xlsx(notebook: Mapping[str, Any]) -> bytes:
    """The workbook of an executed notebook."""
    return document_xlsx(read_document(notebook))


def document_xlsx(document: Document) -> bytes:
    """The workbook of a document: its tables and the tables of its figures, each on a sheet."""
    tables = tables_of(document)
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, _OPTIONS) as book:
        stamp = datetime.datetime.combine(document.made, datetime.time())
        masthead = document.first("masthead")
        owner = str(masthead.data.get("municipality") or "") if masthead else ""
        book.set_properties({"title": document.title, "author": owner, "created": stamp})
        writer = _Writer(book, is_internal=document.audience == "internal")
        writer.write_about(document, tables)
        for table in tables:
            writer.write_table(table)
    return target.getvalue()


@dataclass
class _Writer:
    book: xlsxwriter.Workbook
    is_internal: bool
    formats: dict[tuple[tuple[str, Any], ...], Format] = field(default_factory=dict)

    def looks(self, **wanted: Any) -> Format:
        """A cell format, made once."""
        base: dict[str, Any] = {"font_name": "Calibri", "font_size": 11, "valign": "top"}
        key = tuple(sorted((base | wanted).items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format(dict(key))
        return self.formats[key]

    def write_about(self, document: Document, tables: Sequence[Table]) -> None:
        """The first sheet: whose tables these are, what they hold and how they are read."""
        sheet = self._sheet(ABOUT)
        sheet.set_portrait()
        sheet.set_column(0, 0, _TERM)
        sheet.set_column(1, 1, _TEXT)
        names = {table.name for table in tables}
        row, wrapped = 0, self.looks(text_wrap=True)
        for number, each in enumerate(about(document, tables)):
            if not any(words for line in each.lines for words in line):
                continue
            if each.heading:
                size = 18 if number == 0 else 13
                sheet.set_row(row, size * 1.5)
                sheet.write_string(row, 0, each.heading, self.looks(bold=True, font_size=size))
                row += 1
            for term, words in each.lines:
                if term in names:
                    look = self.looks(font_color=theme.LAKE, underline=1, text_wrap=True)
                    sheet.write_url(row, 0, f"internal:'{term}'!A1", look, term)
                elif term:
                    sheet.write_string(row, 0, term, self.looks(bold=True, text_wrap=True))
                look = self.looks(bg_color=theme.INTERNAL_GROUND, bold=True) if words == INTERNAL else wrapped
                place = 1 if term or number > 0 else 0
                sheet.write_string(
                    row, place, words, self.looks() if place == 0 and look is wrapped else look
                )
                sheet.set_row(row, _height(words if place else "", _TEXT))
                row += 1
            row += 1

    def write_table(self, table: Table) -> None:
        """One sheet: title, measured title, the table with its head frozen, notes and source."""
        sheet = self._sheet(table.name)
        widths = _widths(table)
        for number, width in enumerate(widths):
            sheet.set_column(number, number, width)
        self._across(sheet, 0, table.title, widths, bold=True, font_size=14)
        self._across(sheet, 1, f"{table.caption} {table.mark}".strip(), widths, font_color=theme.INK_2)
        if self.is_internal:
            band = {"bg_color": theme.INTERNAL_GROUND, "font_color": theme.INTERNAL_TEXT}
            self._across(sheet, 2, INTERNAL, widths, bold=True, **band)
        for number, (words, is_right) in enumerate(zip(table.headers, table.is_right, strict=True)):
            sheet.write_string(HEADER, number, words, self._head(is_right, is_first=number == 0))
        sheet.set_row(HEADER, max(_height(*each) for each in zip(table.headers, widths, strict=False)) + 3)
        for place, (style, values) in enumerate(table.rows, start=HEADER + 1):
            for number, value in enumerate(values):
                self._write(sheet, place, number, value, style=style, is_right=table.is_right[number])
            lines = zip((value.shown for value in values), widths, strict=False)
            sheet.set_row(place, max(_height(*each) for each in lines))
        sheet.freeze_panes(HEADER + 1, 1)
        sheet.repeat_rows(HEADER)
        told = filter(None, (*(f"{term}: {words}" for term, words in table.notes), table.foot))
        for row, words in enumerate(told, start=HEADER + len(table.rows) + 2):
            self._across(sheet, row, words, widths, font_color=theme.INK_2)

    def _across(self, sheet: Worksheet, row: int, words: str, widths: Sequence[int], **wanted: Any) -> None:
        """One text over all columns, as high as it needs."""
        look = self.looks(text_wrap=True, **wanted)
        sheet.merge_range(row, 0, row, len(widths) - 1, "", look)
        sheet.write_string(row, 0, words, look)
        sheet.set_row(row, _height(words, sum(widths), wanted.get("font_size", 11)))

    def _sheet(self, name: str) -> Worksheet:
        sheet: Worksheet = self.book.add_worksheet(name)
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
        sheet.set_footer("&L&A&RSida &P av &N")
        if self.is_internal:
            sheet.set_header(f"&C{INTERNAL}")
        return sheet

    def _head(self, is_right: bool, *, is_first: bool) -> Format:
        return self.looks(
            bold=True,
            text_wrap=True,
            align="right" if is_right else "left",
            indent=0 if is_first else 1 if is_right else 2,
            bg_color=theme.TONE,
            top=2,
            bottom=1,
            top_color=theme.INK,
            bottom_color=theme.INK_2,
        )

    def _write(
        self, sheet: Worksheet, row: int, column: int, value: Value, *, style: str, is_right: bool
    ) -> None:
        wanted: dict[str, Any] = {
            "bottom": 1,
            "bottom_color": theme.RULE,
            "indent": (1 if is_right else 2) * (column > 0),
        }
        wanted |= {"align": "right"} if is_right else {"text_wrap": True}
        wanted |= {"bold": True} if style in ("sum", "total", "group") else {}
        wanted |= {"bg_color": theme.CHOSEN_ROW} if style in ("own", "chosen") else {}
        if value.number is None:
            sheet.write_string(row, column, value.shown, self.looks(**wanted))
        else:
            sheet.write_number(row, column, value.number, self.looks(**wanted, num_format=_code(value)))


def _widths(table: Table) -> list[int]:
    """The width of each column in signs; empty columns follow until a line of text has room."""
    found = []
    for number, name in enumerate(table.headers):
        longest = max((len(values[number].shown) for _, values in table.rows), default=0)
        word = max((len(word) for word in name.split()), default=0)
        found.append(min(max(longest, word + 1, 9) + 3, _WIDEST))
    while sum(found) > _PAPER and max(found) > _NARROWEST:
        found[found.index(max(found))] -= 1
    while sum(found) < _LINE:
        found.append(12)
    return found


def _height(words: str, width: int, size: int = 11) -> float:
    """How high a row is, in points, that holds the text in lines of ``width`` signs of 11 points."""
    lines = max(1, math.ceil(len(words) * size * 1.08 / 11 / width))
    return lines * size * 1.37


def _code(value: Value) -> str:
    """How Excel is to show the number: the decimals that the report shows, and its sign."""
    plain = "#,##0" + (f".{'0' * value.decimals}" if value.decimals else "")
    plain += '" %"' if value.is_percent else ""
    return f"+{plain};-{plain};{plain}" if value.is_signed else plain
