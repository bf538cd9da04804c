"""Whether what has been released is still all there: a seal of its files, kept with the keys (floor 5).

Every later release is judged against the statements that readers already have. A line that is lost or changed
would be forgotten in silence, so their hashes lie outside ``data/``, and no release passes a broken seal.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from analysis_lib.errors import EXIT_DISCLOSURE, SkolbankError
from analysis_lib.vocabulary.seals import read_seals, seal_of, write_seals
from analysis_lib.vocabulary.workspace import Workspace

_SEAL = "statements-seal.json"
_REMEDY = (
    "Lägg tillbaka den nyaste säkerhetskopian av data/statements. Finns ingen: läs docs/PRIVACY.md, "
    "”Utgivna uppgifter”."
)


def seal(workspace: Workspace, path: Path) -> None:
    """Note a file's length and hash; called where statements are written, under their lock."""
    write_seals(workspace, _SEAL, {**read_seals(workspace, _SEAL), path.name: seal_of(path)})


def broken_seals(workspace: Workspace, folder: Path) -> Iterator[SkolbankError]:
    """The files that no longer hold all that they held; lines that a crash left unsealed are no fault."""
    for name, known in sorted(read_seals(workspace, _SEAL).items()):
        path = folder / name
        if not known.holds(path, may_grow=True):
            yield SkolbankError(
                "statements-changed",
                "Utgivna uppgifter saknas eller har ändrats, så inget nytt kan prövas mot dem",
                where=workspace.shown(path),
                remedy=_REMEDY,
                exit_status=EXIT_DISCLOSURE,
            )
