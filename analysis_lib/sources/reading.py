"""Any file into numbered rows of text, or a clear refusal (floor 3).

The content decides what a file is, never its name: a workbook named csv and the reverse are read as
what they are. The file itself is only ever opened for reading.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from analysis_lib.errors import SkolbankError
from analysis_lib.sources.decoding import decode
from analysis_lib.sources.rows import delimited_rows
from analysis_lib.sources.shapes import Format, Message, RawFile, ReadContext, Row, Sheet, TableResult
from analysis_lib.sources.sheets import looks_like_workbook, read_old_workbook, read_workbook

__all__ = [
    "Format",
    "Message",
    "RawFile",
    "ReadContext",
    "Row",
    "Sheet",
    "TableResult",
    "read_raw",
    "read_raw_bytes",
]

LONG_FROM = 12 * 1024 * 1024  # text longer than this is read in portions when its format can be
MAX_FILE = 64 * 1024 * 1024  # read whole; as rows it takes up to 1.2 GB of memory
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PART = "EncryptedPackage".encode("utf-16-le")
_OTHER_KINDS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "en PDF"),
    (b"\x89PNG", "en bild"),
    (b"\xff\xd8\xff", "en bild"),
    (b"\x1f\x8b", "en packad fil (gzip)"),
    (b"7z\xbc\xaf", "en packad fil (7z)"),
    (b"Rar!", "en packad fil (rar)"),
    (b"PAR1", "en Parquetfil"),
    (b"SQLite format 3", "en databas"),
)


def read_raw(path: Path) -> RawFile:
    """The file's visible content as sheets of rows; raises SkolbankError that names the refused file."""
    try:
        size = path.stat().st_size
        if size > MAX_FILE:
            raise SkolbankError(
                "file-too-large",
                f"Filen är {size // 2**20} MB, mer än {MAX_FILE // 2**20} MB som läses på en gång",
                remedy="Dela filen, till exempel per skola eller läsår.",
            )
        return read_raw_bytes(path.read_bytes(), path)
    except SkolbankError as error:
        where = ", ".join(part for part in (path.name, error.where) if part)
        raise SkolbankError(
            error.code, error.what, where=where, remedy=error.remedy, exit_status=error.exit_status
        ) from None
    except OSError as fault:
        raise SkolbankError(
            "file-unreadable",
            "Filen går inte att öppna",
            where=path.name,
            remedy=f"Kontrollera sökvägen och att du har läsrätt ({fault.strerror}).",
        ) from None


def is_long_text(path: Path) -> bool:
    """Whether the file is text of more than ``LONG_FROM`` bytes; raises SkolbankError for other content."""
    try:
        if path.stat().st_size <= LONG_FROM:
            return False
        with path.open("rb") as stream:
            start = stream.read(4096)
    except OSError:
        return False  # told by ``read_raw``
    if looks_like_workbook(start) or start.startswith(_OLE):
        return False
    _refuse_binary(start)
    return True


def read_raw_bytes(data: bytes, path: Path) -> RawFile:
    """The same for content that is already in memory; ``path`` only names it."""
    checksum = hashlib.sha256(data).hexdigest()
    if looks_like_workbook(data):
        sheets, messages = read_workbook(data)
        if path.suffix.lower() in {".csv", ".txt"}:
            messages = (*messages, _misnamed("en Excelarbetsbok", path))
        return RawFile(path, checksum, len(data), "workbook", sheets, messages)
    _refuse_binary(data)
    if data.startswith(_OLE):
        sheets, messages = read_old_workbook(data)
        return RawFile(path, checksum, len(data), "workbook", sheets, messages)
    decoded = decode(data)
    sheet = Sheet("", delimited_rows(decoded.text))
    messages = decoded.messages
    if path.suffix.lower() in {".xlsx", ".xlsm", ".xls"}:
        messages = (*messages, _misnamed("en textfil (CSV)", path))
    return RawFile(path, checksum, len(data), "text", (sheet,), messages)


def _refuse_binary(data: bytes) -> None:
    if not data:
        raise SkolbankError("file-empty", "Filen är tom", remedy="Hämta filen på nytt.")
    if data.startswith(_OLE) and _ENCRYPTED_PART in data:
        raise SkolbankError(
            "workbook-encrypted",
            "Arbetsboken är skyddad med lösenord",
            remedy="Öppna den i Excel, ta bort lösenordet (Arkiv, Info, Skydda) och spara.",
        )
    for start, name in _OTHER_KINDS:
        if data.startswith(start):
            raise SkolbankError(
                "file-not-table",
                f"Filen är {name} och inte en tabell",
                remedy="Spara tabellen som .xlsx eller CSV.",
            )


def _misnamed(kind: str, path: Path) -> Message:
    return Message(
        "warning",
        "file-misnamed",
        f"Filen heter {path.suffix.lower()} men är {kind}. Den lästes som det den är.",
    )
