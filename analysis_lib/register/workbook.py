"""Pre-filled Excel forms of the register: one sheet per kind, to be filled in and read back (register floor).

Headers, guidance, identities and versions are locked; everything else can be written. No cell can run: all
texts are texts, also those that begin with an equals sign.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from analysis_lib.register.entry import Entry, Record, kind_model
from analysis_lib.register.forms import NO, YES, Cell, Column, columns, guidance_of, name_of, show
from analysis_lib.register.reading import Reading
from analysis_lib.vocabulary.whole_files import private_file

THING, VERSION, UNIT, SCHOOL_YEAR, STRIKE = "Post-id", "Postversion", "Enhet", "Läsår", "Stryk"
HEADER, FIRST = 1, 3  # the row of headers and the first row to fill in, from 0
README, LISTS = "Läs mig", "Listor"
_LAST = 5_000
_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_ALLOWED = {"format_columns": True, "format_rows": True, "select_locked_cells": True}
_HELP = (
    "Så fyller du i",
    "Varje blad är en sorts post. Raderna som redan är ifyllda finns i registret; ändra i dem direkt.",
    "En ny post skriver du på första tomma raden. Låt Post-id och Postversion vara tomma.",
    "Finns en lista väljer du ur den. Där det får stå flera värden skrivs ett per rad i cellen (Alt+Enter).",
    "Skriv ja i kolumnen Stryk för att ta bort en post ur det aktuella. Den finns kvar i historiken.",
    "Skriv aldrig namn eller personnummer på elever, vårdnadshavare eller medarbetare.",
    "Läs tillbaka arbetsboken med skolbank register import ARBETSBOK. Ändringarna visas innan de sparas.",
    "Har någon annan ändrat samma post under tiden säger inläsningen till, och inget skrivs över.",
)


def write_workbook(
    reading: Reading,
    path: Path,
    *,
    kinds: Sequence[str],
    units: Mapping[str, str],
    unit: Sequence[str] = (),
    school_year: str = "",
) -> int:
    """Writes the forms of these kinds with the current entries, and gives the number of filled rows.

    ``units`` names every unit by code; ``unit`` and ``school_year`` choose whose entries are written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    records = reading.current()
    with private_file(path) as part, xlsxwriter.Workbook(part, _OPTIONS) as book:
        forms = _Forms(book, {record.thing: name_of(record) for record in records}, records, units)
        forms.write_help()
        rows = sum(
            forms.write_kind(kind, [one for one in records if _wanted(one, kind, unit, school_year)])
            for kind in kinds
        )
        forms.write_lists()
    return rows


def _wanted(record: Record[Entry], kind: str, unit: Sequence[str], school_year: str) -> bool:
    is_here = not unit or record.unit in unit
    return record.kind == kind and is_here and school_year in ("", record.school_year)


def unit_cell(code: str, units: Mapping[str, str]) -> str:
    """A unit as it stands in a form: code and name."""
    return f"{code} {units[code]}" if code in units else code


