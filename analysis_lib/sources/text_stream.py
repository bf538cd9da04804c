"""A text file of any size as lines, with the encoding judged on the whole of it (floor 3).

The file is read twice: once for its checksum and every line that is not plain ASCII, which is all that
tells one encoding from another, and once for its lines. Memory stays at a few pieces.
"""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from analysis_lib.errors import SkolbankError
from analysis_lib.sources.decoding import decode, decode_piece
from analysis_lib.sources.rows import physical_lines, records, refuse_other_content, separator_of
from analysis_lib.sources.shapes import Message, Row

PIECE = 4 * 1024 * 1024
_EVIDENCE = 2 * 1024 * 1024  # of lines with letters outside ASCII
_WIDE = frozenset({"utf-16", "utf-16-le", "utf-16-be", "utf-32"})
_LONGEST_LINE = 32 * 1024 * 1024
_BEGINNING = 400_000


@dataclass(frozen=True)
class LongText:
    """A long text file: what it is written in, how its cells are parted, and what was assumed."""

    path: Path
    sha256: str
    size: int
    encoding: str
    separator: str
    declared_lines: int
    messages: list[Message]
    piece: int = PIECE

    def rows(self) -> Iterator[Row]:
        """All rows with the line number each starts on; raises SkolbankError as ``delimited_rows`` does."""
        lines = self._lines()
        for _ in range(self.declared_lines):
            next(lines)
        yield from records(lines, self.separator, first=1 + self.declared_lines)

    def _lines(self) -> Iterator[str]:
        said: list[Message] = []
        for text in self._texts(said):
            yield from physical_lines(text)
        known = {message.code for message in self.messages}
        self.messages.extend({each.code: each for each in said if each.code not in known}.values())

    def _texts(self, said: list[Message]) -> Iterator[str]:
        row = 1
        for data in _pieces(self.path, self.encoding, self.piece):
            text = decode_piece(
                data, "utf-8" if self.encoding in _WIDE else self.encoding, said, first_row=row
            )
            yield text
            row += text.count("\n")


def open_text(path: Path, *, piece: int = PIECE) -> LongText:
    """Looks through the file once; raises SkolbankError when its letters cannot be known."""
    digest = hashlib.sha256()
    evidence = bytearray()
    with path.open("rb") as stream:
        beginning = stream.read(_BEGINNING)
        digest.update(beginning)
        wide = any(beginning.startswith(bom) for bom in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        wide = wide or beginning[:4096].count(0) > 1000
        while data := stream.read(piece):
            digest.update(data)
            if not wide and len(evidence) < _EVIDENCE and not data.isascii():
                whole_lines = data[data.find(b"\n") + 1 : data.rfind(b"\n") + 1]
                for line in whole_lines.splitlines(keepends=True):
                    if not line.isascii() and len(evidence) < _EVIDENCE:
                        evidence += line
    head = beginning if len(beginning) < _BEGINNING else _cut(beginning, wide)
    decoded = decode(head + bytes(evidence))
    start = decode(head).text if evidence else decoded.text
    refuse_other_content(start)
    separator, declared = separator_of(start)
    size = path.stat().st_size
    encoding = "utf-8-sig" if head.startswith(codecs.BOM_UTF8) else decoded.encoding
    return LongText(
        path, digest.hexdigest(), size, encoding, separator, declared, list(decoded.messages), piece
    )


def _cut(data: bytes, wide: bool) -> bytes:
    """The data up to its last whole line."""
    if not wide:
        return data[: data.rfind(b"\n") + 1] or data
    return data[: len(data) // 4 * 4]


def _pieces(path: Path, encoding: str, piece: int) -> Iterator[bytes]:
    """The file in pieces that end with a line; UTF-16 and UTF-32 are turned into UTF-8 on the way."""
    wide = codecs.getincrementaldecoder(encoding)() if encoding in _WIDE else None
    kept = b""
    with path.open("rb") as stream:
        while data := stream.read(piece):
            kept += wide.decode(data).encode() if wide else data
            end = kept.rfind(b"\n") + 1 or kept.rfind(b"\r", 0, len(kept) - 1) + 1
            if not end and len(kept) > _LONGEST_LINE:
                raise _one_line()
            if end:
                yield kept[:end]
                kept = kept[end:]
    if kept:
        yield kept


def _one_line() -> SkolbankError:
    return SkolbankError(
        "file-not-table",
        "Filen är en enda mycket lång rad och inte en tabell",
        remedy="Hämta filen på nytt, som CSV eller Excel.",
    )
