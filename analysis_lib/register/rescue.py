"""A restore for a whole workspace: also when the register that is there can't even be opened (register floor)."""

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
    aside = register_file(workspace).parent
    try:
        lines, kept = restore(open_register(workspace), file, replace=replace, aside=aside)
    except SkolbankError as told:
        if told.code != "register-damaged" or not replace or is_on_server():
            raise
        moved = set_aside(register_file(workspace))
        lines, _ = restore(open_register(workspace), file, aside=aside)
        return Restored(lines, (workspace.shown(moved),))
    return Restored(lines, (workspace.shown(kept),) if kept else ())
