"""An attendance report too long for memory, in portions with the outcome of a whole reading (floor 3).

Each line is kept with the class and the header that hold where it stands, so that blocks can be parted.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from analysis_lib.sources.attendance_layout import NAMES, Line, Report, Walk
from analysis_lib.sources.attendance_values import Scale
from analysis_lib.sources.long_files import of_person
from analysis_lib.sources.shapes import ReadContext, Row, TableResult

_FIELDS = tuple(NAMES)
_CLASS, _FIRST = 0, 1  # places in a kept row: the block's class, then one cell per field
_PERSON = _FIRST + _FIELDS.index("PersonNr")
_PLACE = tuple(_FIRST + _FIELDS.index(name) for name in ("Skolenhetskod", "Enhet", "Klass"))
_ABSENT = "\x00"  # a field that the line's own header lacks


class _Reader(Protocol):
    def __call__(
        self,
        report: Report,
        above: tuple[str, ...],
        context: ReadContext,
        *,
        has_numbers: bool,
        scale: Scale,
        is_portion: bool,
    ) -> TableResult: ...


class InPortions:
    """One report, line by line."""

    weight = 2
    weighs = True

    def __init__(self, read: _Reader, sheet_name: str) -> None:
        self._read = read
        self._name = sheet_name
        self._walk = Walk()
        self._has_numbers = False
        self._scale = Scale()
        self._person = of_person(_PERSON)

    def arrange(self, rows: Iterator[Row]) -> Iterator[Row]:
        """The data lines, each with its class and its cells in the order of the fields."""
        for line in self._walk.lines(rows):
            self._has_numbers = self._has_numbers or bool(line.cells.get("PersonNr"))
            yield line.row, [line.block_class, *(line.cells.get(name, _ABSENT) for name in _FIELDS)]

    def belongs_to(self, cells: list[str]) -> str:
        """The pupil, or without a personal number the class."""
        number = self._person(cells)
        return number or "|".join([cells[_CLASS], *(cells[index] for index in _PLACE)]).upper()

    def weigh(self, rows: list[Row]) -> None:
        """Whether the report has per cents or parts of one, minutes or hours."""
        self._scale.see([_as_line(row, cells) for row, cells in rows])

    def read(self, rows: list[Row], context: ReadContext) -> TableResult:
        """One portion; the first also has the lines of sums that were passed."""
        report = self._walk.report([_as_line(row, cells) for row, cells in rows])
        self._walk.totals = 0
        above = (*report.above, self._name)
        return self._read(
            report, above, context, has_numbers=self._has_numbers, scale=self._scale, is_portion=True
        )


def _as_line(row: int, cells: list[str]) -> Line:
    told = {name: cell for name, cell in zip(_FIELDS, cells[_FIRST:], strict=True) if cell != _ABSENT}
    return Line(row, cells[_CLASS], told, frozenset())
