"""What became of the files of an import: as JSON for programs, as Swedish text for people (floor 3)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from analysis_lib import text
from analysis_lib.errors import EXIT_DONE, EXIT_PARTIAL
from analysis_lib.sources.shapes import Message, TableResult

_SHOWN = 20
_OF_LEVEL = {
    "unit": "per enhet",
    "municipality": "per kommun",
    "authority": "per huvudman",
    "national": "för riket",
    "class": "per klass",
    "pupil": "per elev",
}
_MARKS = {
    "missing": "saknas",
    "suppressed": "dolda (..)",
    "nearly_all": "nästan alla (~100)",
    "nearly_none": "nästan ingen (~0)",
    "approximate": "ungefärliga",
    "not_required": "krävs inte (*)",
}
_LEVELS = {"error": "Fel", "warning": "Varning", "info": "Upplysning"}


@dataclass
class FileReport:
    """One file, or one sheet of a workbook that holds several tables."""

    file: str
    exit_status: int = EXIT_DONE
    sheet: str = ""
    format: str | None = None
    level: str | None = None
    school_year: str | None = None
    columns: int = 0
    sha256: str | None = None
    stored: bool = False
    rows_read: int = 0
    rows_accepted: int = 0
    rows_rejected: int = 0
    rows_ignored: int = 0
    marks: dict[str, int] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)

    @classmethod
    def of(cls, file: str, result: TableResult, *, sha256: str, sheet: str = "") -> FileReport:
        """What a reading gave, before anything is stored."""
        return cls(
            file,
            EXIT_PARTIAL if result.rows_rejected else EXIT_DONE,
            sheet=sheet,
            format=result.format,
            level=result.level,
            school_year=result.school_year,
            columns=result.columns,
            sha256=sha256,
            rows_read=result.rows_read,
            rows_accepted=result.rows_accepted,
            rows_rejected=result.rows_rejected,
            rows_ignored=result.rows_ignored,
            marks=result.marks,
            messages=list(result.messages),
        )

    def as_json(self) -> dict[str, Any]:
        """The object that ``import --json`` writes for this file."""
        found: dict[str, Any] = {
            "file": self.file,
            "format": self.format,
            "level": self.level,
            "school_year": self.school_year,
            "rows": self.rows_read,
            "columns": self.columns,
            "sha256": self.sha256,
            "stored": self.stored,
            "rows_read": self.rows_read,
            "rows_accepted": self.rows_accepted,
            "rows_rejected": self.rows_rejected,
            "rows_ignored": self.rows_ignored,
            "marks": {"missing": 0, "suppressed": 0, "nearly_all": 0} | self.marks,
            "messages": [message.as_json() for message in self.messages],
        }
        return found | ({"sheet": self.sheet} if self.sheet else {})


@dataclass
class ImportReport:
    """All files of one import; the exit status is the highest of theirs."""

    files: list[FileReport]
    dry_run: bool = False
    notes: list[Message] = field(default_factory=list)

    @property
    def exit_status(self) -> int:
        return max((report.exit_status for report in self.files), default=EXIT_DONE)

    def as_json(self) -> list[dict[str, Any]]:
        """The list that ``import --json`` writes."""
        return [report.as_json() for report in self.files]


def render_summary(report: ImportReport) -> str:
    """The import in Swedish: a paragraph per file, and always the sum of rows."""
    lines: list[str] = []
    for one in report.files:
        lines.append(_headline(one, dry_run=report.dry_run))
        lines.extend(_told(one.messages))
    lines.extend(_told(report.notes))
    read, accepted, rejected, ignored = (
        sum(getattr(one, f"rows_{name}") for one in report.files)
        for name in ("read", "accepted", "rejected", "ignored")
    )
    lines.append(
        f"Rader: {text.count(read)} lästa = {text.count(accepted)} godkända "
        f"+ {text.count(rejected)} nekade + {text.count(ignored)} utan ny uppgift."
    )
    return "\n".join(lines)


def _headline(one: FileReport, *, dry_run: bool) -> str:
    name = f"{one.file}, bladet {one.sheet}" if one.sheet else one.file
    if one.format is None:
        return f"{name}: {'nekad' if one.exit_status else 'hoppades över'}."
    if one.exit_status > EXIT_PARTIAL:
        outcome = "nekad"
    elif dry_run:
        outcome = "provläst, inget sparat"
    else:
        outcome = "inläst" if one.stored else "inget sparat"
    counts = (
        f"{text.count(one.rows_read)} rader lästa = {text.count(one.rows_accepted)} godkända "
        f"+ {text.count(one.rows_rejected)} nekade + {text.count(one.rows_ignored)} utan ny uppgift"
    )
    year = f", läsåret {one.school_year}" if one.school_year else ""
    level = f", {_OF_LEVEL[one.level]}" if one.level in _OF_LEVEL else ""
    marks = text.listing(
        [f"{text.count(n)} {_MARKS[mark]}" for mark, n in one.marks.items() if n and mark in _MARKS]
    )
    hidden = f" Celler utan tal: {marks}." if marks else ""
    return f"{name}: {outcome} som {one.format}{year}{level}. {counts}.{hidden}"


def _told(messages: list[Message]) -> list[str]:
    """The first messages about rows, and all about the whole file: those say what to do next."""
    about_rows = [message for message in messages if message.row is not None]
    left_out = {id(message) for message in about_rows[_SHOWN:]}
    told = [f"  {_LEVELS[one.level]}: {_coded(one)}" for one in messages if id(one) not in left_out]
    if left_out:
        told.append(f"  … och {len(left_out)} meddelanden om rader till, se --json.")
    return told


def _coded(message: Message) -> str:
    """The message with its row and code, unless it says them itself."""
    code = f"[{message.code}]"
    said = message.message if message.message.endswith(code) else f"{message.message} {code}"
    is_placed = message.row is None or re.search(rf"(?i)\brad(?:erna)? {message.row}\b", said)
    return said if is_placed else f"Rad {message.row}: {said}"
