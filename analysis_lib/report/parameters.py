"""The typed parameters of a report, from its sidecar: the same check for batch and notebook (floor 7).

A sidecar ``notebooks/reports/<name>.yaml`` says what a report is called, who reads it and which parameters
it takes. Every fault is told at once, before any work starts, with the nearest right name.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from analysis_lib.errors import SeveralErrors, SkolbankError, did_you_mean, nearest
from analysis_lib.vocabulary.catalog import Catalog
from analysis_lib.vocabulary.params_reading import read_model
from analysis_lib.vocabulary.settings import Audience, OutputForm, SchoolForm, Strict, Unit
from analysis_lib.vocabulary.workspace import Workspace

ParameterType = Literal["string", "integer", "number", "boolean"]
_TYPES: dict[str, type] = {"string": str, "integer": int, "number": float, "boolean": bool}
_TYPE_WORDS = {
    "string": "text inom citattecken",
    "integer": "ett heltal",
    "number": "ett tal",
    "boolean": "true eller false",
}


class Parameter(Strict):
    """One parameter of a report, in the words of JSON Schema."""

    type: ParameterType = "string"
    format: Literal["", "unit-code", "seminar-id", "audience", "date", "workspace"] = ""
    description: str
    default: str | int | float | bool | None = None
    enum: tuple[str, ...] = ()


class Questions(Strict):
    """What the readers of a report are asked to talk about."""

    heading: str
    items: tuple[str, ...]


class Sidecar(Strict):
    """``notebooks/reports/<name>.yaml``."""

    title: str = Field(description="Rapportens namn, t.ex. Skolbild")
    short: str = Field(pattern=r"^[A-Z]{2,4}$", description="Figurernas förled, t.ex. SB")
    description: str = Field(default="", description="En mening om vad rapporten är till för")
    scope: Literal["unit", "authority"] = Field(
        default="unit", description="unit: en för varje enhet; authority: en för hela huvudmannen"
    )
    units: Literal["own", "published"] = Field(
        default="own",
        description="own: bara huvudmannens egna enheter; published: i öppna utgåvor även andras, när "
        "offentlig statistik finns",
    )
    school_form: SchoolForm | Literal[""] = Field(
        default="", description="Huvudmannens rapport om en enda skolform; tomt: alla enheter"
    )
    audience: Audience = "public"
    outputs: tuple[OutputForm, ...] = ("html", "pdf")
    engine: Literal["auto", "kernel"] = Field(default="auto", description="kernel: alltid en vanlig kärna")
    indicators: tuple[str, ...] = Field(default=(), description="Indikatorer som rapporten visar")
    sections: tuple[str, ...] = Field(description="Rubrikerna i ordning")
    standfirst: str = Field(default="", description="Ingressens andra mening på första sidan")
    about: tuple[str, ...] = Field(default=(), description="Indikatorer under Om oss, högst fyra")
    questions: Questions | None = None
    decisions: Questions | None = Field(default=None, description="Beslutspunkterna i korthet, för sidan 1")
    reads_register: bool = Field(
        default=False, alias="register", description="true: rapporten läser ord ur registret"
    )
    handbook: str = Field(default="", description="Handboken som ger avsnitten; versionen står i seminariet")
    question_set: str = Field(default="", description="Frågorna i params/questions som rapporten ställer")
    parameters: dict[str, Parameter] = Field(default_factory=dict)


def notebook_path(workspace: Workspace, report: str) -> Path:
    """The notebook of a report, the workspace's own before the built-in one."""
    known = report_names(workspace)
    if report not in known:
        raise SkolbankError(
            "report-unknown",
            f"Rapporten {report[:40]} finns inte",
            where="notebooks/reports",
            remedy=did_you_mean(report, known) or f"Det finns: {', '.join(known)}.",
        )
    return workspace.layered("notebooks", "reports", f"{report}.ipynb")[0]


def report_names(workspace: Workspace) -> list[str]:
    """The reports that have both a notebook and a sidecar."""
    folders = workspace.layered("notebooks", "reports")
    names = {path.stem for folder in folders for path in folder.glob("*.ipynb")}
    return sorted(name for name in names if workspace.layered("notebooks", "reports", f"{name}.yaml"))


def load_sidecar(workspace: Workspace, report: str) -> Sidecar:
    """The sidecar of a report; an unknown report is answered with the nearest name."""
    notebook_path(workspace, report)
    path = workspace.layered("notebooks", "reports", f"{report}.yaml")[0]
    return _read_sidecar(path, path.stat().st_mtime_ns, workspace)


@cache
def _read_sidecar(path: Path, changed: int, workspace: Workspace) -> Sidecar:
    return read_model(path, Sidecar, workspace)


