"""Where things stand in a PxWeb export: places, school years, measures, values and notes (floor 3).

Nothing is found by line number: the line of places is the one whose cells read like ``HUVUDMAN (orgnr):
SKOLA (skolenhetskod)``, and the school years stand beside them. A sheet with the places down its first
column is turned first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from analysis_lib.errors import SkolbankError
from analysis_lib.sources.shapes import Row, Sheet
from analysis_lib.vocabulary.periods import SchoolYear

_PLACE = re.compile(r"(?P<name>.+?) \((?P<number>\d{6}-?\d{4})\): (?P<rest>.+?)(?: \((?P<code>\d{8})\))?")
_NATION = re.compile(r"RIKET(?:: (?P<rest>.+))?", re.IGNORECASE)
_SEARCHED = 40
_OWN = {"HUVUDMAN", "TOTALT"}
_ORGANISERS = {"212000": "municipal", "222000": "municipal", "202100": "state", "232100": "region"}


@dataclass(frozen=True)
class Place:
    """Whom a column is about, in which school year."""

    index: int
    level: str
    school_year: str
    unit_code: str = ""
    unit_name: str = ""
    organiser: str = "all"
    authority_name: str = ""
    authority_number: str = ""

    @property
    def municipality(self) -> str:
        """The huvudman's name without the word kommun."""
        return re.sub(r"(?i)\s+(kommun|stad)$|^(region)\s+", "", self.authority_name)


@dataclass(frozen=True)
class Grid:
    """The parts of a sheet: one text per place in each measure line."""

    title: str
    places: tuple[Place, ...]
    lines: tuple[tuple[int, str, list[str]], ...]
    blank: int
    notes: tuple[str, ...]
    is_turned: bool


def find_grid(sheet: Sheet) -> Grid | None:
    """The sheet's parts, or None when no line names huvudmän and units; the sheet may lie on its side."""
    found = _grid(sheet.rows, is_turned=False)
    if found is not None:
        return found
    width = max((len(cells) for _, cells in sheet.rows[:_SEARCHED]), default=0)
    first = sum(bool(place_of(cells[0])) for _, cells in sheet.rows[:_SEARCHED] if cells)
    if first < 2 or width > 2000:
        return None
    turned = [
        (column + 1, [cells[column] if column < len(cells) else "" for _, cells in sheet.rows])
        for column in range(width)
    ]
    return _grid(turned, is_turned=True)


def _grid(rows: list[Row], *, is_turned: bool) -> Grid | None:
    for position, (_, cells) in enumerate(rows[:_SEARCHED]):
        named = [index for index, cell in enumerate(cells) if place_of(cell)]
        if len(named) >= 2 or (
            len(named) == 1 and position + 1 < len(rows) and _years(rows[position + 1][1])
        ):
            return _parts(rows, position, named[0], is_turned=is_turned)
    return None


def _parts(rows: list[Row], position: int, first: int, *, is_turned: bool) -> Grid | None:
    below = rows[position + 1 :]
    years = _years(below[0][1]) if below else {}
    if years:
        below = below[1:]
    title = next((cell.strip() for _, cells in rows[:position] for cell in cells if cell.strip()), "")
    if not years:
        one = _only_year([cell for _, cells in rows[:position] for cell in cells])
        years = {index: one for index in range(first, len(rows[position][1]))} if one else {}
    places = _places(rows[position][1], years, first)
    if not places:
        return None
    lines, blank, end = _lines(below, places, first)
    notes = tuple(cell.strip() for _, cells in below[end:] for cell in cells if cell.strip())
    return Grid(title, tuple(places), tuple(lines), blank, notes, is_turned) if lines else None


def _places(cells: list[str], years: dict[int, str], first: int) -> list[Place]:
    """A place per column; a name that is merged over several years stands in the first of them only."""
    places, current = [], ""
    for index in range(first, max(len(cells), max(years, default=-1) + 1)):
        text = cells[index].strip() if index < len(cells) else ""
        current = text or current
        found = place_of(current)
        if found and index in years:
            places.append(Place(index, school_year=years[index], **found))
    return places


def place_of(text: str) -> dict[str, str] | None:
    """Whom a place's label names, as columns of the stored table; None when it names nobody.

    >>> place_of("RIKET: TOTALT")
    {'level': 'national', 'organiser': 'all'}
    """
    plain = " ".join(text.split())
    nation = _NATION.fullmatch(plain)
    if nation:
        rest = (nation["rest"] or "").upper()
        organiser = "municipal" if "KOMMUNAL" in rest else "independent" if "ENSKILD" in rest else "all"
        return {"level": "national", "organiser": organiser}
    match = _PLACE.fullmatch(plain)
    if not match:
        return None
    number = match["number"].replace("-", "")
    found = {
        "organiser": _ORGANISERS.get(number[:6], "independent"),
        "authority_name": match["name"],
        "authority_number": "" if number[2] in "01" else number,
    }
    if match["code"]:
        return found | {"level": "unit", "unit_code": match["code"], "unit_name": match["rest"]}
    return found | {"level": "authority"} if match["rest"].upper() in _OWN else None


def _years(cells: list[str]) -> dict[int, str]:
    found = {}
    for index, cell in enumerate(cells):
        year = _only_year([cell])
        if year:
            found[index] = year
    return found


def _only_year(cells: list[str]) -> str:
    years = set()
    for cell in cells:
        try:
            years.add(str(SchoolYear.parse(cell)))
        except SkolbankError:
            continue
    return years.pop() if len(years) == 1 else ""


def _lines(
    below: list[Row], places: list[Place], first: int
) -> tuple[list[tuple[int, str, list[str]]], int, int]:
    """The measure lines, how many blank ones lie among them, and where the notes begin."""
    lines: list[tuple[int, str, list[str]]] = []
    blank = waiting = end = 0
    for position, (row, cells) in enumerate(below):
        label = ": ".join(dict.fromkeys(" ".join(cell.split()) for cell in cells[:first] if cell.strip()))
        texts = [cells[place.index].strip() if place.index < len(cells) else "" for place in places]
        if label and any(texts):
            lines.append((row, label, texts))
            blank += waiting
            waiting, end = 0, position + 1
        elif lines and label:
            break
        elif lines:
            waiting += 1
    return lines, blank, end
