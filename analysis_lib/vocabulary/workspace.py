"""The only place that knows folders: where a workspace keeps its things (floor 1).

A workspace is a folder with ``params/``, ``data/`` and ``output/``. The project's own ``params/``,
``notebooks/`` and ``templates/`` stand behind it as the built-in ones.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from analysis_lib.errors import SkolbankError

FROZEN = "frozen"
_LOCKED = ("params", "notebooks")
_CHECKOUT = Path(__file__).resolve().parents[2]


def builtin_root() -> Path:
    """The folder with the built-in ``params/``, ``notebooks/`` and ``templates/``."""
    installed = Path(sys.prefix) / "share" / "skolbank"
    return _CHECKOUT if (_CHECKOUT / "params").is_dir() else installed


@dataclass(frozen=True)
class Workspace:
    """A folder in which one huvudman works, and the paths inside it.

    ``frozen`` is the folder of a locked seminar, whose params and notebooks then hold instead of today's.
    """

    root: Path
    frozen: Path | None = None

    @classmethod
    def find(cls, folder: str | os.PathLike[str] | None = None) -> Workspace:
        """The workspace that was asked for, else ``SKOLBANK_WORKSPACE``, else the one we stand in.

        Without a folder or variable the nearest folder upwards that holds ``params/settings.yaml``
        is taken, so that notebooks find their workspace from their own place.
        """
        chosen = folder or os.environ.get("SKOLBANK_WORKSPACE")
        if chosen:
            root = Path(chosen).resolve()
            if (root / "params" / "settings.yaml").is_file():
                return cls(root)
            raise _not_a_workspace(root)
        here = Path.cwd().resolve()
        for root in (here, *here.parents):
            if (root / "params" / "settings.yaml").is_file():
                return cls(root)
        raise _not_a_workspace(here)

    @property
    def params(self) -> Path:
        return (self.frozen or self.root) / "params"

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def inbox(self) -> Path:
        return self.data / "inbox"

    @property
    def snapshots(self) -> Path:
        return self.data / "snapshots"

    @property
    def work(self) -> Path:
        """Derived data that can be made again: the cube, released tables, drawn charts."""
        return self.data / "work"

    @property
    def output(self) -> Path:
        return self.root / "output"

    @property
    def keys(self) -> Path:
        """The folder with the pseudonym key: outside ``data/``, for its owner only."""
        chosen = os.environ.get("SKOLBANK_KEYS")
        return Path(chosen).resolve() if chosen else self.root / ".keys"

    @property
    def is_builtin(self) -> bool:
        """Whether this is the project's own folder, the example municipality's workspace."""
        return self.root == builtin_root()

    def layered(self, *parts: str) -> list[Path]:
        """The existing places of a file or folder, the workspace's own first, then the built-in."""
        if self.frozen and parts[0] in _LOCKED:
            locked = self.frozen.joinpath(*parts)
            return [locked] if locked.exists() else []
        places = [self.root.joinpath(*parts), builtin_root().joinpath(*parts)]
        return list(dict.fromkeys(place for place in places if place.exists()))

    def shown(self, path: Path) -> str:
        """A path as a person should see it: from the workspace when it lies there, else its name."""
        resolved = path.resolve()
        return str(resolved.relative_to(self.root)) if resolved.is_relative_to(self.root) else path.name


def _not_a_workspace(root: Path) -> SkolbankError:
    return SkolbankError(
        "workspace-missing",
        "Mappen är ingen arbetsyta: params/settings.yaml saknas",
        where=root.name,
        remedy="Skapa en med skolbank init MAPP --municipality KOD, eller ange --workspace MAPP.",
    )