def parameter_model(sidecar: Sidecar) -> type[BaseModel]:
    """A pydantic model with the sidecar's parameters, strict about types and unknown names."""
    fields: dict[str, Any] = {}
    for name, parameter in sidecar.parameters.items():
        annotation: Any = Literal[parameter.enum] if parameter.enum else _TYPES[parameter.type]
        default = ... if parameter.default is None else parameter.default
        fields[name] = (annotation, Field(default=default, description=parameter.description))
    model: type[BaseModel] = create_model(
        "Parameters", __config__=ConfigDict(extra="forbid", strict=True, frozen=True), **fields
    )
    return model


def check_parameters(
    sidecar: Sidecar,
    given: Mapping[str, Any],
    *,
    where: str,
    catalog: Catalog,
    units: Mapping[str, Unit],
) -> dict[str, Any]:
    """The parameters with defaults filled in, or ``SeveralErrors`` that names every fault.

    ``where`` is what the person wrote them in, for example ``seminars/2026-ht.yaml``.
    """
    faults: list[SkolbankError] = []
    values = {name: p.default for name, p in sidecar.parameters.items() if p.default is not None}
    try:
        values = parameter_model(sidecar)(**dict(given)).model_dump()
    except ValidationError as error:
        faults.extend(_fault(fault, sidecar, where) for fault in error.errors(include_url=False))
        values |= {name: value for name, value in given.items() if name in sidecar.parameters}
    known_bad = {fault.where for fault in faults}
    for name, parameter in sidecar.parameters.items():
        if f"{where}: {name}" not in known_bad:
            fault = _reference_fault(name, parameter, values.get(name), where, catalog, units)
            faults.extend([fault] if fault else [])
    if faults:
        raise SeveralErrors(faults)
    return values


def given_faults(
    sidecar: Sidecar, given: Mapping[str, Any], *, where: Callable[[str], str]
) -> list[SkolbankError]:
    """The unknown and mistyped ones of the parameters that a person wrote; ``where`` places each by name."""
    try:
        parameter_model(sidecar)(**{str(name): value for name, value in given.items()})
    except ValidationError as error:
        found = [fault for fault in error.errors(include_url=False) if fault["type"] != "missing"]
        return [_fault(fault, sidecar, where(str(fault["loc"][0]))) for fault in found]
    return []


def _fault(fault: Any, sidecar: Sidecar, where: str) -> SkolbankError:
    name = str(fault["loc"][0])
    place = f"{where}: {name[:40]}"
    if fault["type"] == "extra_forbidden":
        known = sidecar.parameters
        return SkolbankError(
            "parameter-unknown",
            f"{sidecar.title} har ingen parameter {name[:40]}",
            where=place,
            remedy=did_you_mean(name, known) or f"Det finns: {', '.join(known)}.",
        )
    parameter = sidecar.parameters[name]
    if fault["type"] == "missing":
        return SkolbankError(
            "parameter-missing",
            f"Parametern {name} saknas",
            where=place,
            remedy=f"Ange den: {parameter.description}.",
        )
    if parameter.enum:
        value = str(fault.get("input", ""))[:40]
        remedy = did_you_mean(value, parameter.enum) or f"Välj {' eller '.join(parameter.enum)}."
        return SkolbankError("parameter-invalid", f"{name} kan inte vara {value}", where=place, remedy=remedy)
    return SkolbankError("parameter-mistyped", f"{name} ska vara {_TYPE_WORDS[parameter.type]}", where=place)


def _reference_fault(
    name: str,
    parameter: Parameter,
    value: Any,
    where: str,
    catalog: Catalog,
    units: Mapping[str, Unit],
) -> SkolbankError | None:
    place = f"{where}: {name}"
    if parameter.format == "unit-code" and value:
        return None if value in units else unknown_unit(str(value), units, where=place)
    if parameter.format == "seminar-id" and value not in catalog.seminars:
        return SkolbankError(
            "seminar-unknown",
            f"Seminariet {str(value)[:40]} finns inte i params/seminars",
            where=place,
            remedy=did_you_mean(str(value), catalog.seminars)
            or f"Det finns: {', '.join(catalog.seminars) or 'inga seminarier'}.",
        )
    if parameter.format == "date" and value:
        try:
            datetime.date.fromisoformat(str(value))
        except ValueError:
            return SkolbankError(
                "parameter-mistyped", f"{name} ska vara ett datum som 2026-06-30", where=place
            )
    return None


def unknown_unit(code: str, units: Mapping[str, Unit], *, where: str = "") -> SkolbankError:
    """The error for a unit code that no register holds, with the nearest code or name."""
    by_name = {unit.name: unit for unit in units.values()}
    found = units.get(nearest(code, units)) or by_name.get(nearest(code, by_name))
    remedy = (
        f"Menade du {found.code} {found.name}?"
        if found
        else "Ange skolenhetskoden med åtta siffror. skolbank status visar enheterna och deras koder."
    )
    return SkolbankError("unit-unknown", f"Enheten {code[:40]} finns inte", where=where, remedy=remedy)
