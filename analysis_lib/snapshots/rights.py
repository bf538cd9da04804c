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

_OTHERS_READ, _OTHERS_WRITE = 0o004, 0o002
_READ, _WRITE = 0o044, 0o022


def private_folders(workspace: Workspace) -> list[Path]:
    """The folders that hold pupils, numbers that are not released, or people's own words."""
    names = ("snapshots", "refused", "access", "register", "statements", "work")
    return [workspace.inbox, *(workspace.data / name for name in names)]


def make_private(workspace: Workspace) -> None:
    """Make the folders that every run uses, open to their owner only; what is there is left as it is."""
    for folder in (workspace.inbox, workspace.work):
        if not folder.exists():
            folder.parent.mkdir(parents=True, exist_ok=True)
            folder.mkdir(mode=0o700, exist_ok=True)


def check_rights(workspace: Workspace) -> list[SkolbankError]:
    """A warning when others may read any of the folders.

    Raises SkolbankError when others may change one of them, or come near the keys. The inbox may be open to
    its group, so that colleagues can put files there.
    """
    if os.name != "posix":
        return []
    keys = [workspace.keys, *_files(workspace.keys)]
    for place in keys:
        if _mode(place) & 0o077:
            raise _open_key(workspace, place)
    readable = []
    if _mode(workspace.data) & _OTHERS_WRITE:
        raise _changeable(workspace, workspace.data, "755")
    for place in private_folders(workspace):
        mode, is_inbox = _mode(place), place == workspace.inbox
        if mode & (_OTHERS_WRITE if is_inbox else _WRITE):
            raise _changeable(workspace, place, "770" if is_inbox else "700")
        if mode & (_OTHERS_READ if is_inbox else _READ):
            readable.append(workspace.shown(place))
    return [_readable(readable)] if readable else []


def _readable(places: list[str]) -> SkolbankError:
    return SkolbankError(
        "data-readable-by-others",
        "Mappar med elevuppgifter, eller med annat som inte är utgivet, kan läsas av andra på datorn",
        where=", ".join(places),
        remedy=f"Stäng med: chmod 700 {' '.join(places)}",
    )


def _changeable(workspace: Workspace, place: Path, mode: str) -> SkolbankError:
    return SkolbankError(
        "data-writable-by-others",
        "Mappen med elevuppgifter kan ändras av andra än sin ägare",
        where=workspace.shown(place),
        remedy=f"Stäng den med: chmod {mode} {workspace.shown(place)}",
    )


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
