"""The forms in which people keep a Skolverket export: re-saved, converted, cut, sorted, as a workbook."""

from __future__ import annotations

import csv
import io
import random
import re
from collections.abc import Callable
from pathlib import Path

import xlsxwriter

from analysis_lib.sources.reading import RawFile, ReadContext, TableResult, read_raw_bytes
from analysis_lib.sources.recognition import known_formats, recognise_all
from analysis_lib.vocabulary.workspace import Workspace, builtin_root

EXTRACTS = Path(__file__).parents[1] / "data" / "skolverket"
_NUMBER = re.compile(r"-?[0-9]{1,3}(?: [0-9]{3})*(?:,[0-9]+)?|-?[0-9]+(?:,[0-9]+)?")


def read_bytes(data: bytes, name: str = "fil.csv", *, wanted: str = "") -> list[TableResult]:
    """Everything the importer would make of a file with this content."""
    workspace = Workspace(builtin_root())
    raw: RawFile = read_raw_bytes(data, Path(name))
    return [
        found.format.read(found.sheet, ReadContext(workspace, other_sheets=found.notes))
        for found in recognise_all(raw, known_formats(workspace), wanted=wanted)
    ]


def read_one(data: bytes, name: str = "fil.csv", *, wanted: str = "") -> TableResult:
    """The only table of a file."""
    (result,) = read_bytes(data, name, wanted=wanted)
    return result


def lines_of(data: bytes) -> list[list[str]]:
    """An original export as lines of cells, without the separator that ends a line."""
    lines = data.decode("utf-8-sig").replace("\r\n", "\n").split("\n")
    return [line.removesuffix(";").split(";") for line in lines]


def header_place(lines: list[list[str]]) -> int:
    return next(
        i for i, cells in enumerate(lines) if cells[0].strip() in {"Kommun", "Skola"} and len(cells) > 5
    )


def data_end(lines: list[list[str]]) -> int:
    start = header_place(lines) + 1
    return next((i for i in range(start, len(lines)) if len([c for c in lines[i] if c]) < 5), len(lines))


def joined(lines: list[list[str]], *, newline: str = "\n", close: str = ";") -> str:
    return newline.join(";".join(cells) + (close if len(cells) > 1 else "") for cells in lines)


def resaved(data: bytes) -> bytes:
    """As Excel saves it: padded lines, CRLF, whole numbers without a decimal, no separator last."""
    lines = lines_of(data)
    width = len(lines[header_place(lines)])
    padded = [cells + [""] * (width - len(cells)) for cells in lines]
    first, end = header_place(lines) + 1, data_end(lines)
    padded[first:end] = [[re.sub(r"^([0-9 ]+),0$", r"\1", cell) for cell in row] for row in padded[first:end]]
    return joined(padded, newline="\r\n", close="").encode("utf-8-sig")


def in_cp1252(data: bytes) -> bytes:
    return data.decode("utf-8-sig").encode("cp1252")


def without_footer(data: bytes) -> bytes:
    lines = lines_of(data)
    return joined([*lines[: data_end(lines)], [""]]).encode("utf-8-sig")


def shuffled(data: bytes) -> bytes:
    lines = lines_of(data)
    start, end = header_place(lines) + 1, data_end(lines)
    rows = lines[start:end]
    random.Random(5).shuffle(rows)
    return joined([*lines[:start], *rows, *lines[end:]]).encode("utf-8-sig")


def with_reordered_columns(data: bytes) -> bytes:
    """The measure columns backwards, each under its own group."""
    lines = lines_of(data)
    start, end = header_place(lines), data_end(lines)
    keys = len(
        [c for c in lines[start] if c in {"Kommun", "Kommun-kod", "Län", "Läns-kod", "Typ av huvudman"}]
    )
    if lines[start][0] == "Skola":
        keys = 7
    first = start - 1 if len(lines[start - 1]) == len(lines[start]) else start
    turned = [cells[:keys] + cells[keys:][::-1] for cells in lines[first:end]]
    return joined([*lines[:first], *turned, *lines[end:]]).encode("utf-8-sig")


def as_tabs_with_notices(data: bytes) -> bytes:
    """Tabs for semicolons, nine lines of notices, other case and no-break spaces in the headers."""
    lines = lines_of(data)
    place = header_place(lines)
    lines[place] = [f" {cell.upper()} ".replace(" ", "\u00a0") for cell in lines[place]]
    chosen = next(i for i, cells in enumerate(lines) if cells[0].startswith("Valt"))
    notices = [[f"Observera punkt {number}, som gäller läsåret 2019/20."] for number in range(9)]
    lines[chosen + 1 : chosen + 1] = [*notices, [""]]
    return joined(lines, close="\t").replace(";", "\t").encode("utf-8")


def with_commas_and_quotes(data: bytes) -> bytes:
    """As a program writes it: commas, quotes where a cell holds one, line ends of an old Mac."""
    content = io.StringIO()
    csv.writer(content, lineterminator="\r").writerows(lines_of(data))
    return content.getvalue().encode("utf-8")


def as_unicode_text(data: bytes) -> bytes:
    """Excel's "Unicode text": UTF-16 with tabs."""
    return data.decode("utf-8-sig").replace(";", "\t").encode("utf-16")


def with_sep_line(data: bytes) -> bytes:
    return b"sep=;\r\n" + data.decode("utf-8-sig").encode("utf-8")


def as_workbook(data: bytes) -> bytes:
    """Header further down, merged groups, trailing blanks in headers, real numbers, footer on sheet 2."""
    lines = lines_of(data)
    start, end = header_place(lines), data_end(lines)
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    sheet = book.add_worksheet("Statistik")
    for row, cells in enumerate(lines[:start]):
        if len(cells) == 1:
            sheet.write_string(row + 2, 0, cells[0])
        else:
            _write_groups(sheet, row + 2, cells)
    sheet.write_row(start + 2, 0, [f"{cell}  " for cell in lines[start]])
    keys = lines[start].index("Typ av huvudman")
    for row, cells in enumerate(lines[start + 1 : end], start=start + 3):
        for column, cell in enumerate(cells):
            if column > keys and _NUMBER.fullmatch(cell) and "Huvudman" not in lines[start][column]:
                sheet.write_number(row, column, float(cell.replace(" ", "").replace(",", ".")))
            else:
                sheet.write_string(row, column, cell)
    notes = book.add_worksheet("Rapportbeskrivning och def.")
    for row, cells in enumerate([["Rapportbeskrivning och definitioner etc."], *lines[end:]]):
        notes.write_row(row, 0, cells)
    book.close()
    return content.getvalue()


def _write_groups(sheet: xlsxwriter.worksheet.Worksheet, row: int, cells: list[str]) -> None:
    starts = [i for i, cell in enumerate(cells) if cell and (i == 0 or cells[i - 1] != cell)]
    for first, after in zip(starts, [*starts, len(cells)][1:], strict=bool(starts)):
        sheet.merge_range(row, first, row, after - 1, cells[first])


FORMS: dict[str, Callable[[bytes], bytes]] = {
    "re-saved in Excel": resaved,
    "cp1252": in_cp1252,
    "footer cut": without_footer,
    "shuffled": shuffled,
    "columns reordered": with_reordered_columns,
    "tabs and notices": as_tabs_with_notices,
    "commas and quotes": with_commas_and_quotes,
    "unicode text": as_unicode_text,
    "sep line": with_sep_line,
    "workbook": as_workbook,
}
