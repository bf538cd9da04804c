"""Where things stand in an attendance report: blocks per class with repeated headers, or one table (floor 3).

School systems write the same columns under short names (``N %``, ``GF min``), often with no-break spaces, and
start over for each class. Source: layout of Vklass's report; docs/FORMAT.md for the simple table.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from analysis_lib.sources.shapes import Row, Sheet
from analysis_lib.sources.skolverket_tables import header_key

NAMES: dict[str, tuple[str, ...]] = {
    "Namn": ("Namn", "Elev", "Elevens namn"),
    "PersonNr": ("Personnr", "Personnummer", "PersonNr", "Pnr"),
    "Klass": ("Klass", "Klassbeteckning", "Grupp"),
    "Skolenhetskod": ("Skolenhetskod", "Enhetskod", "Skol-enhetskod"),
    "Enhet": ("Skola", "Skolenhet", "Enhet", "Skolans namn"),
    "Kön": ("Kön",),
    "Läsår": ("Läsår",),
    "Termin": ("Termin",),
    "Från": ("Från", "Period från", "Startdatum", "Från och med"),
    "Till": ("Till", "Period till", "Slutdatum", "Till och med"),
    "pupils": ("Antal elever", "Elever"),
    "lessons": ("Lekt.", "Lektioner", "Antal lektioner"),
    "offered": (
        "Undv. tid",
        "Undervisningstid",
        "Undervisningstid (min)",
        "Undervisningstid min",
        "Total tid",
    ),
    "offered_hours": ("Undervisningstid (h)", "Undervisningstid h", "Undv. tid (h)"),
    "n_min": ("N min", "Närvaro min", "Närvaro (min)", "Närvarominuter"),
    "gf_min": ("GF min", "Giltig frånvaro min", "Giltig frånvaro (min)", "Anmäld frånvaro min"),
    "f_min": ("F min", "Ogiltig frånvaro min", "Ogiltig frånvaro (min)", "OF min", "OGF min"),
    "other_min": ("Övrig tid min", "Annan närvaro (min)", "Övrigt min"),
    "unregistered_min": (
        "Ej registrerad tid min",
        "Oregistrerad tid (min)",
        "Ej reg. min",
        "Oregistrerat min",
    ),
    "n_pct": ("N %", "Närvaro %", "Närvaro (%)", "Närvaro", "Närvaro i procent"),
    "gf_pct": ("GF %", "Giltig frånvaro %", "Giltig frånvaro (%)", "Giltig frånvaro"),
    "f_pct": ("F %", "Ogiltig frånvaro %", "Ogiltig frånvaro (%)", "Ogiltig frånvaro", "OF %", "OGF %"),
    "unregistered_pct": ("Ej registrerad tid %", "Oregistrerad tid (%)", "Ej reg. %", "Ej registrerad tid"),
}
MEASURED = ("n_min", "n_pct", "gf_min", "gf_pct", "f_min", "f_pct")
_BY_KEY = {header_key(name): fieldname for fieldname, names in NAMES.items() for name in names}
_SEARCHED, _FEWEST = 60, 3
_CLASS = re.compile(r"(?i)^\s*(?:klass|grupp)\s*[:\s]\s*(\S.{0,40}?)\s*$")
_TOTAL = re.compile(r"(?i)^\s*(summa|totalt?|samtliga|medel(?:värde)?|genomsnitt|klassen)\b")


@dataclass(frozen=True)
class Line:
    """A data row with its block's class and its cells by field."""

    row: int
    block_class: str
    cells: dict[str, str]
    is_number: frozenset[str]


@dataclass(frozen=True)
class Report:
    """The parts of a sheet: what stands above the first header, the data lines and what was left out."""

    above: tuple[str, ...]
    lines: tuple[Line, ...] = field(repr=False)
    totals: int
    headers: int
    unread: tuple[str, ...]


def has_header(sheet: Sheet) -> bool:
    """Whether one of the first rows names attendance and absence."""
    rows = sheet.rows[:_SEARCHED]
    return any(
        _fields([" ".join(cell.split()) for cell in cells]) for _, cells in rows if len(cells) >= _FEWEST
    )


def find_report(sheet: Sheet) -> Report | None:
    """The sheet's parts, or None when no row names attendance and absence."""
    fields: dict[int, str] = {}
    above: list[str] = []
    lines: list[Line] = []
    unread: dict[str, None] = {}
    current, totals, headers = "", 0, 0
    for number, cells in sheet.rows:
        texts = [" ".join(cell.split()) for cell in cells]
        filled = [text for text in texts if text]
        if not filled:
            continue
        named = _fields(texts)
        block = _CLASS.match(" ".join(filled)) if len(filled) <= 2 else None
        if named:
            fields, headers = named, headers + 1
            unread.update(dict.fromkeys(t for i, t in enumerate(texts) if t and i not in named))
        elif block:
            current = block[1]
        elif not fields:
            above.extend(filled)
        elif _TOTAL.match(filled[0]):
            totals += 1
        else:
            lines.append(_line((number, texts), fields, current, sheet.numeric))
    return Report(tuple(above), tuple(lines), totals, headers, tuple(unread)) if headers else None


def _fields(texts: Sequence[str]) -> dict[int, str]:
    found: dict[int, str] = {}
    for index, text in enumerate(texts):
        name = _BY_KEY.get(header_key(text)) if text else None
        if name == "n_min" and text.endswith("%"):
            name = "n_pct"
        if name and name not in found.values():
            found[index] = name
    measured = {name.split("_")[0] for name in found.values() if name in MEASURED}
    whose = set(found.values()) & {"PersonNr", "Klass", "Namn", "Skolenhetskod", "Enhet"}
    return found if "n" in measured and len(measured) >= 2 and whose else {}


def _line(row: Row, fields: dict[int, str], current: str, numeric: frozenset[tuple[int, int]]) -> Line:
    number, texts = row
    cells = {name: texts[index] if index < len(texts) else "" for index, name in fields.items()}
    numbers = frozenset(name for index, name in fields.items() if (number, index) in numeric)
    return Line(number, current, cells, numbers)
