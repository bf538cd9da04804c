"""Every fault in ``params/`` at once, with file and line, before anything is started (floor 7).

The catalog checks each file against its schema; here the files are also checked against each other,
even when one of them already has faults, so that a person mends them all in one go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from analysis_lib.errors import SeveralErrors, SkolbankError, did_you_mean
from analysis_lib.report.brand import brand_of
from analysis_lib.report.parameters import given_faults, load_sidecar, report_names
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.model_faults import lines_of
from analysis_lib.vocabulary.params_reading import read_document
from analysis_lib.vocabulary.questions import (
    load_codebooks,
    load_handbooks,
    load_national_goals,
    load_question_sets,
)
from analysis_lib.vocabulary.self_rating import load_self_ratings
from analysis_lib.vocabulary.successors import load_successions
from analysis_lib.vocabulary.wheel import load_wheel
from analysis_lib.vocabulary.workspace import Workspace


def params_faults(workspace: Workspace, catalog: Catalog, *, seminar: str = "") -> list[SkolbankError]:
    """All faults, in the order in which a person would mend them; an empty list when there are none.

    ``seminar`` names the only one whose reports and groups are looked up; without it, all are.
    """
    faults: list[SkolbankError] = []
    for look in (
        lambda: catalog.settings,
        lambda: brand_of(catalog.settings, workspace),
        lambda: catalog.units,
        lambda: catalog.groups,
        lambda: catalog.indicators,
        lambda: catalog.targets,
        lambda: catalog.sentences,
        lambda: catalog.peers,
        lambda: catalog.seminars,
        lambda: load_successions(workspace),
        lambda: load_wheel(workspace),
        lambda: load_self_ratings(workspace),
        lambda: load_question_sets(workspace),
        lambda: load_codebooks(workspace),
        lambda: load_handbooks(workspace),
        lambda: load_national_goals(workspace),
    ):
        faults += caught(look)
    for path in sorted((workspace.params / "seminars").glob("*.yaml")):
        if not seminar or path.stem == seminar:
            faults += _seminar_faults(workspace, catalog, path)
    return list({str(fault): fault for fault in faults}.values())


def caught(look: Callable[[], Any]) -> list[SkolbankError]:
    """The faults that looking at something raises."""
    try:
        look()
    except SeveralErrors as error:
        return list(error.errors)
    except SkolbankError as error:
        return [error]
    return []


def _seminar_faults(workspace: Workspace, catalog: Catalog, path: Path) -> Iterator[SkolbankError]:
    """What a seminar's file names and no other file has; the file itself may be faulty."""
    if caught(lambda: read_document(path, workspace)):
        return
    document, lines = read_document(path, workspace), lines_of(path)

    def where(*trail: str | int) -> str:
        return f"{workspace.shown(path)}, rad {lines.get(trail, 1)}"

    is_known = not caught(lambda: catalog.groups)
    groups = catalog.groups if is_known else {}
    for position, group in enumerate(_listed(document.get("groups"))):
        if is_known and group not in groups:
            yield SkolbankError(
                "group-unknown",
                f"Ledningsgruppen {str(group)[:40]} finns inte",
                where=where("groups", position),
                remedy=did_you_mean(str(group), groups) or "Lägg till den i params/groups.yaml.",
            )
    for position, order in enumerate(_listed(document.get("reports"))):
        name = order.get("name") if isinstance(order, dict) else None
        if isinstance(name, str):
            yield from _report_faults(
                workspace, name, order.get("parameters"), lambda *t, at=position: where("reports", at, *t)
            )


def _report_faults(
    workspace: Workspace, name: str, parameters: object, where: Callable[..., str]
) -> Iterator[SkolbankError]:
    reports = report_names(workspace)
    if name not in reports:
        yield SkolbankError(
            "report-unknown",
            f"Rapporten {name[:40]} finns inte",
            where=where("name"),
            remedy=did_you_mean(name, reports) or f"Det finns: {', '.join(reports)}.",
        )
        return
    faults = caught(lambda: load_sidecar(workspace, name))
    yield from faults
    if faults or not isinstance(parameters, dict):
        return
    yield from given_faults(
        load_sidecar(workspace, name), parameters, where=lambda given: where("parameters", given)
    )


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
