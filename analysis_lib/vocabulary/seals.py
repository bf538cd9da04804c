"""How files were when we wrote them: lengths and hashes kept with the keys (floor 1).

Only the owner writes in the key folder, so a file that somebody has changed where it lies can be told from
one that is as it was. Which files are sealed is for the rooms above to say.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from analysis_lib.vocabulary.whole_files import write_private
from analysis_lib.vocabulary.workspace import Workspace


@dataclass(frozen=True)
class Seal:
    """A file's length in bytes and the hash of them."""

    bytes: int
    sha256: str

    def holds(self, path: Path, *, may_grow: bool) -> bool:
        """Whether the file is as it was; one that ``may_grow`` only as far as it reached then."""
        return path.is_file() and _hash(path, self.bytes if may_grow else -1) == self.sha256


def seal_of(path: Path) -> Seal:
    """How a file is now."""
    size = path.stat().st_size
    return Seal(size, _hash(path, size))


def read_seals(workspace: Workspace, name: str) -> dict[str, Seal]:
    """The seals of one kind by the sealed files' names; none where the file cannot be read."""
    try:
        told = json.loads((workspace.keys / name).read_text("utf-8"))
        return {str(file): Seal(int(at["bytes"]), str(at["sha256"])) for file, at in told.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def write_seals(workspace: Workspace, name: str, seals: Mapping[str, Seal]) -> None:
    """Put all seals of one kind in the key folder; the caller holds the lock of what they are about."""
    workspace.keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    told = {file: asdict(seal) for file, seal in seals.items()}
    write_private(workspace.keys / name, json.dumps(told, ensure_ascii=False))


def _hash(path: Path, size: int) -> str:
    with path.open("rb") as stream:
        return hashlib.sha256(stream.read(size)).hexdigest()
