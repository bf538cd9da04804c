"""Which files an import looks at, in which order, and how a file may be named in messages (floor 3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis_lib.errors import EXIT_DONE, EXIT_USAGE
from analysis_lib.snapshots.identities import PERSONAL_NUMBER
from analysis_lib.sources.shapes import Message

_TABLES = {".csv", ".txt", ".tsv", ".skv", ".xlsx", ".xlsm", ".xls", ""}
_PASSING = (".tmp", ".part", ".lock", ".bak", ".crdownload", ".download")


@dataclass(frozen=True)
class Skipped:
    """A path that is not read, and why."""

    path: Path
    message: Message
    exit_status: int = EXIT_DONE


def find_files(paths: Sequence[Path]) -> Iterator[Path | Skipped]:
    """The files to read: those named, and all tables in folders that are named, sorted by path."""
    for path in paths:
        if path.is_dir():
            yield from _in_folder(path)
        elif path.is_file():
            yield path
        else:
            yield Skipped(
                path, _message("error", "file-missing", "Filen finns inte. Kontrollera sökvägen."), EXIT_USAGE
            )


def _in_folder(folder: Path) -> Iterator[Path | Skipped]:
    files = sorted(place for place in folder.rglob("*") if place.is_file())
    if not files:
        yield Skipped(folder, _message("warning", "folder-empty", "Mappen innehåller inga filer."))
    for place in files:
        hidden = any(part.startswith(".") for part in place.relative_to(folder).parts)
        if hidden or place.name.startswith("~$") or place.name.lower().endswith(_PASSING):
            text = "Dold eller tillfällig fil, läses inte."
            yield Skipped(place, _message("info", "file-skipped", text))
        elif place.suffix.lower() not in _TABLES:
            text = f"Filer av slaget {place.suffix[:12]} är inga tabeller och läses inte."
            yield Skipped(place, _message("info", "file-skipped", text))
        else:
            yield place


def harmless_name(name: str) -> str:
    """A file name as it may stand in messages and logs: a personal number in it is masked.

    >>> harmless_name("betyg-20100512-9810.csv"), harmless_name("betyg-9-48529699.txt")
    ('betyg-[personnummer].csv', 'betyg-9-48529699.txt')
    """
    return PERSONAL_NUMBER.sub("[personnummer]", name)


def _message(level: str, code: str, text: str) -> Message:
    return Message("error" if level == "error" else "warning" if level == "warning" else "info", code, text)
