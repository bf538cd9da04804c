"""The command as a person runs it, for every test that looks at whole rounds."""

import functools
import os
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
def whole_round(base: Path) -> Path:
    """The example municipality's workspace after one seminar round, made once per folder and session."""
    folder = base / "example" / "almvik"
    folder.parent.mkdir(parents=True)
    for words, place in (
        (("example", str(folder)), None),
        (("import", "data/inbox", "--json", "imported.json"), folder),
        (("run", SEMINAR), folder),
    ):
        told = skolbank(*words, workspace=place)
        assert told.status == 0, told.err
    return folder
