"""A text file too long for memory read in portions, with the outcome a whole reading would have (floor 3).

The rows about one thing lie in one portion, so repeats and contradictions are seen wherever in the file they
stand; what the whole table decides (units of measure, decimals) is gathered over all portions before any is
read. Formats say with ``in_portions`` how: each portion goes through their ordinary reading.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Protocol, runtime_checkable

from analysis_lib.errors import SkolbankError
from analysis_lib.snapshots.gathered import Gathered
from analysis_lib.snapshots.missing import RefusedRows
from analysis_lib.sources.portions import Portions
from analysis_lib.sources.pupil_rows import SHOWN_PER_CODE
from analysis_lib.sources.shapes import Message, ReadContext, Row, Sheet, TableResult
from analysis_lib.sources.text_stream import LongText

PORTION = 2 * 1024 * 1024  # bytes of text in a portion: about 100 MB of memory while it is checked
HEAD_ROWS = 500
REFUSED_KEPT = 100_000  # rows that the correction workbook names; all are counted
_DECIMAL_END = re.compile(r"[.,]0+$")
_NOT_DIGIT = re.compile(r"\D")


class Portioning(Protocol):
    """How one file of a format is read in portions."""

    weight: (
        int  # how many times the memory of a pupil's row that a row of this table takes while it is checked
    )
    weighs: bool  # whether all portions are looked at once before any of them is read

    def arrange(self, rows: Iterator[Row]) -> Iterator[Row]:
        """The data rows out of all rows of the file, in their order."""
        ...

    def belongs_to(self, cells: list[str]) -> str:
        """A text that rows share when they must be checked together."""
        ...

    def weigh(self, rows: list[Row]) -> None:
        """Gathers what only the whole table can decide: signs, units of measure, decimals."""
        ...

    def read(self, rows: list[Row], context: ReadContext) -> TableResult:
        """One portion as the ordinary reading would have it."""
        ...


class Headed:
    """The simplest table: what a cell means follows from the header, and rows about the same thing are
    known by their cells."""

    weight = 1
    weighs = False

    def __init__(
        self,
        head: Sheet,
        header_row: int,
        belongs_to: Callable[[list[str]], str],
        read: Callable[[Sheet, ReadContext], TableResult],
    ) -> None:
        """``header_row`` is the line of the header, 0 when there is none."""
        self._header_row = header_row
        self._header = [row for row in head.rows if row[0] <= header_row]
        self._belongs_to = belongs_to
        self._read = read

    def arrange(self, rows: Iterator[Row]) -> Iterator[Row]:
        """The rows below the header that hold anything."""
        for row in rows:
            if row[0] > self._header_row and any(cell and not cell.isspace() for cell in row[1]):
                yield row

    def belongs_to(self, cells: list[str]) -> str:
        """As the format says."""
        return self._belongs_to(cells)

    def weigh(self, rows: list[Row]) -> None:
        """Nothing: every row speaks for itself."""

    def read(self, rows: list[Row], context: ReadContext) -> TableResult:
        """The format's ordinary reading of the header and these rows."""
        return self._read(Sheet("", [*self._header, *rows]), context)


@runtime_checkable
class Portioned(Protocol):
    """A format that can be read in portions."""

    def in_portions(self, head: Sheet, context: ReadContext) -> Portioning: ...


@dataclass
class _Told:
    """What the portions have told so far."""

    results: list[TableResult] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    refused: list[tuple[int, list[str], str]] = field(default_factory=list)
    waiting: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    unit_codes: set[str] = field(default_factory=set)


def of_person(column: int) -> Callable[[list[str]], str]:
    """The person a row is about, the same for every way of writing the personal number.

    >>> belongs = of_person(0)
    >>> belongs(["20100512-9810"]) == belongs(["1005129810.0"])
    True
    """

    def belongs_to(cells: list[str]) -> str:
        text = cells[column].strip() if column < len(cells) else ""
        if text.isdigit():
            return text[-10:]
        text = _DECIMAL_END.sub("", text)
        return _NOT_DIGIT.sub("", text)[-10:]

    return belongs_to