class _Forms:
    """A workbook that is being written."""

    def __init__(
        self,
        book: Any,
        names: Mapping[str, str],
        records: Iterable[Record[Entry]],
        units: Mapping[str, str],
    ) -> None:
        self.book = book
        self.names = names
        self.records = list(records)
        self.units = units
        self.lists: dict[tuple[str, ...], int] = {}
        top = {"valign": "top", "text_wrap": True}
        self.title: Format = book.add_format({"bold": True, "font_size": 14})
        self.header: Format = book.add_format({**top, "bold": True, "bg_color": "#DCE6E4", "bottom": 1})
        self.help: Format = book.add_format({**top, "italic": True, "font_color": "#454545"})
        self.locked: Format = book.add_format({"valign": "top", "font_color": "#6B6B6B", "num_format": "@"})
        self.text: Format = book.add_format({**top, "locked": False, "num_format": "@"})
        self.number: Format = book.add_format({**top, "locked": False, "num_format": "General"})
        self.date: Format = book.add_format({**top, "locked": False, "num_format": "yyyy-mm-dd"})

    def write_help(self) -> None:
        sheet = self.book.add_worksheet(README)
        sheet.set_column(0, 0, 110)
        for row, line in enumerate(_HELP):
            sheet.write_string(row, 0, line, self.help if row else self.title)
        sheet.protect()

    def write_kind(self, kind: str, records: Sequence[Record[Entry]]) -> int:
        model = kind_model(kind)
        sheet = self.book.add_worksheet(model.title)
        fields = columns(model)
        sheet.write_string(0, 0, f"{model.title}. {model.guidance}", self.title)
        self._heading(sheet, 0, THING, "Fylls i vid inläsningen.", 14, self.locked)
        self._heading(sheet, 1, VERSION, "Fylls i vid inläsningen.", 9, self.locked)
        self._heading(sheet, 2, UNIT, "Enhetens kod. Tomt: hela huvudmannen.", 24, self.text)
        self._heading(sheet, 3, SCHOOL_YEAR, "T.ex. 2026/27.", 10, self.text)
        for place, column in enumerate(fields, start=4):
            self._heading(
                sheet, place, column.title, guidance_of(column), _width(column), self._format(column)
            )
            self._rule(sheet, place, column)
        strike = len(fields) + 4
        self._heading(sheet, strike, STRIKE, "Skriv ja för att ta bort posten ur det aktuella.", 9, self.text)
        self._list(sheet, strike, (YES,))
        self._list(sheet, 2, tuple(unit_cell(code, self.units) for code in self.units))
        for row, record in enumerate(records, start=FIRST):
            self._row(sheet, row, record, fields)
        sheet.freeze_panes(FIRST, 5)
        sheet.protect("", _ALLOWED)
        _on_paper(sheet, model.title, rows=FIRST + max(len(records), 1), columns=len(fields) + 4)
        return len(records)

    def _row(self, sheet: Worksheet, row: int, record: Record[Entry], fields: Sequence[Column]) -> None:
        sheet.write_string(row, 0, record.thing, self.locked)
        sheet.write_string(row, 1, record.id, self.locked)
        sheet.write_string(row, 2, unit_cell(record.unit, self.units), self.text)
        sheet.write_string(row, 3, record.school_year, self.text)
        shown: list[tuple[Cell, int]] = [(unit_cell(record.unit, self.units), 24)]
        for place, column in enumerate(fields, start=4):
            value = show(getattr(record.entry, column.name), column, self.names)
            shown.append((value, _width(column)))
            self._cell(sheet, row, place, value, self._format(column))
        sheet.write_blank(row, len(fields) + 4, None, self.text)
        sheet.set_row(row, _height(shown))

    def _cell(self, sheet: Worksheet, row: int, place: int, value: Cell, style: Format) -> None:
        if isinstance(value, datetime.date):
            sheet.write_datetime(row, place, datetime.datetime.combine(value, datetime.time()), style)
        elif isinstance(value, float):
            sheet.write_number(row, place, value, style)
        elif value:
            sheet.write_string(row, place, value, style)
        else:
            sheet.write_blank(row, place, None, style)

    def _heading(
        self, sheet: Worksheet, place: int, title: str, guidance: str, width: int, style: Format
    ) -> None:
        sheet.set_column(place, place, width, style)
        sheet.write_string(HEADER, place, title, self.header)
        sheet.write_string(HEADER + 1, place, guidance, self.help)
        if place == 0:
            sheet.set_row(0, 22, self.locked)
            sheet.set_row(HEADER + 1, 60, self.locked)

    def _format(self, column: Column) -> Format:
        if column.many or column.sort not in ("date", "whole", "number"):
            return self.text
        return self.date if column.sort == "date" else self.number

    def _rule(self, sheet: Worksheet, place: int, column: Column) -> None:
        """The drop-down list or the limits of a column."""
        if column.many:
            return
        if column.sort == "choice":
            self._list(sheet, place, tuple(filter(None, column.labels.values())))
        elif column.sort == "yes":
            self._list(sheet, place, (YES, NO))
        elif column.sort == "thing":
            chosen = [one.thing for one in self.records if one.kind in column.kinds]
            self._list(sheet, place, tuple(self.names[thing] for thing in chosen))
        elif column.sort == "date":
            limits = {"criteria": ">=", "value": datetime.date(1990, 1, 1)}
            self._validate(sheet, place, {"validate": "date", **limits}, "Skriv ett datum, t.ex. 2026-09-14.")
        elif column.sort in ("whole", "number"):
            rule = {"validate": "integer" if column.sort == "whole" else "decimal", "criteria": "between"}
            low = -1e9 if column.least is None else column.least
            high = 1e9 if column.most is None else column.most
            self._validate(
                sheet, place, {**rule, "minimum": low, "maximum": high}, "Skriv ett tal inom gränserna."
            )

    def _list(self, sheet: Worksheet, place: int, choices: tuple[str, ...]) -> None:
        if choices:
            number = self.lists.setdefault(choices, len(self.lists))
            letter = xlsxwriter.utility.xl_col_to_name(number)
            source = f"={LISTS}!${letter}$1:${letter}${len(choices)}"
            self._validate(sheet, place, {"validate": "list", "source": source}, "Välj ett värde ur listan.")

    def _validate(self, sheet: Worksheet, place: int, rule: dict[str, Any], message: str) -> None:
        told = {"error_title": "Värdet kan inte användas", "error_message": message}
        sheet.data_validation(FIRST, place, _LAST, place, {**rule, **told})

    def write_lists(self) -> None:
        sheet = self.book.add_worksheet(LISTS)
        for choices, place in self.lists.items():
            for row, choice in enumerate(choices):
                sheet.write_string(row, place, choice, self.locked)
        sheet.protect()
        sheet.hide()


def _height(cells: Iterable[tuple[Cell, int]]) -> float:
    """A row's height in points, so that all of its longest cell is seen; cells with their column's width."""
    lines = [
        sum(math.ceil((len(line) or 1) * 1.1 / width) for line in str(value).split("\n"))
        for value, width in cells
        if isinstance(value, str)
    ]
    return min(15.0 * max(lines, default=1), 405.0)  # Excel's highest row is 409 points


def _on_paper(sheet: Worksheet, title: str, *, rows: int, columns: int) -> None:
    """Prints what can be read: without ids, over as many pages as it takes, the first field on each."""
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.set_print_scale(75)
    sheet.print_area(HEADER, 2, rows - 1, columns - 1)
    sheet.repeat_rows(HEADER)
    sheet.repeat_columns("E:E")
    sheet.print_across()
    sheet.set_header(f"&L&B{title.replace('&', '&&')}")
    sheet.set_footer("&L&F&RSida &P av &N")


def _width(column: Column) -> int:
    if column.sort == "text":
        return 40
    return 30 if column.many or column.sort == "thing" else 14
