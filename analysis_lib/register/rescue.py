"""A restore for a whole workspace, also when the register there can't even be opened (register floor)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from analysis_lib.errors import SkolbankError
from analysis_lib.register.backup import read_backup, restore, set_aside
from analysis_lib.register.log import is_on_server, open_register, register_file
from analysis_lib.vocabulary.workspace import Workspace


@dataclass(frozen=True)
class Restored:
    """How many lines came back, and where what stood there before is kept."""

    lines: int
    kept: tuple[str, ...]


def restore_whole(workspace: Workspace, file: Path, *, replace: bool = False) -> Restored:
    """Restores a back-up into the workspace's register; nothing is changed when the back-up is unusable."""
    read_backup(file)
    try:
        lines, kept = _restore(workspace, file, replace=replace)
    except SkolbankError as told:
        if told.code != "register-damaged" or not replace or is_on_server():
            raise
        moved = set_aside(register_file(workspace))
        lines, _ = _restore(workspace, file, replace=False)
        return Restored(lines, (workspace.shown(moved),))
    return Restored(lines, (workspace.shown(kept),) if kept else ())


def _restore(workspace: Workspace, file: Path, *, replace: bool) -> tuple[int, Path | None]:
    register = open_register(workspace)
    try:
        return restore(register, file, replace=replace, aside=register_file(workspace).parent)
    finally:
        register.close()
