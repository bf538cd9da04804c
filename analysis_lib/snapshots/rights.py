"""Whether others on the machine may read or change the folders with personal data (floor 2).

Looked at when a command that touches pupil rows starts. What others may *change* stops the command, since
rows or keys could have been put there; what others may only read is told, and how to close it.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from analysis_lib.errors import SkolbankError
from analysis_lib.vocabulary.workspace import Workspace

_READ, _WRITE = 0o044, 0o022


def check_rights(workspace: Workspace) -> list[SkolbankError]:
    """Warnings for folders that others may read.

    Raises SkolbankError when others may change one of them, or come near the keys.
    """
    if os.name != "posix":
        return []
    keys = [workspace.keys, *_files(workspace.keys)]
    for place in keys:
        if _mode(place) & 0o077:
            raise _open_key(workspace, place)
    warnings = []
    for place in (workspace.snapshots, workspace.data / "refused", workspace.data / "access"):
        mode = _mode(place)
        if mode & _WRITE:
            raise SkolbankError(
                "data-writable-by-others",
                "Mappen med elevuppgifter kan ändras av andra än sin ägare",
                where=workspace.shown(place),
                remedy=f"Stäng den med: chmod 700 {workspace.shown(place)}",
            )
        if mode & _READ:
            warnings.append(
                SkolbankError(
                    "data-readable-by-others",
                    "Mappen med elevuppgifter kan läsas av andra på datorn",
                    where=workspace.shown(place),
                    remedy=f"Stäng den med: chmod 700 {workspace.shown(place)}",
                )
            )
    return warnings


def _files(folder: Path) -> list[Path]:
    files = folder.iterdir() if folder.is_dir() else ()
    return sorted(path for path in files if path.is_file() and path.name != ".lock")  # a lock holds nothing


def _mode(place: Path) -> int:
    return stat.S_IMODE(place.stat().st_mode) if place.exists() else 0


def _open_key(workspace: Workspace, place: Path) -> SkolbankError:
    return SkolbankError(
        "key-readable-by-others",
        "Nycklarna kan läsas eller ändras av andra än sin ägare",
        where=place.name,
        remedy=f"Sätt rättigheterna med: chmod {'700' if place.is_dir() else '600'} {workspace.shown(place)}",
    )