def of_cells(columns: Sequence[int]) -> Callable[[list[str]], str]:
    """What a row is about by its cells in some columns, however they are spaced."""

    def belongs_to(cells: list[str]) -> str:
        return "|".join(" ".join(cells[index].split()) if index < len(cells) else "" for index in columns)

    return belongs_to


def head_of(text: LongText) -> Sheet:
    """The first rows, which tell what the file is."""
    return Sheet("", list(islice(text.rows(), HEAD_ROWS)))


def read_long(
    text: LongText, head: Sheet, known: Portioned, context: ReadContext, *, gathered: Gathered
) -> tuple[TableResult, set[str]]:
    """The whole file's result, with its frames in ``gathered``, and the units it names.

    Raises SkolbankError when the file, or any portion of it, is refused whole.
    """
    portioning = known.in_portions(head, context)
    count = max(1, -(-text.size * portioning.weight // PORTION))
    told = _Told()
    folder = context.workspace.snapshots
    with Portions(count, folder if folder.is_dir() else None) as portions:
        for row in portioning.arrange(text.rows()):
            portions.add(row, portioning.belongs_to(row[1]))
        if portioning.weighs:
            for rows in portions:
                portioning.weigh(rows)
        for rows in portions:
            _take(portioning.read(rows, context), gathered, told)
    if not told.results:
        raise SkolbankError("file-empty", "Filen innehåller inga uppgifter", remedy="Ta ut filen på nytt.")
    return _together(told, count), told.unit_codes


def _take(result: TableResult, gathered: Gathered, told: _Told) -> None:
    if not result.conserves_rows:
        raise RuntimeError("rows are lost")
    for table, frame in result.frames.items():
        gathered.add(table, frame)
        told.unit_codes.update(str(code) for code in frame["unit_code"].unique())
    told.messages += result.messages
    told.refused = sorted([*told.refused, *result.refused], key=lambda row: row[0])[:REFUSED_KEPT]
    for each in result.waiting:
        told.waiting[each.unit_code, each.school_year, each.year_group] += each.count
    told.results.append(replace(result, frames={}, messages=[], refused=[]))
    told.messages = merged(told.messages)


def _together(told: _Told, count: int) -> TableResult:
    first = told.results[0]
    years = sorted({year for one in told.results for year in one.school_year.split(", ") if year})
    text = f"Filen är stor och lästes i {count} delar. Utfallet är detsamma som om den lästs på en gång."
    if len(told.refused) == REFUSED_KEPT:
        text += f" Arbetsboken med nekade rader har de {REFUSED_KEPT} första."
    marks: Counter[str] = Counter()
    for one in told.results:
        marks.update(one.marks)
    return replace(
        first,
        school_year=", ".join(years),
        slots={},
        rows_read=sum(one.rows_read for one in told.results),
        rows_accepted=sum(one.rows_accepted for one in told.results),
        rows_rejected=sum(one.rows_rejected for one in told.results),
        rows_ignored=sum(one.rows_ignored for one in told.results),
        marks=dict(marks),
        messages=[Message("info", "read-in-portions", text), *told.messages],
        refused=told.refused,
        waiting=tuple(RefusedRows(count, *place) for place, count in sorted(told.waiting.items())),
    )


def merged(messages: Sequence[Message]) -> list[Message]:
    """The messages of all portions so far: said once, and of each kind the first rows only."""
    kinds: dict[tuple[str, str, str | None, bool], list[Message]] = {}
    for each in messages:
        kinds.setdefault((each.level, each.code, each.column, each.row is None), []).append(each)
    return [each for same in kinds.values() for each in _of_one_kind(same)]


def _of_one_kind(same: list[Message]) -> Iterable[Message]:
    unlike = list({each.message: each for each in same}.values())
    if same[0].row is None:
        return unlike[:1]
    return sorted(unlike, key=lambda each: each.row or 0)[:SHOWN_PER_CODE]
