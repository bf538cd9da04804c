"""``papermill --engine skolbank`` works for anybody, and costs nothing to have installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import papermill
import pytest
from batch_workspace import write_notebook
from papermill.exceptions import PapermillExecutionError


def test_papermill_finds_the_engine_by_its_name() -> None:
    found = {point.name: point.value for point in entry_points(group="papermill.engine")}
    assert found["skolbank"] == "analysis_lib.kernels.papermill_engine:WarmEngine"


def test_the_entry_point_imports_nothing_heavy() -> None:
    """Papermill loads all of them unguarded: a slow or broken one would hurt everybody."""
    code = "import sys, analysis_lib.kernels.papermill_engine as e; print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in json.loads(done.stdout.replace("'", '"'))}
    assert not loaded & {"papermill", "nbformat", "pandas", "IPython", "jupyter_client", "sqlalchemy"}


def test_notebooks_run_apart_from_each_other_in_one_loop(tmp_path: Path) -> None:
    source = write_notebook(
        tmp_path / "n.ipynb", ["import sys\nprint(unit, 'left' in sys.modules)", "sys.modules['left'] = sys"]
    )
    for name in ("ett", "två"):
        target = tmp_path / f"{name}.ipynb"
        executed = run(source, target, name)
        assert outputs(executed) == [f"{name} False\n"]
        assert executed["metadata"]["papermill"]["parameters"] == {"unit": name}
        assert executed["metadata"]["papermill"]["output_path"] == str(target)
        assert executed["metadata"]["papermill"]["exception"] is None


def test_a_failing_cell_is_told_as_papermill_tells_it(tmp_path: Path) -> None:
    source, target = write_notebook(tmp_path / "n.ipynb", ["1 / 0", "print('aldrig')"]), tmp_path / "ut.ipynb"
    with pytest.raises(PapermillExecutionError, match="ZeroDivisionError"):
        run(source, target, "x")
    kept = json.loads(target.read_text("utf-8"))
    markers = [c for c in kept["cells"] if "papermill-error-cell-tag" in c["metadata"].get("tags", [])]
    assert len(markers) == 2
    assert "aldrig" not in str(outputs(kept))


def test_a_dying_notebook_is_told_and_the_next_one_runs(tmp_path: Path) -> None:
    deadly = write_notebook(tmp_path / "d.ipynb", ["import os\nos._exit(3)"])
    with pytest.raises(RuntimeError, match="process ended"):
        run(deadly, tmp_path / "d-ut.ipynb", "x")
    good = write_notebook(tmp_path / "g.ipynb", ["print(unit)"])
    assert outputs(run(good, tmp_path / "g-ut.ipynb", "lever")) == ["lever\n"]


def test_the_command_of_papermill_itself(tmp_path: Path) -> None:
    source, target = write_notebook(tmp_path / "n.ipynb", ["print(unit)"]), tmp_path / "ut.ipynb"
    words = ["--engine", "skolbank", "--no-progress-bar", "-p", "unit", "åsen", str(source), str(target)]
    subprocess.run(
        [sys.executable, "-m", "papermill", *words],
        check=True,
        env=os.environ,
        capture_output=True,
        timeout=120,
    )
    assert outputs(json.loads(target.read_text("utf-8"))) == ["åsen\n"]


def run(source: Path, target: Path, unit: str) -> dict[str, Any]:
    executed: dict[str, Any] = papermill.execute_notebook(
        str(source), str(target), {"unit": unit}, engine_name="skolbank", progress_bar=False
    )
    return executed


def outputs(notebook: dict[str, Any]) -> list[str]:
    found = [output for cell in notebook["cells"] for output in cell.get("outputs", [])]
    return ["".join(output["text"]) for output in found if output["output_type"] == "stream"]
