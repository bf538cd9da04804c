"""A tiny workspace with tiny notebooks, and stand-ins for the rooms that the batch asks."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat

from analysis_lib.batch.render import RenderJob
from analysis_lib.batch.rooms import Rooms, RoundData, Verdict
from analysis_lib.vocabulary.settings import Unit
from analysis_lib.vocabulary.workspace import Workspace

UNITS = {"12345678": "Åsskolan", "12345687": "Ekskolan", "87654321": "Björkskolan"}
SEMINAR = "2026-ht"
_SETTINGS = 'municipality_code: "9999"\nmunicipality_name: Provby\nauthority_name: Provby kommun\n'
_SEMINAR = """\
id: 2026-ht
title: Höstens seminarium
school_year: 2024/25
reports:
  - name: liten
    outputs: [html]
"""
_SIDECAR = """\
title: Liten
short: LT
sections: [Ett]
outputs: [html]
parameters:
  unit: {type: string, format: unit-code, description: Skolenhetskod}
  seminar: {type: string, format: seminar-id, description: Seminarium}
  mode: {type: string, description: Prov, default: ""}
"""
_CELLS = [
    "print('läser', unit)",
    "from IPython.display import HTML, display\ndisplay(HTML('<b>å</b>'))\nunit",
]


def write_notebook(path: Path, cells: Sequence[str]) -> Path:
    """A notebook with a parameters cell, a heading and the given code cells."""
    notebook = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    )
    first = nbformat.v4.new_code_cell('unit: str = "1"  # kod\nseminar: str = ""  # s\nmode: str = ""  # m')
    first.metadata.tags = ["parameters"]
    notebook.cells = [first, nbformat.v4.new_markdown_cell("## Ett")]
    notebook.cells += [nbformat.v4.new_code_cell(cell) for cell in cells]
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path


def make_workspace(root: Path, *, cells: Sequence[str] = _CELLS, seminar: str = _SEMINAR) -> Workspace:
    """A workspace with three units and one report."""
    (root / "params" / "seminars").mkdir(parents=True)
    (root / "params" / "settings.yaml").write_text(_SETTINGS, "utf-8")
    (root / "params" / "seminars" / f"{SEMINAR}.yaml").write_text(seminar, "utf-8")
    write_notebook(root / "notebooks" / "reports" / "liten.ipynb", cells)
    (root / "notebooks" / "reports" / "liten.yaml").write_text(_SIDECAR, "utf-8")
    (root / "data").mkdir()
    return Workspace(root.resolve())


def make_rooms(
    *, findings: Sequence[str] = (), slices: Mapping[str, str] | None = None, renderer: str = "render_tiny"
) -> Rooms:
    """Rooms that know three units, find what they are told to find, and render in a line."""

    def prepare(workspace: Workspace, seminar: str) -> RoundData:
        units = {code: Unit(code=code, name=name, area="Norr") for code, name in UNITS.items()}
        hashes = {code: (slices or {}).get(code, "same") for code in UNITS}
        return RoundData("2024/25", units, hashes, "whole")

    def audit(workspace: Workspace, seminar: str, facts: Sequence[Path]) -> Verdict:
        assert all(path.is_file() for path in facts)
        return Verdict(tuple(findings), "" if findings else "certified")

    return Rooms(
        prepare,
        audit,
        audit,
        renderer=f"batch_workspace:{renderer}",
        preloaded=(),
        environment={"PYTHONPATH": str(Path(__file__).parent)},
    )


def render_tiny(job: RenderJob) -> dict[str, Any]:
    """The executed notebook's text as a page; a second renderer of the same shape as the real one."""
    notebook = json.loads(Path(job.executed).read_text("utf-8"))
    folder = Path(job.folder)
    for cell in notebook["cells"]:
        cell["metadata"] = {}
    text = json.dumps(notebook["cells"], ensure_ascii=False)
    (folder / f"{job.report}.ipynb").write_text(text, "utf-8")
    (folder / f"{job.report}.html").write_text(f"<p>{hashlib.sha256(text.encode()).hexdigest()}</p>", "utf-8")
    (folder / f"{job.report}.facts.jsonl").write_text("", "utf-8")
    return {"entry": {"report": job.report}, "faults": []}


def render_half(job: RenderJob) -> dict[str, Any]:
    """A renderer whose PDF always fails."""
    return render_tiny(job) | {"faults": [{"output": "pdf", "message": "trasig", "error": "TypstError"}]}


def render_full(job: RenderJob) -> dict[str, Any]:
    """A renderer that meets a full disk."""
    raise OSError(28, "No space left on device", job.folder)
