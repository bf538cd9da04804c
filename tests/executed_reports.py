"""Every report of the invented municipality, executed as the batch does, for the tests of notebooks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synthetic import INDEPENDENT, SCHOOLS

from analysis_lib.report.parameters import load_sidecar
from analysis_lib.vocabulary.workspace import Workspace

ROOT = Path(__file__).resolve().parents[1]
SEMINAR = "2026-prov"
LARGE, _, SMALL = tuple(SCHOOLS)[:3]
REPORTS = sorted(path.stem for path in (ROOT / "notebooks" / "reports").glob("*.yaml"))
EVERY_UNIT = ("skolbild", "verksamhetsrapport")  # the others are tried on one unit
_RUNNER = """
import json, os, sys
from pathlib import Path
from analysis_lib.kernels.engine import execute
import analysis_lib.report.context
failed = 0
for source, output, parameters in json.loads(sys.argv[1]):
    child = os.fork()
    if child == 0:
        execute(Path(source), Path(output), parameters=parameters, engine="fork")
        os._exit(0)
    failed |= os.waitpid(child, 0)[1]
sys.exit(bool(failed))
"""


@dataclass(frozen=True)
class Executed:
    """An executed notebook with its page and its print."""

    notebook: dict[str, Any]
    html: str
    pdf: bytes


def place_of(report: str) -> str:
    """The unit that a report is tried on; the huvudman's reports have none."""
    return LARGE if load_sidecar(Workspace(ROOT), report).scope == "unit" else ""


def has_results(report: str) -> bool:
    """Whether a report is about results; the others tell words, which this workspace has none of."""
    named = load_sidecar(Workspace(ROOT), report).indicators
    return any(name.startswith("results.grade_distribution") for name in named) or report == "skolbild"


def run_notebooks(workspace: Workspace, folder: Path) -> None:
    """Executes every report through papermill, one forked process each, as the batch does."""
    jobs = []
    units = (LARGE, SMALL, INDEPENDENT)
    for report in REPORTS:
        is_unit = load_sidecar(workspace, report).scope == "unit"
        for unit in (units if report in EVERY_UNIT else units[:1]) if is_unit else ("",):
            parameters = {"seminar": SEMINAR} | ({"unit": unit} if unit else {})
            source = ROOT / "notebooks" / "reports" / f"{report}.ipynb"
            jobs.append([str(source), str(folder / f"{report}-{unit}.ipynb"), parameters])
    done = subprocess.run(
        [sys.executable, "-c", _RUNNER, json.dumps(jobs)],
        env=environment(workspace) | {"SKOLBANK_DEFER_CHARTS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]


def environment(workspace: Workspace) -> dict[str, str]:
    """The environment in which a notebook finds the library and the workspace."""
    return dict(os.environ) | {"PYTHONPATH": str(ROOT), "SKOLBANK_WORKSPACE": str(workspace.root)}
