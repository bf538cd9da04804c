"""How JupyterLab is opened on a workspace, so that its notebooks find data and templates (floor 9)."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from analysis_lib.errors import SkolbankError
from analysis_lib.vocabulary.workspace import Workspace, builtin_root


def lab_folder(workspace: Workspace) -> str:
    """The address of ``notebooks/explore`` in the lab.

    A workspace without notebooks of its own gets a copy of the built-in ones, to change as one likes.
    """
    folder = workspace.root / "notebooks" / "explore"
    source = builtin_root() / "notebooks" / "explore"
    if not folder.is_dir():
        if not source.is_dir():
            raise SkolbankError(
                "notebooks-missing",
                "Det finns inga notebookar att utforska med",
                where="notebooks/explore",
                remedy="Installera om Skolbänken.",
            )
        shutil.copytree(source, folder, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    first = next(iter(sorted(folder.glob("*.ipynb"))), None)
    return f"/lab/tree/notebooks/explore{f'/{first.name}' if first else ''}"


def lab_environment(workspace: Workspace) -> dict[str, str]:
    """The environment of the lab and its kernels."""
    places = [str(path) for path in workspace.layered("templates")]
    library = str(Path(__file__).resolve().parents[2])
    paths = [library, *filter(None, [os.environ.get("PYTHONPATH", "")])]
    return {
        **os.environ,
        "SKOLBANK_WORKSPACE": str(workspace.root),
        "JUPYTER_PATH": os.pathsep.join([*places, *filter(None, [os.environ.get("JUPYTER_PATH", "")])]),
        "PYTHONPATH": os.pathsep.join(paths) if library == str(builtin_root()) else paths[-1],
    }
