"""One whole round of the example municipality, made once by the command and looked at by many tests."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SEMINAR = "2026-ht-resultat"


@dataclass(frozen=True)
class Told:
    """How a command ended and what it said."""

    status: int
    out: str
    err: str


def skolbank(*words: str, workspace: Path | None = None) -> Told:
    """Run the command as a person does."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment.pop("SKOLBANK_WORKSPACE", None)
    if workspace:
        environment["SKOLBANK_WORKSPACE"] = str(workspace)
    done = subprocess.run(
        [sys.executable, "-m", "analysis_lib", *words],
        cwd=workspace or ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    return Told(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="session")
def run_skolbank() -> Callable[..., Told]:
    return skolbank


@pytest.fixture(scope="session")
def example_round(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace of the example municipality after one whole seminar round."""
    folder = tmp_path_factory.mktemp("example") / "almvik"
    made = skolbank("example", str(folder))
    assert made.status == 0, made.err
    read = skolbank("import", "data/inbox", "--json", "imported.json", workspace=folder)
    assert read.status == 0, read.err
    run = skolbank("run", SEMINAR, workspace=folder)
    assert run.status == 0, run.err
    return folder
