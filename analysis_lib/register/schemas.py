"""The JSON Schema of every kind of entry, for editors, forms and other programs (register floor)."""

from __future__ import annotations

import json
from pathlib import Path

from analysis_lib.register.entry import load_kinds
from analysis_lib.vocabulary.workspace import builtin_root


def schema_folder() -> Path:
    """Where the schemas lie."""
    return builtin_root() / "params" / "schema" / "register"


def write_schemas(folder: Path) -> list[Path]:
    """Writes one schema per kind that the library itself has, and gives their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, model in sorted(load_kinds().items()):
        if model.__module__.startswith("analysis_lib."):
            schema = {"title": model.title, "x-model": model.model, **model.model_json_schema()}
            path = folder / f"{name}.json"
            path.write_text(json.dumps(schema, ensure_ascii=False, indent=1) + "\n", "utf-8")
            written.append(path)
    return written
