"""What the tests of the Office forms share: an internal copy of a document, and the inside of a zip file."""

from __future__ import annotations

import copy
import io
import re
import zipfile
from typing import Any

MIME = "application/vnd.skolbank.block+json"


def as_internal(notebook: dict[str, Any]) -> dict[str, Any]:
    """A copy of an executed notebook, told to be for internal readers."""
    changed = copy.deepcopy(notebook)
    for cell in changed["cells"]:
        for output in cell.get("outputs", ()):
            data = output.get("data", {}).get(MIME, {}).get("data", {})
            if "audience" in data:
                data["audience"] = "internal"
    return changed


def parts(container: bytes) -> dict[str, bytes]:
    """The files inside a zip file by name."""
    with zipfile.ZipFile(io.BytesIO(container)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def times(container: bytes) -> set[tuple[int, ...]]:
    """The times that the zip file keeps."""
    with zipfile.ZipFile(io.BytesIO(container)) as archive:
        return {entry.date_time for entry in archive.infolist()}


def refuse_traces(container: bytes) -> None:
    """Fails when a part of an Office file tells of the machine, or points outside it."""
    for name, content in parts(container).items():
        if not name.endswith((".xml", ".rels")):
            continue
        words = content.decode()
        assert not re.search(r"/(?:home|tmp|work|root|usr)/", words), name
        assert 'TargetMode="External"' not in words, name
        assert "python-" not in words, name
