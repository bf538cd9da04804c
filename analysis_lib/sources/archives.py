"""The archive that a workbook is, looked through before anything opens it (floor 3).

Bombs, links and paths that lead out, archives inside it, entities and sheets without end are refused by the
zip directory and in one pass over the parts.
"""

from __future__ import annotations

import io
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from analysis_lib.errors import SkolbankError
from analysis_lib.sources.rows import MAX_COLUMNS

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
class Inspection:
    """What the parts of an archive hold, gathered in one pass."""

    unpacked: int = 0
    formulas_without_value: int = 0
    cells: int = 0
    longest_text: int = 0


def inspect(data: bytes) -> Inspection:
    """Walks the archive part by part, unpacking at most ``MAX_UNPACKED`` bytes in small pieces."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            _refusebomb(parts)
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
        raise damaged() from None


def _refusebomb(parts: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(part.file_size for part in parts)
    worst = max(
        (part.file_size / max(part.compress_size, 1) for part in parts if part.file_size > _SMALL_PART),
        default=0,
    )
    if unpacked > MAX_UNPACKED or worst > MAX_RATIO:
        raise bomb()
    if any(part.flag_bits & 1 for part in parts):
        raise encrypted()


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


def _walk(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> Inspection:
    found = Inspection()
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
        raise bomb()
    return found


def _counted(stream: IO[bytes], found: Inspection) -> Iterator[bytes]:
    """The part in pieces, each with the end of the one before, so that nothing falls between two."""
    tail = b""
    while chunk := stream.read(_CHUNK):
        found.unpacked += len(chunk)
        if found.unpacked > MAX_UNPACKED:
            raise bomb()
        yield tail + chunk
        tail = (tail + chunk)[-_OVERLAP:]


def _walk_sheet(chunks: Iterator[bytes], found: Inspection) -> None:
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


def _walk_texts(chunks: Iterator[bytes], found: Inspection) -> None:
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


def damaged() -> SkolbankError:
    """The refusal of a workbook that cannot be opened."""
    return SkolbankError(
        "workbook-damaged",
        "Arbetsboken är skadad eller avklippt och går inte att öppna",
        remedy="Hämta filen på nytt, eller öppna och spara den i Excel.",
    )


def bomb() -> SkolbankError:
    """The refusal of one that unpacks to too much."""
    return SkolbankError(
        "workbook-bomb",
        "Arbetsboken packas upp till orimligt mycket data och öppnas därför inte",
        remedy="Be avsändaren om filen på nytt, eller spara tabellen som CSV.",
    )


def encrypted() -> SkolbankError:
    """The refusal of one behind a password."""
    return SkolbankError(
        "workbook-encrypted",
        "Arbetsboken är skyddad med lösenord",
        remedy="Öppna den i Excel, ta bort lösenordet (Arkiv, Info, Skydda) och spara.",
    )
