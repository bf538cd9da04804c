"""Cross-checks params, notebooks and data, and tells every fault at once (floor 9)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from analysis_lib.errors import SeveralErrors, SkolbankError, did_you_mean
from analysis_lib.report.parameters import load_sidecar, report_names
from analysis_lib.report.params_faults import caught, params_faults
from analysis_lib.sources.api_sources import check_api_params
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.workspace import Workspace


def check_workspace(workspace: Workspace) -> list[SkolbankError]:
    """All faults, in the order in which a person would mend them; an empty list when there are none."""
    catalog = Catalog(workspace)
    faults = params_faults(workspace, catalog)
    faults += caught(partial(check_api_params, workspace))
    for path, report in _reports(workspace):
        faults += caught(partial(_check_report, workspace, catalog, path, report))
    return list({str(fault): fault for fault in faults}.values())


def _reports(workspace: Workspace) -> Iterator[tuple[Path, str]]:
    seen = set()
    for folder in workspace.layered("notebooks", "reports"):
        for path in sorted(folder.glob("*.ipynb")):
            if path.stem not in seen:
                seen.add(path.stem)
                yield path, path.stem


def _check_report(workspace: Workspace, catalog: Catalog, path: Path, report: str) -> None:
    """A notebook must be readable, have a sidecar, and have a parameters cell; its indicators must exist."""
    where = workspace.shown(path)
    try:
        notebook = json.loads(path.read_text("utf-8"))
        cells = [(cell["cell_type"], cell.get("metadata", {}).get("tags", [])) for cell in notebook["cells"]]
    except (ValueError, KeyError, TypeError):
        raise SkolbankError("notebook-unreadable", "Filen är ingen notebook", where=where) from None
    if report not in report_names(workspace):
        raise SkolbankError(
            "sidecar-missing",
            "Notebooken saknar sin beskrivning",
            where=where,
            remedy=f"Skriv notebooks/reports/{report}.yaml.",
        )
    sidecar = load_sidecar(workspace, report)
    faults = [
        SkolbankError(
            "indicator-unknown",
            f"Indikatorn {name} finns inte",
            where=f"notebooks/reports/{report}.yaml",
            remedy=did_you_mean(name, catalog.indicators),
        )
        for name in sidecar.indicators
        if name not in catalog.indicators
    ]
    if not any(kind == "code" and "parameters" in tags for kind, tags in cells):
        faults.append(
            SkolbankError(
                "parameters-missing",
                "Notebooken har ingen cell med taggen parameters",
                where=where,
                remedy="Tagga cellen med parametrarna.",
            )
        )
    if faults:
        raise SeveralErrors(faults)
