"""Skolverket's published statistics, any table, year and re-saved form (floor 3).

One generic reader for the tables in ``params/sources/skolverket.yaml``; every published cell becomes a
row of ``core_skolverket__statistics``, marks included. Source: https://www.skolverket.se.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pandas as pd

from analysis_lib.errors import SkolbankError
from analysis_lib.snapshots.missing import RefusedRows
from analysis_lib.sources.numbers import swedish
from analysis_lib.sources.shapes import Message, ReadContext, Sheet, TableResult
from analysis_lib.sources.skolverket_columns import MeasureColumn, known_share, match_columns
from analysis_lib.sources.skolverket_layout import Layout, LayoutFinder, school_year
from analysis_lib.sources.skolverket_rows import RowReader, RowsRead
from analysis_lib.sources.skolverket_tables import Source, Table, load_source
from analysis_lib.sources.skolverket_years import match_years, span, wide_share
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.marks import Mark, read_mark
from analysis_lib.vocabulary.workspace import Workspace

TABLE = "core_skolverket__statistics"
COLUMNS = (
    "table_id",
    "school_year",
    "level",
    "unit_code",
    "unit_name",
    "municipality_code",
    "municipality_name",
    "organiser",
    "authority_name",
    "authority_number",
    "sex",
    "subject",
    "measure",
    "value",
    "mark",
    "decimals",
    "raw",
)
_ORDER = [
    "school_year",
    "level",
    "municipality_code",
    "municipality_name",
    "unit_code",
    "organiser",
    "authority_number",
    "sex",
    "subject",
    "measure",
]
_ALWAYS_COUNTED = (Mark.MISSING, Mark.SUPPRESSED, Mark.NEARLY_ALL)
_NOTES = {
    "zero": (
        "warning",
        "leading-zero-restored",
        "{n} kommunkoder hade tappat sin inledande nolla och fick tillbaka den (kommunens namn stämmer).",
    ),
    "empty": ("warning", "cell-empty", "{n} tomma celler lästes som att uppgift saknas."),
    "point": ("warning", "decimal-point", "{n} tal var skrivna med decimalpunkt och lästes som decimaltal."),
    "authority": (
        "warning",
        "authority-number-left-out",
        "{n} organisationsnummer är inte giltiga eller kan vara personnummer och sparades inte.",
    ),
    "programme": (
        "info",
        "programme-kept",
        "{n} rader gäller program utan känd programkod; programmets namn behölls som det är skrivet.",
    ),
    "subject": ("info", "subject-kept", "{n} rader gäller ämnen utan känd kod; ämnets namn behölls."),
    "blank": ("info", "row-blank", "{n} tomma rader bland uppgifterna hoppades över."),
}


def formats(workspace: Workspace) -> tuple[SkolverketTable, ...]:
    """One format per table in the source's description."""
    source = load_source(workspace)
    layouts = LayoutFinder(source)
    return tuple(
        SkolverketTable(name, table, source, layouts=layouts) for name, table in source.tables.items()
    )


