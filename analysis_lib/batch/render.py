"""A long-lived worker that turns executed notebooks into pages, PDF files and facts (floor 8).

It owns what is slow to start and cannot be forked: the chart engine, the page template, the typesetter.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from analysis_lib.batch.files import sha256_of
from analysis_lib.kernels.process import serve
from analysis_lib.vocabulary.whole_files import sync_folder, write_whole
from analysis_lib.vocabulary.workspace import Workspace


@dataclass(frozen=True)
class RenderJob:
    """One executed notebook to render: ``folder`` receives ``<report>.ipynb`` and the ``outputs``."""

    id: str
    executed: str
    source: str
    folder: str
    report: str
    outputs: tuple[str, ...]
    document: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


Renderer = Callable[[RenderJob], Mapping[str, Any]]


def render_report(job: RenderJob) -> dict[str, Any]:
    """Writes the notebook without traces, page, PDF and facts; the answer is the manifest entry.

    One output that fails does not stop the others: it is named in ``faults``.
    """
    from analysis_lib.report import forms, manifest
    from analysis_lib.report.document import read_document, scrubbed
    from analysis_lib.report.free_texts import refuse_personal_data

    notebook = json.loads(Path(job.executed).read_text("utf-8"))
    refuse_personal_data(read_document(notebook), Workspace.find())
    for cell in notebook["cells"]:
        if "injected-parameters" in cell["metadata"].get("tags", ()):
            cell["id"] = "injected-parameters"  # papermill draws one at random; same input, same bytes
    folder = Path(job.folder)
    write_whole(folder / f"{job.report}.ipynb", _as_text(scrubbed(notebook)))
    written, faults = [folder / f"{job.report}.ipynb"], []
    for output in job.outputs:
        path = folder / forms.file_name(job.report, output)
        try:
            write_whole(path, forms.make(output, notebook))
            written.append(path)
        except Exception as error:
            faults.append({"output": output, "message": str(error)[:2000], "error": type(error).__name__})
            traceback.print_exc()
    facts = folder / f"{job.report}.facts.jsonl"
    manifest.write_facts(facts, manifest.collect_facts(notebook, job.document))
    entry = manifest.manifest_entry(
        notebook, source=Path(job.source), outputs=written, facts=sha256_of(facts)
    )
    edition = manifest.edition_of(notebook, job.document)
    return {"entry": {**entry, "edition": edition}, "faults": faults}


def _as_text(notebook: Mapping[str, Any]) -> str:
    """A notebook as JSON with one cell a line: quick to write, and a changed cell is one changed line."""
    whole = json.dumps({**notebook, "cells": []}, ensure_ascii=False, sort_keys=True)
    cells = ",\n".join(json.dumps(cell, ensure_ascii=False, sort_keys=True) for cell in notebook["cells"])
    return whole.replace('"cells": []', f'"cells": [\n{cells}\n]', 1) + "\n"


def warm_up() -> None:
    """Loads what rendering needs while the numbers are still being prepared."""
    from analysis_lib.present import svg

    for module in ("free_texts", "html", "manifest", "pdf"):
        importlib.import_module(f"analysis_lib.report.{module}")
    svg.warm_up()


def answer_with(renderer: Renderer) -> Callable[[dict[str, Any]], Mapping[str, Any]]:
    """The worker's answer to one request: ``rendered`` with the hash of each file, or ``unrendered``."""

    from analysis_lib.report import forms

    def answer(request: dict[str, Any]) -> Mapping[str, Any]:
        job = RenderJob(**request)
        folder = Path(job.folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            made = renderer(job)
            sync_folder(folder)
            files = {
                path.name: {"sha256": sha256_of(path), "size": path.stat().st_size}
                for path in forms.files_of(folder, job.report)
            }
        except Exception as error:
            traceback.print_exc()
            fault = {"error": type(error).__name__, "message": str(error)[:2000]}
            if isinstance(error, OSError):
                fault["errno"] = str(error.errno or 0)
            return {"event": "unrendered", "id": job.id, **fault}
        return {"event": "rendered", "id": job.id, "files": files, **made}

    return answer


def main() -> None:
    """Serves until the pipe ends; ``sys.argv[1]`` is the renderer, ``module:function``."""
    module, _, name = sys.argv[1].partition(":")
    found = importlib.import_module(module)
    renderer: Renderer = getattr(found, name)
    with contextlib.suppress(Exception):  # what is missing is told by the documents that need it
        getattr(found, "warm_up", lambda: None)()
    serve(answer_with(renderer), greeting={"event": "ready", "pid": os.getpid()})


if __name__ == "__main__":
    main()
