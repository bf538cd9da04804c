"""Delimited text into numbered rows (floor 3).

The separator is chosen by how evenly it cuts the lines, a ``sep=`` line is believed, and a quote that
is never closed refuses the file instead of swallowing rows.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator

from analysis_lib.errors import SkolbankError
from analysis_lib.sources.shapes import Row

MAX_COLUMNS = 16_000  # a sheet may have 16 384; the workbooks of PxWeb come near
MAX_CELL = 100_000
MAX_ROWS = 1_500_000  # with the cells below about 1.2 GB of memory
MAX_TEXT_CELLS = 20_000_000
_SEPARATORS = (";", "\t", ",")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
_END = "\x1e"  # a record of its own after the last line: missing when a quote is open


def delimited_rows(text: str) -> list[Row]:
    """The rows of ``text`` with the line number each starts on; blank lines are rows of no cells.

    Raises SkolbankError for an empty file, a web page, an unclosed quote or a cell or row that is too
    large to be a table.

    >>> delimited_rows("a;b\\n\\n1;2")
    [(1, ['a', 'b']), (2, []), (3, ['1', '2'])]
    """
    refuse_other_content(text)
    separator, skipped = separator_of(text)
    return _parse(text.partition("\n")[2] if skipped else text, separator, first=1 + skipped)


def separator_of(text: str) -> tuple[str, int]:
    """The separator, and how many lines at the top only declare it (``sep=;``): none or one."""
    first_line = text.partition("\n")[0]
    declared = first_line.strip().lower().strip('"')
    if declared.startswith("sep=") and len(declared) <= 5:
        return first_line.strip().strip('"')[4:] or "\t", 1
    return _separator(text), 0


def refuse_other_content(text: str) -> None:
    """Refuses what is empty, a web page or XML, by its beginning."""
    if not text.strip():
        raise SkolbankError("file-empty", "Filen är tom", remedy="Hämta filen på nytt.")
    start = text[:4000].lstrip().lower()
    if start.startswith(("<!doctype html", "<html", "<head")) or "<html" in start or "<body" in start:
        raise SkolbankError(
            "file-is-web-page",
            "Filen är en webbsida (kanske en inloggningssida) och inte en tabell",
            remedy="Logga in i systemet och hämta filen på nytt.",
        )
    if start.startswith("<?xml"):
        raise SkolbankError(
            "file-is-xml", "Filen är XML och inte en tabell", remedy="Hämta tabellen som CSV eller Excel."
        )


def _separator(text: str) -> str:
    """The separator that parts most lines alike, weighed by into how many cells."""
    lines = [line for line in text[:400_000].split("\n") if line.strip()]
    best, best_weight = ";", 0
    for separator in _SEPARATORS:
        widths = Counter(count for line in lines if (count := _count_outside_quotes(line, separator)))
        weight = max((width * lines_alike for width, lines_alike in widths.items()), default=0)
        if weight > best_weight:
            best, best_weight = separator, weight
    return best


def _count_outside_quotes(line: str, separator: str) -> int:
    if '"' not in line:
        return line.count(separator)
    return sum(part.count(separator) for part in line.split('"')[::2])


def _parse(text: str, separator: str, *, first: int) -> list[Row]:
    _refuse_vast(text, separator)
    longest = max(len(text), MAX_CELL) + 2
    return list(records(physical_lines(text), separator, first=first, longest=longest))


def records(
    lines: Iterable[str], separator: str, *, first: int = 1, longest: int = 20 * MAX_CELL
) -> Iterator[Row]:
    """The rows of physical lines (with their ends), one at a time, however many there are.

    ``longest`` bounds what an open quote may swallow before it is refused.

    Raises SkolbankError for an unclosed quote and for a cell or row too large to be a table.
    """
    previous_limit = csv.field_size_limit(longest)
    reader = csv.reader(_closed(lines), delimiter=separator)
    waiting: list[Row] = []
    line = first
    try:
        for cells in reader:
            _refuse_oversize(cells, line)
            _refuse_swallowed(cells, line, separator)
            waiting.append((line, cells))
            if len(waiting) > 2:
                yield waiting.pop(0)
            line = reader.line_num + first
    except csv.Error:
        raise _unclosed(line) from None
    finally:
        csv.field_size_limit(previous_limit)
    if waiting[-1][1] != [_END]:
        raise _unclosed(waiting[-1][0])
    yield from waiting[:-2]


def _refuse_vast(text: str, separator: str) -> None:
    """Refuses what would take too much memory as rows, before any row is made."""
    lines = max(text.count("\n"), text.count("\r"))
    cells = lines + text.count(separator)
    if lines > MAX_ROWS or cells > MAX_TEXT_CELLS:
        raise SkolbankError(
            "file-too-large",
            f"Filen har {lines} rader och {cells} celler, mer än vad som läses på en gång",
            remedy="Dela filen, till exempel per skola eller läsår, och ta bort tomma rader.",
        )


def physical_lines(text: str) -> Iterator[str]:
    """The lines of a text with their ends, whichever of the three kinds they have."""
    for line in _LINE.finditer(text):
        yield line[0]


def _closed(lines: Iterable[str]) -> Iterator[str]:
    """The lines, then a blank line and a closing record of its own."""
    yield from lines
    yield "\n"
    yield _END


def _refuse_oversize(cells: list[str], line: int) -> None:
    if len(cells) > MAX_COLUMNS:
        raise SkolbankError(
            "too-many-columns",
            f"Raden har {len(cells)} kolumner, fler än {MAX_COLUMNS}",
            where=f"rad {line}",
            remedy="Kontrollera att filen är rätt tabell.",
        )
    if cells and max(map(len, cells)) > MAX_CELL:
        longest = max(range(len(cells)), key=lambda index: len(cells[index]))
        if _END in cells[longest]:
            raise _unclosed(line)
        raise SkolbankError(
            "cell-too-long",
            f"En cell har {len(cells[longest])} tecken, fler än {MAX_CELL}",
            where=f"rad {line}, kolumn {longest + 1}",
            remedy="Kontrollera att filen är rätt tabell.",
        )


def _refuse_swallowed(cells: list[str], line: int, separator: str) -> None:
    """A cell over several lines that itself holds whole rows means that a quote was left open."""
    for cell in cells:
        if "\n" in cell and max(part.count(separator) for part in cell.split("\n")) >= 3:
            raise _unclosed(line)


def _unclosed(line: int) -> SkolbankError:
    return SkolbankError(
        "quote-unclosed",
        'Ett citattecken (") öppnas men stängs inte, så raderna kan inte skiljas åt',
        where=f"från rad {line}",
        remedy="Rätta citattecknet i källan, eller hämta filen på nytt.",
    )
