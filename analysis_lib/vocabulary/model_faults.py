"""What a person is told of a YAML file that does not fit its model: file, line, Swedish words (floor 1)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from analysis_lib.errors import SkolbankError, did_you_mean
from analysis_lib.vocabulary.workspace import Workspace

_SWEDISH_FAULTS = {
    "missing": "saknas",
    "string_type": "ska vara text (sätt citattecken om värdet är siffror)",
    "int_parsing": "ska vara ett heltal",
    "int_type": "ska vara ett heltal",
    "float_parsing": "ska vara ett tal",
    "float_type": "ska vara ett tal",
    "bool_parsing": "ska vara true eller false",
    "bool_type": "ska vara true eller false",
    "date_from_datetime_parsing": "ska vara ett datum som 2026-06-30",
    "date_type": "ska vara ett datum som 2026-06-30",
    "date_parsing": "ska vara ett datum som 2026-06-30",
    "too_short": "får inte vara tom",
}


def model_faults(
    error: ValidationError,
    path: Path,
    model: type[BaseModel],
    workspace: Workspace,
    prefix: tuple[Any, ...] = (),
) -> list[SkolbankError]:
    """One error per fault (code ``params-invalid``); ``prefix`` is where in the file the model lies."""
    lines = lines_of(path)
    faults = []
    for fault in error.errors(include_url=False):
        trail = (*prefix, *fault["loc"])
        while trail and trail not in lines:
            trail = trail[:-1]
        where = f"{workspace.shown(path)}, rad {lines.get(trail, 1)}"
        name = next((str(part) for part in reversed(fault["loc"]) if isinstance(part, str)), "")
        if fault["type"] == "extra_forbidden":
            faults.append(unknown_name(name, _field_names(model), where))
        else:
            what = f"{name} {_in_swedish(fault)}".strip()
            faults.append(SkolbankError("params-invalid", what, where=where))
    return faults


def _in_swedish(fault: Any) -> str:
    kind = str(fault["type"])
    context = fault.get("ctx", {})
    if kind == "in_swedish":
        return str(fault["msg"])
    if kind == "string_too_short":
        return f"är för kort (minst {context.get('min_length')} tecken)"
    if kind in ("greater_than", "less_than"):
        bound = context.get("gt", context.get("lt"))
        return f"ska vara {'mer' if kind == 'greater_than' else 'mindre'} än {bound}"
    if kind == "string_pattern_mismatch":
        return "har fel form (ska följa mönstret " + str(context.get("pattern")) + ")"
    if kind == "literal_error":
        return "ska vara " + str(context.get("expected")).replace(" or ", " eller ")
    if kind in ("greater_than_equal", "less_than_equal"):
        bound = context.get("ge", context.get("le"))
        return f"ska vara {'minst' if kind.startswith('greater') else 'högst'} {bound}"
    return _SWEDISH_FAULTS.get(kind, "har ett värde som inte går att använda")


def _field_names(model: type[BaseModel]) -> list[str]:
    names = list(model.model_fields)
    for field in model.model_fields.values():
        for inner in (field.annotation, *getattr(field.annotation, "__args__", ())):
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                names.extend(inner.model_fields)
    return names


def unknown_name(name: str, known: Iterable[str], where: str) -> SkolbankError:
    """A name that the model does not have, with the nearest that it has."""
    return SkolbankError(
        "params-unknown-name", f"Namnet {name[:40]} är okänt", where=where, remedy=did_you_mean(name, known)
    )


def lines_of(path: Path) -> dict[tuple[Any, ...], int]:
    """The line of every key and list item in a YAML file, by its path of keys and positions."""
    lines: dict[tuple[Any, ...], int] = {}

    def walk(node: yaml.Node, trail: tuple[Any, ...]) -> None:
        lines.setdefault(trail, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                lines[(*trail, key.value)] = key.start_mark.line + 1
                walk(value, (*trail, key.value))
        elif isinstance(node, yaml.SequenceNode):
            for position, value in enumerate(node.value):
                walk(value, (*trail, position))

    root = yaml.compose(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
    if root is not None:
        walk(root, ())
    return lines
