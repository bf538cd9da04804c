"""Skolverket's comparisons over time: one column per school year, melted to one row per year (floor 3).

The measure of a wide sheet is named by a group header, by the header of the column that holds the
subjects, by the sheet's name or by the title, in that order; the years stand in the header itself.
"""

from __future__ import annotations

import re
from dataclasses import replace

from analysis_lib.errors import SkolbankError
from analysis_lib.sources.shapes import Message
from analysis_lib.sources.skolverket_columns import MeasureColumn
from analysis_lib.sources.skolverket_layout import Column, Layout
from analysis_lib.sources.skolverket_tables import Source, Table, by_wording, header_key
from analysis_lib.vocabulary.periods import SchoolYear

_LEAST_YEARS = 2
_SAMPLE = 200


def wide_share(layout: Layout, table: Table, source: Source, sheet_name: str) -> float:
    """1 when the sheet has a column per school year and the table's keys, else 0."""
    years = [column for column in layout.columns if _year(column)]
    if len(years) < _LEAST_YEARS:
        return 0.0
    keys = set(layout.keys) | ({"subject"} if _subject_column(layout, source) else set())
    return 1.0 if set(table.needs_keys) <= keys else 0.0


def match_years(
    layout: Layout, table: Table, source: Source, sheet_name: str, *, messages: list[Message]
) -> tuple[Layout, list[MeasureColumn]]:
    """The layout with its subject column among the keys, and a measure column per school year.

    Raises SkolbankError when there is no year column, or the measure cannot be told.
    """
    subject = _subject_column(layout, source)
    subject_header = subject.header if subject else layout.header[layout.keys.get("subject", 0)]
    if subject:
        keys = layout.keys | {"subject": subject.index}
        layout = replace(layout, keys=keys, columns=tuple(c for c in layout.columns if c is not subject))
    missing = [key for key in table.needs_keys if key not in layout.keys]
    years = [column for column in layout.columns if _year(column)]
    if missing or not years:
        raise SkolbankError(
            "column-missing",
            "Tabellen över tid saknar kolumner för läsår" if not years else "Kolumnen med ämnen saknas",
            where=f"rad {layout.header_row}",
            remedy="Hämta tabellen på nytt med alla kolumner.",
        )
    sexes = by_wording(source.sexes)
    matched = []
    for column in years:
        places = (column.group, subject_header, sheet_name, *layout.notices, layout.title)
        measure = _measure(places, table)
        sex = next((sexes[key] for text in places[:3] if (key := header_key(text)) in sexes), "T")
        matched.append(MeasureColumn(column, measure, sex, _year(column)))
    for column in layout.columns:
        if column not in years:
            text = f"Kolumnen ”{column.shown[:120]}” är inget läsår och lästes inte."
            messages.append(Message("warning", "column-unknown", text, column=column.shown[:120]))
    _refuse_repeated(matched, layout)
    return layout, matched


def span(columns: list[MeasureColumn]) -> str:
    """The school years of the columns as the import report shows them: ``2015/16–2024/25``."""
    years = sorted({column.school_year for column in columns})
    return years[0] if len(years) == 1 else f"{years[0]}–{years[-1]}"


def _year(column: Column) -> str:
    """The school year that a header names, or nothing."""
    match = re.fullmatch(
        r"(?:läsår(?:et)?\s*)?(\d{4}\s*[/–-]\s*\d{2,4})", column.header.strip(), re.IGNORECASE
    )
    if not match:
        return ""
    try:
        return str(SchoolYear.parse(match[1]))
    except SkolbankError:
        return ""


def _subject_column(layout: Layout, source: Source) -> Column | None:
    """The column that holds subjects, whatever it is called."""
    if "subject" in layout.keys:
        return None
    subjects = by_wording(source.subjects)
    for column in layout.columns:
        cells = [cells[column.index] for _, cells in layout.data[:_SAMPLE] if column.index < len(cells)]
        known = sum(header_key(cell) in subjects for cell in cells)
        if cells and known * 2 > len(cells):
            return column
    return None


def _measure(places: tuple[str, ...], table: Table) -> str:
    """The measure named at the first place that names one; a table with a single measure needs no name."""
    for text in places:
        key = header_key(text)
        for name, measure in table.measures.items():
            if key and (measure.is_named(key, "9999/00") or measure.is_like(key, "")):
                return name
    if len(table.measures) == 1:
        return next(iter(table.measures))
    raise SkolbankError(
        "measure-unknown",
        "Det går inte att se vilket mått bladets läsårskolumner gäller",
        remedy="Skriv måttets namn i en rad ovanför läsåren, eller som bladets namn.",
    )


def _refuse_repeated(matched: list[MeasureColumn], layout: Layout) -> None:
    seen: set[tuple[str, str, str]] = set()
    for column in matched:
        identity = (column.measure, column.sex, column.school_year)
        if identity in seen:
            raise SkolbankError(
                "column-twice",
                f"Läsåret {column.school_year} finns två gånger för samma mått",
                where=f"rad {layout.header_row}",
                remedy="Hämta filen på nytt så att grupprubrikerna ovanför kolumnerna kommer med.",
            )
        seen.add(identity)