class SkolverketTable:
    """The format ``skolverket.<table_id>``."""

    def __init__(self, table_id: str, table: Table, source: Source, *, layouts: LayoutFinder) -> None:
        self.id = f"{source.id}.{table_id}"
        self.name = table.name
        self._table_id = table_id
        self._table = table
        self.described = table
        self._source = source
        self._layouts = layouts

    def recognise(self, sheet: Sheet) -> float:
        """How sure that the sheet is this table: its title, then the measures its columns name.

        A title of another table outweighs columns that look alike, since populations may differ.
        """
        layout = self._layouts.find(sheet)
        if layout is None:
            return 0.0
        if self._table.wide_years:
            share = wide_share(layout, self._table, self._source, sheet.name)
        else:
            share = known_share(layout, self._table, self._source)
        if not layout.title:
            return 0.8 * share if share == 1 else 0.0
        if not self._table.is_titled(layout.title):
            return 0.0
        return 0.5 + 0.5 * share

    def explain(self, sheet: Sheet) -> str:
        """What to say of a sheet that is one of Skolverket's but none of the known tables."""
        layout = self._layouts.find(sheet)
        if layout is None or not layout.title:
            return ""
        names = ", ".join(table.name for table in self._source.tables.values())
        return f"Den ser ut att vara Skolverkets tabell ”{layout.title[:120]}”. De som läses är: {names}"

    def read(self, sheet: Sheet, context: ReadContext) -> TableResult:
        """The sheet as rows of ``core_skolverket__statistics``; a new file of the same table, year, level
        and sexes replaces it."""
        layout = self._layouts.find(sheet)
        if layout is None:
            raise SkolbankError(
                "header-missing",
                "Ingen rubrikrad med Kommun eller Skola och deras koder hittades",
                remedy="Hämta tabellen på nytt från Skolverket.",
            )
        messages: list[Message] = []
        if self._table.wide_years:
            layout, columns = match_years(layout, self._table, self._source, sheet.name, messages=messages)
            year = span(columns)
        else:
            year = school_year(layout, calendar_year_starts=self._table.calendar_year_starts)
            messages += _about_heading(layout, year)
            columns = match_columns(layout, self._table, self._source, school_year=year, messages=messages)
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
            table=self._table,
            source=self._source,
            municipalities=catalog.municipalities,
            numeric=sheet.numeric,
            allows_invented=catalog.settings.is_example,
        ).read()
        self._refuse_fractions(columns, rows, layout)
        messages += rows.messages + _about_rows(rows)
        frame = self._frame(columns, rows, year)
        sexes = "".join(sex for sex in "TFP" if sex in set(frame["sex"]))
        return TableResult(
            format=self.id,
            level=layout.level,
            school_year=year,
            frames={TABLE: frame},
            slots={TABLE: f"{self._table_id}/{year.replace('/', '-')}/{layout.level}/{sexes}"},
            rows_read=rows.read,
            rows_accepted=len(rows.records),
            rows_rejected=len(rows.refused),
            rows_ignored=rows.ignored,
            columns=layout.column_count,
            marks=_marks(layout),
            messages=messages,
            refused=sorted(rows.refused, key=lambda refused: refused[0]),
            metadata=self._metadata(layout, columns, context),
            waiting=(RefusedRows(len(rows.refused), school_year=year[:7]),) if rows.refused else (),
            joins_sheets=self._table.wide_years,
        )

    def _refuse_fractions(self, columns: list[MeasureColumn], rows: RowsRead, layout: Layout) -> None:
        """Refuses a sheet where a whole column of per cents is written as parts of one."""
        for place, column in enumerate(columns):
            if self._table.measures[column.measure].kind != "share":
                continue
            numbers = [n for record in rows.records if (n := record.values[place].number) is not None]
            if len(numbers) >= 5 and max(numbers) <= 1 and any(0 < number < 1 for number in numbers):
                raise SkolbankError(
                    "share-ambiguous",
                    f"Kolumnen ”{column.column.shown}” ser ut att vara skriven som delar av 1 i stället för "
                    "procent",
                    where=f"kolumn {column.column.index + 1}, under rad {layout.header_row}",
                    remedy="Spara om tabellen med procent (88,0), eller hämta den på nytt.",
                )

    def _frame(self, columns: list[MeasureColumn], rows: RowsRead, year: str) -> pd.DataFrame:
        decimals: Counter[str] = Counter()
        for record in rows.records:
            for column, value in zip(columns, record.values, strict=True):
                decimals[column.measure] = max(decimals[column.measure], value.decimals)
        records = []
        for record in rows.records:
            keys = record.keys
            for column, value, text in zip(columns, record.values, record.texts, strict=True):
                number = value.number
                places = decimals[column.measure]
                records.append(
                    (
                        self._table_id,
                        column.school_year or year,
                        keys.level,
                        keys.unit_code,
                        keys.unit_name,
                        keys.municipality_code,
                        keys.municipality_name,
                        keys.organiser,
                        keys.authority_name,
                        keys.authority_number,
                        keys.sex if column.sex == "T" else column.sex,
                        keys.subject,
                        column.measure,
                        None if number is None else float(number),
                        value.mark.value,
                        places,
                        text if number is None else swedish(number, places),
                    )
                )
        frame = pd.DataFrame(records, columns=list(COLUMNS))
        frame = frame.astype({"value": "float64", "decimals": "int64"})
        return frame.sort_values(_ORDER, kind="stable", ignore_index=True)

    def _metadata(self, layout: Layout, columns: list[MeasureColumn], context: ReadContext) -> dict[str, Any]:
        other = [_lines(sheet) for sheet in context.other_sheets]
        return {
            "title": layout.title or self._table.name,
            "source": f"{self._source.owner}, {self._source.address}",
            "licence": self._source.licence,
            "legal_basis": self._source.legal_basis,
            "extracted": ", ".join(layout.chosen.get("uttag", ())),
            "notices": list(layout.notices),
            "footer": [_line(cells) for _, cells in layout.footer]
            + [line for lines in other for line in lines],
            "header": {
                column.column.shown: f"{column.measure} ({column.sex})"
                if column.sex != "T"
                else column.measure
                for column in columns
            },
        }


def _line(cells: list[str]) -> str:
    return "; ".join(cell.strip() for cell in cells if cell.strip())


def _lines(sheet: Sheet) -> list[str]:
    return [line for _, cells in sheet.rows if (line := _line(cells))]


def _marks(layout: Layout) -> dict[str, int]:
    """How many published cells below the header hold each mark."""
    counts: Counter[Mark] = Counter()
    for _, cells in layout.data:
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


def _about_rows(rows: RowsRead) -> list[Message]:
    return [
        Message(level, code, text.format(n=rows.notes[note]))  # type: ignore[arg-type]
        for note, (level, code, text) in _NOTES.items()
        if rows.notes[note]
    ]
