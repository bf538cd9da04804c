"""How JupyterLab is opened on a workspace, so that its notebooks find data and templates (floor 9)."""

from __future__ import annotations

import os
import shutil
import sys
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


def lab_command(workspace: Workspace, *, port: int, browser: bool) -> list[str]:
    """How JupyterLab is started: on this computer only, and with no question to the world outside."""
    settings = {
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.root_dir": str(workspace.root),
        "LabApp.default_url": lab_folder(workspace),
        "LabApp.extension_manager": "readonly",
        "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
        "LabApp.news_url": "None",
    }
    command = [sys.executable, "-m", "jupyter", "lab", f"--port={port}"]
    command += [f"--{name}={value}" for name, value in settings.items()]
    command += [] if browser else ["--no-browser"]
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0  # the usual thing in a container
    return [*command, "--allow-root"] if is_root else command


def lab_environment(workspace: Workspace) -> dict[str, str]:
    """The environment of the lab and its kernels."""
    places = [str(path) for path in workspace.layered("templates")]
    library = str(Path(__file__).resolve().parents[2])
    paths = [library, *filter(None, [os.environ.get("PYTHONPATH", "")])]
    config = [str(builtin_root() / "templates" / "jupyter"), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    return {
        **os.environ,
        "JUPYTER_CONFIG_PATH": os.pathsep.join(filter(None, config)),
        "SKOLBANK_WORKSPACE": str(workspace.root),
        "JUPYTER_PATH": os.pathsep.join([*places, *filter(None, [os.environ.get("JUPYTER_PATH", "")])]),
        "PYTHONPATH": os.pathsep.join(paths) if library == str(builtin_root()) else paths[-1],
    }
