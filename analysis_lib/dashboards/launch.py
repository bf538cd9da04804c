"""D9: a command of the workbench started from a page, in a process of its own that outlives it (floor 8)."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import analysis_lib
from analysis_lib.errors import EXIT_LOCKED, SkolbankError, did_you_mean
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.workspace import Workspace

Started = subprocess.Popen[bytes]


def check_start(
    workspace: Workspace, seminar: str, *, is_running: Callable[[str], bool], what: str, wait: str
) -> None:
    """Refuses a seminar that there is none of, and one whose command runs already."""
    known = Catalog(workspace).seminars
    if seminar not in known:
        remedy = did_you_mean(seminar, known) or "Välj ett i listan."
        raise SkolbankError("seminar-unknown", "Seminariet finns inte", remedy=remedy)
    if is_running(seminar):
        remedy = f"Vänta tills den är klar; sidan visar {wait}."
        raise SkolbankError("already-running", f"{what} pågår redan", remedy=remedy, exit_status=EXIT_LOCKED)


def start_command(workspace: Workspace, words: Sequence[str], *, log: Path) -> Started:
    """Starts ``skolbank`` with these words in the workspace; what it says goes to ``log``."""
    log.parent.mkdir(parents=True, exist_ok=True)
    root = str(Path(analysis_lib.__file__).parents[1])
    path = os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])
    with log.open("wb") as out:
        return subprocess.Popen(
            [sys.executable, "-m", "analysis_lib", *words, "--workspace", str(workspace.root)],
            env={**os.environ, "PYTHONPATH": path},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
