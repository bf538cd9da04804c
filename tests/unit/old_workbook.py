"""A workbook in the old format .xls (BIFF8 in a compound file), as small as it can be; for tests only."""

from __future__ import annotations

import struct
from collections.abc import Sequence

SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def old_workbook(rows: Sequence[Sequence[str | float]], name: str = "Tabell") -> bytes:
    """One sheet: texts as labels, numbers as numbers, empty texts left out."""
    begin, end = _record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0)), _record(0x0A, b"")
    code_page = _record(0x42, struct.pack("<H", 1200))
    length = len(name)
    start = len(begin) + len(code_page) + 4 + 8 + 2 * length + len(end)
    sheet = struct.pack("<IBBBB", start, 0, 0, length, 1) + name.encode("utf-16-le")
    cells = [
        _cell(row, column, cell)
        for row, values in enumerate(rows)
        for column, cell in enumerate(values)
        if cell != ""
    ]
    book = begin + code_page + _record(0x85, sheet) + end
    page = _record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0)) + b"".join(cells) + end
    return _compound(book + page)


def _cell(row: int, column: int, cell: str | float) -> bytes:
    if isinstance(cell, str):
        text = struct.pack("<HB", len(cell), 1) + cell.encode("utf-16-le")
        return _record(0x204, struct.pack("<HHH", row, column, 0) + text)
    return _record(0x203, struct.pack("<HHHd", row, column, 0, cell))


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _compound(stream: bytes) -> bytes:
    stream = stream.ljust(max(4096, -(-len(stream) // SECTOR) * SECTOR), b"\0")
    count = len(stream) // SECTOR
    tables = -(-(count + 1) // (SECTOR // 4 - 1))
    first = tables + 1  # after the tables of sectors, the directory, then the stream
    chain = [*[_FAT] * tables, _END, *range(first + 1, first + count), _END]
    chain += [_FREE] * (tables * SECTOR // 4 - len(chain))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16
    head += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    head += struct.pack("<IIIIIIIII", 0, tables, tables, 0, 4096, _END, 0, _END, 0)
    head += struct.pack("<109I", *range(tables), *[_FREE] * (109 - tables))
    directory = _entry("Root Entry", 5, _END, 0, child=1) + _entry("Workbook", 2, first, len(stream))
    return head + struct.pack(f"<{len(chain)}I", *chain) + directory.ljust(SECTOR, b"\0") + stream


def _entry(name: str, kind: int, start: int, size: int, *, child: int = _FREE) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    about = struct.pack("<HBBIII", len(text), kind, 1, _FREE, _FREE, child)
    return text.ljust(64, b"\0") + about + b"\0" * 36 + struct.pack("<IQ", start, size)
