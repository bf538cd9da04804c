"""Every table of a report as CSV files in one zip, as a Swedish Excel opens them by itself (floor 7).

Semicolons, decimal commas and UTF-8 with a byte order mark. A text that a spreadsheet could take for a
formula gets an apostrophe in front.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from analysis_lib.present.html import slug
from analysis_lib.report.archive import zipped
from analysis_lib.report.document import read_document
from analysis_lib.report.table_sheets import Table, Value, about, tables_of

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
ABOUT = "om-tabellerna.csv"


def write_csv(notebook: Mapping[str, Any]) -> bytes:
    """The zip file: ``om-tabellerna.csv`` with definitions and sources, then one file per table."""
    document = read_document(notebook)
    tables = tables_of(document)
    told = [
        tuple(map(harmless, (each.heading, *line))) for each in about(document, tables) for line in each.lines
    ]
    files = [(ABOUT, _written(["Avsnitt", "Begrepp", "Text"], told))]
    files += [(f"{slug(table.name)}.csv", _table_file(table)) for table in tables]
    return zipped(files)


def harmless(words: str) -> str:
    """The text so that no spreadsheet runs it.

    >>> harmless("=1+1"), harmless("Åsskolan")
    ("'=1+1", 'Åsskolan')
    """
    return f"'{words}" if words.startswith(_DANGEROUS) else words


def _table_file(table: Table) -> bytes:
    """The numbers as Excel reads them; a per cent sign stands in the header when the whole column has it."""
    columns = list(zip(*(row for _, row in table.rows), strict=True))
    shared = [_is_percent(column) for column in columns]
    headers = [f"{name} (%)" if each else name for name, each in zip(table.headers, shared, strict=True)]
    rows = [[_cell(value, each) for value, each in zip(row, shared, strict=True)] for _, row in table.rows]
    return _written(headers, rows)


def _is_percent(column: Sequence[Value]) -> bool:
    numbers = [value for value in column if value.number is not None]
    return bool(numbers) and all(value.is_percent for value in numbers)


def _cell(value: Value, is_shared: bool) -> str:
    if value.number is None:
        return harmless(value.shown)
    number = f"{value.number:.{value.decimals}f}".replace(".", ",")
    return f"{number} %" if value.is_percent and not is_shared else number


def _written(headers: Iterable[str], rows: Iterable[Sequence[str]]) -> bytes:
    target = io.StringIO()
    writer = csv.writer(target, delimiter=";", lineterminator="\r\n")
    writer.writerow([harmless(name) for name in headers])
    writer.writerows(rows)
    return target.getvalue().encode("utf-8-sig")
