"""Swedish numbers out of published cells, refusing what can be read in two ways (floor 3).

``1.212`` may be twelve hundred or one and a fifth, ``0,85`` may be a share or a per cent: neither is
guessed. Marks such as ``..`` never become numbers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from analysis_lib.vocabulary.marks import SIGNS, Mark, read_mark

Kind = Literal["count", "number", "share", "money", "text"]

DECIMALS: dict[Kind, int] = {"count": 0, "number": 1, "share": 1, "money": 0, "text": 0}
_SPACES = "\u00a0\u202f\u2009\u2007"
_SIGN = "[-\u2212\u2013]?"
_PLAIN = re.compile(rf"({_SIGN}[0-9]+)(?:([,.])([0-9]+))?")
_GROUPED = re.compile(rf"({_SIGN}[0-9]{{1,3}}(?: [0-9]{{3}})+)(?:(,)([0-9]+))?")
_POINTED = re.compile(rf"{_SIGN}[0-9]{{1,3}}(?:\.[0-9]{{3}})+(?:,[0-9]+)?")
_ABOUT = re.compile(r"(?:cirka|ca\.?)\s*[0-9][0-9 ]*", re.IGNORECASE)


class CellFault(Exception):
    """A cell that cannot be read for certain; the text says why, in Swedish."""

    def __init__(self, code: str, reason: str) -> None:
        self.code = code
        super().__init__(reason)


@dataclass(frozen=True)
class CellValue:
    """What a published cell says: a number, or a mark instead of one.

    ``point`` tells that the number was written with a decimal point in a text cell.
    """

    number: Decimal | None
    mark: Mark = Mark.NONE
    decimals: int = 0
    point: bool = False


def read_cell(
    text: str,
    kind: Kind,
    *,
    is_number_cell: bool = False,
    minimum: float | None = 0,
    maximum: float | None = None,
    decimals: int | None = None,
    thousands_point: bool = False,
) -> CellValue:
    """The number or mark of one published cell; raises CellFault when it is unreadable or out of bounds.

    ``is_number_cell`` says that a workbook held a real number there, so a point is a decimal point;
    ``decimals`` allows more of them than the kind is published with, ``thousands_point`` says that points
    part thousands in the cell's column.

    >>> read_cell("3 877", "count").number, read_cell("88,0", "share").decimals
    (Decimal('3877'), 1)
    >>> read_cell("..", "share").mark.value
    'suppressed'
    """
    plain = "".join(" " if char in _SPACES else char for char in text).strip()
    mark = read_mark(plain)
    if mark is not Mark.NONE:
        if mark in (Mark.NEARLY_ALL, Mark.NEARLY_NONE) and kind != "share":
            raise CellFault("mark-misplaced", f"{SIGNS[mark]} kan bara stå för en andel")
        return CellValue(None, mark)
    if kind == "count" and _ABOUT.fullmatch(plain):
        return CellValue(None, Mark.APPROXIMATE)
    if kind == "share" and plain.endswith("%"):
        plain = plain[:-1].rstrip()
    if thousands_point and not is_number_cell and _POINTED.fullmatch(plain):
        plain = plain.replace(".", "")
    number, written, point = _number(plain, is_number_cell=is_number_cell)
    if written > (DECIMALS[kind] if decimals is None else decimals):
        raise CellFault("number-ambiguous", _too_fine(plain, kind))
    if maximum is None and kind == "share":
        maximum = 100
    if (minimum is not None and number < minimum) or (maximum is not None and number > maximum):
        raise CellFault("number-out-of-bounds", f"{_echo(plain)} ligger utanför det möjliga")
    return CellValue(number, decimals=written, point=point)


def swedish(number: Decimal, decimals: int) -> str:
    """A number in the one way that published cells are kept: decimal comma, no thousands space.

    >>> swedish(Decimal("88"), 1), swedish(Decimal("3961"), 0)
    ('88,0', '3961')
    """
    return f"{number:.{decimals}f}".replace(".", ",")


def _number(plain: str, *, is_number_cell: bool) -> tuple[Decimal, int, bool]:
    match = _PLAIN.fullmatch(plain) or _GROUPED.fullmatch(plain)
    if not match:
        raise CellFault("number-unreadable", f"{_echo(plain)} går inte att läsa som ett tal")
    whole = re.sub("[\u2212\u2013]", "-", match[1].replace(" ", ""))
    separator, fraction = match[2], match[3] or ""
    if separator == "." and not is_number_cell and len(fraction) == 3:
        raise CellFault("number-ambiguous", f"{_echo(plain)} kan vara både tusental och decimaltal")
    if separator == "," and is_number_cell:
        raise CellFault("number-unreadable", f"{_echo(plain)} går inte att läsa som ett tal")
    number = Decimal(f"{whole}.{fraction}" if fraction else whole)
    return number, len(fraction), separator == "." and not is_number_cell


def _too_fine(plain: str, kind: Kind) -> str:
    if kind == "share":
        return f"{_echo(plain)} kan vara både en andel av 1 och procent; skriv procent med högst en decimal"
    if DECIMALS[kind] == 0:
        return f"{_echo(plain)} är inte ett heltal"
    return f"{_echo(plain)} har fler decimaler än tabellen publiceras med"


def _echo(plain: str) -> str:
    """The cell in a message, unless it is long or might name or number a person."""
    digits = sum(char.isdigit() for char in plain)
    if 0 < digits < 8 and len(plain) <= 12:
        return f"”{plain}”"
    return "Cellens text" if plain else "En tom cell"
