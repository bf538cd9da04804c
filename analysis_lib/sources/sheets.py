"""Workbooks (XLSX) into sheets of numbered rows, never more than a workbook may cost (floor 3).

The zip directory and every part are checked before the workbook is opened, so that a bomb, an
external entity or a sheet of seventeen thousand million cells is refused with a message.
"""

from __future__ import annotations

import datetime
import io
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

import python_calamine

from analysis_lib.errors import SkolbankError
from analysis_lib.snapshots.identities import PERSONAL_NUMBER
from analysis_lib.sources.decoding import clean_text
from analysis_lib.sources.rows import MAX_CELL, MAX_COLUMNS
from analysis_lib.sources.shapes import Message, Row, Sheet

MAX_UNPACKED = 200 * 1024 * 1024
MAX_RATIO = 100
MAX_CELLS = 20_000_000
MAX_TEXT = 4_000_000_000  # the longest shared text times the cells that may point at it
_SMALL_PART = 1024 * 1024  # a part this small may be packed as hard as it likes
_CHUNK = 1 << 20
_ARCHIVES = (".zip", ".gz", ".tgz", ".7z", ".rar", ".bz2", ".xz", ".tar")
_OVERLAP = 400
_CELL_PLACE = re.compile(rb"""\br=["']([A-Z]{1,3})(\d{1,7})["']""")
_NO_VALUE = re.compile(
    rb"(?:</(?:\w+:)?f>|<(?:\w+:)?f\b[^>]*/>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)


@dataclass
class _Inspection:
    """What the parts of an archive hold, gathered in one pass."""

    unpacked: int = 0
    formulas_without_value: int = 0
    cells: int = 0
    longest_text: int = 0


def looks_like_workbook(data: bytes) -> bool:
    """Whether the bytes are a zip archive, as an XLSX is, whatever the file is called."""
    return data.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def read_workbook(data: bytes) -> tuple[tuple[Sheet, ...], tuple[Message, ...]]:
    """The visible sheets of a workbook and what should be known about it.

    Raises SkolbankError for a cut, encrypted, hostile or oversized workbook and for other zip files.
    """
    inspection = _inspect(data)
    messages: list[Message] = []
    if inspection.formulas_without_value:
        messages.append(
            Message(
                "warning",
                "formula-without-value",
                f"{inspection.formulas_without_value} celler har en formel utan beräknat värde och lästes "
                "som tomma. Öppna arbetsboken i Excel, spara den och läs in den igen.",
            )
        )
    return _visible(_open(data), messages)


def read_old_workbook(data: bytes) -> tuple[tuple[Sheet, ...], tuple[Message, ...]]:
    """The visible sheets of a workbook in the old format ``.xls`` (BIFF), with at most 65,536 rows each.

    Raises SkolbankError when it is damaged, encrypted or no workbook at all.
    """
    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    except python_calamine.PasswordError:
        raise _encrypted() from None
    except BaseException as fault:
        if isinstance(fault, Exception) or type(fault).__name__ == "PanicException":
            raise SkolbankError(
                "workbook-old",
                "Filen är en arbetsbok i det gamla formatet .xls och går inte att läsa",
                remedy="Öppna den i Excel och spara den som .xlsx eller CSV UTF-8.",
            ) from None
        raise
    return _visible(workbook, [])


def _visible(
    workbook: python_calamine.CalamineWorkbook, messages: list[Message]
) -> tuple[tuple[Sheet, ...], tuple[Message, ...]]:
    sheets: list[Sheet] = []
    hidden: list[str] = []
    for meta in workbook.sheets_metadata:
        if meta.visible != python_calamine.SheetVisibleEnum.Visible:
            hidden.append(" ".join(PERSONAL_NUMBER.sub("[personnummer]", meta.name).split())[:40])
        elif meta.typ == python_calamine.SheetTypeEnum.WorkSheet:
            sheets.append(_sheet(workbook, meta.name, messages))
    if hidden:
        messages.append(
            Message(
                "warning",
                "hidden-sheet",
                f"Arbetsboken har {len(hidden)} dolda blad ({_listed(hidden)}). De läses aldrig; ta fram "
                "bladet i Excel om det skulle vara med.",
            )
        )
    if not any(any(cells) for sheet in sheets for _, cells in sheet.rows):
        raise SkolbankError(
            "file-empty", "Arbetsboken har inget synligt innehåll", remedy="Hämta filen på nytt."
        )
    return tuple(sheets), tuple(messages)


def _listed(names: list[str]) -> str:
    more = " med flera" if len(names) > 5 else ""
    return ", ".join(f"”{name}”" for name in names[:5]) + more


def _inspect(data: bytes) -> _Inspection:
    """Walks the archive part by part, unpacking at most ``MAX_UNPACKED`` bytes in small pieces."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            _refuse_bomb(parts)
            _refuse_ways_out(parts)
            names = {part.filename for part in parts}
            if "xl/workbook.xml" not in names:
                raise SkolbankError(
                    "file-not-workbook",
                    "Filen är ett arkiv men ingen Excelarbetsbok (.xlsx)",
                    remedy="Packa upp arkivet, eller spara tabellen som .xlsx eller CSV.",
                )
            return _walk(archive, parts)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError):
        raise _damaged() from None


def _refuse_bomb(parts: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(part.file_size for part in parts)
    worst = max(
        (part.file_size / max(part.compress_size, 1) for part in parts if part.file_size > _SMALL_PART),
        default=0,
    )
    if unpacked > MAX_UNPACKED or worst > MAX_RATIO:
        raise _bomb()
    if any(part.flag_bits & 1 for part in parts):
        raise _encrypted()


def _refuse_ways_out(parts: list[zipfile.ZipInfo]) -> None:
    """Refuses what no workbook has: names that lead out of the archive, links, and archives inside it."""
    for part in parts:
        name = part.filename.replace("\\", "/")
        leads_out = name.startswith("/") or ":" in name.split("/")[0] or ".." in name.split("/")
        if leads_out or stat.S_ISLNK(part.external_attr >> 16):
            raise SkolbankError(
                "archive-hostile",
                "Arkivet har länkar eller sökvägar som leder ut ur det, och öppnas därför inte",
                remedy="Be avsändaren om själva tabellen, som .xlsx eller CSV.",
            )
        if name.lower().endswith(_ARCHIVES):
            raise SkolbankError(
                "archive-nested",
                "Arkivet innehåller andra arkiv, och öppnas därför inte",
                remedy="Packa upp det själv och läs in tabellerna, eller be avsändaren om dem.",
            )


def _walk(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> _Inspection:
    found = _Inspection()
    for part in parts:
        with archive.open(part) as stream:
            chunks = _counted(stream, found)
            if part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml"):
                _walk_sheet(chunks, found)
            elif part.filename == "xl/sharedStrings.xml":
                _walk_texts(chunks, found)
            else:
                is_xml = part.filename.endswith((".xml", ".rels"))
                for window in chunks:
                    if is_xml:
                        _refuse_entities(window)
    if found.longest_text * found.cells > MAX_TEXT:
        raise _bomb()
    return found


def _counted(stream: IO[bytes], found: _Inspection) -> Iterator[bytes]:
    """The part in pieces, each with the end of the one before, so that nothing falls between two."""
    tail = b""
    while chunk := stream.read(_CHUNK):
        found.unpacked += len(chunk)
        if found.unpacked > MAX_UNPACKED:
            raise _bomb()
        yield tail + chunk
        tail = (tail + chunk)[-_OVERLAP:]


def _walk_sheet(chunks: Iterator[bytes], found: _Inspection) -> None:
    columns = rows = overlap = 0
    for window in chunks:
        _refuse_entities(window)
        found.formulas_without_value += sum(match.end() > overlap for match in _NO_VALUE.finditer(window))
        for place in _CELL_PLACE.finditer(window):
            found.cells += place.end() > overlap
            columns = max(columns, _column_number(place[1]))
            rows = max(rows, int(place[2]))
        overlap = _OVERLAP
    _refuse_vast(columns, rows)


def _walk_texts(chunks: Iterator[bytes], found: _Inspection) -> None:
    length = overlap = 0
    for window in chunks:
        _refuse_entities(window)
        first, *others = window[overlap:].split(b"</si>")
        found.longest_text = max(found.longest_text, length + len(first), *map(len, others))
        length = len(others[-1]) if others else length + len(first)
        overlap = _OVERLAP


def _refuse_entities(window: bytes) -> None:
    plain = window.replace(b"\x00", b"").upper()
    if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
        raise SkolbankError(
            "workbook-entities",
            "Arbetsboken har en dokumenttypsdeklaration, vilket Excel aldrig skriver, och öppnas därför inte",
            remedy="Be avsändaren om filen på nytt, eller spara tabellen som CSV.",
        )


def _refuse_vast(columns: int, rows: int) -> None:
    if columns > MAX_COLUMNS:
        raise SkolbankError(
            "too-many-columns",
            f"Ett blad har {columns} kolumner, fler än {MAX_COLUMNS}",
            remedy="Kontrollera att filen är rätt tabell.",
        )
    if columns * rows > MAX_CELLS:
        raise SkolbankError(
            "sheet-too-large",
            f"Ett blad har {rows} rader och {columns} kolumner, mer än vad som läses på en gång",
            remedy="Ta bort tomma rader och kolumner, eller dela filen.",
        )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _open(data: bytes) -> python_calamine.CalamineWorkbook:
    try:
        return python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    except python_calamine.PasswordError:
        raise _encrypted() from None
    except BaseException as fault:
        raise _reader_fault(fault) from None


def _sheet(workbook: python_calamine.CalamineWorkbook, name: str, messages: list[Message]) -> Sheet:
    try:
        values = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except BaseException as fault:
        raise _reader_fault(fault) from None
    changes: list[Message] = []
    rows: list[Row] = []
    numeric: set[tuple[int, int]] = set()
    for number, cells in enumerate(values, start=1):
        texts = [_cell_text(cell) for cell in cells]
        if any(len(text) > MAX_CELL for text in texts):
            raise SkolbankError(
                "cell-too-long",
                f"En cell har fler än {MAX_CELL} tecken",
                where=f"rad {number}",
                remedy="Kontrollera att filen är rätt tabell.",
            )
        numeric.update(
            (number, column)
            for column, cell in enumerate(cells)
            if isinstance(cell, int | float) and not isinstance(cell, bool)
        )
        rows.append((number, [text if text.isascii() else clean_text(text, changes) for text in texts]))
    messages.extend({change.code: change for change in changes}.values())
    return Sheet(name, rows, frozenset(numeric))


def _cell_text(value: object) -> str:
    """A cell as text: numbers with a decimal point and no trailing ``.0``, dates as ISO."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "SANT" if value else "FALSKT"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else format(value, ".15g")
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value)


def _reader_fault(fault: BaseException) -> BaseException:
    """What to raise for a fault inside the workbook reader, whose own panics are no ``Exception``."""
    if isinstance(fault, Exception) or type(fault).__name__ == "PanicException":
        return _damaged()
    return fault


def _damaged() -> SkolbankError:
    return SkolbankError(
        "workbook-damaged",
        "Arbetsboken är skadad eller avklippt och går inte att öppna",
        remedy="Hämta filen på nytt, eller öppna och spara den i Excel.",
    )


def _bomb() -> SkolbankError:
    return SkolbankError(
        "workbook-bomb",
        "Arbetsboken packas upp till orimligt mycket data och öppnas därför inte",
        remedy="Be avsändaren om filen på nytt, eller spara tabellen som CSV.",
    )


def _encrypted() -> SkolbankError:
    return SkolbankError(
        "workbook-encrypted",
        "Arbetsboken är skyddad med lösenord",
        remedy="Öppna den i Excel, ta bort lösenordet (Arkiv, Info, Skydda) och spara.",
    )
