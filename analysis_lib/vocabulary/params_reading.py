"""One YAML file of ``params/`` as a model; all its faults at once, with file and line (floor 1)."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, TypeAdapter, ValidationError

from analysis_lib.errors import SeveralErrors, SkolbankError
from analysis_lib.text import INVISIBLE
from analysis_lib.vocabulary.model_faults import model_faults, unknown_name
from analysis_lib.vocabulary.workspace import Workspace

Model = TypeVar("Model", bound=BaseModel)


def read_model(path: Path, model: type[Model], workspace: Workspace) -> Model:
    """One YAML file as a model.

    Raises ``SeveralErrors`` with one error per fault (code ``params-invalid``), each naming file and line.
    """
    document = read_document(path, workspace)
    try:
        return model.model_validate(document)
    except ValidationError as error:
        raise SeveralErrors(model_faults(error, path, model, workspace)) from None


def read_models(path: Path, key: str, model: type[Model], workspace: Workspace) -> list[Model]:
    """The list under ``key`` of a YAML file as models; faults as in ``read_model``."""
    document = read_document(path, workspace)
    unknown = [name for name in document if name != key]
    if unknown:
        raise SeveralErrors([unknown_name(str(unknown[0]), [key], workspace.shown(path))])
    try:
        return TypeAdapter(list[model]).validate_python(document.get(key) or [])  # type: ignore[valid-type]
    except ValidationError as error:
        raise SeveralErrors(model_faults(error, path, model, workspace, prefix=(key,))) from None


def read_document(path: Path, workspace: Workspace) -> dict[str, Any]:
    """A YAML file of names and values; raises SkolbankError with file and line when it is none."""
    where = workspace.shown(path)
    try:
        document = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
    except FileNotFoundError:
        raise SkolbankError(
            "params-missing",
            "Filen finns inte",
            where=where,
            remedy="Skapa den, eller gör om arbetsytan med skolbank init.",
        ) from None
    except UnicodeDecodeError:
        raise SkolbankError(
            "params-unreadable",
            "Filen är inte sparad som UTF-8",
            where=where,
            remedy="Spara om den som UTF-8.",
        ) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", rad {mark.line + 1}" if mark else ""
        raise SkolbankError(
            "params-unreadable",
            "Filen är inte giltig YAML",
            where=f"{where}{line}",
            remedy="Kontrollera indrag och kolon.",
        ) from None
    if not isinstance(document, dict):
        raise SkolbankError(
            "params-unreadable",
            "Filen ska innehålla namn och värden",
            where=where,
            remedy="Skriv varje uppgift som namn: värde.",
        )
    return dict(_visible(document))


def _visible(value: Any) -> Any:
    """The value without signs that nobody sees but that turn or hide the text around them."""
    if isinstance(value, str):
        return value if value.isascii() else INVISIBLE.sub("", value)
    if isinstance(value, dict):
        return {_visible(key): _visible(item) for key, item in value.items()}
    return [_visible(item) for item in value] if isinstance(value, list) else value
