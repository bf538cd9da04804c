"""Where things stand in an attendance report: blocks per class with repeated headers, or one table (floor 3).

School systems write the same columns under short names (``N %``, ``GF min``), often with no-break spaces, and
start over for each class. Source: layout of Vklass's report; docs/FORMAT.md for the simple table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
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
    walk = Walk()
    lines = tuple(walk.lines(sheet.rows, sheet.numeric))
    return walk.report(lines) if walk.headers else None


class Walk:
    """Goes through a report row by row, knowing the header and the class that hold where it is."""

    def __init__(self) -> None:
        self.above: list[str] = []
        self.totals = 0
        self.headers = 0
        self._unread: dict[str, None] = {}

    def report(self, lines: Sequence[Line]) -> Report:
        """What has been passed so far, with these lines of it."""
        return Report(tuple(self.above), tuple(lines), self.totals, self.headers, tuple(self._unread))

    def lines(self, rows: Iterable[Row], numeric: frozenset[tuple[int, int]] = frozenset()) -> Iterator[Line]:
        """The data lines, each with its block's class."""
        fields: dict[int, str] = {}
        current = ""
        for number, cells in rows:
            texts = [" ".join(cell.split()) for cell in cells]
            filled = [text for text in texts if text]
            if not filled:
                continue
            named = _fields(texts)
            block = _CLASS.match(" ".join(filled)) if len(filled) <= 2 else None
            if named:
                fields, self.headers = named, self.headers + 1
                self._unread.update(dict.fromkeys(t for i, t in enumerate(texts) if t and i not in named))
            elif block:
                current = block[1]
            elif not fields:
                self.above.extend(filled)
            elif _TOTAL.match(filled[0]):
                self.totals += 1
            else:
                yield _line((number, texts), fields, current, numeric)


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
