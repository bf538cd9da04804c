"""Cross-checks params, notebooks and data, and tells every fault at once (floor 9)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from analysis_lib.errors import SeveralErrors, SkolbankError, did_you_mean
from analysis_lib.report.parameters import load_sidecar, report_names
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.settings import ReportOrder, Seminar
from analysis_lib.vocabulary.workspace import Workspace


def check_workspace(workspace: Workspace) -> list[SkolbankError]:
    """All faults, in the order in which a person would mend them; an empty list when there are none."""
    catalog = Catalog(workspace)
    faults: list[SkolbankError] = []
    for look in (
        lambda: catalog.settings,
        lambda: catalog.units,
        lambda: catalog.groups,
        lambda: catalog.indicators,
        lambda: catalog.targets,
        lambda: catalog.seminars,
    ):
        faults += _caught(look)
    for path, report in _reports(workspace):
        faults += _caught(partial(_check_report, workspace, catalog, path, report))
    if not _caught(lambda: catalog.seminars):
        for seminar in catalog.seminars.values():
            faults += _seminar_faults(workspace, catalog, seminar)
    return list({str(fault): fault for fault in faults}.values())


def _caught(look: Callable[[], Any]) -> list[SkolbankError]:
    try:
        look()
    except SeveralErrors as error:
        return list(error.errors)
    except SkolbankError as error:
        return [error]
    return []


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


def _seminar_faults(workspace: Workspace, catalog: Catalog, seminar: Seminar) -> Iterator[SkolbankError]:
    where = f"params/seminars/{seminar.id}.yaml"
    groups = {} if _caught(lambda: catalog.groups) else catalog.groups
    for group in seminar.groups:
        if group not in groups:
            yield SkolbankError(
                "group-unknown",
                f"Ledningsgruppen {group[:40]} finns inte",
                where=where,
                remedy=did_you_mean(group, groups) or "Lägg till den i params/groups.yaml.",
            )
    for report in seminar.reports:
        yield from _order_faults(workspace, report, where)


def _order_faults(workspace: Workspace, report: ReportOrder, where: str) -> Iterator[SkolbankError]:
    faults = _caught(lambda: load_sidecar(workspace, report.name))
    if faults:
        yield from faults
        return
    known = load_sidecar(workspace, report.name).parameters
    for name in report.parameters:
        if name not in known:
            yield SkolbankError(
                "parameter-unknown",
                f"Rapporten {report.name} har ingen parameter {name[:40]}",
                where=where,
                remedy=did_you_mean(name, known) or f"Det finns: {', '.join(known)}.",
            )
