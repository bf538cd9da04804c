"""One of Skolverket's tables from its layout to rows: whole, or in portions when it is long (floor 3).

Both ways go through the same reader of rows; what the whole table decides is gathered first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from analysis_lib.errors import SkolbankError
from analysis_lib.snapshots.missing import RefusedRows
from analysis_lib.sources.shapes import Message, ReadContext, Row, Sheet, TableResult
from analysis_lib.sources.skolverket_columns import MeasureColumn, match_columns
from analysis_lib.sources.skolverket_frame import TABLE, WholeTable, as_frame
from analysis_lib.sources.skolverket_layout import Layout, damaged_rows, is_data, school_year
from analysis_lib.sources.skolverket_records import RowsRead
from analysis_lib.sources.skolverket_rows import RowReader
from analysis_lib.sources.skolverket_tables import Source, Table, by_wording
from analysis_lib.sources.skolverket_years import match_years, span
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.marks import Mark, read_mark

_ALWAYS_COUNTED = (Mark.MISSING, Mark.SUPPRESSED, Mark.NEARLY_ALL)
_LONGEST_FOOTER = 100_000  # rows without data after one another


@dataclass
class Reading:
    """How one sheet is read: its layout, what its columns hold and its school year."""

    layout: Layout
    columns: list[MeasureColumn]
    school_year: str
    table_id: str
    table: Table
    source: Source
    context: ReadContext
    rows: RowReader
    messages: list[Message]
    whole: WholeTable = field(default_factory=WholeTable)

    @classmethod
    def of(
        cls,
        layout: Layout,
        sheet: Sheet,
        context: ReadContext,
        *,
        table_id: str,
        table: Table,
        source: Source,
    ) -> Reading:
        """Matches the columns; raises SkolbankError when the sheet is refused for them."""
        messages: list[Message] = []
        if table.wide_years:
            layout, columns = match_years(layout, table, source, sheet.name, messages=messages)
            year = span(columns)
        else:
            year = school_year(layout, calendar_year_starts=table.calendar_year_starts)
            messages += _about_heading(layout, year)
            columns = match_columns(layout, table, source, school_year=year, messages=messages)
        if not layout.data:
            raise SkolbankError(
                "table-empty",
                "Tabellen har rubriker men inga uppgifter",
                where=f"rad {layout.header_row}",
                remedy="Filen kan vara avklippt; hämta den på nytt.",
            )
        catalog = Catalog(context.workspace)
        rows = RowReader(
            layout,
            columns,
            table=table,
            source=source,
            municipalities=catalog.municipalities,
            numeric=sheet.numeric,
            allows_invented=catalog.settings.is_example,
        )
        return cls(layout, columns, year, table_id, table, source, context, rows, messages)

    def see(self, rows: RowsRead) -> None:
        """Takes rows into what the whole table decides."""
        self.whole.see(rows, self.columns)

    def result(self, data: Sequence[Row], rows: RowsRead) -> TableResult:
        """The rows as a result; call when the whole table has been seen."""
        layout, year = self.layout, self.school_year
        decimals = self.whole.decimals
        frame = as_frame(
            rows.records, self.columns, table_id=self.table_id, school_year=year, decimals=decimals
        )
        sexes = "".join(sex for sex in "TFP" if sex in set(frame["sex"]))
        return TableResult(
            format=f"{self.source.id}.{self.table_id}",
            level=layout.level,
            school_year=year,
            frames={TABLE: frame},
            slots={TABLE: f"{self.table_id}/{year.replace('/', '-')}/{layout.level}/{sexes}"},
            rows_read=rows.read,
            rows_accepted=len(rows.records),
            rows_rejected=len(rows.refused),
            rows_ignored=rows.ignored,
            columns=layout.column_count,
            marks=_marks(data, layout),
            messages=[*self.messages, *rows.messages, *self.whole.messages],
            refused=sorted(rows.refused, key=lambda refused: refused[0]),
            metadata=self._metadata(),
            waiting=(RefusedRows(len(rows.refused), school_year=year[:7]),) if rows.refused else (),
            joins_sheets=self.table.wide_years,
        )

    def _metadata(self) -> dict[str, Any]:
        layout, source = self.layout, self.source
        other = [line for sheet in self.context.other_sheets for line in _lines(sheet.rows)]
        return {
            "title": layout.title or self.table.name,
            "source": f"{source.owner}, {source.address}",
            "licence": source.licence,
            "legal_basis": source.legal_basis,
            "extracted": ", ".join(layout.chosen.get("uttag", ())),
            "notices": list(layout.notices),
            "footer": [*_lines(layout.footer), *other],
            "header": {
                column.column.shown: f"{column.measure} ({column.sex})"
                if column.sex != "T"
                else column.measure
                for column in self.columns
            },
        }


def whole_table(reading: Reading) -> TableResult:
    """All rows of the sheet at once."""
    data = reading.layout.data
    for _, cells in data:
        reading.rows.signs.see(cells)
    reading.rows.thousands = reading.rows.signs.with_thousands
    rows = reading.rows.read(data, last=data[-1][0])
    reading.see(rows)
    reading.whole.refuse_fractions(reading.columns, reading.table, reading.layout)
    return reading.result(data, rows)


class InPortions:
    """The same table when it is long, from a reading of its first rows."""

    weight = 2  # each row becomes one for every column
    weighs = True

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._first = reading.layout.data[0][0]
        self._last = 0
        self._organisers = by_wording(reading.source.organisers)

    def arrange(self, rows: Iterator[Row]) -> Iterator[Row]:
        """The rows from the first to the last good one; what follows is the footer."""
        reading = self._reading
        layout = reading.layout
        after: list[Row] = []
        for row in rows:
            if row[0] < self._first:
                continue
            after.append(row)
            reading.rows.signs.see(row[1])
            if is_data(row[1], layout.keys, self._organisers):
                self._last = row[0]
                yield from after
                after = []
            elif len(after) > _LONGEST_FOOTER:
                raise _endless(after[0][0])
        damaged = damaged_rows(after, layout.keys)
        yield from after[:damaged]
        self._last = after[damaged - 1][0] if damaged else self._last
        footer = tuple(row for row in after[damaged:] if any(cell.strip() for cell in row[1]))
        reading.layout = reading.rows.layout = replace(layout, footer=footer)
        reading.rows.thousands = reading.rows.signs.with_thousands

    def belongs_to(self, cells: list[str]) -> str:
        """What the row is about; one that cannot be read stands for itself."""
        return "|".join(self._reading.rows.identity(cells) or cells)

    def weigh(self, rows: list[Row]) -> None:
        """Decimals, parts of one, repairs, and columns that stand twice."""
        reading = self._reading
        if not reading.table.wide_years:
            here = replace(reading.layout, data=tuple(rows))
            match_columns(here, reading.table, reading.source, school_year=reading.school_year, messages=[])
        reading.see(reading.rows.read(rows, last=self._last))

    def read(self, rows: list[Row], context: ReadContext) -> TableResult:
        """One portion; raises SkolbankError when the table as a whole is refused."""
        reading = self._reading
        reading.whole.refuse_fractions(reading.columns, reading.table, reading.layout)
        return reading.result(rows, reading.rows.read(rows, last=self._last))


def _endless(row: int) -> SkolbankError:
    return SkolbankError(
        "file-not-table",
        f"Filen har mer än {_LONGEST_FOOTER} rader i följd utan uppgifter",
        where=f"från rad {row}",
        remedy="Kontrollera att filen är rätt tabell, eller hämta den på nytt.",
    )


def _lines(rows: Sequence[Row]) -> list[str]:
    texts = ("; ".join(cell.strip() for cell in cells if cell.strip()) for _, cells in rows)
    return [text for text in texts if text]


def _marks(data: Sequence[Row], layout: Layout) -> dict[str, int]:
    """How many published cells below the header hold each mark."""
    counts: Counter[Mark] = Counter()
    for _, cells in data:
        for column in layout.columns:
            if column.index < len(cells):
                counts[read_mark(cells[column.index])] += 1
    seen = [mark for mark in Mark if mark is not Mark.NONE and (mark in _ALWAYS_COUNTED or counts[mark])]
    return {mark.value: counts[mark] for mark in seen}


def _about_heading(layout: Layout, year: str) -> list[Message]:
    messages = []
    if not layout.title:
        messages.append(
            Message(
                "warning",
                "title-missing",
                "Tabellens rubrik saknas; tabellen kändes igen på sina kolumner.",
                row=layout.header_row,
            )
        )
    if "läsår" not in layout.chosen:
        text = f"Kalenderåret {layout.chosen['år'][0]} räknas till läsåret {year}, som börjar det året."
        messages.append(Message("info", "calendar-year", text))
    return messages
