"""A filled-in workbook as sheets of cells, refused when it could harm or mislead (register floor).

Bombs, entities and macros are refused before the workbook is opened. A cell with a formula is told by its
place: what it would show depends on who opened it last.
"""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import python_calamine

from analysis_lib.errors import SkolbankError
from analysis_lib.register.forms import NO, YES, Cell

_MOST = 200 << 20
_FORMULA = re.compile(rb"""<c\b[^>]*\br=["']([A-Z]+\d+)["'][^>]*>\s*<f\b""")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass(frozen=True)
class ReadSheet:
    """One sheet: rows of cells from A1, and the places of its formulas."""

    name: str
    rows: list[list[Cell]]
    formulas: frozenset[str]


def read_sheets(path: Path) -> list[ReadSheet]:
    """The visible sheets of a workbook; SkolbankError when it is none."""
    try:
        data = path.read_bytes()
    except OSError:
        raise SkolbankError(
            "file-missing", "Filen finns inte eller kan inte läsas", where=path.name
        ) from None
    try:
        formulas = _inspect(data, path)
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        visible = [
            one.name
            for one in book.sheets_metadata
            if one.visible == python_calamine.SheetVisibleEnum.Visible
        ]
        return [
            ReadSheet(
                name,
                [[_cell(value) for value in row] for row in book.get_sheet_by_name(name).to_python(False)],
                formulas.get(name, frozenset()),
            )
            for name in visible
        ]
    except SkolbankError:
        raise
    except Exception:
        raise _unusable(path) from None


def _inspect(data: bytes, path: Path) -> dict[str, frozenset[str]]:
    """The formulas of each sheet by its name, after the parts have been weighed."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(part.file_size for part in archive.infolist()) > _MOST:
            raise _unusable(path)
        parts = {name: archive.read(name) for name in archive.namelist() if name.endswith((".xml", ".rels"))}
    if any(b"<!DOCTYPE" in part.replace(b"\x00", b"") for part in parts.values()):
        raise _unusable(path)
    return {name: frozenset(_formulas(parts[file])) for name, file in _sheet_files(parts)}


def _sheet_files(parts: dict[str, bytes]) -> Iterator[tuple[str, str]]:
    relations = ElementTree.fromstring(parts["xl/_rels/workbook.xml.rels"])
    targets = {one.get("Id"): str(one.get("Target")) for one in relations}
    for one in ElementTree.fromstring(parts["xl/workbook.xml"]).iter():
        if one.tag.endswith("}sheet"):
            target = targets[one.get(_RELATION)]
            yield str(one.get("name")), target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _formulas(part: bytes) -> Iterator[str]:
    return (match[1].decode() for match in _FORMULA.finditer(part))


def _cell(value: object) -> Cell:
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, datetime.datetime):
        return value.date() if value.time() == datetime.time() else value.isoformat(" ")
    return value if isinstance(value, datetime.date) else str(value)


def _unusable(path: Path) -> SkolbankError:
    return SkolbankError(
        "register-workbook-unreadable",
        "Filen är ingen arbetsbok från registret, eller är skadad",
        where=path.name,
        remedy="Hämta en ny med skolbank register export och flytta över det du har skrivit.",
    )
