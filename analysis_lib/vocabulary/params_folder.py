"""A folder of ``params/`` with one YAML file per thing, the workspace's own before the built-in (floor 1)."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel

from analysis_lib.errors import SeveralErrors, SkolbankError, did_you_mean
from analysis_lib.vocabulary.catalog import read_document, read_model
from analysis_lib.vocabulary.workspace import Workspace

Thing = TypeVar("Thing", bound=BaseModel)


def load_things(
    workspace: Workspace, folder: str, model: type[Thing], *, only_type: str = ""
) -> dict[str, Thing]:
    """Every file of ``params/<folder>`` as a model, by file name; all faults at once.

    ``only_type`` leaves out files whose top-level ``type`` is another: a folder may hold several kinds.
    """
    found: dict[str, Thing] = {}
    faults: list[SkolbankError] = []
    for place in reversed(workspace.layered("params", folder)):
        for path in sorted(place.glob("*.yaml")):
            try:
                if only_type and read_document(path, workspace).get("type") != only_type:
                    continue
                thing = read_model(path, model, workspace)
            except SkolbankError as error:
                faults.extend(error.errors if isinstance(error, SeveralErrors) else [error])
                continue
            if getattr(thing, "id", path.stem) != path.stem:
                faults.append(_misnamed(workspace.shown(path), str(getattr(thing, "id", ""))))
            found[path.stem] = thing
    if faults:
        raise SeveralErrors(faults)
    return dict(sorted(found.items()))


def chosen(things: dict[str, Thing], name: str, *, what: str, folder: str) -> Thing:
    """One thing by name, or an error that suggests the nearest."""
    if name not in things:
        raise SkolbankError(
            "params-unknown",
            f"{what} {name[:40]} finns inte",
            where=f"params/{folder}",
            remedy=did_you_mean(name, things) or f"Det finns: {', '.join(things) or 'inga'}.",
        )
    return things[name]


def _misnamed(where: str, name: str) -> SkolbankError:
    remedy = f"Döp om den till {name}.yaml."
    return SkolbankError("params-misnamed", f"Filen ska heta som sitt id, {name}", where=where, remedy=remedy)
