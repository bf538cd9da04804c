"""A survey file too long for memory, in portions with the outcome of a whole reading (floor 3).

Single answers are only counted, and the counts are small; shares and counts per group keep all cells of a
group together, and whether they are per cent is decided over the whole file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from analysis_lib.errors import SkolbankError
from analysis_lib.sources.numbers import CellFault
from analysis_lib.sources.shapes import ReadContext, Row, TableResult
from analysis_lib.sources.survey_places import PlaceReader
from analysis_lib.sources.survey_rows import SurveyRows, has_single_answers, is_datum, read_rows
from analysis_lib.sources.survey_whole import Counts, Sums

_LONGEST_NOTES = 100_000  # rows with less than two cells after one another


class InPortions:
    """One survey file, from the layout of its first rows."""

    weight = 3  # a row holds the answers to many questions
    weighs = True

    def __init__(self, places: PlaceReader, result: Callable[[SurveyRows], TableResult]) -> None:
        self._places = places
        self._layout = places.layout
        self._result = result
        self._first = places.layout.data[0][0] if places.layout.data else 0
        self._counts: Counts | None = Counts() if has_single_answers(self._layout) else None
        self._sums = Sums()
        self._notes = 0
        self._accepted = 0
        self._unreadable: SurveyRows | None = None

    def arrange(self, rows: Iterator[Row]) -> Iterator[Row]:
        """The rows with content, but for notes under the table."""
        after: list[Row] = []
        for row in rows:
            if row[0] < self._first or not any(cell.strip() for cell in row[1]):
                continue
            after.append(row)
            if is_datum(row[1], self._layout):
                yield from after
                after = []
            elif len(after) > _LONGEST_NOTES:
                raise SkolbankError(
                    "file-not-table",
                    f"Filen har mer än {_LONGEST_NOTES} rader i följd utan svar",
                    where=f"från rad {after[0][0]}",
                    remedy="Kontrollera att filen är rätt tabell, eller hämta den på nytt.",
                )
        self._notes = len(after)

    def belongs_to(self, cells: list[str]) -> str:
        """The group that answered; a row that is only counted, or cannot be read, stands for itself."""
        if self._counts is None:
            try:
                return repr(replace(self._places.read(cells), sex="T"))
            except CellFault:
                pass
        return "|".join(cells)

    def weigh(self, rows: list[Row]) -> None:
        """Counts single answers; sums the others."""
        found = self._rows(rows)
        self._accepted += found.accepted
        self._unreadable = self._unreadable or (found if found.refused else None)
        if self._counts is not None:
            self._counts.see(found.cells)
        else:
            self._sums.see(found.cells)

    def read(self, rows: list[Row], context: ReadContext) -> TableResult:
        """One portion; the first has all counts of single answers, and the notes under the table."""
        if self._unreadable and not self._accepted:
            raise nothing_readable(self._unreadable)
        found = self._rows(rows)
        if self._counts is not None:
            found.cells = self._counts.cells()
            self._counts = Counts()
        elif self._layout.shape != "answers":
            found.unit = self._sums.unit()
        found.read, found.ignored = found.read + self._notes, found.ignored + self._notes
        self._notes = 0
        return self._result(found)

    def _rows(self, rows: list[Row]) -> SurveyRows:
        return read_rows(rows, self._layout, self._places.instrument, self._places)


def nothing_readable(rows: SurveyRows) -> SkolbankError:
    """The refusal of a file without one readable row."""
    first = rows.messages[0]
    return SkolbankError(first.code, f"Ingen rad går att läsa. Den första: {first.message}")
