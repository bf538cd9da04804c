"""What reading a file gives, for every format alike (floor 3).

A file becomes a ``RawFile`` of sheets with numbered rows; a format turns one sheet into a
``TableResult``. Row numbers are 1-based, as a person sees them in a text editor or a spreadsheet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

import pandas as pd

from analysis_lib.snapshots.missing import RefusedRows
from analysis_lib.snapshots.whereabouts import Whereabouts
from analysis_lib.vocabulary.workspace import Workspace

Level = Literal["info", "warning", "error"]
Row = tuple[int, list[str]]


@dataclass(frozen=True)
class Message:
    """Something a person should know about an import; never holds a name or a personal number."""

    level: Level
    code: str
    message: str
    row: int | None = None
    column: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The message as ``import --json`` writes it."""
        return {
            "level": self.level,
            "code": self.code,
            "row": self.row,
            "column": self.column,
            "message": self.message,
        }


@dataclass(frozen=True)
class Sheet:
    """One table area: a text file has one, a workbook one per visible sheet.

    ``rows`` holds (1-based row number, cell texts). Blank rows are kept as rows of no filled cell.
    A number cell of a workbook comes as ``212.5`` (decimal point) and is named in ``numeric``,
    since the same letters in a text cell would be ambiguous; a date comes as ``2025-06-12``.
    """

    name: str
    rows: list[Row]
    numeric: frozenset[tuple[int, int]] = frozenset()  # (row number, 0-based column) of number cells


@dataclass(frozen=True)
class RawFile:
    """A file read into sheets, with its checksum and what was assumed on the way."""

    path: Path
    sha256: str
    size: int
    kind: Literal["text", "workbook"]
    sheets: tuple[Sheet, ...]
    messages: tuple[Message, ...] = ()


@dataclass
class TableResult:
    """What a format makes of one sheet.

    ``frames`` maps snapshot table names to rows (schemas: docs/ARCHITECTURE.md) and ``slots`` the same
    names to what a new file of the same kind replaces; formats whose slot follows a column give the
    rows with one slot per table and let the importer split them. ``refused`` holds the rows for the
    correction workbook as (row number, cells, reason), ``waiting`` how many they are per unit where the
    rows tell it.
    """

    format: str
    level: str
    school_year: str
    frames: dict[str, pd.DataFrame]
    slots: dict[str, str]
    rows_read: int
    rows_accepted: int
    rows_rejected: int
    rows_ignored: int
    columns: int
    marks: dict[str, int] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    refused: list[tuple[int, list[str], str]] = field(default_factory=list)
    metadata: dict[str, Any] = field(default_factory=dict)
    waiting: tuple[RefusedRows, ...] = ()
    joins_sheets: bool = False  # several sheets of one workbook may be parts of one table

    @property
    def conserves_rows(self) -> bool:
        """The law of conservation: read = accepted + rejected + ignored."""
        return self.rows_read == self.rows_accepted + self.rows_rejected + self.rows_ignored


class Pseudonymiser(Protocol):
    """Turns normalised personal numbers into pseudonyms; only ``snapshots.pseudonyms`` makes one."""

    def pseudonym(self, number: str) -> str: ...

    def pseudonyms(self, numbers: pd.Series) -> pd.Series: ...

    def of_protected(self, places: pd.Series) -> pd.Series: ...


@dataclass(frozen=True)
class ReadContext:
    """What a format may need beside the sheet itself."""

    workspace: Workspace
    pseudonymiser: Pseudonymiser | None = None
    strict: bool = False
    other_sheets: tuple[Sheet, ...] = ()  # sheets of the same workbook that only explain this one
    units: Mapping[str, str] | None = None  # the register of units: code to name; None when not known
    whereabouts: Whereabouts | None = None


class Format(Protocol):
    """One real file format: knows its own kind by content and reads it."""

    id: str

    def recognise(self, sheet: Sheet) -> float:
        """How sure, 0-1, that the sheet is of this format; judged by content only."""
        ...

    def read(self, sheet: Sheet, context: ReadContext) -> TableResult:
        """The sheet's rows; raises SkolbankError when the sheet is refused whole."""
        ...
