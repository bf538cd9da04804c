"""A folder of ``params/`` with one YAML file per thing, the workspace's own before the built-in (floor 1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from analysis_lib.errors import SeveralErrors, SkolbankError, did_you_mean
from analysis_lib.vocabulary.params_reading import read_document, read_model
from analysis_lib.vocabulary.workspace import Workspace

Thing = TypeVar("Thing", bound=BaseModel)


def load_things(
    workspace: Workspace, folder: str, model: type[Thing], *, only_type: str = ""
) -> dict[str, Thing]:
    """Every file of ``params/<folder>`` as a model, by file name; all faults at once.

    ``only_type`` leaves out files whose top-level ``type`` is another: a folder may hold several kinds.
    """
    folders = reversed(workspace.layered("params", folder))
    wanted = (lambda document: document.get("type") == only_type) if only_type else None
    return dict(sorted(read_folders(folders, model, workspace, wanted=wanted).items()))


def read_folders(
    folders: Iterable[Path],
    model: type[Thing],
    workspace: Workspace,
    *,
    wanted: Callable[[Mapping[str, Any]], bool] | None = None,
) -> dict[str, Thing]:
    """Every file of the folders as a model, by file name, the later folder's own; all faults at once.

    ``wanted`` tells by a file's content whether it is of this kind.
    """
    found: dict[str, Thing] = {}
    faults: list[SkolbankError] = []
    for path in (path for folder in folders for path in sorted(folder.glob("*.yaml"))):
        try:
            if wanted and not wanted(read_document(path, workspace)):
                continue
            thing = read_model(path, model, workspace)
        except SkolbankError as error:
            faults.extend(error.errors if isinstance(error, SeveralErrors) else [error])
            continue
        if (name := str(getattr(thing, "id", path.stem))) != path.stem:
            faults.append(_misnamed(path, name, workspace))
        found[path.stem] = thing
    if faults:
        raise SeveralErrors(faults)
    return found


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


def _misnamed(path: Path, expected: str, workspace: Workspace) -> SkolbankError:
    return SkolbankError(
        "params-misnamed",
        f"Filen heter {path.name} men id är {expected}",
        where=workspace.shown(path),
        remedy=f"Döp om filen till {expected}.yaml.",
    )
