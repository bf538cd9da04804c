"""The anatomy of a Skolverket export: title, school year, header, rows and footer, as CSV or XLSX (floor 3).

UTF-8 with BOM, semicolons, decimal comma, LF and a trailing semicolon; or as people keep it after Excel:
CRLF, padded lines and whole numbers without a decimal.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import xlsxwriter

from analysis_lib.sources.example.plan import SCHOOL_YEARS

KOMMUN_KEYS = ["Kommun", "Kommun-kod", "Län", "Läns-kod", "Typ av huvudman"]
UNIT_KEYS = [
    "Skola",
    "Skol-enhetskod",
    "Skolkommun",
    "Kommun-kod",
    "Typ av huvudman",
    "Huvudman",
    "Huvudman orgnr",
]


@dataclass
class Form:
    """One published table; ``year`` counts the school years of the example."""

    title: str
    year: int
    level: str
    header: list[str]
    rows: list[list[str]]
    notes: Sequence[str] = ()
    extra_head: Sequence[str] = ()
    groups: list[str] = field(default_factory=list)
    end_year_in_name: bool = False
    is_resaved: bool = False
    is_workbook: bool = False

    @property
    def file_name(self) -> str:
        """Named as Skolverket names it: the end year for grades, the start year for counts."""
        year = SCHOOL_YEARS[self.year]
        shown = year.end if self.end_year_in_name else year.start
        return f"{self.title} {shown} {self.level}.{'xlsx' if self.is_workbook else 'csv'}"

    @property
    def head(self) -> list[str]:
        return [self.title, f"Valt läsår: {SCHOOL_YEARS[self.year]}", *self.extra_head]


def number(tenths: int) -> str:
    """Tenths as a Swedish number with one decimal.

    >>> number(2285), number(5)
    ('228,5', '0,5')
    """
    return f"{tenths // 10},{tenths % 10}"


def thousands(value: int) -> str:
    """A count with an ordinary space for thousands, as the exports have it."""
    return f"{value:,}".replace(",", " ")


def share(part: int, whole: int, least: int) -> str:
    """A share in per cent, or the mark that Skolverket's rules put in its place (R11).

    >>> share(24, 25, 10), share(25, 25, 10), share(4, 9, 10), share(0, 12, 10), share(30, 40, 10)
    ('~100', '100,0', '..', '.', '75,0')
    """
    if whole < least:
        return ".."
    if part == 0:
        return "."
    if 1 <= whole - part <= 4:
        return "~100"
    return number((part * 2000 + whole) // (2 * whole))


def write_form(folder: Path, form: Form) -> None:
    """Write the table under its own name."""
    path = folder / form.file_name
    if form.is_workbook:
        _write_workbook(path, form)
    else:
        text = _resaved(form) if form.is_resaved else _original(form)
        path.write_bytes(text.encode("utf-8-sig"))


def _original(form: Form) -> str:
    lines = ["Statistik från Skolverket, https://www.skolverket.se", "", *form.head, ""]
    table = [form.groups] if form.groups else []
    lines += [";".join(row) + ";" for row in (*table, form.header, *form.rows)]
    return "\n".join([*lines, "", "Rapportbeskrivning och definitioner etc.  ", " ", *form.notes, ""])


def _resaved(form: Form) -> str:
    width = len(form.header)
    lines = [
        ["Statistik från Skolverket, https://www.skolverket.se"],
        [],
        *([line] for line in form.head),
        [],
    ]
    lines += [form.groups] if form.groups else []
    lines += [form.header, *([cell.removesuffix(",0") for cell in row] for row in form.rows)]
    return "".join(";".join(line + [""] * (width - len(line))) + "\r\n" for line in lines)


def _write_workbook(path: Path, form: Form) -> None:
    book = xlsxwriter.Workbook(path)
    book.set_properties({"created": datetime.datetime(SCHOOL_YEARS[form.year].end, 11, 28)})
    sheet = book.add_worksheet("Statistik")
    for row, text in enumerate(form.head, start=2):
        sheet.write_string(row, 0, text)
    keys = form.header.index("Antal elever")
    for row, cells in enumerate([form.header, *form.rows], start=6):
        for column, cell in enumerate(cells):
            plain = cell.replace(" ", "").replace(",", ".")
            if row > 6 and column >= keys and plain.replace(".", "", 1).isdigit():
                sheet.write_number(row, column, float(plain))
            else:
                sheet.write_string(row, column, cell)
    notes = book.add_worksheet("Rapportbeskrivning och def.")
    for row, text in enumerate(
        [*form.head, "", "", "Rapportbeskrivning och definitioner etc.  ", *form.notes], 2
    ):
        notes.write_string(row, 0, text)
    book.close()
