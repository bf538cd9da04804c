"""What the attacker has found clean before, so that a correction costs only what it touches (floor 5).

Results of a population are remembered by the hash of everything that the attack on them read, and of the
attacker itself, and only when nothing was found: a finding is always found anew, and no hidden number is
written down.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path

from analysis_lib.disclosure.attack_cells import Known

_MOST = 20_000


class CleanMemory:
    """Clean results by their key, with how many cells were attacked; kept in a file when there is one."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._clean: dict[str, int] = {}
        self._is_new = False
        if path is not None and path.is_file():
            # A damaged memory is an empty one.
            with contextlib.suppress(ValueError, TypeError, AttributeError):
                self._clean = {
                    str(key): int(cells) for key, cells in json.loads(path.read_text("utf-8")).items()
                }

    def cells(self, key: str) -> int | None:
        """How many cells were attacked when just this was found clean; None when it never was."""
        return self._clean.get(key)

    def keep(self, key: str, cells: int) -> None:
        """Remember that nothing was found."""
        self._clean[key] = cells
        self._is_new = True

    def save(self) -> None:
        """Write the newest to the file, whole or not at all."""
        if self._path is None or not self._is_new:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        part = self._path.with_name(f".{self._path.name}.{os.getpid()}.part")
        part.write_text(json.dumps(dict(list(self._clean.items())[-_MOST:])), "utf-8")
        part.chmod(0o600)
        part.replace(self._path)


def key_of(
    known: Known, group: Sequence[tuple[str, str]], nested: Mapping[str, Sequence[str]], threshold: int
) -> str:
    """The hash of all that the attack on some results of a population depends on."""
    whats = {("n", ""), *group}
    told = [
        sorted((at, each) for at, each in told.items() if at[1] in whats)
        for told in (known.said, known.intervals, known.rounded, known.decimals)
    ]
    forms = [(what, known.form[what], known.quanta[what]) for what in sorted(whats & set(known.form))]
    bonds = sorted((name, sorted(inside)) for name, inside in nested.items())
    said = [known.pop, sorted(known.units.items()), known.has_sexes, told, forms, bonds, threshold]
    return hashlib.sha256(f"{attacker_hash()}{said!r}".encode()).hexdigest()[:40]


@functools.cache
def attacker_hash() -> str:
    """The hash of the attacker's own code and of its solver: a changed attacker remembers nothing."""
    room = Path(__file__).parent
    files = [room / "audit.py", *sorted(room.glob("attack_*.py"))]
    code = b"".join(path.read_bytes() for path in files)
    return hashlib.sha256(code + metadata.version("highspy").encode()).hexdigest()
