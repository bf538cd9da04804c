"""Whether what has been released is still all there: a seal of its files, kept with the keys (floor 5).

Every later release is judged against the statements that readers already have. A line that is lost or changed
would be forgotten in silence, so their hashes lie outside ``data/``, and no release passes a broken seal.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from analysis_lib.errors import EXIT_DISCLOSURE, SkolbankError
from analysis_lib.vocabulary.whole_files import write_private
from analysis_lib.vocabulary.workspace import Workspace

_SEAL = "statements-seal.json"
_REMEDY = (
    "Lägg tillbaka den nyaste säkerhetskopian av data/statements. Finns ingen: läs docs/PRIVACY.md, "
    "”Utgivna uppgifter”."
)


def seal(workspace: Workspace, path: Path) -> None:
    """Note a file's length and hash; called where statements are written, under their lock."""
    told = _sealed(workspace)
    told[path.name] = {"bytes": path.stat().st_size, "sha256": _hash(path)}
    workspace.keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_private(workspace.keys / _SEAL, json.dumps(told))


def broken_seals(workspace: Workspace, folder: Path) -> Iterator[SkolbankError]:
    """The files that no longer hold all that they held; lines that a crash left unsealed are no fault."""
    for name, known in sorted(_sealed(workspace).items()):
        path = folder / name
        if not path.is_file() or _hash(path, int(known["bytes"])) != known["sha256"]:
            yield SkolbankError(
                "statements-changed",
                "Utgivna uppgifter saknas eller har ändrats, så inget nytt kan prövas mot dem",
                where=workspace.shown(path),
                remedy=_REMEDY,
                exit_status=EXIT_DISCLOSURE,
            )


def _sealed(workspace: Workspace) -> dict[str, dict[str, int | str]]:
    try:
        told = json.loads((workspace.keys / _SEAL).read_text("utf-8"))
        return {
            str(name): {"bytes": int(at["bytes"]), "sha256": str(at["sha256"])} for name, at in told.items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _hash(path: Path, size: int = -1) -> str:
    with path.open("rb") as stream:
        return hashlib.sha256(stream.read(size)).hexdigest()
