"""The command as a person runs it, for every test that looks at whole rounds."""

import functools
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
SEMINAR = "2026-ht-resultat"
LARGEST, SMALLEST, MUNICIPALITY = "99010014", "99010019", "9901"


@dataclass(frozen=True)
class Told:
    """How a command ended and what it said."""

    status: int
    out: str
    err: str


def surroundings(workspace: Path | None = None) -> dict[str, str]:
    """The environment in which the library is found, and the workspace if one is named."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment.pop("SKOLBANK_WORKSPACE", None)
    return environment | ({"SKOLBANK_WORKSPACE": str(workspace)} if workspace else {})


def skolbank(*words: str, workspace: Path | None = None) -> Told:
    """Run the command in the workspace and wait for its end."""
    done = subprocess.run(
        [sys.executable, "-m", "analysis_lib", *words],
        cwd=workspace or ROOT,
        env=surroundings(workspace),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    return Told(done.returncode, done.stdout, done.stderr)


@functools.cache
def imported(base: Path) -> Path:
    """The example municipality's workspace with its inbox read in, made once per folder and session."""
    folder = base / "imported" / "almvik"
    folder.parent.mkdir(parents=True)
    _done("example", str(folder))
    _done("import", "data/inbox", "--json", "imported.json", workspace=folder)
    return folder


@functools.cache
def whole_round(base: Path) -> Path:
    """The same after one seminar round."""
    folder = copied(imported(base), base / "example" / "almvik")
    _done("run", SEMINAR, workspace=folder)
    return folder


def copied(workspace: Path, to: Path) -> Path:
    """A workspace of one's own, which a test may change."""
    shutil.copytree(workspace, to, symlinks=True)
    return to


def _done(*words: str, workspace: Path | None = None) -> None:
    told = skolbank(*words, workspace=workspace)
    assert told.status == 0, told.err
