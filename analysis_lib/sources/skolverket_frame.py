"""The records of one of Skolverket's tables as rows to store, and what the whole table says (floor 3).

How many decimals a measure is published with, and whether a column is per cents or parts of one, is decided
over all rows of the table, never cell by cell; a long table is looked through once for that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from analysis_lib.errors import SkolbankError
from analysis_lib.sources.numbers import swedish
from analysis_lib.sources.shapes import Message
from analysis_lib.sources.skolverket_columns import MeasureColumn
from analysis_lib.sources.skolverket_layout import Layout
from analysis_lib.sources.skolverket_records import Record, RowsRead
from analysis_lib.sources.skolverket_tables import Table
from analysis_lib.vocabulary.marks import SIGNS

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
_NOTES = {
    "zero": (
        "warning",
        "leading-zero-restored",
        "{n} kommunkoder hade tappat sin inledande nolla och fick tillbaka den (kommunens namn stämmer).",
    ),
    "empty": ("warning", "cell-empty", "{n} tomma celler lästes som att uppgift saknas."),
    "point": ("warning", "decimal-point", "{n} tal var skrivna med decimalpunkt och lästes som decimaltal."),
    "thousands": (
        "warning",
        "thousands-point",
        "{n} tal var skrivna med punkt mellan tusental; så läses kolumner som saknar decimalpunkt i övrigt.",
    ),
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


@dataclass
class _Numbers:
    """The numbers of one column: how many, the largest, and whether any lies between 0 and 1."""

    count: int = 0
    largest: float = 0.0
    has_part: bool = False


@dataclass
class WholeTable:
    """What all rows of a table say together."""

    decimals: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    _numbers: dict[int, _Numbers] = field(default_factory=dict)

    def see(self, rows: RowsRead, columns: Sequence[MeasureColumn]) -> None:
        """Takes rows into account."""
        self.notes.update(rows.notes)
        for place, column in enumerate(columns):
            told = self._numbers.setdefault(place, _Numbers())
            for record in rows.records:
                value = record.values[place]
                self.decimals[column.measure] = max(self.decimals[column.measure], value.decimals)
                if value.number is not None:
                    told.count += 1
                    told.largest = max(told.largest, float(value.number))
                    told.has_part = told.has_part or 0 < value.number < 1

    def refuse_fractions(self, columns: Sequence[MeasureColumn], table: Table, layout: Layout) -> None:
        """Refuses a table where a whole column of per cents is written as parts of one."""
        for place, column in enumerate(columns):
            told = self._numbers.get(place, _Numbers())
            is_share = table.measures[column.measure].kind == "share"
            if is_share and told.count >= 5 and told.largest <= 1 and told.has_part:
                raise SkolbankError(
                    "share-ambiguous",
                    f"Kolumnen ”{column.column.shown}” ser ut att vara skriven som delar av 1 i stället för "
                    "procent",
                    where=f"kolumn {column.column.index + 1}, under rad {layout.header_row}",
                    remedy="Spara om tabellen med procent (88,0), eller hämta den på nytt.",
                )

    @property
    def messages(self) -> list[Message]:
        """What was repaired or assumed, counted over the table."""
        return [
            Message(level, code, text.format(n=self.notes[note]))  # type: ignore[arg-type]
            for note, (level, code, text) in _NOTES.items()
            if self.notes[note]
        ]


def as_frame(
    records: Sequence[Record],
    columns: Sequence[MeasureColumn],
    *,
    table_id: str,
    school_year: str,
    decimals: Counter[str],
) -> pd.DataFrame:
    """A row per published cell, in the order of what it is about; ``decimals`` of each measure."""
    found = []
    for record in records:
        keys = record.keys
        for column, value, text in zip(columns, record.values, record.texts, strict=True):
            number = value.number
            places = decimals[column.measure]
            found.append(
                (
                    table_id,
                    column.school_year or school_year,
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
                    swedish(number, places) if number is not None else SIGNS.get(value.mark, text),
                )
            )
    frame = pd.DataFrame(found, columns=list(COLUMNS))
    frame = frame.astype({"value": "float64", "decimals": "int64"})
    return frame.sort_values(_ORDER, kind="stable", ignore_index=True)
