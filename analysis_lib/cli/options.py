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


def refuse_unwritable(*places: Path | None) -> None:
    """Raises SkolbankError, before any work is done, when a file that was asked for cannot be written."""
    import os

    from analysis_lib.errors import SkolbankError

    for place in places:
        if place is None or str(place) == "-":
            continue
        is_fine = place.parent.is_dir() and not place.is_dir() and os.access(place.parent, os.W_OK)
        if not is_fine:
            raise SkolbankError(
                "file-unwritable",
                "Filen kan inte skrivas",
                where=place.name,
                remedy="Välj en mapp som finns och som du får skriva i. Inget har gjorts.",
            )
