"""Options that every command takes (floor 9)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cyclopts import Parameter

if TYPE_CHECKING:
    from analysis_lib.vocabulary.workspace import Workspace


@Parameter(name="*")
@dataclass(frozen=True)
class Shared:
    """Options of all commands.

    Parameters
    ----------
    workspace
        The workspace folder; else SKOLBANK_WORKSPACE, else the current folder.
    debug
        Show tracebacks.
    """

    workspace: Path | None = None
    debug: bool = False

    def find(self) -> Workspace:
        """The chosen workspace, or an error that says how to make one."""
        from analysis_lib.vocabulary.workspace import Workspace

        return Workspace.find(self.workspace)


NO_OPTIONS = Shared()
