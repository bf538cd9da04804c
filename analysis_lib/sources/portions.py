"""The rows of a long file put in portions, so that rows that must be seen together are together (floor 3).

A portion holds all rows of some persons (or units), in the order of the file, and is small enough for
memory. Between the reading and the checks the rows lie in a nameless temporary file, encrypted with a key
that is only ever in memory: a personal number never lies in the clear outside the file it came in.
"""

from __future__ import annotations

import marshal
import os
import struct
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from analysis_lib.errors import SkolbankError
from analysis_lib.sources.shapes import Row

_BLOCK = 60  # rows that are encrypted together
MOST = 10 * 1024 * 1024  # of one portion: rows that belong together so many can only be a broken file


class Portions:
    """``count`` portions of rows, told apart by a text that rows of one portion share."""

    def __init__(self, count: int, folder: Path | None = None) -> None:
        self._count = count
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 (closed by ``close``)
        self._cipher = AESGCM(AESGCM.generate_key(256))
        self._blocks: list[list[tuple[int, int]]] = [[] for _ in range(count)]
        self._waiting: list[list[Row]] = [[] for _ in range(count)]
        self._written = 0

    def __enter__(self) -> Portions:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, row: Row, belongs_to: str) -> None:
        """Puts a row with the others of the same text."""
        place = zlib.crc32(belongs_to.encode()) % self._count
        waiting = self._waiting[place]
        waiting.append(row)
        if len(waiting) >= _BLOCK:
            self._write(place)

    def __iter__(self) -> Iterator[list[Row]]:
        """The portions that hold anything, each with its rows in the order of the file."""
        for place in range(self._count):
            self._write(place)
            self._refuse_vast(place)
            rows: list[Row] = []
            for start, length in self._blocks[place]:
                rows += self._read(start, length)
            if rows:
                yield rows

    def _refuse_vast(self, place: int) -> None:
        if sum(length for _, length in self._blocks[place]) > MOST:
            raise SkolbankError(
                "file-too-large",
                "För många rader i filen gäller samma elev eller samma enhet för att kunna kontrolleras",
                remedy="Kontrollera att filen är rätt uttag, eller dela den per läsår.",
            )

    def _write(self, place: int) -> None:
        if not self._waiting[place]:
            return
        nonce = struct.pack(">4xQ", self._written)  # never the same twice under the key
        data = self._cipher.encrypt(nonce, marshal.dumps(self._waiting[place]), None)
        self._file.seek(0, os.SEEK_END)
        self._file.write(data)
        self._blocks[place].append((self._written, len(data)))
        self._written += len(data)
        self._waiting[place] = []

    def _read(self, start: int, length: int) -> Iterable[Row]:
        self._file.seek(start)
        data = self._cipher.decrypt(struct.pack(">4xQ", start), self._file.read(length), None)
        rows: list[Row] = marshal.loads(data)
        return rows
