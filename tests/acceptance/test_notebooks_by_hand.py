"""A report's notebook run by hand, with plain papermill and plain nbconvert, from the usual places."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from command import LARGEST, ROOT, surroundings

NOTEBOOK = ROOT / "notebooks" / "reports" / "skolbild.ipynb"


def by_hand(*words: str, folder: Path, workspace: Path | None) -> subprocess.CompletedProcess[str]:
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        [sys.executable, "-m", *words],
        cwd=folder,
        env=surroundings(workspace) | {"PATH": programs},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.parametrize("place", ["workspace", "project", "elsewhere"])
def test_papermill_runs_a_report_with_the_code_as_a_person_writes_it(
    example_round: Path, tmp_path: Path, place: str
) -> None:
    """``-p unit 99010012``, of which papermill makes a number, in any folder."""
    folder = {"workspace": example_round, "project": ROOT, "elsewhere": tmp_path}[place]
    named = None if place == "workspace" else example_round
    out = tmp_path / "out.ipynb"
    done = by_hand(
        "papermill", str(NOTEBOOK), str(out), "-p", "unit", LARGEST, folder=folder, workspace=named
    )
    assert done.returncode == 0, done.stderr[-2000:]
    cells = json.loads(out.read_text("utf-8"))["cells"]
    assert "Kvarnskolan" in json.dumps(cells, ensure_ascii=False)
    assert not [
        o for cell in cells for o in cell.get("outputs", []) if o["output_type"] in ("error", "stream")
    ]


def test_nbconvert_executes_a_report_into_a_page(example_round: Path, tmp_path: Path) -> None:
    words = ("nbconvert", "--to", "html", "--execute", str(NOTEBOOK), f"--output-dir={tmp_path}")
    done = by_hand(*words, folder=example_round, workspace=example_round)
    assert done.returncode == 0, done.stderr[-2000:]
    page = (tmp_path / "skolbild.html").read_text("utf-8")
    assert "Bergaskolan" in page
    assert "<svg" in page
